#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A job that completes without faults just fills two blocks; large allocations get blocks of their own. */
enum { BLOCK_ROOM = 640 - 32, ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t n, room;
    _Alignas(ALIGN) unsigned char bytes[];
};

static struct arena_block *block_new(struct arena *a, size_t n)
{
    size_t room = n > BLOCK_ROOM ? n : BLOCK_ROOM;
    struct arena_block *block = calloc(1, sizeof *block + room);

    if (!block) {
        a->failed = true;
        return NULL;
    }
    block->room = room;
    /* The block of a large allocation is linked behind the one in use, whose rest stays usable. */
    if (n > BLOCK_ROOM && a->blocks) {
        block->next = a->blocks->next;
        a->blocks->next = block;
    } else {
        block->next = a->blocks;
        a->blocks = block;
    }
    return block;
}

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2) {
        a->failed = true;
        return NULL;
    }
    size_t need = (n + ALIGN - 1) / ALIGN * ALIGN;
    struct arena_block *block = a->blocks;

    if (!block || block->room - block->n < need)
        block = block_new(a, need);
    if (!block)
        return NULL;
    void *p = block->bytes + block->n;
    block->n += need;
    a->used += need;
    return p;
}

struct span arena_span(struct arena *a, struct span s)
{
    char *p = arena_alloc(a, s.n + 1);

    if (!p)
        return (struct span){ NULL, 0 };
    if (s.n)
        memcpy(p, s.p, s.n);
    return span_of(p, s.n);
}

struct span arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (!p)
        return (struct span){ NULL, 0 };
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return span_of(p, (size_t)n);
}

void arena_release(struct arena *a)
{
    if (!a)
        return;
    for (struct arena_block *block = a->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    *a = (struct arena){ 0 };
}
