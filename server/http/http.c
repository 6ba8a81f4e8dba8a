/* One worker thread serves one connection from accept to close, so everything here runs in the thread that
 * owns the connection, but for the atomics in struct http_server.
 *
 * A request comes in by one of three doors, and each is served alike:
 *
 *   begin_request      every request that the library likes
 *   http_error         what it would refuse: some of it the reference takes (a method it does not know, an
 *                      absolute target it cannot read), the rest is refused in the reference's words
 *   connection_close   what it drops without a word: `OPTIONS *`, an absolute target of another port
 *
 * The last two end the connection, whatever we do.
 *
 *   head → refused? → body → handler → reply_render → one mg_write → `ended` → kept or closed */
#include "http/http.h"

#include "base/clock.h"
#include "http/breaking.h"
#include "http/sockets.h"
#include "http/waiter.h"

#include <civetweb.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    STREAMS_MAX = 16, /* event streams that may be open */
    FREE_MIN = 48,    /* workers for everything else: with fewer free, connections are not kept */
    WORKERS = HELD_MAX + STREAMS_MAX + FREE_MIN,

    HEAD_MAX = 32 * 1024,   /* request line and headers: over it 431 */
    SILENCE_MS = 10 * 1000, /* for a first head to come; for a read or write to get on */
    IDLE_MS = 20 * 1000,    /* between two requests */
    BODY_MS = 20 * 1000,    /* for head and body together */
    GOODBYE_MS = 500,       /* for a client to read the reply before its unread bytes reset it */
    TIMER_SLACK_MS = 50,
    STOP_ROUND_MS = 5,   /* between two calls to the workers to stop */
    STOP_POLITE = 4,     /* such calls before replies are cut off */
    BODY_FIRST = 16 * 1024, /* room for a chunked body to begin with */
    STATUS_NONE = 499,   /* what the library is told when nothing was sent; nobody sees it */
    LOG_MAX = 512,
};

static const size_t REPLY_OUT_MAX = (size_t)REPLY_BODY_MAX + 64 * 1024 * 1024; /* and head and chunk lines */

struct worker {
    struct http_server *server;
    int64_t waiting_ns; /* monotonic: since when it waits for a head */
    bool first;         /* that would be the connection's first */
    bool refused;       /* http_error was here: the connection is over */
};

struct http_server {
    struct http_options options;
    struct mg_context *library;
    int port;
    atomic_int open; /* connections, each with a worker of its own */
    atomic_int n_workers;
    atomic_bool stopping;
    struct worker workers[WORKERS];

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    bool stopped;
    char log[LOG_MAX]; /* the library's words while it starts */
};

enum body_read {
    BODY_COMPLETE,
    BODY_GONE,   /* the client went away, or sent nothing for too long */
    BODY_BROKEN, /* chunks that cannot be read */
};

struct exchange {
    struct http_server *server;
    struct worker *worker;
    struct mg_connection *conn;
    const struct mg_request_info *info;
    struct request request;
    struct header headers[MG_MAX_HEADERS];
    struct arena arena; /* texts that the library does not hold in one piece */
    struct buf body;
    struct buf out;
    char remote[64];
    int major;        /* HTTP/MAJOR.minor */
    bool last;        /* the library closes afterwards, whatever we say */
    bool chunked;     /* how the body's length is told; otherwise: */
    int64_t length;   /* by Content-Length, 0 without */
    int64_t started_ns;
};

/* ---- time -------------------------------------------------------------------------------------------- */

static int64_t ms_since(int64_t monotonic_ns)
{
    return (clock_monotonic() - monotonic_ns) / 1000000;
}

/* ---- what the reference's HTTP library answers by itself --------------------------------------------------- */

/* Its order of looking is the order here. */
enum refusal {
    REFUSE_NOT,
    REFUSE_BAD,
    REFUSE_TRANSFER_CODING,
    REFUSE_VERSION,
    REFUSE_NO_HOST,
    REFUSE_HOST,
    REFUSE_HEADER_NAME,
    REFUSE_TOO_LARGE,
};

static const struct {
    int status;
    const char *line; /* of the status, and the body too unless it has its own */
    const char *body;
} refusals[] = {
    [REFUSE_BAD] = { 400, "400 Bad Request", NULL },
    [REFUSE_TRANSFER_CODING] = { 501, "501 Not Implemented", "Unsupported transfer encoding" },
    [REFUSE_VERSION] = { 505, "505 HTTP Version Not Supported: unsupported protocol version", NULL },
    [REFUSE_NO_HOST] = { 400, "400 Bad Request: missing required Host header", NULL },
    [REFUSE_HOST] = { 400, "400 Bad Request: malformed Host header", NULL },
    [REFUSE_HEADER_NAME] = { 400, "400 Bad Request: invalid header name", NULL },
    [REFUSE_TOO_LARGE] = { 431, "431 Request Header Fields Too Large", NULL },
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool all_of(struct span s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_alpha(s.p[i]) && !is_digit(s.p[i]) && (s.p[i] == '\0' || !strchr(others, s.p[i])))
            return false;
    }
    return true;
}

static bool is_token(struct span s)
{
    return s.n > 0 && all_of(s, "!#$%&'*+-.^_`|~");
}

static bool is_host(struct span s)
{
    return all_of(s, "!$%&'()*+,-.:;=[]_~");
}

/* `*`, a path, or a URL; CONNECT also names a bare authority. Every % of the path begins an escape. */
static bool is_target(const struct request *request)
{
    struct span t = request->target;
    const char *query = memchr(t.p, '?', t.n);
    size_t path = query ? (size_t)(query - t.p) : t.n;

    for (size_t i = 0; i < path; i++) {
        if (t.p[i] == '%' && (i + 2 >= path || !is_hex(t.p[i + 1]) || !is_hex(t.p[i + 2])))
            return false;
    }
    if (t.p[0] == '/' || span_is(t, "*") || span_is(request->method, "CONNECT"))
        return true;
    const char *colon = memchr(t.p, ':', path);
    return colon && is_alpha(t.p[0]) && all_of(span_of(t.p, (size_t)(colon - t.p)), "+-.");
}

/* How many headers of that name; `*last` is the last of them. */
static size_t count_headers(const struct exchange *ex, const char *name, struct span *last)
{
    size_t n = 0;

    for (size_t i = 0; i < ex->request.n_headers; i++) {
        if (span_eq_nocase(ex->headers[i].name, span_text(name))) {
            *last = ex->headers[i].value;
            n++;
        }
    }
    return n;
}

/* Transfer-Encoding: `chunked` alone, once; HTTP/1.0 has none. */
static enum refusal frame_by_chunks(struct exchange *ex)
{
    struct span coding;
    size_t n = ex->request.http_minor > 0 ? count_headers(ex, "Transfer-Encoding", &coding) : 0;

    if (n > 1 || (n == 1 && !span_eq_nocase(coding, SPAN("chunked"))))
        return REFUSE_TRANSFER_CODING;
    ex->chunked = n == 1;
    return REFUSE_NOT;
}

static bool parse_length(struct span digits, int64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = digits.p[i] - '0';
        if (!is_digit(digits.p[i]) || *length > (INT64_MAX - digit) / 10)
            return false;
        *length = *length * 10 + digit;
    }
    return true;
}

/* Content-Length: may be there many times, or empty, if it always says the same. */
static enum refusal frame_by_length(struct exchange *ex)
{
    struct span length;

    if (count_headers(ex, "Content-Length", &length) == 0)
        return REFUSE_NOT;
    for (size_t i = 0; i < ex->request.n_headers; i++) {
        if (span_eq_nocase(ex->headers[i].name, SPAN("Content-Length")) && !span_eq(ex->headers[i].value, length))
            return REFUSE_BAD;
    }
    return parse_length(length, &ex->length) ? REFUSE_NOT : REFUSE_BAD;
}

/* Chunks win over a length, which then may say anything. */
static enum refusal check_framing(struct exchange *ex)
{
    enum refusal refusal = frame_by_chunks(ex);

    return refusal || ex->chunked ? refusal : frame_by_length(ex);
}

static enum refusal check_hosts(const struct exchange *ex)
{
    struct span host;
    size_t n = count_headers(ex, "Host", &host);

    if (n == 0 && ex->request.http_minor > 0 && !span_is(ex->request.method, "CONNECT"))
        return REFUSE_NO_HOST;
    return n == 1 && !is_host(host) ? REFUSE_HOST : REFUSE_NOT;
}

static enum refusal check_names(const struct exchange *ex)
{
    for (size_t i = 0; i < ex->request.n_headers; i++) {
        if (!is_token(ex->headers[i].name))
            return REFUSE_HEADER_NAME;
    }
    return REFUSE_NOT;
}

/* Decides about the head, and with it how the body is framed. */
static enum refusal check_head(struct exchange *ex)
{
    struct span host;
    enum refusal refusal;

    if (ex->request.n_headers >= MG_MAX_HEADERS) /* the library has thrown away the others */
        return REFUSE_TOO_LARGE;
    if (!is_token(ex->request.method) || !is_target(&ex->request) || count_headers(ex, "Host", &host) > 1)
        return REFUSE_BAD;
    if ((refusal = check_framing(ex)))
        return refusal;
    if (ex->major != 1)
        return REFUSE_VERSION;
    if ((refusal = check_hosts(ex)))
        return refusal;
    return check_names(ex);
}

/* ---- the head, as the library has cut it up ---------------------------------------------------------------- */

/* A list of tokens, commas between, in every header of that name. */
static bool has_token(const struct request *request, const char *name, const char *token)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        struct span rest = request->headers[i].value;
        while (span_eq_nocase(request->headers[i].name, span_text(name)) && rest.n) {
            const char *comma = memchr(rest.p, ',', rest.n);
            size_t n = comma ? (size_t)(comma - rest.p) : rest.n;
            if (span_eq_nocase(span_trim(span_of(rest.p, n)), span_text(token)))
                return true;
            rest = comma ? span_of(comma + 1, rest.n - n - 1) : span_of(NULL, 0);
        }
    }
    return false;
}

static void add_header(struct exchange *ex, struct span name, struct span value)
{
    if (ex->request.n_headers < MG_MAX_HEADERS)
        ex->headers[ex->request.n_headers++] = (struct header){ name, span_trim(value) };
}

/* A line that begins with a blank belongs to the one before. The library takes it for the end of the head,
 * and what follows vanishes: no way to serve that. The line's CR LF have become NULs by now. */
static bool is_folded(const struct mg_request_info *info)
{
    const char *end = info->num_headers > 0 ? info->http_headers[info->num_headers - 1].value : info->http_version;

    end += strlen(end);
    if (end + 2 - info->request_method >= HEAD_MAX)
        return false;
    const char *next = end[1] == '\0' ? end + 2 : end + 1;
    return *next == ' ' || *next == '\t';
}

static bool take_version(struct exchange *ex, const char *version)
{
    if (!is_digit(version[0]) || version[1] != '.' || !is_digit(version[2]) || version[3] != '\0')
        return false;
    ex->major = version[0] - '0';
    ex->request.http_minor = ex->major > 1 || version[2] > '0';
    return true;
}

/* Only begin_request comes after the library has cut the target in two. */
static bool take_target(struct exchange *ex)
{
    const struct mg_request_info *info = ex->info;
    struct span target = span_text(info->request_uri);

    if (!ex->last && info->query_string && info->query_string == target.p + target.n + 1) /* a NUL stands for the `?` */
        target = arena_printf(&ex->arena, "%s?%s", info->request_uri, info->query_string);
    ex->request.target = target;
    return target.n > 0;
}

/* The methods that the library knows. With another one it stops behind the request line. */
static bool library_knows(struct span method)
{
    static const char *const known[] = { "GET",   "POST",     "PUT",   "DELETE", "HEAD",   "OPTIONS",   "CONNECT",
                                         "PATCH", "PROPFIND", "MKCOL", "LOCK",   "UNLOCK", "PROPPATCH", "REPORT" };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (span_is(method, known[i]))
            return true;
    }
    return false;
}

static bool take_header_line(struct exchange *ex, struct span line)
{
    const char *colon = memchr(line.p, ':', line.n);

    if (!colon)
        return false;
    size_t n = (size_t)(colon - line.p);
    add_header(ex, span_of(line.p, n), span_of(colon + 1, line.n - n - 1));
    return true;
}

/* The headers behind a request line with an unknown method: one text, its last line break cut off by the
 * library; the break behind the request line has become NULs. */
static bool take_raw_headers(struct exchange *ex)
{
    const char *at = ex->info->http_version + strlen(ex->info->http_version) + 1;

    if (*at == '\0')
        at++;
    while (*at != '\0' && *at != '\r' && *at != '\n') {
        const char *end = strchrnul(at, '\n');
        if (!take_header_line(ex, span_trim(span_of(at, (size_t)(end - at)))))
            return false;
        at = *end ? end + 1 : end;
    }
    return true;
}

static bool take_headers(struct exchange *ex)
{
    if (!library_knows(ex->request.method))
        return take_raw_headers(ex);
    for (int i = 0; i < ex->info->num_headers; i++)
        add_header(ex, span_text(ex->info->http_headers[i].name), span_text(ex->info->http_headers[i].value));
    return !is_folded(ex->info);
}

/* `HTTP/` stands before the version; looking for it must not leave the head. */
static bool says_http(const struct mg_request_info *info)
{
    const char *version = info->http_version;

    return version - info->request_method >= (ptrdiff_t)strlen("M / HTTP/") && memcmp(version - 5, "HTTP/", 5) == 0;
}

/* False: the library could not read it, or has read it wrong. */
static bool take_head(struct exchange *ex)
{
    const struct mg_request_info *info = ex->info;

    if (!info->request_method || !info->request_uri || !info->http_version || info->num_headers < 0 ||
        !says_http(info) || !take_version(ex, info->http_version))
        return false;
    ex->request.method = span_text(info->request_method);
    return take_target(ex) && take_headers(ex);
}

/* ---- body ------------------------------------------------------------------------------------------------ */

static int find_socket(const struct exchange *ex)
{
    return sockets_find(ex->server->port, ex->info->remote_addr, ex->info->remote_port);
}

static bool client_gone(const struct exchange *ex)
{
    int fd = find_socket(ex);
    bool gone = fd < 0 || sockets_peer_gone(fd);

    if (fd >= 0)
        close(fd);
    return gone;
}

/* Reads `n` bytes to the end of the body buffer. The library comes back short when the client is gone, when
 * it was silent for SILENCE_MS, and at once while the server stops. */
static bool read_exactly(struct exchange *ex, size_t n)
{
    char *to = buf_reserve(&ex->body, n);

    while (to && n > 0) {
        int got = mg_read(ex->conn, to, n);
        if (got < 0 || ms_since(ex->request.monotonic_ns) > BODY_MS || atomic_load(&ex->server->stopping))
            return false;
        ex->body.n += (size_t)got;
        to += got;
        n -= (size_t)got;
    }
    return to != NULL;
}

static enum body_read read_by_length(struct exchange *ex)
{
    if (ex->length > BODY_MAX)
        ex->request.body_end = BODY_TOO_LARGE;
    return read_exactly(ex, (size_t)(ex->length > BODY_MAX ? BODY_MAX : ex->length)) ? BODY_COMPLETE : BODY_GONE;
}

/* The library joins the chunks. Its one error code says neither whether the chunks were bad nor whether
 * they stopped coming. */
static enum body_read read_chunks(struct exchange *ex)
{
    for (size_t room = BODY_FIRST; ex->body.n <= BODY_MAX; room = ex->body.n) {
        int64_t since = clock_monotonic();
        if (room > BODY_MAX + 1 - ex->body.n)
            room = BODY_MAX + 1 - ex->body.n;
        char *to = buf_reserve(&ex->body, room);
        int got = to ? mg_read(ex->conn, to, room) : -1;
        if (got == 0)
            return BODY_COMPLETE;
        if (got < 0)
            return client_gone(ex) || ms_since(since) > SILENCE_MS - TIMER_SLACK_MS ? BODY_GONE : BODY_BROKEN;
        ex->body.n += (size_t)got;
    }
    ex->body.n = BODY_MAX;
    ex->request.body_end = BODY_TOO_LARGE;
    return BODY_COMPLETE;
}

static enum body_read read_body(struct exchange *ex)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

    if (!ex->chunked && ex->length == 0)
        return BODY_COMPLETE;
    if (ex->chunked && !library_knows(ex->request.method)) /* it has not even read the headers */
        return BODY_BROKEN;
    if (ex->request.http_minor > 0 && has_token(&ex->request, "Expect", "100-continue"))
        mg_write(ex->conn, go_on, strlen(go_on));
    enum body_read end = ex->chunked ? read_chunks(ex) : read_by_length(ex);
    ex->request.body = buf_view(&ex->body);
    return end;
}

/* ---- the end of an exchange ---------------------------------------------------------------------------------- */

/* The reference's rule, which is the standard's; the library has another: only `keep-alive` keeps. */
static bool client_keeps(const struct request *request)
{
    if (has_token(request, "Connection", "close"))
        return false;
    return request->http_minor > 0 || has_token(request, "Connection", "keep-alive");
}

/* Any upgrade but to HTTP/2 makes the library close afterwards, answered or not. */
static bool library_takes_upgrade(const struct exchange *ex)
{
    const char *connection = mg_get_header(ex->conn, "Connection");
    const char *upgrade = mg_get_header(ex->conn, "Upgrade");

    return connection && strcasestr(connection, "upgrade") &&
           (!upgrade || strcasestr(upgrade, "websocket") || !strcasestr(upgrade, "h2"));
}

static bool can_keep(const struct exchange *ex, const struct reply *reply)
{
    const struct request *request = &ex->request;

    return !ex->last && !reply->close && reply->status != 0 && request->body_end == BODY_WHOLE &&
           client_keeps(request) && !library_takes_upgrade(ex) &&
           !request_header(request, "Trailer") && /* the library closes after trailers, and does not say */
           WORKERS - atomic_load(&ex->server->open) >= FREE_MIN;
}

/* Brings the library to the same opinion. It asks the Connection header, so with HTTP/1.1 that goes: then
 * the connection is kept. Its request_info is const for us alone. */
static void settle_connection(struct exchange *ex, bool keep)
{
    struct mg_request_info *info = (struct mg_request_info *)(uintptr_t)ex->info;

    if (!keep)
        mg_disable_connection_keep_alive(ex->conn);
    for (int i = 0; keep && ex->request.http_minor > 0 && i < info->num_headers; i++) {
        if (span_eq_nocase(ex->headers[i].name, SPAN("Connection")))
            info->http_headers[i].name = "";
    }
}

/* Whoever still sends would be reset by our close, and might lose the reply. */
static void say_goodbye(const struct exchange *ex)
{
    int fd = find_socket(ex);

    if (fd < 0)
        return;
    sockets_say_goodbye(fd, GOODBYE_MS);
    close(fd);
}

static void ended(const struct exchange *ex, const struct reply *reply, const char *how, int64_t bytes)
{
    const struct http_options *options = &ex->server->options;
    struct http_end end = { how, bytes, ex->started_ns, clock_real() };

    if (options->ended)
        options->ended(options->context, &ex->request, reply, &end);
}

static void about_to_write(const struct exchange *ex, const struct reply *reply)
{
    const struct http_options *options = &ex->server->options;

    if (options->writing)
        options->writing(options->context, reply, (int64_t)ex->out.n);
}

/* Writes what stands in ex->out, in one go. */
static int64_t write_out(struct exchange *ex)
{
    int n = ex->out.n <= INT_MAX ? mg_write(ex->conn, ex->out.p, ex->out.n) : -1;

    return n > 0 ? n : 0;
}

static int refuse(struct exchange *ex, enum refusal refusal)
{
    const char *line = refusals[refusal].line;
    const char *body = refusals[refusal].body ? refusals[refusal].body : line;
    struct reply reply;

    reply_init(&reply);
    reply.status = refusals[refusal].status;
    settle_connection(ex, false);
    buf_printf(&ex->out, "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s", line,
               body);
    ended(ex, &reply, "malformed", write_out(ex));
    say_goodbye(ex);
    reply_release(&reply);
    return refusals[refusal].status;
}

static int abandon(struct exchange *ex)
{
    struct reply reply;

    reply_init(&reply);
    reply.status = 0;
    settle_connection(ex, false);
    ended(ex, &reply, "client gone", 0);
    reply_release(&reply);
    return STATUS_NONE;
}

/* False: the connection ends with this reply. */
static bool render(struct exchange *ex, const struct reply *reply, bool keep)
{
    const struct http_options *options = &ex->server->options;
    char date[HTTP_DATE_SIZE];

    http_date(options->date_ns ? options->date_ns(options->context) : clock_real(), date);
    return reply_render(reply, &ex->request, date, keep, &ex->out);
}

/* A connection that is taken over is served to its end here. */
static void hand_over(const struct exchange *ex, const struct reply *reply, bool written)
{
    if (!reply->take_over)
        return;
    int fd = written ? find_socket(ex) : -1;
    reply->take_over(reply->take_over_context, fd);
    if (fd >= 0)
        close(fd);
}

/* ---- replies that a fault has changed --------------------------------------------------------------------------- */

static bool has_fate(const struct reply *reply)
{
    return reply->fate.broken || reply->fate.wait.on || reply->fate.trickle.bytes;
}

/* An exchange and its reply, for whoever writes them in pieces. */
struct delivery {
    struct exchange *ex;
    struct reply *reply;
    int fd;
};

static bool wait_for(const struct delivery *d, bool piece)
{
    const struct http_options *options = &d->ex->server->options;

    return options->wait && options->wait(options->context, d->reply, piece, d->fd);
}

static bool wait_for_piece(void *context)
{
    return wait_for(context, true);
}

static bool write_piece(void *context, struct span bytes)
{
    const struct delivery *d = context;

    return bytes.n <= INT_MAX && mg_write(d->ex->conn, bytes.p, bytes.n) == (int)bytes.n;
}

static const char *how_it_ended(const struct reply *reply, bool all)
{
    if (reply->fate.no_place)
        return "EMPTY_RESPONSE held-limit";
    if (reply->fate.broken)
        return break_name(reply->fate.broken);
    return all ? "complete" : "client gone";
}

/* False: it never went out. */
static bool send_changed(struct delivery *d)
{
    struct exchange *ex = d->ex;
    struct reply *reply = d->reply;
    bool keep = !reply->fate.broken && !reply->take_over && can_keep(ex, reply);
    struct sent sent = { 0 };

    if (reply->fate.wait.on && !wait_for(d, false)) {
        settle_connection(ex, false);
        ended(ex, reply, how_it_ended(reply, false), 0);
        return false;
    }
    if (reply->status != 0)
        keep = render(ex, reply, keep);
    settle_connection(ex, keep && ex->out.n && !ex->out.failed);
    if (!ex->out.failed)
        sent = breaking_send(&(struct outlet){ d, d->fd, write_piece, wait_for_piece }, reply, buf_view(&ex->out));
    ended(ex, reply, how_it_ended(reply, sent.all), sent.bytes);
    return sent.all && ex->out.n && !reply->fate.broken;
}

static void answer_changed(struct exchange *ex, struct reply *reply)
{
    struct delivery delivery = { ex, reply, find_socket(ex) };

    hand_over(ex, reply, send_changed(&delivery));
    if (delivery.fd >= 0)
        close(delivery.fd);
}

/* ---- all others -------------------------------------------------------------------------------------------------- */

/* A reply that finds no memory is an empty one: there is nothing better to say. */
static void answer(struct exchange *ex, const struct reply *reply)
{
    bool keep = can_keep(ex, reply) && !reply->take_over;

    if (reply->status != 0)
        keep = render(ex, reply, keep);
    bool empty = reply->status == 0 || ex->out.failed;
    settle_connection(ex, keep && !empty);
    if (empty) {
        ended(ex, reply, "empty reply", 0);
        hand_over(ex, reply, false);
        return;
    }
    about_to_write(ex, reply);
    int64_t n = write_out(ex);
    bool written = n == (int64_t)ex->out.n;
    ended(ex, reply, written ? "complete" : "client gone", n);
    hand_over(ex, reply, written);
    if (ex->request.body_end == BODY_TOO_LARGE)
        say_goodbye(ex);
}

/* ---- one exchange ---------------------------------------------------------------------------------------------- */

static bool expects_the_impossible(const struct exchange *ex)
{
    return request_header(&ex->request, "Expect") && !has_token(&ex->request, "Expect", "100-continue");
}

/* `handler` NULL: the reply to an Expect header that asks for something else than 100-continue. */
static int reply_by(struct exchange *ex, http_handle_fn *handler)
{
    struct reply reply;

    reply_init(&reply);
    if (handler) {
        handler(ex->server->options.context, &ex->request, &reply);
    } else {
        reply.status = 417;
        reply.close = true;
    }
    if (has_fate(&reply))
        answer_changed(ex, &reply);
    else
        answer(ex, &reply);
    int status = reply.status;
    reply_release(&reply);
    return status ? status : STATUS_NONE;
}

static int serve(struct exchange *ex)
{
    enum refusal refusal = take_head(ex) ? check_head(ex) : REFUSE_BAD;

    if (refusal)
        return refuse(ex, refusal);
    if (expects_the_impossible(ex))
        return reply_by(ex, NULL);
    switch (read_body(ex)) {
    case BODY_COMPLETE:
        break;
    case BODY_GONE:
        return abandon(ex);
    case BODY_BROKEN:
        return refuse(ex, REFUSE_BAD);
    }
    return reply_by(ex, ex->server->options.handle);
}

static void exchange_init(struct exchange *ex, struct mg_connection *conn, bool last)
{
    const struct mg_request_info *info = mg_get_request_info(conn);
    struct worker *worker = mg_get_thread_pointer(conn);

    *ex = (struct exchange){ .server = worker->server,
                             .worker = worker,
                             .conn = conn,
                             .info = info,
                             .body = buf_init(BODY_MAX + 1),
                             .out = buf_init(REPLY_OUT_MAX),
                             .last = last,
                             .started_ns = clock_real() };
    snprintf(ex->remote, sizeof(ex->remote), "%s:%d", info->remote_addr, info->remote_port);
    ex->request.headers = ex->headers;
    ex->request.method = ex->request.target = SPAN("");
    ex->request.remote = span_text(ex->remote);
    ex->request.monotonic_ns = clock_monotonic();
}

static void exchange_release(struct exchange *ex)
{
    ex->worker->waiting_ns = clock_monotonic();
    ex->worker->first = false;
    buf_release(&ex->body);
    buf_release(&ex->out);
    arena_release(&ex->arena);
}

/* ---- the library calls ------------------------------------------------------------------------------------------- */

static int on_begin_request(struct mg_connection *conn)
{
    struct exchange ex;

    exchange_init(&ex, conn, false);
    int status = serve(&ex);
    exchange_release(&ex);
    return status;
}

/* A head that did not come to its end says nothing: its time was up, it is too long, or it has a byte
 * that none may have. The library calls all three malformed. */
static void answer_half_head(struct exchange *ex)
{
    int limit = ex->worker->first ? SILENCE_MS : IDLE_MS;
    int unread = 0;

    if (ms_since(ex->worker->waiting_ns) > limit - TIMER_SLACK_MS)
        return;
    int fd = find_socket(ex);
    long long read = fd >= 0 ? sockets_bytes_read(fd, &unread) : -1;
    if (fd >= 0)
        close(fd);
    refuse(ex, (ex->worker->first ? read >= HEAD_MAX : unread > 0) ? REFUSE_TOO_LARGE : REFUSE_BAD);
}

static int on_http_error(struct mg_connection *conn, int status, const char *message)
{
    struct exchange ex;

    (void)status;
    (void)message;
    exchange_init(&ex, conn, true);
    ex.worker->refused = true;
    if (ex.info->request_method)
        serve(&ex);
    else
        answer_half_head(&ex);
    exchange_release(&ex);
    return 0; /* done: the library adds nothing */
}

/* A request that was read and given to nobody: its target has no local part in the library's eyes. */
static void on_connection_close(const struct mg_connection *closing)
{
    struct mg_connection *conn = (struct mg_connection *)(uintptr_t)closing;
    const struct mg_request_info *info = mg_get_request_info(conn);
    const struct worker *worker = mg_get_thread_pointer(conn);
    struct exchange ex;

    if (worker->refused || !info || !info->request_uri || !info->http_version || info->local_uri)
        return;
    exchange_init(&ex, conn, true);
    serve(&ex);
    exchange_release(&ex);
}

static int on_open(const struct mg_connection *conn, void **data)
{
    struct worker *worker = mg_get_thread_pointer(conn);

    (void)data;
    atomic_fetch_add(&worker->server->open, 1);
    worker->waiting_ns = clock_monotonic();
    worker->first = true;
    worker->refused = false;
    return 0;
}

static void on_closed(const struct mg_connection *conn)
{
    const struct worker *worker = mg_get_thread_pointer(conn);

    atomic_fetch_sub(&worker->server->open, 1);
}

static void *on_thread(const struct mg_context *library, int kind)
{
    struct http_server *server = mg_get_user_data(library);

    if (kind != 1) /* the one that accepts */
        return NULL;
    struct worker *worker = &server->workers[atomic_fetch_add(&server->n_workers, 1)];
    worker->server = server;
    return worker;
}

/* Kept until the start is over: why a port cannot be had is said nowhere else. */
static int on_log(const struct mg_connection *conn, const char *message)
{
    struct http_server *server = mg_get_user_data(mg_get_context(conn));

    pthread_mutex_lock(&server->lock);
    if (server->log[0] == '\0')
        snprintf(server->log, sizeof(server->log), "%s", message);
    pthread_mutex_unlock(&server->lock);
    return 1; /* done: the library writes nothing */
}

/* ---- start and stop ---------------------------------------------------------------------------------------------- */

static enum err start_failed(const struct http_server *server, struct error *error)
{
    const char *reason = strchr(server->log, '(');
    size_t n = reason ? strcspn(++reason, ")") : 0;

    if (n == 0) {
        reason = server->log[0] ? server->log : "the HTTP library does not start";
        n = strlen(reason);
    }
    return error_set(error, ERR_IO, "%s:%d: %.*s", server->options.host, server->options.port, (int)n, reason);
}

/* Workers inherit the mask: signals are for the threads that want them. */
static struct mg_context *start_library(struct http_server *server, const char **settings)
{
    static const struct mg_callbacks callbacks = { .begin_request = on_begin_request,
                                                   .log_message = on_log,
                                                   .http_error = on_http_error,
                                                   .init_connection = on_open,
                                                   .connection_close = on_connection_close,
                                                   .connection_closed = on_closed,
                                                   .init_thread = on_thread };
    struct mg_init_data init = { .callbacks = &callbacks, .user_data = server, .configuration_options = settings };
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    mg_init_library(0);
    struct mg_context *library = mg_start2(&init, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return library;
}

static bool run(struct http_server *server)
{
    char where[300], workers[12], silence[12], idle[12], head[12];
    const char *settings[] = { "listening_ports", where, "num_threads", workers, "connection_queue", workers,
                               "request_timeout_ms", silence, "keep_alive_timeout_ms", idle, "max_request_size", head,
                               "listen_backlog", "512", "enable_keep_alive", "yes", "tcp_nodelay", "1",
                               "decode_url", "no", "decode_query_string", "no", "enable_auth_domain_check", "no",
                               "access_control_allow_methods", "", "enable_directory_listing", "no", NULL };
    struct mg_server_port port;

    snprintf(where, sizeof(where), "%s:%d", server->options.host, server->options.port);
    snprintf(workers, sizeof(workers), "%d", WORKERS);
    snprintf(silence, sizeof(silence), "%d", SILENCE_MS);
    snprintf(idle, sizeof(idle), "%d", IDLE_MS);
    snprintf(head, sizeof(head), "%d", HEAD_MAX);
    server->library = start_library(server, settings);
    if (!server->library || mg_get_server_ports(server->library, 1, &port) != 1)
        return false;
    server->port = port.port;
    return true;
}

enum err http_start(const struct http_options *options, struct http_server **server, struct error *error)
{
    struct http_server *s = calloc(1, sizeof(*s));

    if (!s)
        return error_set(error, ERR_NOMEM, "no memory for the HTTP server");
    s->options = *options;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    if (!run(s)) {
        enum err code = start_failed(s, error);
        http_stop(s);
        return code;
    }
    *server = s;
    return ERR_OK;
}

int http_port(const struct http_server *server)
{
    return server->port;
}

static bool wait_round(struct http_server *s)
{
    int64_t until_ns = clock_monotonic() + STOP_ROUND_MS * NS_PER_MS;
    struct timespec until = { .tv_sec = until_ns / NS_PER_SECOND, .tv_nsec = until_ns % NS_PER_SECOND };

    pthread_mutex_lock(&s->lock);
    if (!s->stopped)
        pthread_cond_clockwait(&s->changed, &s->lock, CLOCK_MONOTONIC, &until);
    bool stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    return stopped;
}

/* While the library waits for its threads in mg_stop, these wait in poll(2) for up to two seconds. Idle
 * connections end at the first call; a reply to a client that does not read is cut off after a few. */
static void *call_to_stop(void *context)
{
    struct http_server *s = context;
    int round = 0;

    do {
        sockets_shut_accepted(s->port, round++ < STOP_POLITE ? SHUT_RD : SHUT_RDWR);
        sockets_wake_listener(s->port);
    } while (!wait_round(s));
    return NULL;
}

static void stop_library(struct http_server *s)
{
    pthread_t caller;

    atomic_store(&s->stopping, true);
    bool calling = pthread_create(&caller, NULL, call_to_stop, s) == 0; /* without: the same, but slow */

    mg_stop(s->library);
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (calling)
        pthread_join(caller, NULL);
    sockets_close_accepted(s->port); /* the library forgets those that no worker had taken */
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->library)
        stop_library(server);
    mg_exit_library();
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

/* ---- what it is ---------------------------------------------------------------------------------------------------- */

static char library[256];

static void describe_library(void)
{
    static const struct {
        unsigned bit;
        const char *name;
    } features[] = { { MG_FEATURES_FILES, "files" },         { MG_FEATURES_TLS, "TLS" },
                     { MG_FEATURES_CGI, "CGI" },             { MG_FEATURES_IPV6, "IPv6" },
                     { MG_FEATURES_WEBSOCKET, "websocket" }, { MG_FEATURES_LUA, "Lua" },
                     { MG_FEATURES_CACHE, "cache" },         { MG_FEATURES_STATS, "stats" },
                     { MG_FEATURES_COMPRESSION, "zlib" },    { MG_FEATURES_X_DOMAIN_SOCKET, "unix sockets" } };
    struct buf text = buf_init(sizeof(library) - 1);

    buf_printf(&text, "CivetWeb %s", mg_version());
    for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (mg_check_feature(features[i].bit))
            buf_printf(&text, "%s%s", strchr(text.p, '(') ? ", " : " (", features[i].name);
    }
    buf_text(&text, strchr(text.p, '(') ? ")" : "");
    snprintf(library, sizeof(library), "%s", text.p);
    buf_release(&text);
}

const char *http_library(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, describe_library);
    return library;
}
