/* Replies as bytes, in the layout of Go's net/http.
 *
 *   status line │ the handler's headers by name │ Date │ Content-Length │ Content-Type, guessed │
 *   Connection │ Transfer-Encoding │ blank line │ body
 *
 * net/http buffers 2048 bytes: a body up to that size has a Content-Length. A longer one is sent while the handler
 * runs: as one chunk on HTTP/1.1, ended by closing the connection on HTTP/1.0. */
#include "wire/reply.h"

#include "base/error.h"

#include <time.h>

enum { REPLY_HEAD_MAX = 64 * 1024 * 1024 }; /* a fault's headers are as long as its scenario file allows */

void reply_init(struct reply *reply)
{
    *reply = (struct reply){ .status = 200, .body = buf_init(REPLY_BODY_MAX), .head = buf_init(REPLY_HEAD_MAX) };
}

void reply_release(struct reply *reply)
{
    if (!reply)
        return;
    buf_release(&reply->body);
    buf_release(&reply->head);
    arena_release(&reply->arena);
    reply->n_headers = 0;
}

/* The header of that name, else a new one. */
static struct reply_header *header_slot(struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->n_headers; i++)
        if (strcmp(reply->headers[i].name, name) == 0)
            return &reply->headers[i];
    MUST(reply->n_headers < REPLY_HEADERS_MAX);
    return &reply->headers[reply->n_headers++];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* As it goes on the wire; p NULL: no memory, and the arena has failed. */
static struct span clean_value(struct reply *reply, struct span value)
{
    while (value.n && is_blank(value.p[0]))
        value = span_of(value.p + 1, value.n - 1);
    while (value.n && is_blank(value.p[value.n - 1]))
        value.n--;
    char *copy = arena_alloc(&reply->arena, value.n);
    for (size_t i = 0; copy && i < value.n; i++)
        copy[i] = value.p[i] == '\r' || value.p[i] == '\n' ? ' ' : value.p[i];
    return span_of(copy, copy ? value.n : 0);
}

void reply_header(struct reply *reply, const char *name, struct span value)
{
    struct span clean = clean_value(reply, value);

    if (clean.p)
        *header_slot(reply, name) = (struct reply_header){ name, clean };
}

bool reply_add_header(struct reply *reply, struct span name, struct span value)
{
    struct span kept = arena_span(&reply->arena, name), clean = clean_value(reply, value);

    if (!kept.p || !clean.p || reply->n_headers == REPLY_HEADERS_MAX)
        return false;
    reply->headers[reply->n_headers++] = (struct reply_header){ kept.p, clean };
    return true;
}

void reply_restart(struct reply *reply)
{
    reply->status = 200;
    reply->n_headers = 0;
    buf_clear(&reply->body);
    reply->sniffed = reply->close = reply->bare = false;
    reply->framing = FRAMED_BY_SIZE;
    reply->without = 0;
}

/* ---- head ----------------------------------------------------------------------------------------------- */

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    { 100, "Continue" },
    { 101, "Switching Protocols" },
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 301, "Moved Permanently" },
    { 302, "Found" },
    { 304, "Not Modified" },
    { 307, "Temporary Redirect" },
    { 308, "Permanent Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Request Entity Too Large" },
    { 414, "Request URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 417, "Expectation Failed" },
    { 418, "I'm a teapot" },
    { 422, "Unprocessable Entity" },
    { 426, "Upgrade Required" },
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
};

static void put_decimal(struct buf *out, size_t value)
{
    char digits[24], *p = digits + sizeof digits;

    do
        *--p = (char)('0' + value % 10);
    while (value /= 10);
    buf_add(out, p, (size_t)(digits + sizeof digits - p));
}

static void put_status_line(struct buf *out, int status, int minor)
{
    const char *reason = NULL;

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons && !reason; i++)
        if (reasons[i].status == status)
            reason = reasons[i].reason;
    buf_text(out, minor ? "HTTP/1.1 " : "HTTP/1.0 ");
    put_decimal(out, (size_t)status);
    buf_text(out, reason ? " " : " status code ");
    if (reason)
        buf_text(out, reason);
    else
        put_decimal(out, (size_t)status);
    buf_text(out, "\r\n");
}

static void put_header(struct buf *out, const char *name, struct span value)
{
    buf_text(out, name);
    buf_text(out, ": ");
    buf_span(out, value);
    buf_text(out, "\r\n");
}

/* The handler's headers by name; in their own order if the reply is bare. */
static void put_headers(struct buf *out, const struct reply *reply)
{
    size_t order[REPLY_HEADERS_MAX], n = 0;

    for (size_t i = 0; i < reply->n_headers; i++) {
        size_t at = n++;
        for (; !reply->bare && at && strcmp(reply->headers[order[at - 1]].name, reply->headers[i].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (size_t i = 0; i < n; i++)
        put_header(out, reply->headers[order[i]].name, reply->headers[order[i]].value);
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

/* How a reply ends, and what its head says about that. */
struct layout {
    bool body;    /* it has one: not for HEAD */
    bool length;  /* Content-Length */
    bool chunked; /* Transfer-Encoding */
    bool keep;    /* the connection stays open */
};

static enum reply_framing framing_of(const struct reply *reply, const struct request *request)
{
    enum reply_break broken = reply->fate.broken;

    if (broken == BREAK_MALFORMED_RESPONSE_CHUNK)
        return FRAMED_BY_CHUNKS;
    if (broken == BREAK_WRONG_LENGTH || (broken && reply->body.n == 0))
        return FRAMED_BY_LENGTH;
    if (reply->framing != FRAMED_BY_SIZE)
        return reply->framing;
    if (reply->body.n <= LENGTH_KNOWN_MAX)
        return FRAMED_BY_LENGTH;
    return request->http_minor > 0 ? FRAMED_BY_CHUNKS : FRAMED_BY_SIZE;
}

/* The value of Content-Length. A body that will break off announces at least one byte. */
static size_t length_of(const struct reply *reply)
{
    size_t n = reply->body.n;

    if (reply->fate.broken && n == 0)
        return 1;
    return reply->fate.broken == BREAK_WRONG_LENGTH ? n / 2 : n;
}

/* As far as the reply decides it. */
static bool wants_keep(const struct reply *reply, const struct request *request)
{
    return request->keeps && !reply->close && !reply->take_over && !reply->fate.broken;
}

static struct layout layout_of(const struct reply *reply, const struct request *request)
{
    bool head = span_is(request->method, "HEAD");
    enum reply_framing framing = framing_of(reply, request);
    struct layout layout = { .body = !head || reply->bare };

    layout.length = framing == FRAMED_BY_LENGTH && (!head || reply->body.n > 0) && !(reply->without & OWN_LENGTH);
    layout.chunked = framing == FRAMED_BY_CHUNKS && !head && !reply->bare;
    layout.keep = wants_keep(reply, request) && (reply->bare || request->http_minor > 0 || head || layout.length);
    return layout;
}

/* HTTP/1.1 sends `close`; HTTP/1.0 sends `keep-alive`. */
static const char *connection_of(const struct layout *layout, const struct request *request)
{
    if (request->http_minor == 0)
        return layout->keep ? "keep-alive" : NULL;
    return layout->keep ? NULL : "close";
}

static void put_own_headers(struct buf *out, const struct reply *reply, const struct layout *layout,
                            const char *connection, const char *date)
{
    if (!(reply->without & OWN_DATE))
        put_header(out, "Date", span_text(date));
    if (layout->length) {
        buf_text(out, "Content-Length: ");
        put_decimal(out, length_of(reply));
        buf_text(out, "\r\n");
    }
    if (reply->sniffed && reply->body.n)
        put_header(out, "Content-Type", SPAN("text/plain; charset=utf-8"));
    if (connection && !(reply->without & OWN_CONNECTION))
        put_header(out, "Connection", span_text(connection));
    if (layout->chunked)
        put_header(out, "Transfer-Encoding", SPAN("chunked"));
}

/* A chunk cannot begin like this. */
static const char no_chunk[] = "\x1f\x8bno chunk begins like this\r\n";

void reply_make_head(struct reply *reply, const struct request *request, const char *date)
{
    struct layout layout = layout_of(reply, request);
    struct buf *out = &reply->head;

    buf_clear(out);
    reply->keeps = reply->status != 0 && layout.keep;
    if (reply->status == 0)
        return;
    put_status_line(out, reply->status, reply->bare ? 1 : request->http_minor);
    put_headers(out, reply);
    if (!reply->bare)
        put_own_headers(out, reply, &layout, connection_of(&layout, request), date);
    buf_text(out, "\r\n");
}

struct span reply_head_lines(const struct reply *reply)
{
    enum { LINE_END = 2 };
    struct span head = buf_view(&reply->head);
    const char *end = head.n ? memmem(head.p, head.n, "\r\n", LINE_END) : NULL;

    if (!end)
        return SPAN("");
    end += LINE_END;
    return span_of(end, head.n - (size_t)(end - head.p) - LINE_END);
}

void reply_put_body(const struct reply *reply, const struct request *request, struct buf *out)
{
    struct layout layout = layout_of(reply, request);
    struct span body = buf_view(&reply->body);

    if (reply->status == 0 || !layout.body)
        return;
    if (reply->fate.broken == BREAK_MALFORMED_RESPONSE_CHUNK) {
        buf_text(out, no_chunk);
        return;
    }
    if (layout.chunked)
        buf_printf(out, "%zx\r\n", body.n);
    buf_span(out, body);
    if (layout.chunked)
        buf_text(out, "\r\n0\r\n\r\n");
}

static size_t hex_digits(size_t value)
{
    size_t n = 1;

    while (value >>= 4)
        n++;
    return n;
}

size_t reply_body_size(const struct reply *reply, const struct request *request)
{
    struct layout layout = layout_of(reply, request);
    size_t n = reply->body.n;

    if (reply->status == 0 || !layout.body)
        return 0;
    if (reply->fate.broken == BREAK_MALFORMED_RESPONSE_CHUNK)
        return sizeof no_chunk - 1;
    return layout.chunked ? hex_digits(n) + sizeof "\r\n\r\n0\r\n\r\n" - 1 + n : n;
}

/* ---- dates ------------------------------------------------------------------------------------------------- */

static char *put_name(char *to, const char names[][4], int i)
{
    memcpy(to, names[i], 3);
    return to + 3;
}

static char *put_number(char *to, int value, int width, char after)
{
    for (int i = width; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    to[width] = after;
    return to + width + 1;
}

void http_date(int64_t ns, char out[HTTP_DATE_SIZE])
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const int64_t second = 1000000000;
    time_t seconds = (time_t)(ns / second - (ns % second < 0));
    struct tm tm;

    MUST(gmtime_r(&seconds, &tm));
    char *p = put_name(out, days, tm.tm_wday);
    *p++ = ',';
    *p++ = ' ';
    p = put_number(p, tm.tm_mday, 2, ' ');
    p = put_name(p, months, tm.tm_mon);
    *p++ = ' ';
    p = put_number(p, tm.tm_year + 1900, 4, ' ');
    p = put_number(p, tm.tm_hour, 2, ':');
    p = put_number(p, tm.tm_min, 2, ':');
    p = put_number(p, tm.tm_sec, 2, ' ');
    memcpy(p, "GMT", 4);
}
