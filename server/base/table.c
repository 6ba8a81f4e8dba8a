#include "base/table.h"

#include "base/fnv.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

struct table_entry {
    struct table_entry *next;          /* in the bucket */
    struct table_entry *older, *newer; /* in the order of table_add */
    size_t n;                          /* of the key */
    _Alignas(8) char bytes[];          /* the value, then the key */
};

struct table table_init(size_t value_size, size_t max, enum table_full full)
{
    return (struct table){ .value_size = value_size, .max = max, .full = full };
}

static struct span key_of(const struct table *table, const struct table_entry *entry)
{
    return span_of(entry->bytes + table->value_size, entry->n);
}

static struct table_entry **bucket_of(const struct table *table, struct span key)
{
    uint64_t h = fnv_add(FNV_START, key.p, key.n);

    return &table->buckets[(size_t)(h ^ h >> 32) & (table->n_buckets - 1)];
}

static struct table_entry *find(const struct table *table, struct span key)
{
    struct table_entry *entry = table->buckets ? *bucket_of(table, key) : NULL;

    while (entry && !span_eq(key_of(table, entry), key))
        entry = entry->next;
    return entry;
}

void *table_get(const struct table *table, struct span key)
{
    struct table_entry *entry = find(table, key);

    return entry ? entry->bytes : NULL;
}

static void put_in_bucket(struct table *table, struct table_entry *entry)
{
    struct table_entry **bucket = bucket_of(table, key_of(table, entry));

    entry->next = *bucket;
    *bucket = entry;
}

/* Doubles the buckets when they are full. Without memory the chains grow; false if there are no buckets at all. */
static bool grow(struct table *table)
{
    size_t wanted = table->n_buckets ? table->n_buckets * 2 : BUCKETS_FIRST;
    struct table_entry **buckets = table->n < table->n_buckets ? NULL : calloc(wanted, sizeof *buckets);

    if (!buckets)
        return table->buckets;
    free(table->buckets);
    table->buckets = buckets;
    table->n_buckets = wanted;
    for (struct table_entry *entry = table->oldest; entry; entry = entry->newer)
        put_in_bucket(table, entry);
    return true;
}

static void remove_entry(struct table *table, struct table_entry *entry)
{
    struct table_entry **at = bucket_of(table, key_of(table, entry));

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    *(entry->older ? &entry->older->newer : &table->oldest) = entry->newer;
    *(entry->newer ? &entry->newer->older : &table->newest) = entry->older;
    table->n--;
    free(entry);
}

static struct table_entry *entry_new(struct table *table, struct span key)
{
    struct table_entry *entry = calloc(1, sizeof *entry + table->value_size + key.n);

    if (!entry)
        return NULL;
    entry->n = key.n;
    if (key.n)
        memcpy(entry->bytes + table->value_size, key.p, key.n);
    entry->older = table->newest;
    *(table->newest ? &table->newest->newer : &table->oldest) = entry;
    table->newest = entry;
    table->n++;
    return entry;
}

void *table_add(struct table *table, struct span key)
{
    struct table_entry *entry = find(table, key);

    if (entry)
        return entry->bytes;
    if (table->n >= table->max && table->full == TABLE_REFUSES)
        return NULL;
    if (!grow(table) || !(entry = entry_new(table, key)))
        return NULL;
    put_in_bucket(table, entry);
    if (table->n > table->max)
        remove_entry(table, table->oldest);
    return entry->bytes;
}

void table_remove(struct table *table, struct span key)
{
    struct table_entry *entry = find(table, key);

    if (entry)
        remove_entry(table, entry);
}

void *table_next(const struct table *table, const void *value, struct span *key)
{
    const struct table_entry *before = value ? (const void *)((const char *)value - offsetof(struct table_entry, bytes)) : NULL;
    struct table_entry *entry = before ? before->newer : table->oldest;

    if (!entry)
        return NULL;
    *key = key_of(table, entry);
    return entry->bytes;
}

void table_release(struct table *table)
{
    for (struct table_entry *entry = table->oldest, *newer; entry; entry = newer) {
        newer = entry->newer;
        free(entry);
    }
    free(table->buckets);
    *table = table_init(table->value_size, table->max, table->full);
}
