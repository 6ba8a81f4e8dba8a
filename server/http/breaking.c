#include "http/breaking.h"

#include "http/sockets.h"

#include <poll.h>

enum { RESET_PAUSE_MS = 10 /* a reset makes the client lose bytes that it has not read */ };

/* ---- the bytes -------------------------------------------------------------------------------------------------- */

static size_t head_size(struct span out)
{
    const char *end = out.n ? memmem(out.p, out.n, "\r\n\r\n", 4) : NULL;

    return end ? (size_t)(end + 4 - out.p) : out.n;
}

static size_t up_to_half_the_body(struct span out)
{
    size_t head = head_size(out);

    return head + (out.n - head) / 2;
}

static size_t nothing(struct span out)
{
    (void)out;
    return 0;
}

/* No HTTP, and no line end. */
static const char garbage[] = "\x16\x03\x01\x7f\xfe no HTTP begins like this";
static const char half_status_line[] = "HTTP/1.1 2";

static const struct row {
    size_t (*cut)(struct span out); /* NULL: all */
    struct span instead;            /* p NULL: the reply itself */
    bool reset;                     /* the connection ends so */
} rows[BREAK_COUNT] = {
    [BREAK_EMPTY_RESPONSE] = { .cut = nothing },
    [BREAK_CONNECTION_RESET_BY_PEER] = { .cut = nothing, .reset = true },
    [BREAK_RANDOM_DATA_THEN_CLOSE] = { .instead = { garbage, sizeof garbage - 1 } },
    [BREAK_TRUNCATED_HEAD] = { .instead = { half_status_line, sizeof half_status_line - 1 } },
    [BREAK_TRUNCATED_BODY] = { .cut = up_to_half_the_body },
    [BREAK_RESET_IN_BODY] = { .cut = up_to_half_the_body, .reset = true },
    [BREAK_HANG] = { .cut = nothing },
};

static struct span bytes_of(const struct row *row, struct span out)
{
    if (row->instead.p)
        return row->instead;
    return span_of(out.p, row->cut ? row->cut(out) : out.n);
}

/* ---- sending ------------------------------------------------------------------------------------------------------- */

static bool send_one(const struct outlet *outlet, struct span bytes, struct sent *sent)
{
    if (bytes.n && !outlet->write(outlet->context, bytes))
        return false;
    sent->bytes += (int64_t)bytes.n;
    return true;
}

/* The head goes with the first piece of the body. */
static struct sent trickle(const struct outlet *outlet, struct span out, size_t piece)
{
    struct sent sent = { 0 };
    size_t n = head_size(out);

    n += out.n - n < piece ? out.n - n : piece;
    for (;;) {
        if (!send_one(outlet, span_of(out.p, n), &sent))
            return sent;
        out = span_of(out.p + n, out.n - n);
        if (out.n == 0)
            break;
        if (!outlet->wait(outlet->context))
            return sent;
        n = out.n < piece ? out.n : piece;
    }
    sent.all = true;
    return sent;
}

static void reset(const struct outlet *outlet, bool wrote)
{
    if (wrote)
        poll(NULL, 0, RESET_PAUSE_MS);
    sockets_reset(outlet->fd);
}

struct sent breaking_send(const struct outlet *outlet, const struct reply *reply, struct span out)
{
    const struct row *row = &rows[reply->fate.broken];
    struct sent sent = { 0 };

    if (reply->fate.trickle.bytes && !reply->fate.broken)
        return trickle(outlet, out, reply->fate.trickle.bytes);
    sent.all = send_one(outlet, bytes_of(row, out), &sent);
    if (row->reset)
        reset(outlet, sent.bytes > 0);
    return sent;
}
