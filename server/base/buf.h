/* A growing byte buffer with a maximum and a sticky error.
 *
 * Life: buf_init → buf_add… → read `p`,`n` or buf_take → buf_release. An append that would pass the
 * maximum, or finds no memory, sets `failed`; later appends do nothing, and the caller checks once, at
 * the end. `p` is always NUL-terminated once something was added (the NUL is not counted). */
#ifndef MOCK_REQUESTER_BASE_BUF_H
#define MOCK_REQUESTER_BASE_BUF_H

#include "base/span.h"

#include <stdarg.h>
#include <stdint.h>

struct buf {
    char *p;
    size_t n;
    size_t room;
    size_t max;
    bool failed;
};

/* `max`: the most bytes it may ever hold. No memory is taken yet. */
struct buf buf_init(size_t max);
void buf_release(struct buf *b); /* NULL and zeroed ones are fine; leaves it empty with the same maximum */
/* buf_clear, but gives back memory of more than `keep` bytes. */
void buf_reuse(struct buf *b, size_t keep);
void buf_clear(struct buf *b);   /* back to empty, memory kept, error forgotten */

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_span(struct buf *b, struct span s);
void buf_text(struct buf *b, const char *text);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for `n` more bytes and returns where they go; NULL sets the error. Add the count to `n`. */
char *buf_reserve(struct buf *b, size_t n);

static inline struct span buf_view(const struct buf *b)
{
    return (struct span){ b->p, b->n };
}

/* The bytes are the caller's to free(3); the buffer is empty again. NULL when nothing was added. */
char *buf_take(struct buf *b);

#endif
