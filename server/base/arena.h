/* Memory that is freed all at once.
 *
 * Life: zero it → arena_alloc… → arena_release. All memory of one job, or of one request,
 * is in one arena, so nothing inside is freed separately. Memory comes zeroed and aligned for any
 * type; texts are packed. Not for sharing between threads. */
#ifndef MOCK_REQUESTER_BASE_ARENA_H
#define MOCK_REQUESTER_BASE_ARENA_H

#include "base/meter.h"
#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t size;         /* bytes of its blocks, unused ones included */
    size_t max;          /* most bytes that its blocks may have; above that it is as without memory. 0: no limit */
    struct meter *meter; /* counts `size`; set by arena_count. NULL: nothing does */
    bool failed;         /* sticky: an allocation found no memory */
    bool exceeded;       /* sticky: … because of `max` */
};

/* NULL when there is no memory. `n` = 0 gives a valid pointer to nothing. */
void *arena_alloc(struct arena *a, size_t n);
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* A copy in the arena, NUL after it (not counted). The zero span when there is no memory. */
struct span arena_span(struct arena *a, struct span s);
/* The parts one after the other. */
struct span arena_join(struct arena *a, const struct span *parts, size_t n);
struct span arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* `n` zeroed bytes that need no alignment. NULL when there is no memory. */
char *arena_text(struct arena *a, size_t n);

/* Counts the arena's bytes, those there are and those to come, with this meter (NULL: with none) and no longer with the one
 * before. */
void arena_count(struct arena *a, struct meter *meter);

void arena_release(struct arena *a);
/* Empties the arena as arena_release does, but keeps its newest block, if that has at most `keep` bytes, for what comes. */
void arena_reuse(struct arena *a, size_t keep);

#endif
