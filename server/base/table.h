/* A hash table from texts to small values of one size, with a bound.
 *
 *   table_init → table_add, table_get, table_remove … → table_release
 *
 * Keys are copied. A value is zeroed when it is added, keeps its address until it is removed, and is aligned for
 * pointers and 64-bit numbers. Thread: the owner's lock. */
#ifndef MOCK_REQUESTER_BASE_TABLE_H
#define MOCK_REQUESTER_BASE_TABLE_H

#include "base/span.h"

enum table_full {
    TABLE_REFUSES, /* a full table takes no further key */
    TABLE_FORGETS, /* a full table forgets the key that was added first */
};

struct table_entry;

struct table {
    size_t value_size, max;
    enum table_full full;
    struct table_entry **buckets; /* NULL while nothing was added */
    size_t n_buckets;             /* a power of two */
    struct table_entry *oldest, *newest;
    size_t n;
};

/* Allocates nothing. `max` keys at most. */
struct table table_init(size_t value_size, size_t max, enum table_full full);
/* Returns the value of the key, or NULL. */
void *table_get(const struct table *table, struct span key);
/* Returns the value of the key, added if it is not there; NULL if the table refuses it or there is no memory. */
void *table_add(struct table *table, struct span key);
/* Does nothing if the key is not there. The value must not be used any more. */
void table_remove(struct table *table, struct span key);
/* Returns the value after `value` (NULL: the first) in the order of adding, and its key; NULL at the end. */
void *table_next(const struct table *table, const void *value, struct span *key);
/* Removes all keys. The table can be used again. */
void table_release(struct table *table);

#endif
