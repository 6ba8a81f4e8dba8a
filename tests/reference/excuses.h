/* What is known to differ, each with the reason why it may: a line an entry, `WHAT — REASON`; lines that
 * begin with # and empty ones are for people. An excuse that nothing needs is stale, and that is a failure. */
#ifndef MOCK_REQUESTER_REFERENCE_EXCUSES_H
#define MOCK_REQUESTER_REFERENCE_EXCUSES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum { EXCUSES_MAX = 512 };

struct excuse {
    struct span what, reason;
    bool used;
};

struct excuses {
    struct excuse *at; /* room for EXCUSES_MAX */
    size_t n;
    struct arena arena;
};

/* Reads a file of this folder. ERR_INVALID: a line without a reason. */
enum err excuses_load(const char *file, struct excuses *excuses, struct error *error);
void excuses_release(struct excuses *excuses);

/* Is it excused? Then the excuse is no longer stale. */
bool excuses_use(struct excuses *excuses, struct span what);
/* Appends the stale ones that begin with `prefix`; how many. */
size_t excuses_put_stale(const struct excuses *excuses, const char *prefix, struct buf *out);

#endif
