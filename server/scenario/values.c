#include "scenario/values.h"

#include "base/ascii.h"
#include "base/duration.h"
#include "base/nearest.h"
#include "releases/endpoint.h"
#include "sim/job.h"

#include <inttypes.h>

#define DURATION_MAX (INT64_C(100) * 365 * 24 * 3600 * NS_PER_SECOND) /* sums of a few still fit into an ns_t */

/* ---- values -------------------------------------------------------------------------------------------- */

const char *value_type_name(const struct json_value *value)
{
    if (json_type(value) == JSON_BOOL)
        return json_true(value) ? "true" : "false";
    return json_type_name(json_type(value));
}

bool value_is(struct reading *r, const struct json_value *value, enum json_type type, const char *wanted)
{
    if (json_type(value) == type)
        return true;
    reading_error_at(r, value, FINDING_WRONG_TYPE, NULL, "expected %s, got %s", wanted, value_type_name(value));
    return false;
}

bool value_text(struct reading *r, const struct json_value *value, struct span *out)
{
    if (!value_is(r, value, JSON_STRING, "a string"))
        return false;
    *out = arena_span(r->arena, json_string(value));
    return true;
}

bool value_nonempty(struct reading *r, const struct json_value *value, struct span *out)
{
    if (json_type(value) == JSON_STRING && json_string(value).n == 0) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected some text, got \"\"");
        return false;
    }
    return value_text(r, value, out);
}

bool value_name(struct reading *r, const struct json_value *value, struct span *out)
{
    struct span name;

    if (!value_nonempty(r, value, &name))
        return false;
    for (size_t i = 0; i < name.n; i++) {
        if (ascii_is_alphanumeric(name.p[i]) || name.p[i] == '-')
            continue;
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s is not a name: letters, digits and dashes make one",
                         reading_shown(r, name));
        return false;
    }
    *out = name;
    return true;
}

bool value_bool(struct reading *r, const struct json_value *value, bool *out)
{
    if (!value_is(r, value, JSON_BOOL, "true or false"))
        return false;
    *out = json_true(value);
    return true;
}

bool value_integer(struct reading *r, const struct json_value *value, int64_t least, int64_t most, int64_t *out)
{
    int64_t number;

    if (!value_is(r, value, JSON_NUMBER, "a whole number"))
        return false;
    if (json_integer(value, &number) && number >= least && number <= most) {
        *out = number;
        return true;
    }
    reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a whole number from %" PRId64 " to %" PRId64 ", got %.*s",
             least, most, SPAN_ARG(json_raw(r->json, value)));
    return false;
}

bool value_duration(struct reading *r, const struct json_value *value, ns_t *out)
{
    struct error error;
    int64_t ns;

    if (!value_is(r, value, JSON_STRING, A_DURATION))
        return false;
    if (duration_parse(json_string(value), &ns, &error) != ERR_OK) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s", error.text);
        return false;
    }
    if (ns > DURATION_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s is more than 876000h, a hundred years",
                 reading_shown(r, json_string(value)));
        return false;
    }
    *out = ns;
    return true;
}

/* `"a", "b" or "c"` */
static void put_choices(struct buf *out, const struct choice *choices, const char *or_else)
{
    for (const struct choice *c = choices; c->name; c++) {
        buf_text(out, c == choices ? "" : !c[1].name && !*or_else ? " or " : ", ");
        buf_printf(out, "\"%s\"", c->name);
    }
    if (*or_else)
        buf_printf(out, " or %s", or_else);
}

static void refuse_choice(struct reading *r, const struct json_value *value, const struct choice *choices,
                          const char *or_else)
{
    CLEANUP(buf_release) struct buf names = buf_init(ERROR_TEXT_MAX);
    bool is_text = json_type(value) == JSON_STRING;
    struct nearest near = nearest_to(is_text ? json_string(value).p : "");

    put_choices(&names, choices, or_else);
    for (const struct choice *c = choices; c->name && !reading_is_full(r); c++)
        nearest_try(&near, c->name);
    reading_error_at(r, value, is_text ? FINDING_BAD_VALUE : FINDING_WRONG_TYPE, near.best, "expected %s, got %s",
             names.p ? names.p : "", is_text ? reading_shown(r, json_string(value)) : value_type_name(value));
}

bool value_choice(struct reading *r, const struct json_value *value, const struct choice *choices, const char *or_else,
                 int *out)
{
    for (const struct choice *c = choices; json_type(value) == JSON_STRING && c->name; c++) {
        if (!span_is(json_string(value), c->name))
            continue;
        *out = c->value;
        return true;
    }
    refuse_choice(r, value, choices, or_else);
    return false;
}

const char *choice_name(const struct choice *choices, int value)
{
    while (choices->name && choices->value != value)
        choices++;
    return choices->name;
}

bool value_state(struct reading *r, const struct json_value *value, bool of_job, int *out)
{
    int count = of_job ? JOB_STATE_COUNT : EXECUTION_STATE_COUNT;
    struct choice choices[EXECUTION_STATE_COUNT + 1] = { { .name = NULL } };

    for (int i = 0; i < count; i++)
        choices[i] = (struct choice){ .name = of_job ? job_state_name(i) : execution_state_name(i), .value = i };
    return value_choice(r, value, choices, "", out);
}

/* ---- endpoints ------------------------------------------------------------------------------------------- */

bool value_endpoint(struct reading *r, const struct json_value *value, int *out)
{
    struct span name = json_string(value);

    if (!value_is(r, value, JSON_STRING, "the name of an endpoint"))
        return false;
    int found = endpoint_find(name);
    if (found >= 0) {
        *out = found;
        return true;
    }
    struct nearest near = nearest_to(name.p);
    for (int i = 0; i < ENDPOINT_OTHER && !reading_is_full(r); i++)
        nearest_try(&near, endpoint_name((enum endpoint)i));
    reading_error_at(r, value, FINDING_BAD_VALUE, near.best, "there is no endpoint %s", reading_shown(r, name));
    return false;
}

/* ---- files that a file names ----------------------------------------------------------------------------- */

/* Relative to the folder of the file that names it. */
static struct span path_of(struct reading *r, struct span name)
{
    const char *slash = r->file.n ? memrchr(r->file.p, '/', r->file.n) : NULL;
    size_t folder = slash && name.p[0] != '/' ? (size_t)(slash + 1 - r->file.p) : 0;

    return arena_printf(r->arena, "%.*s%.*s", (int)folder, folder ? r->file.p : "", SPAN_ARG(name));
}

bool value_file(struct reading *r, const struct json_value *value, size_t most, struct span *path_out, struct span *out)
{
    CLEANUP(buf_release) struct buf text = buf_init(most);
    struct error error;
    struct span name;

    if (!value_nonempty(r, value, &name))
        return false;
    struct span path = path_of(r, name);
    if (!path.p)
        return false;
    if (memchr(name.p, '\0', name.n))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s is no name of a file", reading_shown(r, name));
    else if (!r->read_file)
        reading_error_at(r, value, FINDING_NO_FILES, NULL, "no files are read here");
    else if (r->read_file(r->read_context, path.p, &text, &error) != ERR_OK)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s", error.text);
    else if (text.failed)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s has more than %zu bytes", reading_shown(r, name), most);
    else {
        *out = arena_span(r->arena, buf_view(&text));
        if (path_out)
            *path_out = path;
        return true;
    }
    return false;
}
