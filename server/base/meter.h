/* A count of bytes in use, and their maximum.
 *
 * Several owners of memory may share one. It counts only: code that adds memory asks meter_is_over and decides what to give
 * up. Any thread. A NULL meter counts nothing and is never over. */
#ifndef MOCK_REQUESTER_BASE_METER_H
#define MOCK_REQUESTER_BASE_METER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct meter {
    atomic_size_t used;
    size_t max; /* 0: none. Does not change while others use the meter */
};

enum { METER_ALLOCATION = 16 /* what malloc(3) adds to an allocation */ };

static inline void meter_add(struct meter *meter, size_t bytes)
{
    if (meter)
        atomic_fetch_add_explicit(&meter->used, bytes, memory_order_relaxed);
}

static inline void meter_sub(struct meter *meter, size_t bytes)
{
    if (meter)
        atomic_fetch_sub_explicit(&meter->used, bytes, memory_order_relaxed);
}

static inline size_t meter_used(struct meter *meter)
{
    return meter ? atomic_load_explicit(&meter->used, memory_order_relaxed) : 0;
}

static inline bool meter_is_over(struct meter *meter)
{
    return meter && meter->max && meter_used(meter) > meter->max;
}

#endif
