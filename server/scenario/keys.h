/* Reads JSON objects into structs by tables.
 *
 * A shape is an object's table: a row a key, with its reader and where the value goes. keys_read walks an
 * object by its shape: it reports keys that are unknown, that exclude one another or that are missing; the
 * readers judge the values. A missing key or a wrong value leaves its field unchanged: fill in the
 * defaults first. */
#ifndef MOCK_REQUESTER_SCENARIO_KEYS_H
#define MOCK_REQUESTER_SCENARIO_KEYS_H

#include "scenario/values.h"
#include "sim/node.h"

struct key;

/* Judges `value` and fills the field at key->offset of `object`. */
typedef void key_reader(struct reading *r, const struct json_value *value, const struct key *key, void *object);

struct key {
    const char *name;
    key_reader *read;
    size_t offset;
    const void *detail; /* for the reader: a shape, choices, bounds … */
    unsigned group;     /* members of different groups exclude one another; 0 goes with all */
    bool required;      /* of a group: where that one is chosen, or none is and it is the table's first */
};

enum { SHAPE_KEYS_MAX = 64 };

struct shape {
    const struct key *keys;
    size_t n;
    /* Checks what concerns several keys; called last. NULL: none. */
    void (*settle)(struct reading *r, const struct json_value *value, void *object);
};

#define SHAPE_KEYS(table) .keys = (table), .n = sizeof(table) / sizeof *(table)

void keys_read(struct reading *r, const struct json_value *value, const struct shape *shape, void *object);

/* ---- readers --------------------------------------------------------------------------------------------- */

struct bounds {
    int64_t least, most;
};

key_reader key_text;          /* struct span */
key_reader key_nonempty;      /* struct span, not empty */
key_reader key_name;          /* struct span: letters, digits, dashes */
key_reader key_bool;          /* bool */
key_reader key_negated;       /* bool, the opposite of the value */
key_reader key_integer;       /* int64_t; detail: struct bounds */
key_reader key_choice;        /* int; detail: struct choice[] */
key_reader key_duration;      /* ns_t */
key_reader key_trigger;       /* struct trigger */
key_reader key_jobless_trigger; /* struct trigger, where there is no job whose reads could count: a time or a gate */
key_reader key_endpoints;     /* unsigned, an ENDPOINT_BIT each: a name or a list of names */
key_reader key_inner;         /* a struct at the offset; detail: struct shape */
key_reader key_ignored_text;  /* a string that is only checked */
key_reader key_ignored_texts; /* a list of them */

#endif
