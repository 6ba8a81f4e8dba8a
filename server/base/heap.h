/* The heap of the process: what free(3) keeps for later is given back to the system after much was freed.
 *
 *   heap_set_up → (heap_freed …, heap_settle …)
 *
 * Whoever frees much reports it; whoever holds no lock settles now and then. A trim comes once in HEAP_STEP freed bytes, so
 * its cost is small beside that of using them, and at most about HEAP_STEP stay unused. Any thread. */
#ifndef MOCK_REQUESTER_BASE_HEAP_H
#define MOCK_REQUESTER_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

enum {
    HEAP_STEP = 8 * 1024 * 1024,
    HEAP_MUCH = 64 * 1024,    /* less need not be reported */
    HEAP_MAPPED = 128 * 1024, /* allocations from here on are mapped, and given back when they are freed */
    HEAP_ARENAS = 8,          /* of malloc(3), which threads share */
};

/* For the program's start, before any thread. */
void heap_set_up(void);
/* Notes that so many bytes were freed. */
void heap_freed(size_t bytes);
/* Trims if it is due; true if it did. It may take milliseconds: not for callers that hold a lock. */
bool heap_settle(void);

#endif
