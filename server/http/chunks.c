#include "http/chunks.h"

#include "base/ascii.h"

enum {
    DIGITS_MAX = 16,
    LINE_MAX_BYTES = 4096, /* of a size line; of all trailers together */
};

void chunks_init(struct chunks *chunks, struct buf *body, size_t max)
{
    *chunks = (struct chunks){ .body = body, .max = max };
}

static enum chunks_state end_size_line(struct chunks *chunks)
{
    if (chunks->digits == 0)
        return CHUNKS_BROKEN;
    chunks->digits = 0;
    chunks->line = 0;
    return chunks->left ? CHUNKS_DATA : CHUNKS_TRAILER;
}

static enum chunks_state take_size(struct chunks *chunks, char c)
{
    int digit = ascii_hex(c);

    if (digit >= 0) {
        chunks->left = chunks->left << 4 | (uint64_t)digit;
        return ++chunks->digits > DIGITS_MAX ? CHUNKS_BROKEN : CHUNKS_SIZE;
    }
    if (c == ';')
        return CHUNKS_EXTENSION;
    if (c == '\n')
        return end_size_line(chunks);
    return c == ' ' || c == '\t' || c == '\r' ? CHUNKS_SIZE_TAIL : CHUNKS_BROKEN;
}

static enum chunks_state take_trailer(struct chunks *chunks, char c)
{
    if (c == '\r')
        return CHUNKS_LAST_LF;
    if (c == '\n')
        return CHUNKS_DONE;
    chunks->trailers = true;
    return CHUNKS_TRAILER_LINE;
}

static enum chunks_state take(struct chunks *chunks, char c)
{
    switch (chunks->state) {
    case CHUNKS_SIZE:
        return take_size(chunks, c);
    case CHUNKS_SIZE_TAIL:
        return c == '\n' ? end_size_line(chunks) : c == ' ' || c == '\t' || c == '\r' ? CHUNKS_SIZE_TAIL : CHUNKS_BROKEN;
    case CHUNKS_EXTENSION:
        return c == '\n' ? end_size_line(chunks) : CHUNKS_EXTENSION;
    case CHUNKS_DATA_CR:
        return c == '\r' ? CHUNKS_DATA_LF : CHUNKS_BROKEN;
    case CHUNKS_DATA_LF:
        return c == '\n' ? CHUNKS_SIZE : CHUNKS_BROKEN;
    case CHUNKS_TRAILER:
        return take_trailer(chunks, c);
    case CHUNKS_TRAILER_LINE:
        return c == '\n' ? CHUNKS_TRAILER : CHUNKS_TRAILER_LINE;
    case CHUNKS_LAST_LF:
        return c == '\n' ? CHUNKS_DONE : CHUNKS_BROKEN;
    case CHUNKS_DATA:
    case CHUNKS_DONE:
    case CHUNKS_TOO_LARGE:
    case CHUNKS_BROKEN:
        break;
    }
    return CHUNKS_BROKEN;
}

/* Appends the part of `bytes` that is data of the chunk. Returns its length. */
static size_t take_data(struct chunks *chunks, struct span bytes)
{
    size_t n = chunks->left < bytes.n ? (size_t)chunks->left : bytes.n;
    size_t room = chunks->max - chunks->body->n;

    buf_add(chunks->body, bytes.p, n < room ? n : room);
    chunks->left -= n;
    if (n > room || chunks->body->failed)
        chunks->state = CHUNKS_TOO_LARGE;
    else if (chunks->left == 0)
        chunks->state = CHUNKS_DATA_CR;
    return n;
}

size_t chunks_feed(struct chunks *chunks, struct span bytes)
{
    size_t i = 0;

    while (i < bytes.n && !chunks_is_over(chunks)) {
        if (chunks->state == CHUNKS_DATA) {
            i += take_data(chunks, span_of(bytes.p + i, bytes.n - i));
            continue;
        }
        chunks->state = ++chunks->line > LINE_MAX_BYTES ? CHUNKS_BROKEN : take(chunks, bytes.p[i]);
        i++;
    }
    return i;
}
