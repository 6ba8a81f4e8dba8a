#include "api/limiter.h"

#include <stdlib.h>

enum { ADDRESS_MAX = 46, WAYS = 8, SETS = LIMIT_BUCKETS_MAX / WAYS };

struct bucket {
    const void *path;
    char address[ADDRESS_MAX];
    size_t address_n;
    double tokens;
    int64_t filled_ns; /* 0: never used */
};

/* Each pair may live in one set of a few buckets, so that the cost does not grow with their number. */
struct limiter {
    struct bucket sets[SETS][WAYS];
};

struct limiter *limiter_new(void)
{
    return calloc(1, sizeof(struct limiter));
}

void limiter_free(struct limiter *limiter)
{
    free(limiter);
}

static size_t set_of(const void *path, struct span address)
{
    uint64_t h = (uint64_t)(uintptr_t)path;

    for (size_t i = 0; i < address.n; i++)
        h = h * 31 + (unsigned char)address.p[i];
    h *= UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h >> 32) % SETS;
}

static bool is_for(const struct bucket *b, const void *path, struct span address)
{
    return b->filled_ns && b->path == path && span_eq(span_of(b->address, b->address_n), address);
}

static struct bucket *bucket_of(struct limiter *limiter, const void *path, struct span address, int64_t now)
{
    struct bucket *set = limiter->sets[set_of(path, address)];
    struct bucket *oldest = set;

    for (size_t i = 0; i < WAYS; i++) {
        if (is_for(&set[i], path, address))
            return &set[i];
        if (set[i].filled_ns < oldest->filled_ns)
            oldest = &set[i];
    }
    *oldest = (struct bucket){ .path = path, .address_n = address.n, .tokens = LIMIT_BURST, .filled_ns = now };
    if (address.n)
        memcpy(oldest->address, address.p, address.n);
    return oldest;
}

bool limiter_take(struct limiter *limiter, const void *path, struct span address, int64_t now, int *remaining)
{
    if (address.n > ADDRESS_MAX)
        address.n = ADDRESS_MAX;
    struct bucket *b = bucket_of(limiter, path, address, now);
    if (now < b->filled_ns) /* this thread read the clock before the one that came first */
        now = b->filled_ns;
    b->tokens += (double)(now - b->filled_ns) / 1e9 * LIMIT_PER_SECOND;
    if (b->tokens > LIMIT_BURST)
        b->tokens = LIMIT_BURST;
    b->filled_ns = now;
    bool granted = b->tokens >= 1;
    if (granted)
        b->tokens -= 1;
    *remaining = (int)b->tokens;
    return granted;
}
