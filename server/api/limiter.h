/* The real requester's rate limit: 1000 requests a second, per path and client address (wire contract A1).
 *
 * Token buckets on real time, independent of the engine's clock. Their number is fixed: the one not used
 * for the longest time is replaced. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_API_LIMITER_H
#define MOCK_REQUESTER_API_LIMITER_H

#include "base/span.h"

#include <stdint.h>

enum {
    LIMIT_PER_SECOND = 1000,
    LIMIT_BURST = 1000,
    LIMIT_BUCKETS_MAX = 512, /* (path, address) pairs remembered */
};

struct limiter;

struct limiter *limiter_new(void); /* NULL: no memory */
void limiter_free(struct limiter *limiter);

/* Takes a token; false if there is none. `*remaining`: whole tokens left. `path` is identified by its
 * address in the route table; `address` without the port. */
bool limiter_take(struct limiter *limiter, const void *path, struct span address, int64_t monotonic_ns, int *remaining);

#endif
