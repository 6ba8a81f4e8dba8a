#include "base/heap.h"

#include <malloc.h>
#include <stdatomic.h>

static atomic_size_t freed; /* since the last trim */

void heap_set_up(void)
{
    mallopt(M_MMAP_THRESHOLD, HEAP_MAPPED); /* else it grows with what is freed, up to 32 MiB */
    mallopt(M_ARENA_MAX, HEAP_ARENAS);
}

void heap_freed(size_t bytes)
{
    atomic_fetch_add_explicit(&freed, bytes, memory_order_relaxed);
}

bool heap_settle(void)
{
    size_t n = atomic_load_explicit(&freed, memory_order_relaxed);

    if (n < HEAP_STEP || !atomic_compare_exchange_strong(&freed, &n, 0))
        return false;
    malloc_trim(0);
    return true;
}
