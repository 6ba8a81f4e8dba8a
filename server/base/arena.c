#include "base/arena.h"

#include "base/heap.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A job that completes without faults just fills two blocks. The more the arena has, the larger its next block is:
 * BLOCK_SHARE is the part of it that may stay unused. Large allocations get blocks of their own. */
enum { BLOCK_FIRST = 640 - 32, BLOCK_LAST = 1 << 20, BLOCK_SHARE = 16, ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t n, room;
    _Alignas(ALIGN) unsigned char bytes[];
};

static size_t room_of_next(const struct arena *a)
{
    size_t share = a->size / BLOCK_SHARE / ALIGN * ALIGN;

    return share < BLOCK_FIRST ? BLOCK_FIRST : share > BLOCK_LAST ? BLOCK_LAST : share;
}

/* The block of a large allocation is linked behind the one in use, whose rest stays usable. */
static void link_block(struct arena *a, struct arena_block *block, bool is_large)
{
    struct arena_block **at = is_large && a->blocks ? &a->blocks->next : &a->blocks;

    block->next = *at;
    *at = block;
}

static struct arena_block *block_new(struct arena *a, size_t n)
{
    size_t usual = room_of_next(a), room = n > usual ? n : usual;
    size_t size = sizeof(struct arena_block) + room + METER_ALLOCATION;
    bool allowed = !a->max || (size <= a->max && a->size <= a->max - size);
    struct arena_block *block = allowed ? calloc(1, sizeof *block + room) : NULL;

    if (!block) {
        a->failed = true;
        a->exceeded |= !allowed;
        return NULL;
    }
    block->room = room;
    a->size += size;
    meter_add(a->meter, size);
    link_block(a, block, n > usual);
    return block;
}

static void *take(struct arena *a, size_t n, size_t align)
{
    struct arena_block *block = a->blocks;
    size_t at = block ? (block->n + align - 1) / align * align : 0;

    if (n > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    if (!block || at > block->room || block->room - at < n) {
        block = block_new(a, n);
        at = 0;
    }
    if (!block)
        return NULL;
    block->n = at + n;
    return block->bytes + at;
}

void *arena_alloc(struct arena *a, size_t n)
{
    return take(a, n, ALIGN);
}

char *arena_text(struct arena *a, size_t n)
{
    return take(a, n, 1);
}

void arena_count(struct arena *a, struct meter *meter)
{
    meter_sub(a->meter, a->size);
    meter_add(meter, a->size);
    a->meter = meter;
}

struct span arena_span(struct arena *a, struct span s)
{
    char *p = arena_text(a, s.n + 1);

    if (!p)
        return (struct span){ NULL, 0 };
    if (s.n)
        memcpy(p, s.p, s.n);
    return span_of(p, s.n);
}

struct span arena_join(struct arena *a, const struct span *parts, size_t n)
{
    size_t size = 0;

    for (size_t i = 0; i < n; i++)
        size += parts[i].n;
    char *p = arena_alloc(a, size + 1), *to = p;
    if (!p)
        return (struct span){ NULL, 0 };
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n)
            memcpy(to, parts[i].p, parts[i].n);
        to += parts[i].n;
    }
    return span_of(p, size);
}

struct span arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : arena_text(a, (size_t)n + 1);
    if (!p)
        return (struct span){ NULL, 0 };
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return span_of(p, (size_t)n);
}

void arena_reuse(struct arena *a, size_t keep)
{
    struct arena_block *kept = a->blocks;

    if (!kept || kept->room > keep || a->meter) {
        arena_release(a);
        return;
    }
    a->blocks = kept->next;
    arena_release(a);
    memset(kept->bytes, 0, kept->n);
    kept->n = 0;
    kept->next = NULL;
    a->blocks = kept;
    a->size = sizeof *kept + kept->room + METER_ALLOCATION;
}

void arena_release(struct arena *a)
{
    if (!a)
        return;
    for (struct arena_block *block = a->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    if (a->meter || a->size >= HEAP_MUCH)
        heap_freed(a->size);
    meter_sub(a->meter, a->size);
    *a = (struct arena){ .max = a->max, .meter = a->meter };
}
