/* Places in the process for exchanges that keep a worker thread: all worlds share them.
 *
 * Any thread. */
#ifndef MOCK_REQUESTER_WORLD_PLACES_H
#define MOCK_REQUESTER_WORLD_PLACES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct places {
    atomic_size_t taken;
    atomic_size_t max;
};

/* False: all are taken. */
static inline bool places_take(struct places *places)
{
    if (atomic_fetch_add(&places->taken, 1) < atomic_load(&places->max))
        return true;
    atomic_fetch_sub(&places->taken, 1);
    return false;
}

static inline void places_give(struct places *places)
{
    atomic_fetch_sub(&places->taken, 1);
}

struct world_places {
    struct places held, streams, awaits, watchers;
};

#endif
