/* Findings: what is wrong with files, as data, and the one function that words it.
 *
 *   zero it → findings_add … → findings_sort, a file at a time → findings_put → findings_release
 *
 * A finding's line is `scenarios/flaky.json:14:9: unknown key "aftr" in /jobs/0/steps/2 (did you mean
 * "after"?)`. Printing is the caller's. Not for sharing between threads. */
#ifndef MOCK_REQUESTER_SCENARIO_FINDINGS_H
#define MOCK_REQUESTER_SCENARIO_FINDINGS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum {
    FINDINGS_MAX = 1000,         /* further ones are only counted */
    FINDINGS_TEXT_MAX = 8 << 20, /* bytes that all their lines can come to */
};

enum finding_key {
    FINDING_SYNTAX, FINDING_DUPLICATE_KEY, FINDING_UNKNOWN_KEY, FINDING_MISSING_KEY, FINDING_EXCLUDED_KEY,
    FINDING_WRONG_TYPE, FINDING_BAD_VALUE, FINDING_DUPLICATE_NAME,
    FINDING_UNREADABLE, FINDING_NO_EFFECT, FINDING_NO_FILES, FINDING_KEY_COUNT
};

const char *finding_key_name(enum finding_key key); /* "unknown-key", for programs */

struct finding {
    struct span file;        /* as its reader named it */
    struct json_place place; /* in bytes from 1 */
    struct span pointer;     /* RFC 6901, "" = the whole; NULL: no value is at fault, but the text */
    enum finding_key key;
    struct span message;     /* without place, pointer and hint */
    struct span hint;        /* `did you mean "after"?`, or empty */
};

struct findings {
    struct finding *at;
    size_t n, room;
    size_t dropped; /* above FINDINGS_MAX */
    struct arena arena;
    bool failed; /* sticky: one was lost for want of memory */
};

/* Copies all texts. Above FINDINGS_MAX it only counts. */
void findings_add(struct findings *findings, const struct finding *finding);
/* Adds what json_parse says of a text, with its probable cause. */
void findings_add_syntax(struct findings *findings, struct span file, struct span text, struct json_place place,
                         const struct error *error);
bool findings_are_full(const struct findings *findings);
/* Puts those from the `from`-th on in the order of their places; equal places stay as they came. */
void findings_sort(struct findings *findings, size_t from);
void findings_release(struct findings *findings);

/* One line each, without any control character but its line break, and a last one with the number
 * of further findings. `out` should have room for FINDINGS_TEXT_MAX. */
void findings_put(struct buf *out, const struct findings *findings);

#endif
