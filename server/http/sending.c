#include "http/sending.h"

#include "base/os_clock.h"
#include "http/breaking.h"
#include "http/sockets.h"

enum { GOODBYE_MS = 500 /* for a client to read the reply before its unread bytes reset it */ };

/* ---- keep or close ------------------------------------------------------------------------------------------- */

static bool contains(struct span text, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= text.n; i++) {
        if (span_eq_nocase(span_of(text.p + i, n), span_of(word, n)))
            return true;
    }
    return false;
}

/* The library closes after `Connection: upgrade` where tap.c could not show it an upgrade to HTTP/2. */
static bool library_takes_upgrade(const struct head *head)
{
    enum { SHOWN_MIN = 3 };
    const struct header *connection = head_header(head, "Connection"), *upgrade = head_header(head, "Upgrade");

    return connection && contains(connection->value, "upgrade") && (!upgrade || upgrade->value.n < SHOWN_MIN);
}

/* True if at least FREE_MIN of WORKERS are free, or as large a part of those that have started. */
static bool has_spare_workers(const struct http_server *server)
{
    int n = atomic_load(&server->n_workers);

    return n - atomic_load(&server->open) >= FREE_MIN * n / WORKERS;
}

bool sending_may_keep(const struct exchange *ex)
{
    return ex->door == DOOR_REQUEST && !ex->apart && !ex->unread && ex->request.body_end == BODY_WHOLE &&
           head_keeps(&ex->head) && !library_takes_upgrade(&ex->head) && has_spare_workers(ex->server);
}

static void settle(struct exchange *ex, bool keep)
{
    ex->kept = keep;
    library_keep(ex->connection, keep, ex->head.minor > 0);
}

/* Closing at once would reset the connection of a client that still sends, and could lose the reply. */
static void say_goodbye(const struct exchange *ex)
{
    worker_enter(ex->worker, PHASE_GOODBYE);
    sockets_say_goodbye(ex->worker->tap.fd, GOODBYE_MS);
}

static int64_t write_out(const struct exchange *ex, struct span bytes)
{
    worker_enter(ex->worker, PHASE_WRITE);
    int64_t n = library_write(ex->connection, bytes);
    worker_enter(ex->worker, PHASE_BUSY);
    return n;
}

static const char *gone(const struct exchange *ex)
{
    return atomic_load(&ex->worker->closed) ? "closed to make room" : "client gone";
}

/* ---- reports ------------------------------------------------------------------------------------------------- */

static void ended(const struct exchange *ex, struct reply *reply, const char *how, int64_t bytes)
{
    const struct http_options *options = &ex->server->options;
    int64_t handed = ex->handed_ns ? ex->handed_ns : os_clock_monotonic();
    struct http_end end = { how, bytes, handed - ex->request.monotonic_ns, ex->started_ns, os_clock_real() };

    if (options->ended)
        options->ended(options->context, &ex->request, reply, &end);
}

/* ---- replies of the HTTP library itself ---------------------------------------------------------------------- */

int sending_refuse(struct exchange *ex, enum refusal refusal)
{
    const struct refusal_row *row = &refusal_rows[refusal];
    struct reply reply;

    reply_init(&reply);
    reply.status = row->status;
    settle(ex, false);
    buf_printf(&ex->out, "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s",
               row->line, row->body ? row->body : row->line);
    ended(ex, &reply, refusal == REFUSE_NO_TURN ? "too many bodies" : "malformed", write_out(ex, buf_view(&ex->out)));
    say_goodbye(ex);
    reply_release(&reply);
    return row->status;
}

void sending_abandon(struct exchange *ex)
{
    struct reply reply;

    reply_init(&reply);
    reply.status = 0;
    settle(ex, false);
    ended(ex, &reply, gone(ex), 0);
    reply_release(&reply);
}

/* ---- handlers' replies --------------------------------------------------------------------------------------- */

/* For a reply that has waited it is made again: workers may have become few meanwhile. */
static void make_head(struct exchange *ex, struct reply *reply)
{
    const struct http_options *options = &ex->server->options;
    int64_t moment = reply->moment;
    char date[HTTP_DATE_SIZE];

    if (!moment)
        moment = options->date_ns ? options->date_ns(options->context, reply) : os_clock_real();
    http_date(moment, date);
    ex->request.keeps = ex->request.keeps && has_spare_workers(ex->server);
    reply_make_head(reply, &ex->request, date);
}

/* Renders into ex->out. Returns whether the connection may be kept. */
static bool render(struct exchange *ex, struct reply *reply)
{
    if (reply->status != 0 && !reply->head.n)
        make_head(ex, reply);
    buf_span(&ex->out, buf_view(&reply->head));
    reply_put_body(reply, &ex->request, &ex->out);
    ex->out.failed |= reply->head.failed;
    ex->handed_ns = os_clock_monotonic();
    return reply->keeps && !reply->take_over;
}

/* A connection that is taken over is served to its end here. */
static void hand_over(const struct exchange *ex, const struct reply *reply, bool written)
{
    if (reply->take_over)
        reply->take_over(reply->take_over_context, written ? ex->worker->tap.fd : -1);
}

/* A reply for which there is no memory becomes an empty one. */
static void send_whole(struct exchange *ex, struct reply *reply)
{
    bool keep = render(ex, reply);
    bool empty = reply->status == 0 || ex->out.failed;

    settle(ex, keep && !empty);
    if (empty) {
        ended(ex, reply, "empty reply", 0);
        hand_over(ex, reply, false);
        return;
    }
    int64_t n = write_out(ex, buf_view(&ex->out));
    bool written = n == (int64_t)ex->out.n;
    ended(ex, reply, written ? "complete" : gone(ex), n);
    hand_over(ex, reply, written);
    if (ex->request.body_end == BODY_TOO_LARGE)
        say_goodbye(ex);
}

/* ---- replies that a fault has changed ------------------------------------------------------------------------ */

static bool has_fate(const struct reply *reply)
{
    return reply->fate.broken || reply->fate.wait.on || reply->fate.trickle.bytes;
}

struct delivery {
    struct exchange *ex;
    struct reply *reply;
};

static bool wait_for(const struct delivery *d, bool piece)
{
    const struct http_options *options = &d->ex->server->options;

    return options->wait && options->wait(options->context, d->reply, piece, d->ex->worker->tap.fd);
}

static bool wait_for_piece(void *context)
{
    return wait_for(context, true);
}

static bool write_piece(void *context, struct span bytes)
{
    const struct delivery *d = context;

    return write_out(d->ex, bytes) == (int64_t)bytes.n;
}

static const char *how_it_ended(const struct reply *reply, bool all)
{
    if (reply->fate.no_place)
        return "EMPTY_RESPONSE held-limit";
    if (reply->fate.broken)
        return breakage_name(reply->fate.broken);
    return all ? "complete" : "client gone";
}

/* Returns whether the whole reply was written. */
static bool send_delivery(struct delivery *d)
{
    struct exchange *ex = d->ex;
    struct reply *reply = d->reply;
    struct sent sent = { 0 };

    if (reply->fate.wait.on && !wait_for(d, false)) {
        settle(ex, false);
        ended(ex, reply, how_it_ended(reply, false), 0);
        return false;
    }
    bool keep = render(ex, reply);
    settle(ex, keep && ex->out.n && !ex->out.failed);
    if (!ex->out.failed)
        sent = breaking_send(&(struct outlet){ d, ex->worker->tap.fd, write_piece, wait_for_piece }, reply, buf_view(&ex->out));
    ended(ex, reply, how_it_ended(reply, sent.all), sent.bytes);
    return sent.all && ex->out.n && !reply->fate.broken;
}

static void send_by_fate(struct exchange *ex, struct reply *reply)
{
    struct delivery delivery = { ex, reply };

    hand_over(ex, reply, send_delivery(&delivery));
}

void sending_reply(struct exchange *ex, struct reply *reply)
{
    if (has_fate(reply))
        send_by_fate(ex, reply);
    else
        send_whole(ex, reply);
}
