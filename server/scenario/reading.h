/* The state of one reading of a JSON file: where the reader is, and its findings.
 *
 *   values.h checks single values, keys.h reads objects by tables; both add findings with the functions here.
 *
 * All findings are made in one pass. Texts are copied into the arena; the JSON is not needed
 * afterwards. Not for sharing between threads. */
#ifndef MOCK_REQUESTER_SCENARIO_READING_H
#define MOCK_REQUESTER_SCENARIO_READING_H

#include "scenario/findings.h"

enum { READING_DEPTH_MAX = JSON_DEPTH_MAX };

/* One step of the way to a value: a member's key, or (p NULL) an element's index. */
struct reading_step {
    struct span key;
    size_t index;
};

/* Names of gates, each once; in the reading's arena. */
struct gate_names {
    struct span *at;
    size_t n, room;
};

/* Reads the file `path`, relative to the working folder, into `text`, up to its maximum. The error says why
 * that fails. */
typedef enum err read_file_fn(void *context, const char *path, struct buf *text, struct error *error);

struct reading {
    struct span file; /* its name, for findings */
    read_file_fn *read_file; /* reads files that this one names; NULL: it may name none */
    void *read_context;
    const struct json *json;
    struct arena *arena;
    struct findings *findings;
    struct gate_names *gates; /* collects the names of gates that triggers wait for; NULL: they are not collected */
    struct reading_step path[READING_DEPTH_MAX];
    size_t depth;
};

void reading_enter_key(struct reading *r, struct span key);
void reading_enter_index(struct reading *r, size_t index);
void reading_leave(struct reading *r);

/* Adds a finding at a value, or at a member's key. `near`: the name that was probably meant, or NULL. The
 * pointer is that of the path. */
void reading_error_at(struct reading *r, const struct json_value *value, enum finding_key key, const char *near,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));
void reading_error_at_key(struct reading *r, const struct json_value *member, enum finding_key key, const char *near,
                          const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The text quoted, on one line, cut to a length that a message can hold. Never NULL. */
const char *reading_shown(struct reading *r, struct span text);

/* True if further findings are only counted: then there is no need to prepare their words. */
bool reading_is_full(const struct reading *r);

#endif
