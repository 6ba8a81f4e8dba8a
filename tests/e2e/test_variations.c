/* 20 000 seeded variations of requests on raw sockets. What comes back must be what the rules of http/head.h and
 * http/chunks.h, applied to the bytes as they were sent, say: the HTTP library reads the same bytes with a parser of
 * its own, and where the two disagree a request could be smuggled past one of them.
 *
 * Where the library cannot go on, the server may close early, if its last reply says so. */
#include "base/error.h"
#include "http/chunks.h"
#include "http/head.h"
#include "http/http.h"
#include "support/http_client.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

enum { VARIATIONS = 20000, PARTS = 20, REPLIES_MAX = 8, RAW_MAX = 2048, TIMEOUT_MS = 5000 };

static struct http_server *server;

/* ---- the server ---------------------------------------------------------------------------------------------- */

static void put_echo(struct buf *out, struct span method, struct span target, struct span body)
{
    buf_span(out, method);
    buf_char(out, ' ');
    buf_span(out, target);
    buf_char(out, ' ');
    buf_span(out, body);
}

static void echo(void *context, const struct request *request, int fd, struct reply *reply)
{
    (void)context;
    (void)fd;
    put_echo(&reply->body, request->method, request->target, request->body);
}

static void setup(void)
{
    struct http_options options = { .host = "127.0.0.1", .handle = echo };
    struct error error;

    ck_assert_msg(http_start(&options, &server, &error) == ERR_OK, "%s", error.text);
}

static void teardown(void)
{
    http_stop(server);
}

/* ---- what the rules say ---------------------------------------------------------------------------------------- */

struct expected_reply {
    int status; /* 0: no reply, the connection closes */
    bool head;  /* no body is sent */
    struct buf body; /* of a 200 */
};

struct expected {
    struct expected_reply replies[REPLIES_MAX];
    size_t n;
    bool unfinished; /* the client has to say that nothing more comes */
};

static struct expected_reply *expect_status(struct expected *expected, int status)
{
    struct expected_reply *reply = &expected->replies[expected->n++];

    *reply = (struct expected_reply){ .status = status, .body = buf_init(2 * RAW_MAX) };
    return reply;
}

/* Decodes the body at the beginning of *rest and moves behind it. Returns the status that it leads to: 200, 400, or 0
 * if it is not complete. */
static int take_body(const struct head *head, struct span *rest, struct buf *body)
{
    struct chunks chunks;
    size_t used;

    if (!head->chunked) {
        if ((uint64_t)head->length > rest->n)
            return 0;
        used = (size_t)head->length;
        buf_add(body, rest->p, used);
    } else {
        chunks_init(&chunks, body, BODY_MAX);
        used = chunks_feed(&chunks, *rest);
        if (chunks.state != CHUNKS_DONE)
            return chunks.state == CHUNKS_BROKEN ? 400 : 0;
    }
    *rest = span_of(rest->p + used, rest->n - used);
    return 200;
}

/* Returns whether the connection goes on. */
static bool expect_one(struct expected *expected, struct span *rest)
{
    CLEANUP(buf_release) struct buf body = buf_init(RAW_MAX);
    struct head head = { 0 };
    size_t size = head_size(*rest);

    if (size == 0) {
        expected->unfinished = true;
        if (rest->n)
            expect_status(expected, 400);
        return false;
    }
    enum refusal refusal = head_parse(&head, span_of(rest->p, size)) ? head_check(&head) : REFUSE_BAD;
    *rest = span_of(rest->p + size, rest->n - size);
    if (refusal) {
        expect_status(expected, refusal_rows[refusal].status);
        return false;
    }
    if (head_header(&head, "Expect") && !head_has_token(&head, "Expect", "100-continue")) {
        expect_status(expected, 417);
        return false;
    }
    int status = take_body(&head, rest, &body);
    expected->unfinished = status == 0;
    struct expected_reply *reply = expect_status(expected, status);
    reply->head = span_is(head.method, "HEAD");
    put_echo(&reply->body, head.method, head.target, buf_view(&body));
    return status == 200 && head_keeps(&head);
}

static void expect_all(struct expected *expected, struct span raw)
{
    *expected = (struct expected){ 0 };
    while (expected->n < REPLIES_MAX && raw.n && expect_one(expected, &raw))
        ;
}

static void expected_release(struct expected *expected)
{
    for (size_t i = 0; i < expected->n; i++)
        buf_release(&expected->replies[i].body);
}

/* ---- variations ------------------------------------------------------------------------------------------------ */

#define TWO "GET /2 HTTP/1.1\r\nHost: b\r\n\r\n"
#define SMUGGLED "GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n"

static const char *const bases[] = {
    "GET /1?a=b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n" TWO,
    "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 37\r\nA: b\r\n\r\n" SMUGGLED TWO,
    "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n25\r\n" SMUGGLED "\r\n0\r\n\r\n" TWO,
    "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2;x=y\r\nab\r\n0\r\nT: u\r\n\r\n" TWO,
    "POST /1 HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab" TWO,
    "GET /1 HTTP/1.1\nHost: a\nX-Long: value with blanks\n\n" TWO,
    "TRACE http://a:80/1 HTTP/1.1\r\nHost: a\r\nConnection: TE, close\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n" TWO,
    "PUT /%41 HTTP/1.1\r\nhost:a\r\ncontent-length:\t3 \r\nContent-Length: 3\r\n\r\nabc" TWO,
};

/* Numbers that are the same everywhere (xorshift64). */
static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % below;
}

static char draw_byte(uint64_t *seed)
{
    static const char telling[] = "\r\n\r\n :;,\t\0\x7f\x80\xff" "0129afGHT/%?*";

    return draw(seed, 3) ? telling[draw(seed, sizeof telling - 1)] : (char)draw(seed, 256);
}

/* Replaces, inserts, deletes or repeats some bytes. */
static void vary(char *raw, size_t *n, uint64_t *seed)
{
    size_t at = draw(seed, *n), length = 1 + draw(seed, 4);

    length = length < *n - at ? length : *n - at;
    switch (draw(seed, 4)) {
    case 0:
        raw[at] = draw_byte(seed);
        break;
    case 1:
        memmove(raw + at + 1, raw + at, *n - at);
        raw[at] = draw_byte(seed);
        *n += 1;
        break;
    case 2:
        memmove(raw + at, raw + at + length, *n - at - length);
        *n -= length;
        break;
    default:
        memmove(raw + at + length, raw + at, *n - at);
        *n += length;
    }
}

/* ---- the comparison -------------------------------------------------------------------------------------------- */

static const char *printable(const char *raw, size_t n)
{
    static char out[4 * RAW_MAX + 1];
    char *to = out;

    for (size_t i = 0; i < n; i++)
        to += snprintf(to, 5, raw[i] >= ' ' && raw[i] <= '~' ? "%c" : "\\x%02x", (unsigned char)raw[i]);
    return out;
}

/* Returns what is wrong with a reply; NULL: nothing. */
static const char *compare(const struct http_reply *reply, const struct expected_reply *expected)
{
    if (expected->status == 0)
        return reply->end == HTTP_READ_EMPTY || reply->end == HTTP_READ_RESET ? NULL : "a reply to what is not complete";
    if (reply->end != HTTP_READ_REPLY)
        return http_read_end_name(reply->end);
    if (reply->status != expected->status)
        return "another status";
    if (reply->status == 200 && !expected->head && !span_eq(buf_view(&reply->body), buf_view(&expected->body)))
        return "another request";
    return NULL;
}

static bool says_close(const struct http_reply *reply)
{
    struct span connection = http_reply_value(reply, "Connection");

    return span_is(connection, "close") || (span_starts(reply->status_line, SPAN("HTTP/1.0")) && !connection.n);
}

static void send_and_compare(const char *raw, size_t n, const char *name)
{
    static struct expected expected;
    struct http_client client;
    bool closed = false;

    expect_all(&expected, span_of(raw, n));
    ck_assert(http_connect(&client, http_port(server)));
    client.timeout_ms = TIMEOUT_MS;
    http_send(&client, raw, n);
    if (expected.unfinished)
        http_finish_sending(&client);
    for (size_t i = 0; i < expected.n && !closed; i++) {
        struct http_reply reply = http_read(&client, expected.replies[i].head ? "HEAD" : "GET");
        const char *wrong = compare(&reply, &expected.replies[i]);
        ck_assert_msg(!wrong, "%s, reply %zu: %s (%.*s, wanted %d) to %s", name, i, wrong, SPAN_ARG(reply.status_line),
                      expected.replies[i].status, printable(raw, n));
        closed = says_close(&reply);
        http_reply_release(&reply);
    }
    http_close(&client);
    expected_release(&expected);
}

START_TEST(variations_are_answered_as_the_bytes_say)
{
    static char raw[RAW_MAX];
    char name[64];

    for (int i = _i; i < VARIATIONS; i += PARTS) {
        uint64_t seed = UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)(i + 1);
        const char *base = bases[(size_t)i % ROWS(bases)];
        size_t n = strlen(base);

        memcpy(raw, base, n);
        for (uint64_t times = i < (int)ROWS(bases) ? 0 : 1 + draw(&seed, 3); times; times--)
            vary(raw, &n, &seed);
        snprintf(name, sizeof name, "variation %d", i);
        send_and_compare(raw, n, name);
    }
}
END_TEST

TEST_MAIN("variations",
    TEST_GROUP("of a byte or a few", .setup = setup, .teardown = teardown),
    TEST_TIMES(variations_are_answered_as_the_bytes_say, PARTS))
