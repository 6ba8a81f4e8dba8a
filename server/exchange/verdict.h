/* The verdict on a run: what `--strict` and the control API report.
 *
 *   zero it → verdict_note_… → verdict_judge, at any time → verdict_release
 *
 * Keeps unknown paths and refused signatures, and judges them together with expectations, scripts and faults.
 * Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_VERDICT_H
#define MOCK_REQUESTER_EXCHANGE_VERDICT_H

#include "sim/engine.h"
#include "exchange/expectation.h"
#include "exchange/fault.h"

enum {
    VERDICT_PATHS_MAX = 64,   /* unknown paths that are named; further ones are only counted */
    VERDICT_TEXT_MAX = 256,   /* bytes kept of a path */
    VERDICT_REASONS_MAX = 1000, /* reasons that are listed; further ones are only counted */
};

struct verdict_notes {
    struct span paths[VERDICT_PATHS_MAX]; /* `GET /x`, each once */
    size_t n_paths;
    uint64_t not_found;  /* answers 404 to unknown paths */
    uint64_t signatures; /* refused signatures */
    struct arena arena;
};

void verdict_note_not_found(struct verdict_notes *verdict, struct span method, struct span target);
void verdict_note_signature(struct verdict_notes *verdict);
void verdict_clear(struct verdict_notes *verdict);
void verdict_release(struct verdict_notes *verdict);

enum reason_kind {
    REASON_UNMET_EXPECTATION, REASON_NOT_FOUND, REASON_REFUSED_SIGNATURE, REASON_UNKNOWN_NAME, REASON_UNUSED_FAULT,
    REASON_UNREACHED_STEP, REASON_KIND_COUNT
};
const char *reason_kind_name(enum reason_kind kind); /* "unmet-expectation" */

/* One line each: `expected cancel never, came 2 times (flaky.json:14)`. */
struct reason {
    enum reason_kind kind;
    struct span text;
    struct span file; /* empty: the reason has no file */
    size_t line;
};

struct verdict_sources {
    const struct verdict_notes *verdict;
    const struct expectations *expectations;
    const struct engine *engine;
    const struct faults *faults; /* NULL: there are none */
};

struct reasons {
    struct reason *at; /* in the arena given */
    size_t n;
    size_t dropped;    /* above VERDICT_REASONS_MAX */
};

/* Returns every reason for a bad verdict, in the arena; none: the verdict is good. */
struct reasons verdict_judge(const struct verdict_sources *sources, struct arena *arena);

#endif
