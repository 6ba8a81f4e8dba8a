/* Decodes a chunked body byte by byte, by the rules of Go's net/http/internal/chunked.go. Pure.
 *
 * Life: chunks_init → chunks_feed until chunks_is_over. */
#ifndef MOCK_REQUESTER_HTTP_CHUNKS_H
#define MOCK_REQUESTER_HTTP_CHUNKS_H

#include "base/buf.h"

enum chunks_state {
    CHUNKS_SIZE,
    CHUNKS_SIZE_TAIL, /* blanks behind the size */
    CHUNKS_EXTENSION,
    CHUNKS_DATA,
    CHUNKS_DATA_CR,
    CHUNKS_DATA_LF,
    CHUNKS_TRAILER, /* at the beginning of a line */
    CHUNKS_TRAILER_LINE,
    CHUNKS_LAST_LF,
    /* over: */
    CHUNKS_DONE,
    CHUNKS_TOO_LARGE,
    CHUNKS_BROKEN,
};

struct chunks {
    enum chunks_state state;
    struct buf *body; /* borrowed */
    size_t max;
    uint64_t left;    /* the size as read so far, then the bytes of the chunk that are still to come */
    int digits;
    size_t line;      /* bytes of size lines without a chunk between, or of trailers */
    bool trailers;    /* there were any */
};

/* Decoded bytes are appended to `body`, of which `max` are kept. */
void chunks_init(struct chunks *chunks, struct buf *body, size_t max);
/* Returns how many bytes were used: fewer than `bytes.n` only when it is over. */
size_t chunks_feed(struct chunks *chunks, struct span bytes);

static inline bool chunks_is_over(const struct chunks *chunks)
{
    return chunks->state >= CHUNKS_DONE;
}

#endif
