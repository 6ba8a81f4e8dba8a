#include "base/buf.h"

#include "base/heap.h"

#include <stdio.h>
#include <stdlib.h>

enum { BUF_FIRST = 256 };

struct buf buf_init(size_t max)
{
    return (struct buf){ .max = max };
}

void buf_release(struct buf *b)
{
    if (!b)
        return;
    if (b->room >= HEAP_MUCH)
        heap_freed(b->room);
    free(b->p);
    *b = buf_init(b->max);
}

void buf_reuse(struct buf *b, size_t keep)
{
    if (b->room > keep)
        buf_release(b);
    else
        buf_clear(b);
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

/* Room for `n` more and a NUL. Doubling keeps appends cheap; the maximum counts bytes, not room. */
static bool buf_grow(struct buf *b, size_t n)
{
    if (b->failed || n > b->max - b->n) {
        b->failed = true;
        return false;
    }
    size_t need = b->n + n + 1;
    if (need <= b->room)
        return true;
    size_t room = b->room ? b->room : BUF_FIRST;
    while (room < need)
        room *= 2;
    char *p = realloc(b->p, room);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->room = room;
    return true;
}

char *buf_reserve(struct buf *b, size_t n)
{
    return buf_grow(b, n) ? b->p + b->n : NULL;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
    if (!buf_grow(b, n))
        return;
    if (n)
        memcpy(b->p + b->n, bytes, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void buf_span(struct buf *b, struct span s)
{
    buf_add(b, s.p, s.n);
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || !buf_grow(b, (size_t)n)) {
        b->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

char *buf_take(struct buf *b)
{
    char *p = b->p;

    *b = buf_init(b->max);
    return p;
}
