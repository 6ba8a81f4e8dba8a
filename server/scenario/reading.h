/* Reads the objects of a JSON file into structs, by tables, and tells all that is wrong in one pass.
 *
 * A shape is an object's table: a row a key, with its reader and where the value goes. One function walks
 * an object by its shape: it finds keys that are unknown, that exclude one another, that are missing or
 * not there yet; the readers judge the values. A key left out leaves its field as it was: fill in the
 * defaults first. A value that is wrong leaves it too.
 *
 * Texts are copied into the arena; the JSON is not needed afterwards. */
#ifndef MOCK_REQUESTER_SCENARIO_READING_H
#define MOCK_REQUESTER_SCENARIO_READING_H

#include "scenario/findings.h"
#include "sim/node.h"

enum { READING_DEPTH_MAX = JSON_DEPTH_MAX };

/* One step of the way to a value: a member's key, or (p NULL) an element's index. */
struct reading_step {
    struct span key;
    size_t index;
};

/* Names of gates that triggers wait for, each once; in the reading's arena. */
struct gate_names {
    struct span *at;
    size_t n, room;
};

/* Reads a whole file that another one names, `path` relative to the working folder, into `text` (with its
 * maximum set). The error says why it cannot be had. */
typedef enum err read_file_fn(void *context, const char *path, struct buf *text, struct error *error);

struct reading {
    struct span file; /* its name, for findings */
    read_file_fn *read_file; /* NULL: none can be had */
    void *read_context;
    const struct json *json;
    struct arena *arena;
    struct findings *findings;
    struct gate_names *gates;    /* gets those that are met; NULL: nobody asks */
    struct reading_step path[READING_DEPTH_MAX];
    size_t depth;
};

struct key;

/* Judges `value` and fills the field at key->offset of `object`. */
typedef void key_reader(struct reading *r, const struct json_value *value, const struct key *key, void *object);

struct key {
    const char *name;
    key_reader *read;
    size_t offset;
    const void *detail; /* the reader's own: a shape, choices, bounds … */
    unsigned group;     /* members of different groups exclude one another; 0 goes with all */
    bool required;      /* of a group: where that one is chosen, or none is and it is the table's first */
    bool later;         /* known, not there yet: refused by name */
};

enum { SHAPE_KEYS_MAX = 64 };

struct shape {
    const struct key *keys;
    size_t n;
    /* What concerns several keys; runs last. NULL: nothing. */
    void (*settle)(struct reading *r, const struct json_value *value, void *object);
};

#define SHAPE_KEYS(table) .keys = (table), .n = sizeof(table) / sizeof *(table)

void read_object(struct reading *r, const struct json_value *value, const struct shape *shape, void *object);

/* ---- telling what is wrong: at a value, or at a member's key -------------------------------------------- */

/* `near` is the name that was meant, or NULL. The pointer is that of the path. */
void fault_at(struct reading *r, const struct json_value *value, enum finding_key key, const char *near,
              const char *format, ...) __attribute__((format(printf, 5, 6)));
void fault_at_key(struct reading *r, const struct json_value *member, enum finding_key key, const char *near,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Quoted, on one line, cut to a length that a message can hold. Never NULL. */
const char *shown(struct reading *r, struct span text);

void enter_key(struct reading *r, struct span key);
void enter_index(struct reading *r, size_t index);
void leave(struct reading *r);

/* ---- judging values: false, and a finding, when it is something else ------------------------------------ */

/* `wanted`: "a string". */
bool is_type(struct reading *r, const struct json_value *value, enum json_type type, const char *wanted);
bool take_text(struct reading *r, const struct json_value *value, struct span *out);
bool take_some_text(struct reading *r, const struct json_value *value, struct span *out); /* not the empty one */
bool take_bool(struct reading *r, const struct json_value *value, bool *out);
bool take_integer(struct reading *r, const struct json_value *value, int64_t least, int64_t most, int64_t *out);
bool take_duration(struct reading *r, const struct json_value *value, ns_t *out);

/* The name of an endpoint, as enum endpoint. */
bool take_endpoint(struct reading *r, const struct json_value *value, int *out);

/* The bytes of the file that the text names, relative to the file at hand; at most `most` of them. */
bool take_file(struct reading *r, const struct json_value *value, size_t most, struct span *path, struct span *out);

struct choice {
    const char *name; /* NULL: the end of a table */
    int value;
    bool later;
};
/* `or_else`: what else may stand there, for the message: "an object"; or "". */
bool take_choice(struct reading *r, const struct json_value *value, const struct choice *choices, const char *or_else,
                 int *out);

/* ---- readers of keys ------------------------------------------------------------------------------------ */

struct bounds {
    int64_t least, most;
};

key_reader read_text;          /* struct span */
key_reader read_some_text;     /* struct span, not empty */
key_reader read_bool;          /* bool */
key_reader read_not;           /* bool, turned round */
key_reader read_integer;       /* int64_t; detail: struct bounds */
key_reader read_choice;        /* int; detail: struct choice[] */
key_reader read_duration;      /* ns_t */
key_reader read_trigger;       /* struct trigger */
key_reader read_jobless_trigger; /* … where no job is at hand: a time or a gate */
key_reader read_endpoints;     /* unsigned, an ENDPOINT_BIT each: a name or a list of names */
key_reader read_inner;         /* a struct at the offset; detail: struct shape */
key_reader check_text;         /* a string that nobody needs */
key_reader check_texts;        /* a list of them */

#endif
