/* Checks single JSON values. Each function returns true and fills *out, or returns false and adds a finding;
 * then *out is unchanged. */
#ifndef MOCK_REQUESTER_SCENARIO_VALUES_H
#define MOCK_REQUESTER_SCENARIO_VALUES_H

#include "base/ns.h"
#include "scenario/reading.h"

/* `wanted`: "a string". */
bool value_is(struct reading *r, const struct json_value *value, enum json_type type, const char *wanted);
/* "true", "an array" …: what a message calls the value. */
const char *value_type_name(const struct json_value *value);

bool value_text(struct reading *r, const struct json_value *value, struct span *out);
bool value_nonempty(struct reading *r, const struct json_value *value, struct span *out); /* a text */
bool value_name(struct reading *r, const struct json_value *value, struct span *out); /* letters, digits, dashes */
bool value_bool(struct reading *r, const struct json_value *value, bool *out);
bool value_integer(struct reading *r, const struct json_value *value, int64_t least, int64_t most, int64_t *out);
#define A_DURATION "a duration such as \"250ms\", \"2s\" or \"1m30s\""
bool value_duration(struct reading *r, const struct json_value *value, ns_t *out);

/* The name of an endpoint, as enum endpoint. */
bool value_endpoint(struct reading *r, const struct json_value *value, int *out);

/* The bytes of the file that the text names, relative to the file at hand; at most `most` of them. `path`: the
 * name of the file as it was opened, or NULL. */
bool value_file(struct reading *r, const struct json_value *value, size_t most, struct span *path, struct span *out);

struct choice {
    const char *name; /* NULL: the end of a table */
    int value;
};
const char *choice_name(const struct choice *choices, int value); /* NULL: none has the value */
/* `or_else`: what else is allowed, for the message: "an object"; or "". */
bool value_choice(struct reading *r, const struct json_value *value, const struct choice *choices, const char *or_else,
                  int *out);
/* A state of jobs, or of executions, by its name on the wire. */
bool value_state(struct reading *r, const struct json_value *value, bool of_job, int *out);

#endif
