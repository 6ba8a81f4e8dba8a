#include "http/body.h"

enum { BODY_FIRST = 16 * 1024 /* room for a chunked body to begin with */ };

static enum body_result read_by_length(const struct body_source *source, size_t n, struct buf *body)
{
    char *to = buf_reserve(body, n);

    while (to && n > 0) {
        int got = source->read(source->context, to, n);
        if (got < 0 || source->is_over(source->context))
            return BODY_GONE;
        body->n += (size_t)got;
        to += got;
        n -= (size_t)got;
    }
    return to ? BODY_COMPLETE : BODY_GONE;
}

/* The one error code of the source says neither that the chunks were bad nor that they stopped coming. */
static enum body_result read_chunks(const struct body_source *source, struct buf *body)
{
    for (size_t room = BODY_FIRST; body->n <= BODY_MAX; room = body->n) {
        if (room > BODY_MAX + 1 - body->n)
            room = BODY_MAX + 1 - body->n;
        char *to = buf_reserve(body, room);
        int got = to ? source->read(source->context, to, room) : -1;
        if (got == 0)
            return BODY_COMPLETE;
        if (got < 0)
            return source->is_gone(source->context) ? BODY_GONE : BODY_BROKEN;
        body->n += (size_t)got;
    }
    return BODY_COMPLETE;
}

enum body_result body_read(const struct body_source *source, const struct head *head, struct buf *body,
                           enum body_end *end)
{
    enum body_result result;

    if (head->chunked)
        result = read_chunks(source, body);
    else
        result = read_by_length(source, (size_t)(head->length > BODY_MAX ? BODY_MAX : head->length), body);
    if (head->chunked ? body->n > BODY_MAX : head->length > BODY_MAX) {
        body->n = body->n > BODY_MAX ? BODY_MAX : body->n;
        *end = BODY_TOO_LARGE;
    }
    return result;
}
