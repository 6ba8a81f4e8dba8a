#include "reference/raw.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { PATIENCE_MS = 4000, /* for what was recorded to come */ END_MAX = 16 * 1024 * 1024 };

static enum framing framing_told(enum http_framing framing)
{
    static const enum framing told[] = { [HTTP_FRAMING_NONE] = FRAMING_UNKNOWN,
                                         [HTTP_FRAMING_LENGTH] = FRAMING_LENGTH,
                                         [HTTP_FRAMING_CHUNKED] = FRAMING_CHUNKED,
                                         [HTTP_FRAMING_CLOSE] = FRAMING_CLOSE };

    return told[framing];
}

struct told_reply reply_told(const struct http_reply *reply, struct arena *arena)
{
    struct told_reply told = { .none = reply->end == HTTP_READ_EMPTY };

    if (reply->end != HTTP_READ_REPLY) {
        told.trouble = told.none ? told.trouble : span_text(http_read_end_name(reply->end));
        return told;
    }
    told.status_line = arena_span(arena, reply->status_line);
    told.interim.at = arena_alloc(arena, reply->n_interim * sizeof(struct span));
    told.headers.at = arena_alloc(arena, reply->n_headers * sizeof(struct told_header));
    MUST(told.interim.at && told.headers.at);
    for (size_t i = 0; i < reply->n_interim; i++)
        told.interim.at[told.interim.n++] = arena_span(arena, reply->interim[i]);
    for (size_t i = 0; i < reply->n_headers; i++)
        told.headers.at[told.headers.n++] = (struct told_header){ .name = arena_span(arena, reply->headers[i].name),
                                                                  .value = arena_span(arena, reply->headers[i].value) };
    told.framing = framing_told(reply->framing);
    told.body = arena_span(arena, buf_view(&reply->body));
    return told;
}

/* ---- bytes --------------------------------------------------------------------------------------------- */

/* The gap is a part of what was recorded: the pieces come apart. */
static void let_pass(int ms)
{
    poll(NULL, 0, ms);
}

void raw_send(struct http_client *client, int port, const struct told_step *step)
{
    http_close(client);
    if (!http_connect(client, port))
        return;
    client->timeout_ms = PATIENCE_MS;
    for (size_t i = 0; i < step->pieces.n; i++) {
        if (i)
            let_pass(step->gap_ms);
        http_send(client, step->pieces.at[i].p, step->pieces.at[i].n); /* it may be closed by now */
    }
}

/* A refusal of the HTTP library has its text behind the head even where HEAD was asked; the recordings left it out. */
static bool has_unrecorded_body(const struct told_step *step)
{
    return span_is(step->request.method, "HEAD") && step->reply.framing == FRAMING_CLOSE;
}

struct told_reply raw_answer(struct http_client *client, const struct told_step *step, struct arena *arena)
{
    bool unrecorded = has_unrecorded_body(step);
    struct span method = arena_span(arena, unrecorded ? SPAN("GET") : step->request.method); /* with a NUL after it */

    struct http_reply reply = http_read(client, method.p);
    struct told_reply told = reply_told(&reply, arena);
    if (unrecorded)
        told.body = SPAN("");
    http_reply_release(&reply);
    return told;
}

/* More bytes, or how the connection ended; NULL: bytes came. */
static const char *read_on(struct http_client *client, int wait_ms, struct buf *bytes)
{
    struct pollfd p = { .fd = client->fd, .events = POLLIN };
    char part[2048];

    if (poll(&p, 1, wait_ms) <= 0)
        return "open";
    ssize_t n = recv(client->fd, part, sizeof part, MSG_DONTWAIT);
    if (n <= 0)
        return n == 0 ? "closed" : "reset";
    buf_add(bytes, part, (size_t)n);
    return NULL;
}

struct told_reply raw_end(struct http_client *client, const struct told_step *step, struct arena *arena)
{
    CLEANUP(buf_release) struct buf bytes = buf_init(END_MAX);
    const char *end = NULL;

    buf_span(&bytes, buf_view(&client->unread));
    while (!end) {
        bool all_came = span_is(step->reply.status_line, "open") && bytes.n >= step->reply.body.n;
        end = read_on(client, all_came ? step->quiet_ms : PATIENCE_MS, &bytes);
    }
    http_close(client);
    return (struct told_reply){ .framing = FRAMING_UNKNOWN,
                                .status_line = span_text(end),
                                .body = arena_span(arena, buf_view(&bytes)) };
}
