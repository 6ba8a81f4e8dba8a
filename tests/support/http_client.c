#include "support/http_client.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_AT_ONCE = 64 * 1024, STATUS_AT = 9 /* behind "HTTP/1.1 " */ };

const char *http_read_end_name(enum http_read_end end)
{
    static const char *const names[] = {
        [HTTP_READ_REPLY] = "reply", [HTTP_READ_EMPTY] = "empty reply", [HTTP_READ_TRUNCATED] = "truncated",
        [HTTP_READ_RESET] = "reset", [HTTP_READ_TIMEOUT] = "time-out",  [HTTP_READ_BROKEN] = "broken",
    };
    return names[end];
}

const char *http_framing_name(enum http_framing framing)
{
    static const char *const names[] = {
        [HTTP_FRAMING_NONE] = "none",
        [HTTP_FRAMING_LENGTH] = "length",
        [HTTP_FRAMING_CHUNKED] = "chunked",
        [HTTP_FRAMING_CLOSE] = "close",
    };
    return names[framing];
}

/* ---- time and waiting ------------------------------------------------------------------------------- */

long long monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool await(bool (*condition)(void *context), void *context, int timeout_ms)
{
    long long end = monotonic_ms() + timeout_ms;

    while (!condition(context)) {
        if (monotonic_ms() >= end)
            return condition(context);
        poll(NULL, 0, 1);
    }
    return true;
}

int open_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = -1; /* the listing's own */

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n - 2; /* . and .. */
}

/* ---- connection ------------------------------------------------------------------------------------- */

bool http_connect(struct http_client *client, int port)
{
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };

    *client = (struct http_client){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                    .timeout_ms = HTTP_CLIENT_TIMEOUT_MS,
                                    .unread = buf_init(HTTP_CLIENT_REPLY_MAX) };
    if (client->fd >= 0 && connect(client->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return true;
    int why = errno;
    http_close(client);
    errno = why;
    return false;
}

void http_close(struct http_client *client)
{
    if (!client)
        return;
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
    buf_release(&client->unread);
}

void http_reset(struct http_client *client)
{
    struct linger now = { .l_onoff = 1, .l_linger = 0 };

    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    http_close(client);
}

void http_finish_sending(struct http_client *client)
{
    shutdown(client->fd, SHUT_WR);
}

static bool wait_for(const struct http_client *client, short events)
{
    struct pollfd p = { .fd = client->fd, .events = events };

    return poll(&p, 1, client->timeout_ms) > 0;
}

bool http_send(struct http_client *client, const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n) {
        ssize_t sent = send(client->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN && wait_for(client, POLLOUT))
            continue;
        if (sent < 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

bool http_send_text(struct http_client *client, const char *text)
{
    return http_send(client, text, strlen(text));
}

/* ---- reading: all bytes gather in reply->raw; `at` walks over it ------------------------------------------ */

struct reading {
    struct http_client *client;
    struct http_reply *reply;
    size_t at;
    size_t n_heads; /* read whole, the interim ones too */
    bool headed;    /* the final one is among them */
    bool closed;    /* the other end sends no more */
};

/* More bytes into raw. False: there are none, and reply->end or r->closed says why. */
static bool read_more(struct reading *r)
{
    struct buf *raw = &r->reply->raw;
    char *to = buf_reserve(raw, READ_AT_ONCE);

    if (!to || !wait_for(r->client, POLLIN)) {
        r->reply->end = HTTP_READ_TIMEOUT;
        return false;
    }
    ssize_t n = recv(r->client->fd, to, READ_AT_ONCE, MSG_DONTWAIT);
    if (n < 0) {
        r->reply->end = HTTP_READ_RESET;
        return false;
    }
    if (n == 0) {
        r->reply->end = r->headed || raw->n > r->at ? HTTP_READ_TRUNCATED : HTTP_READ_EMPTY;
        r->closed = true;
        return false;
    }
    raw->n += (size_t)n;
    return true;
}

static bool have(struct reading *r, size_t n)
{
    while (r->reply->raw.n - r->at < n) {
        if (!read_more(r))
            return false;
    }
    return true;
}

/* The line from `at`, without its CR LF, and `at` moved behind it. */
static bool take_line(struct reading *r, struct span *line)
{
    const struct buf *raw = &r->reply->raw;
    const char *end;

    while (!raw->p || !(end = memmem(raw->p + r->at, raw->n - r->at, "\r\n", 2))) {
        if (!read_more(r))
            return false;
    }
    *line = span_of(raw->p + r->at, (size_t)(end - raw->p) - r->at);
    r->at += line->n + 2;
    return true;
}

/* Blanks and tabs alone: other control characters belong to the value. */
static struct span trim_blanks(struct span value)
{
    while (value.n && (*value.p == ' ' || *value.p == '\t'))
        value = span_of(value.p + 1, value.n - 1);
    while (value.n && (value.p[value.n - 1] == ' ' || value.p[value.n - 1] == '\t'))
        value.n--;
    return value;
}

static bool add_header(struct http_reply *reply, struct span line)
{
    const char *colon = memchr(line.p, ':', line.n);

    if (!colon || reply->n_headers == HTTP_CLIENT_HEADERS_MAX)
        return false;
    size_t n = (size_t)(colon - line.p);
    reply->headers[reply->n_headers++] =
        (struct http_header){ span_of(line.p, n), trim_blanks(span_of(colon + 1, line.n - n - 1)) };
    return true;
}

/* Status line and headers; false with reply->end set. */
static bool take_head(struct reading *r)
{
    struct http_reply *reply = r->reply;
    struct span line;

    reply->n_headers = 0;
    if (!take_line(r, &reply->status_line))
        return false;
    reply->status = reply->status_line.n > STATUS_AT ? (int)strtol(reply->status_line.p + STATUS_AT, NULL, 10) : 0;
    if (!span_starts(reply->status_line, SPAN("HTTP/1.")) || reply->status < 100)
        return reply->end = HTTP_READ_BROKEN, false;
    while (take_line(r, &line)) {
        if (line.n == 0)
            return true;
        if (!add_header(reply, line))
            return reply->end = HTTP_READ_BROKEN, false;
    }
    return false;
}

/* The whole of a head must be there before spans are made: reading moves `raw`. */
static bool await_head(struct reading *r)
{
    const struct buf *raw = &r->reply->raw;

    while (!raw->p || !memmem(raw->p + r->at, raw->n - r->at, "\r\n\r\n", 4)) {
        if (!read_more(r))
            return false;
    }
    return true;
}

static bool is_interim(const struct http_reply *reply)
{
    return reply->status < 200 && reply->status != 101;
}

/* One head that is all there. */
static bool take_one_head(struct reading *r)
{
    struct http_reply *reply = r->reply;

    if (!take_head(r))
        return false;
    if (is_interim(reply) && reply->n_interim < HTTP_CLIENT_INTERIM_MAX)
        reply->interim[reply->n_interim++] = reply->status_line;
    return true;
}

/* Interim heads, then the final one. */
static bool take_heads(struct reading *r, bool only_interim)
{
    while (await_head(r) && take_one_head(r)) {
        r->n_heads++;
        r->headed = !is_interim(r->reply);
        if (r->headed || only_interim)
            return true;
    }
    return false;
}

static enum http_framing framing_of(const struct http_reply *reply, const char *method)
{
    if (strcmp(method, "HEAD") == 0 || reply->status < 200 || reply->status == 204 || reply->status == 304)
        return HTTP_FRAMING_NONE;
    if (span_eq_nocase(http_reply_value(reply, "Transfer-Encoding"), SPAN("chunked")))
        return HTTP_FRAMING_CHUNKED;
    return http_reply_header(reply, "Content-Length") ? HTTP_FRAMING_LENGTH : HTTP_FRAMING_CLOSE;
}

static bool take_bytes(struct reading *r, size_t n)
{
    if (!have(r, n))
        return false;
    buf_add(&r->reply->body, r->reply->raw.p + r->at, n);
    r->at += n;
    return true;
}

static bool take_length(struct reading *r)
{
    struct span value = http_reply_value(r->reply, "Content-Length");
    char *end;
    unsigned long n = strtoul(value.p, &end, 10);

    if (value.n == 0 || end != value.p + value.n)
        return r->reply->end = HTTP_READ_BROKEN, false;
    return take_bytes(r, n);
}

static bool take_chunked(struct reading *r)
{
    struct span line;

    while (take_line(r, &line)) {
        char *end;
        unsigned long n = strtoul(line.p, &end, 16);
        if (end == line.p)
            return r->reply->end = HTTP_READ_BROKEN, false;
        if (n == 0)
            break;
        if (!take_bytes(r, n) || !take_line(r, &line))
            return false;
        if (line.n)
            return r->reply->end = HTTP_READ_BROKEN, false;
    }
    do { /* trailers */
        if (!take_line(r, &line))
            return false;
    } while (line.n);
    return true;
}

static bool take_to_close(struct reading *r)
{
    while (read_more(r))
        ;
    if (!r->closed)
        return false;
    return take_bytes(r, r->reply->raw.n - r->at);
}

static bool take_body(struct reading *r, const char *method)
{
    struct http_reply *reply = r->reply;

    reply->framing = framing_of(reply, method);
    switch (reply->framing) {
    case HTTP_FRAMING_NONE:
        return true;
    case HTTP_FRAMING_LENGTH:
        return take_length(r);
    case HTTP_FRAMING_CHUNKED:
        return take_chunked(r);
    case HTTP_FRAMING_CLOSE:
        return take_to_close(r);
    }
    return false;
}

/* What was read too far belongs to the next reply. */
static void give_back(struct reading *r)
{
    struct buf *raw = &r->reply->raw;

    buf_add(&r->client->unread, raw->p + r->at, raw->n - r->at);
    raw->n = r->at;
}

/* Reading moves `raw`: make the spans again, now that it stays. */
static void read_heads_again(struct reading *r)
{
    struct http_reply *reply = r->reply;

    reply->n_interim = reply->n_headers = 0;
    reply->status_line = span_of(NULL, 0);
    r->at = 0;
    for (size_t i = 0; i < r->n_heads; i++)
        take_one_head(r);
}

static struct http_reply read_reply(struct http_client *client, const char *method, bool only_interim)
{
    struct http_reply reply = { .raw = client->unread, .body = buf_init(HTTP_CLIENT_REPLY_MAX) };
    struct reading r = { .client = client, .reply = &reply };

    client->unread = buf_init(HTTP_CLIENT_REPLY_MAX);
    if (take_heads(&r, only_interim) && (!r.headed || take_body(&r, method))) {
        give_back(&r);
        reply.end = HTTP_READ_REPLY;
    }
    read_heads_again(&r);
    return reply;
}

struct http_reply http_read(struct http_client *client, const char *method)
{
    return read_reply(client, method, false);
}

struct http_reply http_read_interim(struct http_client *client)
{
    return read_reply(client, "GET", true);
}

enum http_read_end http_read_eof(struct http_client *client)
{
    struct http_reply reply = { .raw = client->unread };
    struct reading r = { .client = client, .reply = &reply };

    client->unread = buf_init(HTTP_CLIENT_REPLY_MAX);
    if (reply.raw.n || read_more(&r))
        reply.end = HTTP_READ_REPLY;
    http_reply_release(&reply);
    return reply.end;
}

struct http_reply http_exchange(int port, const void *bytes, size_t n, const char *method)
{
    struct http_client client;

    if (!http_connect(&client, port))
        return (struct http_reply){ .end = HTTP_READ_RESET };
    http_send(&client, bytes, n); /* a server may answer and close before it has read all */
    struct http_reply reply = http_read(&client, method);
    http_close(&client);
    return reply;
}

struct http_reply http_exchange_text(int port, const char *text, const char *method)
{
    return http_exchange(port, text, strlen(text), method);
}

/* ---- looking at a reply ----------------------------------------------------------------------------- */

const struct http_header *http_reply_header(const struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_headers; i++) {
        if (span_eq_nocase(reply->headers[i].name, span_text(name)))
            return &reply->headers[i];
    }
    return NULL;
}

struct span http_reply_value(const struct http_reply *reply, const char *name)
{
    const struct http_header *header = http_reply_header(reply, name);

    return header ? header->value : (struct span){ NULL, 0 };
}

void http_reply_release(struct http_reply *reply)
{
    buf_release(&reply->body);
    buf_release(&reply->raw);
}
