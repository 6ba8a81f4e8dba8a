/* The first step of json_parse: checks every byte of a text, and adds a mark for each value. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_JSON_MARKS_H
#define MOCK_REQUESTER_BASE_JSON_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_mark {
    uint32_t at;     /* where the value begins */
    uint32_t length; /* of a string: how many bytes it decodes to */
};

struct json_marks {
    struct json_mark *at; /* in the order of the text; the owner frees it, after a failure too */
    size_t n, room;
    const char *problem; /* static; NULL if there is none */
    size_t problem_at;
    bool no_memory;
};

/* Reads a text that has a NUL behind its `n` bytes into zeroed marks. `flags` are those of json_parse. False: `problem`
 * or `no_memory` is set. */
bool json_marks_read(struct json_marks *marks, const char *text, size_t n, unsigned flags);

/* Sets the problem. Returns false. */
static inline bool json_marks_refuse(struct json_marks *marks, size_t at, const char *problem)
{
    marks->problem = problem;
    marks->problem_at = at;
    return false;
}

#endif
