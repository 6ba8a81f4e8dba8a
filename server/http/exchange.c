#include "http/exchange.h"

#include "base/os_clock.h"
#include "http/body.h"
#include "http/parsed.h"
#include "http/sending.h"

#include <stdio.h>
#include <unistd.h>

enum { STATUS_NONE = 499 /* what the library is told when nothing was sent; it goes nowhere */ };

static const size_t REPLY_OUT_MAX = (size_t)REPLY_BODY_MAX + 64 * 1024 * 1024; /* with head and chunk lines */

static int64_t ms_since(int64_t monotonic_ns)
{
    return (os_clock_monotonic() - monotonic_ns) / NS_PER_MS;
}

/* ---- body ---------------------------------------------------------------------------------------------------- */

/* The source of the body; `since_ns`: when the last read began. */
struct source {
    struct exchange *ex;
    int64_t since_ns;
};

static int read_some(void *context, char *to, size_t n)
{
    struct source *source = context;

    source->since_ns = os_clock_monotonic();
    return library_read(source->ex->connection, to, n);
}

static bool is_over(void *context)
{
    const struct exchange *ex = ((const struct source *)context)->ex;

    return ms_since(ex->request.monotonic_ns) > BODY_MS || atomic_load(&ex->server->stopping);
}

static bool is_gone(void *context)
{
    const struct source *source = context;

    if (ms_since(source->since_ns) > SILENCE_MS - TIMER_SLACK_MS)
        return true;
    int fd = exchange_socket(source->ex);
    bool gone = fd < 0 || sockets_peer_gone(fd);
    if (fd >= 0)
        close(fd);
    return gone;
}

static enum body_result read_body(struct exchange *ex)
{
    struct source source = { .ex = ex };

    if (!ex->head.chunked && ex->head.length == 0)
        return BODY_COMPLETE;
    if (ex->head.chunked && !parsed_knows(ex->head.method)) /* the library has not even read the headers */
        return BODY_BROKEN;
    if (ex->head.minor > 0 && head_has_token(&ex->head, "Expect", "100-continue"))
        library_write(ex->connection, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
    enum body_result result = body_read(&(struct body_source){ &source, read_some, is_over, is_gone }, &ex->head,
                                        &ex->body, &ex->request.body_end);
    ex->request.body = buf_view(&ex->body);
    return result;
}

/* ---- one exchange -------------------------------------------------------------------------------------------- */

static bool expects_the_impossible(const struct head *head)
{
    return head_header(head, "Expect") && !head_has_token(head, "Expect", "100-continue");
}

static int reply_by(struct exchange *ex, void (*fill)(struct exchange *ex, struct reply *reply))
{
    struct reply reply;

    reply_init(&reply);
    fill(ex, &reply);
    sending_reply(ex, &reply);
    int status = reply.status;
    reply_release(&reply);
    return status ? status : STATUS_NONE;
}

static void fill_by_handler(struct exchange *ex, struct reply *reply)
{
    ex->server->options.handle(ex->server->options.context, &ex->request, reply);
}

static void fill_expectation_failed(struct exchange *ex, struct reply *reply)
{
    (void)ex;
    reply->status = 417;
    reply->close = true;
}

static enum refusal read_head(struct exchange *ex)
{
    bool good = parsed_take_head(&ex->head, &ex->parsed, ex->door, HEAD_MAX, &ex->arena);
    enum refusal refusal = good ? head_check(&ex->head) : REFUSE_BAD;

    ex->request.method = ex->head.method;
    ex->request.target = ex->head.target;
    ex->request.http_minor = ex->head.minor;
    ex->request.headers = ex->head.headers;
    ex->request.n_headers = ex->head.n_headers;
    return refusal;
}

static int serve(struct exchange *ex)
{
    enum refusal refusal = read_head(ex);

    if (refusal)
        return sending_refuse(ex, refusal);
    if (expects_the_impossible(&ex->head))
        return reply_by(ex, fill_expectation_failed);
    switch (read_body(ex)) {
    case BODY_COMPLETE:
        break;
    case BODY_GONE:
        sending_abandon(ex);
        return STATUS_NONE;
    case BODY_BROKEN:
        return sending_refuse(ex, REFUSE_BAD);
    }
    return reply_by(ex, fill_by_handler);
}

/* A head that did not come to its end has timed out (no reply), is too long, or has a byte that none may have.
 * The library reports all three as malformed. */
static int answer_half_head(struct exchange *ex)
{
    int limit = ex->worker->first ? SILENCE_MS : IDLE_MS;
    int unread = 0;

    if (ms_since(ex->worker->waiting_ns) > limit - TIMER_SLACK_MS)
        return STATUS_NONE;
    int fd = exchange_socket(ex);
    long long read = fd >= 0 ? sockets_bytes_read(fd, &unread) : -1;
    if (fd >= 0)
        close(fd);
    return sending_refuse(ex, (ex->worker->first ? read >= HEAD_MAX : unread > 0) ? REFUSE_TOO_LARGE : REFUSE_BAD);
}

/* DOOR_CLOSE follows every connection: true if it was read a request for whose target no other door was opened. */
static bool is_unanswered(const struct exchange *ex)
{
    return !ex->worker->refused && ex->parsed.target && ex->parsed.version && !ex->parsed.has_local_target;
}

static int serve_by_door(struct exchange *ex)
{
    switch (ex->door) {
    case DOOR_REQUEST:
        return serve(ex);
    case DOOR_ERROR:
        ex->worker->refused = true;
        return ex->parsed.method ? serve(ex) : answer_half_head(ex);
    case DOOR_CLOSE:
        return is_unanswered(ex) ? serve(ex) : STATUS_NONE;
    }
    return STATUS_NONE;
}

static void exchange_init(struct exchange *ex, struct worker *worker, struct connection *connection,
                          enum library_door door)
{
    *ex = (struct exchange){ .server = worker->server,
                             .worker = worker,
                             .connection = connection,
                             .door = door,
                             .body = buf_init(BODY_MAX + 1),
                             .out = buf_init(REPLY_OUT_MAX),
                             .started_ns = os_clock_real() };
    library_read_head(connection, &ex->parsed);
    snprintf(ex->remote, sizeof(ex->remote), "%s:%d", ex->parsed.ip, ex->parsed.port);
    ex->request.method = ex->request.target = SPAN("");
    ex->request.remote = span_text(ex->remote);
    ex->request.monotonic_ns = os_clock_monotonic();
}

static void exchange_release(struct exchange *ex)
{
    ex->worker->waiting_ns = os_clock_monotonic();
    ex->worker->first = false;
    buf_release(&ex->body);
    buf_release(&ex->out);
    arena_release(&ex->arena);
}

int exchange_serve(struct worker *worker, struct connection *connection, enum library_door door)
{
    struct exchange ex;

    exchange_init(&ex, worker, connection, door);
    int status = serve_by_door(&ex);
    exchange_release(&ex);
    return status;
}
