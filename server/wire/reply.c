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
    memset(reply, 0, offsetof(struct reply, headers));
    reply->status = 200;
    reply->body = buf_init(REPLY_BODY_MAX);
    reply->head = buf_init(REPLY_HEAD_MAX);
}

static void take_buf(struct buf *to, struct buf *from)
{
    size_t max = to->max;

    *to = *from;
    to->max = max;
    *from = buf_init(0);
}

static void take_arena(struct arena *to, struct arena *from)
{
    *to = *from;
    *from = (struct arena){ 0 };
}

void reply_init_with(struct reply *reply, struct reply_memory *memory)
{
    reply_init(reply);
    take_buf(&reply->body, &memory->body);
    take_buf(&reply->head, &memory->head);
    take_arena(&reply->arena, &memory->arena);
    take_arena(&reply->spare, &memory->spare);
}

void reply_keep(struct reply *reply, size_t keep, struct reply_memory *memory)
{
    buf_reuse(&reply->body, keep);
    buf_reuse(&reply->head, keep);
    arena_reuse(&reply->arena, keep);
    arena_reuse(&reply->spare, keep);
    take_buf(&memory->body, &reply->body);
    take_buf(&memory->head, &reply->head);
    take_arena(&memory->arena, &reply->arena);
    take_arena(&memory->spare, &reply->spare);
}

void reply_memory_release(struct reply_memory *memory)
{
    buf_release(&memory->body);
    buf_release(&memory->head);
    arena_release(&memory->arena);
    arena_release(&memory->spare);
}

void reply_release(struct reply *reply)
{
    if (!reply)
        return;
    buf_release(&reply->body);
    buf_release(&reply->head);
    arena_release(&reply->arena);
    arena_release(&reply->spare);
    reply->n_headers = 0;
}

/* The header of that name, else a new one. */
static struct reply_header *header_slot(struct reply *reply, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < reply->n_headers; i++)
        if (reply->headers[i].name_n == n && memcmp(reply->headers[i].name, name, n) == 0)
            return &reply->headers[i];
    MUST(reply->n_headers < REPLY_HEADERS_MAX);
    reply->headers[reply->n_headers] = (struct reply_header){ .name = name, .name_n = n };
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
        header_slot(reply, name)->value = clean;
}

void reply_constant(struct reply *reply, const char *name, struct span value)
{
    header_slot(reply, name)->value = value;
}

bool reply_add_header(struct reply *reply, struct span name, struct span value)
{
    struct span kept = arena_span(&reply->arena, name), clean = clean_value(reply, value);

    if (!kept.p || !clean.p || reply->n_headers == REPLY_HEADERS_MAX)
        return false;
    reply->headers[reply->n_headers++] = (struct reply_header){ kept.p, kept.n, clean };
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

/* Where the next byte of a head goes; there is room for it. */
struct pen {
    char *at;
};

static void put(struct pen *pen, const char *p, size_t n)
{
    memcpy(pen->at, p, n);
    pen->at += n;
}
#define PUT(pen, literal) put((pen), "" literal, sizeof(literal) - 1)

static void put_span(struct pen *pen, struct span s)
{
    if (s.n)
        put(pen, s.p, s.n);
}

enum { DECIMAL_MAX = 24 };

static void put_decimal(struct pen *pen, size_t value)
{
    char digits[DECIMAL_MAX], *p = digits + sizeof digits;

    do
        *--p = (char)('0' + value % 10);
    while (value /= 10);
    put(pen, p, (size_t)(digits + sizeof digits - p));
}

static const char *reason_of(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return NULL;
}

enum { STATUS_LINE_MAX = 128 };

static void put_status_line(struct pen *pen, int status, int minor)
{
    const char *reason = status == 200 ? "OK" : reason_of(status);

    put_span(pen, minor ? SPAN("HTTP/1.1 ") : SPAN("HTTP/1.0 "));
    put_decimal(pen, (size_t)status);
    put_span(pen, reason ? SPAN(" ") : SPAN(" status code "));
    if (reason)
        put_span(pen, span_text(reason));
    else
        put_decimal(pen, (size_t)status);
    PUT(pen, "\r\n");
}

static void put_header(struct pen *pen, struct span name, struct span value)
{
    put_span(pen, name);
    PUT(pen, ": ");
    put_span(pen, value);
    PUT(pen, "\r\n");
}

static size_t headers_size(const struct reply *reply)
{
    size_t n = 0;

    for (size_t i = 0; i < reply->n_headers; i++)
        n += reply->headers[i].name_n + reply->headers[i].value.n + 4; /* ": " and CR LF */
    return n;
}

/* The handler's headers by name; in their own order if the reply is bare. */
static void put_headers(struct pen *pen, const struct reply *reply)
{
    const struct reply_header *order[REPLY_HEADERS_MAX];

    for (size_t i = 0; i < reply->n_headers; i++) {
        size_t at = i;
        for (; !reply->bare && at && strcmp(order[at - 1]->name, reply->headers[i].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = &reply->headers[i];
    }
    for (size_t i = 0; i < reply->n_headers; i++)
        put_header(pen, span_of(order[i]->name, order[i]->name_n), order[i]->value);
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

enum { OWN_HEADERS_MAX = 512 }; /* bytes of the headers that put_own_headers adds */

static void put_own_headers(struct pen *pen, const struct reply *reply, const struct layout *layout,
                            const char *connection, const char *date)
{
    if (!(reply->without & OWN_DATE))
        put_header(pen, SPAN("Date"), span_text(date));
    if (layout->length) {
        PUT(pen, "Content-Length: ");
        put_decimal(pen, length_of(reply));
        PUT(pen, "\r\n");
    }
    if (reply->sniffed && reply->body.n)
        PUT(pen, "Content-Type: text/plain; charset=utf-8\r\n");
    if (connection && !(reply->without & OWN_CONNECTION))
        put_header(pen, SPAN("Connection"), span_text(connection));
    if (layout->chunked)
        PUT(pen, "Transfer-Encoding: chunked\r\n");
}

/* A chunk cannot begin like this. */
static const char no_chunk[] = "\x1f\x8bno chunk begins like this\r\n";

void reply_make_head(struct reply *reply, const struct request *request, const char *date)
{
    struct layout layout = layout_of(reply, request);

    buf_clear(&reply->head);
    reply->keeps = reply->status != 0 && layout.keep;
    if (reply->status == 0)
        return;
    struct pen pen = { buf_reserve(&reply->head, STATUS_LINE_MAX + headers_size(reply) + OWN_HEADERS_MAX) };
    if (!pen.at)
        return;
    const char *begin = pen.at;
    put_status_line(&pen, reply->status, reply->bare ? 1 : request->http_minor);
    put_headers(&pen, reply);
    if (!reply->bare)
        put_own_headers(&pen, reply, &layout, connection_of(&layout, request), date);
    PUT(&pen, "\r\n");
    *pen.at = '\0';
    reply->head.n += (size_t)(pen.at - begin);
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
