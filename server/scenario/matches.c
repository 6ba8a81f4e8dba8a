#include "scenario/matches.h"

#include "base/ascii.h"
#include "base/nearest.h"
#include "sim/spec.h"

enum { DIGITS_MAX = 15 /* of an ordinal: whole in any JSON reader */, SHOWN_MAX = 512 };

static void *field_of(const struct key *key, void *object)
{
    return (char *)object + key->offset;
}

static void read_engine(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct span *field = field_of(key, object), name;

    if (!value_nonempty(r, value, &name))
        return;
    struct nearest near = nearest_to(name.p);
    for (int i = 0; i < ENGINE_TYPE_COUNT; i++) {
        struct span known = span_text(engine_name(i));
        if (known.n && span_eq_nocase(known, name)) {
            *field = name;
            return;
        }
        if (known.n)
            nearest_try(&near, known.p);
    }
    reading_error_at(r, value, FINDING_BAD_VALUE, near.best, "there is no engine %s", reading_shown(r, name));
}

/* Digits alone; 0: something else. */
static int64_t ordinal(struct span digits)
{
    uint64_t value;

    return digits.n <= DIGITS_MAX && ascii_number(digits, &value) ? (int64_t)value : 0;
}

static bool take_range(struct span text, int64_t *first, int64_t *last)
{
    const char *dots = text.n ? memmem(text.p, text.n, "..", 2) : NULL;

    if (!dots)
        return false;
    size_t n = (size_t)(dots - text.p);
    *first = ordinal(span_of(text.p, n));
    *last = ordinal(span_of(dots + 2, text.n - n - 2));
    return *first >= 1 && *last >= *first;
}

#define AN_ORDINAL "a whole number from 1, or a range such as \"2..4\""

static void read_nth(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct job_match *match = object;
    int64_t first = 0, last = 0;

    (void)key;
    if (json_type(value) != JSON_STRING && !value_is(r, value, JSON_NUMBER, AN_ORDINAL))
        return;
    bool good = json_type(value) == JSON_STRING ? take_range(json_string(value), &first, &last)
                                                : json_integer(value, &first) && (last = first) >= 1;
    if (good) {
        match->nth_first = first;
        match->nth_last = last;
    } else {
        bool is_text = json_type(value) == JSON_STRING;
        struct span raw = json_raw(r->json, value);
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected " AN_ORDINAL ", got %.*s", is_text ? SHOWN_MAX : (int)raw.n,
                 is_text ? reading_shown(r, json_string(value)) : raw.p);
    }
}

static const struct key job_keys[] = {
    { .name = "client_id", .read = key_nonempty, .offset = offsetof(struct job_match, client_id) },
    { .name = "annotation", .read = key_nonempty, .offset = offsetof(struct job_match, annotation) },
    { .name = "engine", .read = read_engine, .offset = offsetof(struct job_match, engine) },
    { .name = "image", .read = key_nonempty, .offset = offsetof(struct job_match, image) },
    { .name = "entrypoint", .read = key_nonempty, .offset = offsetof(struct job_match, entrypoint) },
    { .name = "nth", .read = read_nth },
};

static const struct shape job_shape = { SHAPE_KEYS(job_keys) };

void matches_job_reader(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    keys_read(r, value, &job_shape, field_of(key, object));
}

static void read_job(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct exchange_match *match = object;

    (void)key;
    match->has_job = true;
    keys_read(r, value, &job_shape, &match->job);
}

static const struct key exchange_keys[] = {
    { .name = "client_id", .read = key_nonempty, .offset = offsetof(struct exchange_match, client_id) },
    { .name = "job", .read = read_job },
};

static const struct shape exchange_shape = { SHAPE_KEYS(exchange_keys) };

void matches_exchange_reader(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    keys_read(r, value, &exchange_shape, field_of(key, object));
}
