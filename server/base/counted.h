/* How often each of many texts came: a bounded set of counters. Thread: the owner's lock. */
#ifndef MOCK_REQUESTER_BASE_COUNTED_H
#define MOCK_REQUESTER_BASE_COUNTED_H

#include "base/span.h"

#include <stdint.h>

enum { COUNTED_BUCKETS = 256 };

struct counted_text;

struct counted {
    struct counted_text **buckets; /* made when the first text comes */
    struct counted_text *oldest, *newest;
    size_t n;
};

/* One more; how many that makes. With `max` texts the one that came first is forgotten. Without memory the
 * text is always new. */
int64_t counted_add(struct counted *counted, struct span text, size_t max);
int64_t counted_get(const struct counted *counted, struct span text); /* 0: never */
void counted_release(struct counted *counted);

#endif
