#include "http/body.h"

enum { PIECE = 2048 /* of a chunked body that is read at once */ };

static enum body_result read_by_length(const struct body_source *source, size_t n, struct buf *body)
{
    int (*read)(void *, char *, size_t) = source->read ? source->read : source->wire;
    char *to = buf_reserve(body, n);

    while (to && n > 0) {
        int got = read(source->context, to, n);
        if (got < 0 || (got == 0 && !source->read) || source->is_over(source->context))
            return BODY_GONE;
        body->n += (size_t)got;
        to += got;
        n -= (size_t)got;
    }
    return to ? BODY_COMPLETE : BODY_GONE;
}

/* Lets the library read, which feeds the chunks. Returns whether it came to the end of the body. */
static bool read_chunks_by_library(const struct body_source *source, struct chunks *chunks)
{
    char piece[PIECE];
    int got;

    do {
        got = source->read(source->context, piece, sizeof piece);
    } while (got > 0 && !source->is_over(source->context));
    return got == 0 && chunks->state == CHUNKS_DONE && !chunks->trailers;
}

static enum body_result read_chunks(const struct body_source *source, struct chunks *chunks)
{
    char piece[PIECE];

    while (!chunks_is_over(chunks)) {
        int got = source->wire(source->context, piece, sizeof piece);
        if (got <= 0 || source->is_over(source->context))
            return BODY_GONE;
        chunks_feed(chunks, span_of(piece, (size_t)got));
    }
    return chunks->state == CHUNKS_BROKEN ? BODY_BROKEN : BODY_COMPLETE;
}

enum body_result body_read(const struct body_source *source, const struct head *head, struct chunks *chunks,
                           struct buf *body, enum body_end *end, bool *in_step)
{
    enum body_result result;

    if (head->chunked) {
        *in_step = source->read && chunks->state < CHUNKS_TOO_LARGE && read_chunks_by_library(source, chunks);
        result = read_chunks(source, chunks);
        *end = chunks->state == CHUNKS_TOO_LARGE ? BODY_TOO_LARGE : BODY_WHOLE;
        return result;
    }
    *in_step = source->read != NULL;
    result = read_by_length(source, (size_t)(head->length > BODY_MAX ? BODY_MAX : head->length), body);
    *end = head->length > BODY_MAX ? BODY_TOO_LARGE : BODY_WHOLE;
    return result;
}
