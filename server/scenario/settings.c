#include "scenario/settings.h"

#include "base/moment.h"
#include "base/nearest.h"
#include "releases/release.h"
#include "wire/signature.h"

#define SEED_MAX ((INT64_C(1) << 53) - 1) /* exact in any JSON reader */

static struct scenario *scenario_of(void *object, const struct key *key)
{
    return (void *)((char *)object + key->offset);
}

static void put_quoted(struct buf *out, const char *name, bool first, bool last)
{
    buf_printf(out, "%s\"%s\"", first ? "" : last ? " or " : ", ", name);
}

static void unknown_dialect(struct reading *r, const struct json_value *value, struct span name)
{
    CLEANUP(buf_release) struct buf names = buf_init(ERROR_TEXT_MAX / 2);
    struct nearest near = nearest_to(name.p);

    for (const struct release *const *d = releases; *d; d++) {
        put_quoted(&names, (*d)->name, d == releases, !d[1]);
        nearest_try(&near, (*d)->name);
    }
    reading_error_at(r, value, FINDING_BAD_VALUE, near.best, "expected %s, got %s", names.p ? names.p : "", reading_shown(r, name));
}

void settings_dialect(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scenario *scenario = scenario_of(object, key);
    struct span name;

    if (!value_text(r, value, &name))
        return;
    if (release_find(name))
        scenario->dialect = name;
    else
        unknown_dialect(r, value, name);
}

static void read_scale(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    double *scale = object, number = json_number(value);

    (void)key;
    if (!value_is(r, value, JSON_NUMBER, "a number"))
        return;
    if (number > 0 && number <= SCALE_MAX)
        *scale = number;
    else
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a number above 0 and up to %d, got %.*s", SCALE_MAX,
                 SPAN_ARG(json_raw(r->json, value)));
}

static const struct key clock_keys[] = {
    { .name = "scale", .read = read_scale, .required = true },
};
static const struct shape clock_shape = { SHAPE_KEYS(clock_keys) };

const struct choice settings_clocks[] = {
    { "real", CLOCK_KIND_REAL }, { "manual", CLOCK_KIND_MANUAL }, { NULL, 0 },
};

void settings_clock(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct clock_setting *clock = &scenario_of(object, key)->clock;

    if (json_type(value) != JSON_OBJECT) {
        value_choice(r, value, settings_clocks, "{\"scale\": N}", &clock->kind);
        return;
    }
    clock->kind = CLOCK_KIND_SCALED;
    keys_read(r, value, &clock_shape, &clock->scale);
}

void settings_start_time(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scenario *scenario = scenario_of(object, key);
    struct error error;

    if (value_is(r, value, JSON_STRING, "a string") &&
        moment_parse(json_string(value), &scenario->start_time, &scenario->zone, &error) != ERR_OK)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s", error.text);
}

void settings_seed(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scenario *scenario = scenario_of(object, key);

    if (value_integer(r, value, 0, SEED_MAX, &scenario->seed))
        scenario->has_seed = true;
}

const struct choice settings_signature_modes[] = {
    { "strict", SIGNATURES_STRICT }, { "warn", SIGNATURES_WARN }, { "off", SIGNATURES_OFF },
    { NULL, 0 },
};

void settings_signatures(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_choice(r, value, settings_signature_modes, "", &scenario_of(object, key)->signatures);
}
