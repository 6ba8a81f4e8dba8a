#include "http/body.h"

enum {
    PIECE = 2048,      /* of a chunked body that is read at once */
    FIRST = 64 * 1024, /* of a body with a length, at first; later as much as was read already */
};

static enum body_result read_by_length(const struct body_source *source, size_t n, struct buf *body)
{
    int (*read)(void *, char *, size_t) = source->read ? source->read : source->wire;

    for (size_t piece = FIRST; body->n < n; piece = body->n) {
        piece = n - body->n < piece ? n - body->n : piece;
        if (!source->afford(source->context, body->n + piece))
            return BODY_NO_TURN;
        char *to = buf_reserve(body, piece);
        int got = to ? read(source->context, to, piece) : -1;
        if (got < 0 || (got == 0 && !source->read) || source->is_over(source->context))
            return BODY_GONE;
        body->n += (size_t)got;
    }
    return BODY_COMPLETE;
}

/* Lets the library read, which feeds the chunks, up to its end of the body. */
static enum body_result read_chunks_by_library(const struct body_source *source, struct chunks *chunks, bool *in_step)
{
    char piece[PIECE];
    int got;

    do {
        if (!source->afford(source->context, chunks->body->n + PIECE))
            return BODY_NO_TURN;
        got = source->read(source->context, piece, sizeof piece);
    } while (got > 0 && !source->is_over(source->context));
    *in_step = got == 0 && chunks->state == CHUNKS_DONE && !chunks->trailers;
    return BODY_COMPLETE;
}

static enum body_result read_chunks(const struct body_source *source, struct chunks *chunks)
{
    char piece[PIECE];

    while (!chunks_is_over(chunks)) {
        if (!source->afford(source->context, chunks->body->n + PIECE))
            return BODY_NO_TURN;
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
    enum body_result result = BODY_COMPLETE;

    *in_step = false;
    if (head->chunked) {
        if (source->read && chunks->state < CHUNKS_TOO_LARGE)
            result = read_chunks_by_library(source, chunks, in_step);
        if (!result)
            result = read_chunks(source, chunks);
        *end = chunks->state == CHUNKS_TOO_LARGE ? BODY_TOO_LARGE : BODY_WHOLE;
        return result;
    }
    *in_step = source->read != NULL;
    result = read_by_length(source, (size_t)(head->length > BODY_MAX ? BODY_MAX : head->length), body);
    *end = head->length > BODY_MAX ? BODY_TOO_LARGE : BODY_WHOLE;
    return result;
}
