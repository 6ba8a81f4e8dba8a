/* Memory that is freed all at once.
 *
 * Life: zero it → arena_alloc… → arena_release. All memory of one job, or of one request,
 * is in one arena, so nothing inside is freed separately. Memory comes zeroed and aligned for any
 * type. Not for sharing between threads. */
#ifndef MOCK_REQUESTER_BASE_ARENA_H
#define MOCK_REQUESTER_BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used;   /* bytes allocated from it */
    bool failed;   /* sticky: an allocation found no memory */
};

/* NULL when there is no memory. `n` = 0 gives a valid pointer to nothing. */
void *arena_alloc(struct arena *a, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* A copy in the arena, NUL after it (not counted). The zero span when there is no memory. */
struct span arena_span(struct arena *a, struct span s);
struct span arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

void arena_release(struct arena *a);

#endif
