#include "base/counted.h"

#include <stdlib.h>

struct counted_text {
    struct counted_text *next;  /* in the bucket */
    struct counted_text *newer; /* in the order in which they came */
    int64_t times;
    size_t n;
    char text[];
};

static struct counted_text **bucket_of(const struct counted *counted, struct span text)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    return &counted->buckets[(h ^ h >> 32) % COUNTED_BUCKETS];
}

static struct span text_of(const struct counted_text *entry)
{
    return span_of(entry->text, entry->n);
}

static struct counted_text *find(const struct counted *counted, struct span text)
{
    struct counted_text *entry = counted->buckets ? *bucket_of(counted, text) : NULL;

    while (entry && !span_eq(text_of(entry), text))
        entry = entry->next;
    return entry;
}

static void forget_oldest(struct counted *counted)
{
    struct counted_text *entry = counted->oldest, **at = bucket_of(counted, text_of(entry));

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    counted->oldest = entry->newer;
    if (!counted->oldest)
        counted->newest = NULL;
    counted->n--;
    free(entry);
}

static struct counted_text *add(struct counted *counted, struct span text)
{
    struct counted_text *entry = calloc(1, sizeof *entry + text.n);

    if (!entry)
        return NULL;
    entry->n = text.n;
    if (text.n)
        memcpy(entry->text, text.p, text.n);
    struct counted_text **bucket = bucket_of(counted, text);
    entry->next = *bucket;
    *bucket = entry;
    if (counted->newest)
        counted->newest->newer = entry;
    else
        counted->oldest = entry;
    counted->newest = entry;
    counted->n++;
    return entry;
}

int64_t counted_add(struct counted *counted, struct span text, size_t max)
{
    struct counted_text *entry = find(counted, text);

    if (!counted->buckets)
        counted->buckets = calloc(COUNTED_BUCKETS, sizeof *counted->buckets);
    if (!counted->buckets)
        return 1;
    if (!entry && counted->n >= max)
        forget_oldest(counted);
    entry = entry ? entry : add(counted, text);
    return entry ? ++entry->times : 1;
}

int64_t counted_get(const struct counted *counted, struct span text)
{
    const struct counted_text *entry = find(counted, text);

    return entry ? entry->times : 0;
}

void counted_release(struct counted *counted)
{
    for (struct counted_text *entry = counted->oldest, *newer; entry; entry = newer) {
        newer = entry->newer;
        free(entry);
    }
    free(counted->buckets);
    *counted = (struct counted){ 0 };
}
