#include "http/exchange.h"

#include "base/heap.h"
#include "base/os_clock.h"
#include "http/body.h"
#include "http/sending.h"

enum {
    STATUS_NONE = 499, /* the status returned to the library when nothing was sent; it is not used */
    PIECE = 4096,      /* of a head that is read at once */
    AFFORD_STEP = 64 * 1024,
};

static const size_t REPLY_OUT_MAX = (size_t)REPLY_BODY_MAX + 64 * 1024 * 1024; /* with head and chunk lines */

static int64_t ms_since(int64_t monotonic_ns)
{
    return (os_clock_monotonic() - monotonic_ns) / NS_PER_MS;
}

/* ---- body ---------------------------------------------------------------------------------------------------- */

static int read_by_library(void *context, char *to, size_t n)
{
    const struct exchange *ex = context;

    return library_read(ex->connection, to, n);
}

static int read_wire(void *context, char *to, size_t n)
{
    const struct exchange *ex = context;

    return tap_read(&ex->worker->tap, to, n, SILENCE_MS);
}

static bool is_over(void *context)
{
    const struct exchange *ex = context;

    return ms_since(ex->request.monotonic_ns) > BODY_MS || atomic_load(&ex->server->stopping);
}

/* Takes from the budget in steps of AFFORD_STEP. */
static bool afford(void *context, size_t bytes)
{
    struct exchange *ex = context;

    if (bytes <= KEPT_MAX)
        return true; /* the buffer that the worker keeps between exchanges has room for it */
    size_t more = bytes > ex->afforded ? (bytes - ex->afforded + AFFORD_STEP - 1) / AFFORD_STEP * AFFORD_STEP : 0;

    if (more && !budget_take(&ex->server->bodies, more, BODIES_WAIT_MS))
        return false;
    ex->afforded += more;
    return true;
}

/* Returns the length of the head as the library reads it: it does not know a CR LF behind a line that ended with LF
 * alone. */
static size_t library_head_size(struct span raw)
{
    size_t at = 0;

    for (const char *lf; at < raw.n && (lf = memchr(raw.p + at, '\n', raw.n - at));) {
        at = (size_t)(lf + 1 - raw.p);
        struct span read = span_of(raw.p, at);
        if (span_ends(read, SPAN("\n\n")) || span_ends(read, SPAN("\r\n\r\n")))
            return at;
    }
    return 0;
}

/* The library takes any Transfer-Encoding for chunks. */
static bool library_frames_alike(const struct exchange *ex)
{
    const struct tap *tap = &ex->worker->tap;

    return ex->door == DOOR_REQUEST && library_head_size(buf_view(&tap->raw)) == tap->used && ex->head.chunked == (head_header(&ex->head, "Transfer-Encoding") != NULL);
}

static enum body_result read_framed(struct exchange *ex)
{
    struct tap *tap = &ex->worker->tap;
    struct body_source source = { ex, ex->apart ? NULL : read_by_library, read_wire, afford, is_over };
    struct chunks chunks;
    bool in_step;

    chunks_init(&chunks, &ex->body, BODY_MAX);
    if (ex->head.chunked)
        tap->used += chunks_feed(&chunks, tap_rest(tap));
    tap->mode = TAP_BODY;
    tap->chunks = ex->head.chunked ? &chunks : NULL;
    enum body_result result = body_read(&source, &ex->head, &chunks, &ex->body, &ex->request.body_end, &in_step);
    tap->chunks = NULL;
    tap->mode = TAP_OURS;
    ex->apart = !in_step;
    return result;
}

/* Without Expect and Upgrade every body is read. */
static enum body_use body_use(const struct exchange *ex, bool expects)
{
    const struct http_options *options = &ex->server->options;
    bool asks = options->body_use && (expects || head_header(&ex->head, "Upgrade"));

    return asks ? options->body_use(options->context, &ex->request) : BODY_READ;
}

static enum body_result read_body(struct exchange *ex)
{
    struct tap *tap = &ex->worker->tap;
    bool expects = ex->head.minor > 0 && head_has_token(&ex->head, "Expect", "100-continue");

    ex->apart = !library_frames_alike(ex);
    if (!ex->head.chunked && ex->head.length == 0)
        return BODY_COMPLETE;
    enum body_use use = body_use(ex, expects);
    ex->unread = use == BODY_LEFT || (expects && use == BODY_DRAINED);
    if (ex->unread)
        return BODY_COMPLETE;
    if (expects)
        library_write(ex->connection, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
    worker_enter(ex->worker, PHASE_BODY);
    enum body_result result = read_framed(ex);
    if (!ex->apart && !ex->head.chunked) /* the library has read from its own copy of the rest */
        tap->used += (size_t)ex->head.length < tap_rest(tap).n ? (size_t)ex->head.length : tap_rest(tap).n;
    ex->request.body = buf_view(&ex->body);
    return result;
}

/* ---- one exchange -------------------------------------------------------------------------------------------- */

static bool expects_the_impossible(const struct head *head)
{
    const struct header *expect = head_header(head, "Expect");

    return expect && expect->value.n && !head_has_token(head, "Expect", "100-continue");
}

static int reply_by(struct exchange *ex, void (*fill)(struct exchange *ex, struct reply *reply))
{
    struct reply reply __attribute__((uninitialized));

    reply_init_with(&reply, &ex->worker->kept.reply);
    ex->request.keeps = sending_may_keep(ex);
    fill(ex, &reply);
    sending_reply(ex, &reply);
    int status = reply.status;
    reply_keep(&reply, KEPT_MAX, &ex->worker->kept.reply);
    return status ? status : STATUS_NONE;
}

static void fill_by_handler(struct exchange *ex, struct reply *reply)
{
    ex->server->options.handle(ex->server->options.context, &ex->request, ex->worker->tap.fd, reply);
}

static void fill_expectation_failed(struct exchange *ex, struct reply *reply)
{
    reply->status = 417;
    reply->without = OWN_CONNECTION | (span_is(ex->head.method, "HEAD") ? OWN_LENGTH : 0);
    reply_header(reply, "Connection", SPAN("close")); /* among the handler's, before Date, as net/http sets it */
    reply->close = true;
}

static enum refusal read_head(struct exchange *ex)
{
    struct tap *tap = &ex->worker->tap;
    bool good = head_parse(&ex->head, span_of(tap->raw.p, tap->used));
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
    case BODY_NO_TURN:
        return sending_refuse(ex, REFUSE_NO_TURN);
    }
    worker_enter(ex->worker, PHASE_BUSY);
    return reply_by(ex, fill_by_handler);
}

/* ---- entry points (enum library_door) ------------------------------------------------------------------------- */

/* Reads the rest of a head that the library has given up. Returns false at its time-out. */
static bool complete_head(const struct worker *worker, struct tap *tap)
{
    int limit = worker->first ? SILENCE_MS : IDLE_MS;
    int got = 1;

    while (got > 0 && (tap->used = head_size(buf_view(&tap->raw))) == 0 && tap->raw.n < HEAD_MAX) {
        char *to = buf_reserve(&tap->raw, PIECE);
        int64_t left_ms = limit - TIMER_SLACK_MS - ms_since(worker->waiting_ns);
        if (!to || left_ms <= 0)
            return false;
        tap->used = tap->raw.n;
        got = tap_read(tap, to, PIECE, (int)left_ms);
        tap->raw.n += got > 0 ? (size_t)got : 0;
    }
    return got >= 0;
}

/* The library has refused a head, or has not waited for its end. */
static int serve_refused(struct exchange *ex)
{
    struct tap *tap = &ex->worker->tap;

    ex->worker->refused = true;
    worker_enter(ex->worker, PHASE_HEAD);
    bool came = complete_head(ex->worker, tap);
    worker_enter(ex->worker, PHASE_BUSY);
    if (!came || atomic_load(&ex->worker->closed))
        return STATUS_NONE;
    if (tap->used == 0 || tap->used > tap->raw.n || head_size(buf_view(&tap->raw)) == 0)
        return sending_refuse(ex, tap->raw.n >= HEAD_MAX ? REFUSE_TOO_LARGE : REFUSE_BAD);
    return serve(ex);
}

/* DOOR_CLOSE is the last of every connection; a request may be unanswered. */
static int serve_unanswered(struct exchange *ex)
{
    struct tap *tap = &ex->worker->tap;

    if ((tap->used = head_size(buf_view(&tap->raw))) == 0)
        return STATUS_NONE;
    return serve(ex);
}

static int serve_by_door(struct exchange *ex)
{
    switch (ex->door) {
    case DOOR_REQUEST:
        ex->worker->tap.used = head_size(buf_view(&ex->worker->tap.raw));
        return serve(ex);
    case DOOR_ERROR:
        return serve_refused(ex);
    case DOOR_CLOSE:
        return serve_unanswered(ex);
    }
    return STATUS_NONE;
}

static void exchange_init(struct exchange *ex, struct worker *worker, struct connection *connection,
                          enum library_door door)
{
    memset(ex, 0, offsetof(struct exchange, head) + offsetof(struct head, headers));
    ex->server = worker->server;
    ex->worker = worker;
    ex->connection = connection;
    ex->door = door;
    ex->body = worker->kept.request_body;
    ex->out = worker->kept.out;
    ex->started_ns = os_clock_real();
    ex->body.max = BODY_MAX + 1;
    ex->out.max = REPLY_OUT_MAX;
    worker->tap.mode = TAP_OURS;
    worker_enter(worker, PHASE_BUSY);
    if (worker->first)
        library_remote(connection, worker->remote, sizeof worker->remote);
    ex->request.method = ex->request.target = SPAN("");
    ex->request.remote = span_text(worker->remote);
    ex->request.monotonic_ns = os_clock_monotonic();
}

static void exchange_release(struct exchange *ex)
{
    tap_next(&ex->worker->tap, ex->kept);
    ex->worker->waiting_ns = os_clock_monotonic();
    ex->worker->first = false;
    worker_enter(ex->worker, ex->worker->tap.raw.n ? PHASE_HEAD : PHASE_KEPT);
    buf_reuse(&ex->body, KEPT_MAX);
    buf_reuse(&ex->out, KEPT_MAX);
    ex->worker->kept.request_body = ex->body;
    ex->worker->kept.out = ex->out;
    budget_give(&ex->server->bodies, ex->afforded);
    heap_settle();
}

int exchange_serve(struct worker *worker, struct connection *connection, enum library_door door)
{
    struct exchange ex __attribute__((uninitialized)); /* exchange_init clears what needs it */

    if (door == DOOR_CLOSE && (worker->refused || worker->tap.raw.n == 0))
        return STATUS_NONE;
    exchange_init(&ex, worker, connection, door);
    int status = serve_by_door(&ex);
    exchange_release(&ex);
    return status;
}
