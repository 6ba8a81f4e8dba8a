/* The HTTP edge as a client meets it: bytes in, bytes out, with a handler that only says what it was given. */
#include "http/http.h"
#include "support/http_client.h"
#include "support/suite.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STOP_LIMIT_MS = 5000 /* half of the shortest time-out; tests/soak times stops */ };

enum {
    AWAIT_MS = 5000,
    LONG_BODY = LENGTH_KNOWN_MAX + 1,
    HUGE_BODY = 64 * 1024 * 1024,
    MANY = 300, /* connections: far more than there are workers */
};

#define HOST "Host: requester\r\n"

/* ---- a server whose handler tells what came ---------------------------------------------------------- */

static struct {
    struct http_server *server;
    pthread_mutex_t lock;
    char last_end[32]; /* http_end.how */
    int64_t last_bytes;
    int last_status;
    int n_ended;
    int n_handled;
    bool blocked; /* the handler saw a blocked signal */
} it = { .lock = PTHREAD_MUTEX_INITIALIZER };

static size_t body_size(struct span target)
{
    if (span_eq(target, SPAN("/long")))
        return LONG_BODY;
    return span_eq(target, SPAN("/huge")) ? HUGE_BODY : 0;
}

static void look_at_signals(void)
{
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    it.blocked = sigismember(&mask, SIGTERM) && sigismember(&mask, SIGINT) && sigismember(&mask, SIGCHLD);
}

static void tell(void *context, const struct request *request, int fd, struct reply *reply)
{
    size_t size = body_size(request->target);

    (void)context;
    (void)fd;
    pthread_mutex_lock(&it.lock);
    it.n_handled++;
    look_at_signals();
    pthread_mutex_unlock(&it.lock);
    reply->status = span_eq(request->target, SPAN("/empty")) ? 0 : 200;
    reply->close = span_eq(request->target, SPAN("/close"));
    reply_header(reply, "Content-Type", SPAN("text/plain"));
    if (size) {
        memset(buf_reserve(&reply->body, size), 'x', size);
        reply->body.n += size;
        return;
    }
    buf_printf(&reply->body, "%.*s %.*s 1.%d %s%zu [%.*s]", SPAN_ARG(request->method), SPAN_ARG(request->target),
               request->http_minor, request->body_end == BODY_WHOLE ? "" : "more than ", request->body.n,
               request->body.n > 100 ? 0 : (int)request->body.n, request->body.p ? request->body.p : "");
}

static void note_end(void *context, const struct request *request, struct reply *reply, const struct http_end *end)
{
    (void)context;
    (void)request;
    pthread_mutex_lock(&it.lock);
    snprintf(it.last_end, sizeof(it.last_end), "%s", end->how);
    it.last_bytes = end->bytes;
    it.last_status = reply->status;
    it.n_ended++;
    pthread_mutex_unlock(&it.lock);
}

static struct http_options options(int port)
{
    return (struct http_options){ .host = "127.0.0.1", .port = port, .handle = tell, .ended = note_end };
}

static void setup(void)
{
    struct http_options o = options(0);
    struct error error;

    ck_assert_msg(http_start(&o, &it.server, &error) == ERR_OK, "%s", error.text);
}

static void teardown(void)
{
    http_stop(it.server);
}

static int port(void)
{
    return http_port(it.server);
}

static bool exchange_ended(void *context)
{
    const int *n = context;

    pthread_mutex_lock(&it.lock);
    bool yes = it.n_ended >= *n;
    pthread_mutex_unlock(&it.lock);
    return yes;
}

/* The n-th exchange ended so. */
static void assert_end(int n, const char *how, int status)
{
    ck_assert(await(exchange_ended, &n, AWAIT_MS));
    ck_assert_str_eq(it.last_end, how);
    ck_assert_int_eq(it.last_status, status);
    ck_assert_int_eq(it.n_ended, n);
}

/* ---- short hands ------------------------------------------------------------------------------------ */

static void assert_text(struct span got, const char *wanted, const char *of)
{
    ck_assert_msg(span_is(got, wanted), "%s: got `%.*s`, wanted `%s`", of, SPAN_ARG(got), wanted);
}

static void assert_reply(const struct http_reply *reply, const char *status_line, const char *body)
{
    ck_assert_msg(reply->end == HTTP_READ_REPLY, "%s instead of %s", http_read_end_name(reply->end), status_line);
    assert_text(reply->status_line, status_line, "status line");
    assert_text(buf_view(&reply->body), body, "body");
}

static struct http_client connected(void)
{
    struct http_client client;

    ck_assert(http_connect(&client, port()));
    return client;
}

/* One request over an open connection, answered with that status line and body. */
static void ask_line(struct http_client *client, const char *request, const char *status_line, const char *body)
{
    ck_assert(http_send_text(client, request));
    struct http_reply reply = http_read(client, "GET");
    assert_reply(&reply, status_line, body);
    http_reply_release(&reply);
}

static void ask(struct http_client *client, const char *request, const char *body)
{
    ask_line(client, request, "HTTP/1.1 200 OK", body);
}

/* On a connection of its own. */
static void assert_exchange(const char *request, const char *status_line, const char *body)
{
    struct http_reply reply = http_exchange_text(port(), request, "GET");

    assert_reply(&reply, status_line, body);
    http_reply_release(&reply);
}

/* A refusal by the HTTP library itself: these bytes and the end of the connection. */
static void assert_bare(const char *request, const char *line, const char *body)
{
    struct http_client client = connected();
    char wanted[512];

    ck_assert(http_send_text(&client, request));
    struct http_reply reply = http_read(&client, "GET");

    snprintf(wanted, sizeof(wanted),
             "HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n%s", line, body);
    ck_assert_msg(reply.end == HTTP_READ_REPLY, "%s after %s", http_read_end_name(reply.end), request);
    assert_text(buf_view(&reply.raw), wanted, request);
    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_reply_release(&reply);
    http_close(&client);
}

static char *big_request(const char *head, size_t body, size_t *n)
{
    char *bytes = malloc(strlen(head) + body + 1);

    ck_assert_ptr_nonnull(bytes);
    *n = strlen(head) + body;
    memcpy(bytes, head, strlen(head));
    memset(bytes + strlen(head), 'b', body);
    return bytes;
}

/* ---- connections ------------------------------------------------------------------------------------ */

START_TEST(connection_is_kept_and_used_again)
{
    struct http_client client = connected();

    for (int i = 0; i < 3; i++)
        ask(&client, "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a 1.1 0 []");

    http_close(&client);
}
END_TEST

START_TEST(connection_close_closes)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET /a HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"));
    struct http_reply reply = http_read(&client, "GET");

    assert_text(http_reply_value(&reply, "Connection"), "close", "Connection");
    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

START_TEST(reply_that_wants_to_close_closes)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET /close HTTP/1.1\r\n" HOST "\r\n"));
    struct http_reply reply = http_read(&client, "GET");

    assert_text(http_reply_value(&reply, "Connection"), "close", "Connection");
    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

/* What some clients put into Connection says nothing about closing. */
static const char *const kept[] = { "Connection: TE\r\nTE: trailers\r\n", "Connection: keep-alive\r\n",
                                    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n" };
START_TEST(other_connection_options_keep)
{
    struct http_client client = connected();
    char request[256];

    snprintf(request, sizeof(request), "GET /a HTTP/1.1\r\n" HOST "%s\r\n", kept[_i]);
    for (int i = 0; i < 2; i++)
        ask(&client, request, "GET /a 1.1 0 []");

    http_close(&client);
}
END_TEST

START_TEST(http_1_0_closes)
{
    struct http_client client = connected();

    ask_line(&client, "GET /a HTTP/1.0\r\n\r\n", "HTTP/1.0 200 OK", "GET /a 1.0 0 []");

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_close(&client);
}
END_TEST

START_TEST(http_1_0_keeps_when_asked)
{
    struct http_client client = connected();

    for (int i = 0; i < 2; i++)
        ask_line(&client, "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "HTTP/1.0 200 OK", "GET /a 1.0 0 []");

    http_close(&client);
}
END_TEST

START_TEST(http_1_0_long_body_ends_with_the_connection)
{
    struct http_reply reply =
        http_exchange_text(port(), "GET /long HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET");

    ck_assert_int_eq(reply.end, HTTP_READ_REPLY);
    ck_assert_str_eq(http_framing_name(reply.framing), "close");
    ck_assert_uint_eq(reply.body.n, LONG_BODY);
    http_reply_release(&reply);
}
END_TEST

START_TEST(long_body_is_chunked)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET /long HTTP/1.1\r\n" HOST "\r\n"));
    struct http_reply reply = http_read(&client, "GET");

    ck_assert_str_eq(http_framing_name(reply.framing), "chunked");
    ck_assert_uint_eq(reply.body.n, LONG_BODY);
    ask(&client, "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a 1.1 0 []");
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

START_TEST(head_has_no_body_and_keeps)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "HEAD /a HTTP/1.1\r\n" HOST "\r\n"));
    struct http_reply reply = http_read(&client, "HEAD");

    assert_reply(&reply, "HTTP/1.1 200 OK", "");
    ask(&client, "GET /b HTTP/1.1\r\n" HOST "\r\n", "GET /b 1.1 0 []");
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

START_TEST(three_requests_in_one_packet_are_answered_in_order)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET /1 HTTP/1.1\r\n" HOST "\r\n"
                                      "POST /2 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab"
                                      "GET /3 HTTP/1.1\r\n" HOST "\r\n"));

    ask(&client, "", "GET /1 1.1 0 []");
    ask(&client, "", "POST /2 1.1 2 [ab]");
    ask(&client, "", "GET /3 1.1 0 []");
    http_close(&client);
}
END_TEST

START_TEST(empty_reply_is_the_end_without_a_byte)
{
    struct http_reply reply = http_exchange_text(port(), "GET /empty HTTP/1.1\r\n" HOST "\r\n", "GET");

    ck_assert_str_eq(http_read_end_name(reply.end), "empty reply");
    assert_end(1, "empty reply", 0);
    http_reply_release(&reply);
}
END_TEST

START_TEST(end_of_exchange_counts_bytes)
{
    struct http_reply reply = http_exchange_text(port(), "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET");

    assert_end(1, "complete", 200);
    ck_assert_int_eq(it.last_bytes, (int64_t)reply.raw.n);
    http_reply_release(&reply);
}
END_TEST

/* ---- bodies ----------------------------------------------------------------------------------------- */

START_TEST(body_comes_by_its_length)
{
    assert_exchange("POST /p HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK",
                    "POST /p 1.1 5 [hello]");
}
END_TEST

START_TEST(get_may_have_a_body)
{
    assert_exchange("GET /p HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK",
                    "GET /p 1.1 5 [hello]");
}
END_TEST

START_TEST(chunks_are_joined)
{
    struct http_client client = connected();

    ask(&client, "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "POST /p 1.1 5 [hello]");

    ask(&client, "GET /b HTTP/1.1\r\n" HOST "\r\n", "GET /b 1.1 0 []");
    http_close(&client);
}
END_TEST

START_TEST(chunks_come_in_pieces)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r"));
    ck_assert(http_send_text(&client, "\nhe\r\n3\r\nl"));
    ask(&client, "lo\r\n0\r\n\r\n", "POST /p 1.1 5 [hello]");

    http_close(&client);
}
END_TEST

START_TEST(chunks_win_over_a_length)
{
    assert_exchange("POST /p HTTP/1.1\r\n" HOST
                    "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    "HTTP/1.1 200 OK", "POST /p 1.1 5 [hello]");
}
END_TEST

static const struct {
    const char *request, *body;
} framed[] = {
    { "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked \r\n\r\n2\r\nab\r\n0\r\n\r\n", "POST /p 1.1 2 [ab]" },
    { "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n0\r\n\r\n", "POST /p 1.1 2 [ab]" },
    { "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nT: u\r\n\r\n", "POST /p 1.1 2 [ab]" },
    { "TRACE /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "TRACE /p 1.1 2 [ab]" },
    { "POST /p HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab", "POST /p 1.0 2 [ab]" },
    { "GET /p HTTP/1.1\r\nHost: a\n\r\n", "GET /p 1.1 0 []" },
    { "GET /p HTTP/1.1\nHost: a\n\n", "GET /p 1.1 0 []" },
    { "GET /p HTTP/1.1\r\n" HOST "A:\tb\r\n\r\n", "GET /p 1.1 0 []" },
};
START_TEST(what_the_library_frames_otherwise_is_served)
{
    assert_exchange(framed[_i].request, strstr(framed[_i].body, "1.0") ? "HTTP/1.0 200 OK" : "HTTP/1.1 200 OK", framed[_i].body);
}
END_TEST

START_TEST(bad_chunks_are_refused)
{
    assert_bare("POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nzz\r\nhe\r\n0\r\n\r\n", "400 Bad Request",
                "400 Bad Request");
    assert_end(1, "malformed", 400);
}
END_TEST

START_TEST(equal_lengths_count_once)
{
    assert_exchange("POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK",
                    "POST /p 1.1 2 [ab]");
}
END_TEST

START_TEST(continue_is_sent_before_the_body_comes)
{
    struct http_client client = connected();
    long long start = monotonic_ms();

    ck_assert(http_send_text(&client, "POST /p HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    struct http_reply interim = http_read_interim(&client);

    assert_text(buf_view(&interim.raw), "HTTP/1.1 100 Continue\r\n\r\n", "interim");
    ck_assert_int_lt(monotonic_ms() - start, 500);
    ask(&client, "ab", "POST /p 1.1 2 [ab]");
    http_reply_release(&interim);
    http_close(&client);
}
END_TEST

START_TEST(continue_is_not_sent_without_a_body)
{
    struct http_reply reply =
        http_exchange_text(port(), "POST /p HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n", "POST");

    assert_reply(&reply, "HTTP/1.1 200 OK", "POST /p 1.1 0 []");
    ck_assert_uint_eq(reply.n_interim, 0);
    http_reply_release(&reply);
}
END_TEST

START_TEST(other_expectations_fail_before_the_body)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "POST /p HTTP/1.1\r\n" HOST "Expect: wonders\r\nContent-Length: 2\r\n\r\n"));
    struct http_reply reply = http_read(&client, "POST");

    assert_reply(&reply, "HTTP/1.1 417 Expectation Failed", "");
    assert_text(http_reply_value(&reply, "Connection"), "close", "Connection");
    ck_assert_int_eq(it.n_handled, 0);
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

START_TEST(body_as_long_as_allowed_is_whole)
{
    size_t n;
    char *bytes = big_request("POST /p HTTP/1.1\r\n" HOST "Content-Length: 10485760\r\n\r\n", BODY_MAX, &n);

    struct http_reply reply = http_exchange(port(), bytes, n, "POST");

    assert_reply(&reply, "HTTP/1.1 200 OK", "POST /p 1.1 10485760 []");
    ck_assert_ptr_null(http_reply_header(&reply, "Connection"));
    http_reply_release(&reply);
    free(bytes);
}
END_TEST

/* By length and by chunks: the handler is told, the rest is not read. */
static const struct {
    const char *head;
    size_t body;
} too_large[] = { { "POST /p HTTP/1.1\r\n" HOST "Content-Length: 20971520\r\n\r\n", BODY_MAX + 1 },
                  { "POST /p HTTP/1.1\r\n" HOST "Content-Length: 10485761\r\n\r\n", BODY_MAX + 1 },
                  { "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1400000\r\n", BODY_MAX + 1 } };
START_TEST(body_over_the_cap_is_cut_and_the_connection_closes)
{
    size_t n;
    char *bytes = big_request(too_large[_i].head, too_large[_i].body, &n);
    struct http_client client = connected();

    ck_assert(http_send(&client, bytes, n));
    struct http_reply reply = http_read(&client, "POST");

    assert_reply(&reply, "HTTP/1.1 200 OK", "POST /p 1.1 more than 10485760 []");
    assert_text(http_reply_value(&reply, "Connection"), "close", "Connection");
    http_reply_release(&reply);
    http_close(&client);
    free(bytes);
}
END_TEST

static bool long_reply_has_begun(void *context)
{
    const struct http_client *client = context;
    char c;

    return recv(client->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

static bool fds_are(void *context)
{
    const int *n = context;

    return open_fds() == *n;
}

static const char *const half[] = { "POST /p HTTP/1.1\r\n" HOST "Content-Length: 100\r\n\r\nab",
                                    "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n64\r\nab",
                                    "POST /p HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n" };
START_TEST(client_that_leaves_in_the_middle_of_its_body_costs_nothing)
{
    int before = open_fds();
    struct http_client client = connected();

    ck_assert(http_send_text(&client, half[_i]));
    http_close(&client);

    assert_end(1, "client gone", 0);
    ck_assert(await(fds_are, &before, AWAIT_MS));
    ck_assert_int_eq(it.n_handled, 0);
}
END_TEST

START_TEST(half_a_body_and_no_more_gets_no_reply)
{
    struct http_client client = connected();

    ck_assert(http_send_text(&client, half[0]));
    http_finish_sending(&client);
    struct http_reply reply = http_read(&client, "POST");

    ck_assert_str_eq(http_read_end_name(reply.end), "empty reply");
    http_reply_release(&reply);
    http_close(&client);
}
END_TEST

START_TEST(client_that_resets_during_a_long_reply_costs_nothing)
{
    int before = open_fds();
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET /huge HTTP/1.1\r\n" HOST "\r\n"));
    ck_assert(await(long_reply_has_begun, &client, AWAIT_MS));
    http_reset(&client);

    ck_assert(await(fds_are, &before, AWAIT_MS));
}
END_TEST

/* ---- targets and methods ------------------------------------------------------------------------------- */

static const struct {
    const char *target, *method;
} raw[] = {
    { "/requester/%6cist", "POST" },
    { "/a%2F..%2Fb//c/../d?x=%20&y=?", "GET" },
    { "/?", "GET" },
    { "http://requester.example.org:1/requester/list?q=1", "POST" },
    { "http://requester.example.org/requester/list", "POST" },
    { "http://requester.example.org/a:b", "GET" },
    { "http://requester.example.org", "GET" },
    { "*", "OPTIONS" },
    { "*", "GET" },
    { "/requester/list", "OPTIONS" },
    { "/requester/list", "PATCH" },
    { "/requester/list", "TRACE" },
    { "/requester/list?a=1", "get" },
    { "/a;b=c,d!$&'()+@~", "GET" },
};
START_TEST(method_and_target_arrive_as_sent)
{
    char request[512], body[512];

    snprintf(request, sizeof(request), "%s %s HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", raw[_i].method,
             raw[_i].target);
    snprintf(body, sizeof(body), "%s %s 1.1 2 [ab]", raw[_i].method, raw[_i].target);

    struct http_reply reply = http_exchange_text(port(), request, raw[_i].method);

    assert_reply(&reply, "HTTP/1.1 200 OK", body);
    assert_end(1, "complete", 200);
    http_reply_release(&reply);
}
END_TEST

START_TEST(what_the_library_drops_is_served_behind_others_too)
{
    struct http_client client = connected();

    ask(&client, "GET /a?b HTTP/1.1\r\n" HOST "\r\n", "GET /a?b 1.1 0 []");
    ask(&client, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "OPTIONS * 1.1 0 []");

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    assert_end(2, "complete", 200);
    http_close(&client);
}
END_TEST

START_TEST(absolute_target_of_our_own_port_keeps)
{
    struct http_client client = connected();
    char request[256], body[256];

    snprintf(request, sizeof(request), "GET http://x:%d/a?b HTTP/1.1\r\n" HOST "\r\n", port());
    snprintf(body, sizeof(body), "GET http://x:%d/a?b 1.1 0 []", port());
    for (int i = 0; i < 2; i++)
        ask(&client, request, body);

    http_close(&client);
}
END_TEST

START_TEST(later_http_1_versions_are_served)
{
    assert_exchange("GET /a HTTP/1.2\r\n" HOST "\r\n", "HTTP/1.1 200 OK", "GET /a 1.1 0 []");
}
END_TEST

START_TEST(other_methods_bring_their_headers)
{
    assert_exchange("TRACE /a HTTP/1.1\r\nA: b\r\nHost:x\r\nConnection: close\r\ncontent-length:  2 \r\n\r\nab",
                    "HTTP/1.1 200 OK", "TRACE /a 1.1 2 [ab]");
}
END_TEST

/* ---- refusals ----------------------------------------------------------------------------------------- */

#define BAD "400 Bad Request"
#define SMUGGLED "GET / HTTP/1.1\r\n\r\n"
#define NOT_IMPLEMENTED "501 Not Implemented"
#define UNSUPPORTED "505 HTTP Version Not Supported: unsupported protocol version"

static const struct {
    const char *name, *request, *line, *body;
} refused[] = {
    { "no host", "GET / HTTP/1.1\r\n\r\n", BAD ": missing required Host header", NULL },
    { "no host, unknown method", "TRACE / HTTP/1.1\r\n\r\n", BAD ": missing required Host header", NULL },
    { "two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", BAD, NULL },
    { "bad host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", BAD ": malformed Host header", NULL },
    { "bad header name", "GET / HTTP/1.1\r\nHost: a\r\nx(y: z\r\n\r\n", BAD, NULL },
    { "garbage", "garbage\r\n\r\n", BAD, NULL },
    { "two words", "GET /\r\n\r\n", BAD, NULL },
    { "not HTTP", "GET / FTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "no HTTP", "F / 1.1\r\n" HOST "\r\n", BAD, NULL },
    { "version of three digits", "GET / HTTP/1.10\r\n" HOST "\r\n", BAD, NULL },
    { "HTTP/2", "GET / HTTP/2.0\r\n" HOST "\r\n", UNSUPPORTED, NULL },
    { "HTTP/0.9", "GET / HTTP/0.9\r\n" HOST "\r\n", UNSUPPORTED, NULL },
    { "method is no token", "G(T / HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "relative target", "GET foo HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "bad escape", "GET /a%zz HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "half an escape", "GET /a%4 HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "header without a colon", "GET / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", BAD, NULL },
    { "header without a colon, unknown method", "TRACE / HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", BAD, NULL },
    { "byte that no header has", "GET / HTTP/1.1\r\n" HOST "A: \001\r\n\r\n", BAD, NULL },
    { "CR within a line", "GET / HTTP/1.1\r\n" HOST "A: b\rc\r\n\r\n", BAD, NULL },
    { "byte that no target has", "GET /\001 HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "blank before the colon", "GET / HTTP/1.1\r\n" HOST "A : b\r\n\r\n", BAD ": invalid header name", NULL },
    { "empty header name", "POST / HTTP/1.1\r\n" HOST ":a\r\nContent-Length: 18\r\n\r\n" SMUGGLED, BAD, NULL },
    { "header that begins with CR", "POST / HTTP/1.1\r\n" HOST "\ra: b\r\nContent-Length: 18\r\n\r\n" SMUGGLED,
      BAD, NULL },
    { "header that begins above ASCII", "POST / HTTP/1.1\r\n" HOST "\x80: b\r\nContent-Length: 18\r\n\r\n" SMUGGLED,
      BAD, NULL },
    { "LF CR between lines", "POST / HTTP/1.1\r\n" HOST "A: b\n\rContent-Length: 18\r\n\r\n" SMUGGLED,
      BAD, NULL },
    { "blank line before the request line", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "blank before the request line", " GET / HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "two blanks before the target", "GET  / HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "two blanks before the version", "GET /  HTTP/1.1\r\n" HOST "\r\n", BAD, NULL },
    { "chunk size of 17 digits", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n00000000000000001\r\na",
      BAD, NULL },
    { "folded header", "GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello", BAD, NULL },
    { "two lengths", "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", BAD, NULL },
    { "length no number", "POST / HTTP/1.1\r\n" HOST "Content-Length: x\r\n\r\n", BAD, NULL },
    { "length with a tail", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3abc\r\n\r\nabc", BAD, NULL },
    { "length with a sign", "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nabc", BAD, NULL },
    { "negative length", "POST / HTTP/1.1\r\n" HOST "Content-Length: -3\r\n\r\nabc", BAD, NULL },
    { "length too long", "POST / HTTP/1.1\r\n" HOST "Content-Length: 9223372036854775808\r\n\r\nabc", BAD, NULL },
    { "gzip", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", NOT_IMPLEMENTED,
      "Unsupported transfer encoding" },
    { "identity", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n", NOT_IMPLEMENTED,
      "Unsupported transfer encoding" },
    { "chunked twice", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      NOT_IMPLEMENTED, "Unsupported transfer encoding" },
};
START_TEST(reference_refuses_without_a_handler)
{
    assert_bare(refused[_i].request, refused[_i].line, refused[_i].body ? refused[_i].body : refused[_i].line);

    ck_assert_msg(it.n_handled == 0, "%s reached the handler", refused[_i].name);
    assert_end(1, "malformed", (int)strtol(refused[_i].line, NULL, 10));
}
END_TEST

START_TEST(empty_length_is_no_length)
{
    assert_exchange("POST /p HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", "HTTP/1.1 200 OK", "POST /p 1.1 0 []");
}
END_TEST

#define TOO_LARGE "431 Request Header Fields Too Large"

START_TEST(more_than_63_headers_are_too_many)
{
    struct buf request = buf_init(8192);

    buf_text(&request, "GET / HTTP/1.1\r\n" HOST);
    for (int i = 0; i < 63; i++)
        buf_printf(&request, "A%d: b\r\n", i);
    buf_text(&request, "\r\n");

    assert_bare(request.p, TOO_LARGE, TOO_LARGE);
    buf_release(&request);
}
END_TEST

START_TEST(head_over_32_kib_is_too_large)
{
    struct buf request = buf_init(65536);
    size_t fill = (size_t)(_i == 0 ? 40000 : 32768 - 16 - 3); /* well over; and with nothing unread behind it */

    buf_text(&request, "GET / HTTP/1.1\r\nA: ");
    memset(buf_reserve(&request, fill), 'x', fill);
    request.n += fill;
    request.p[request.n] = '\0';

    assert_bare(request.p, TOO_LARGE, TOO_LARGE);
    buf_release(&request);
}
END_TEST

START_TEST(head_near_32_kib_is_served)
{
    struct buf request = buf_init(65536);

    buf_text(&request, "GET /a HTTP/1.1\r\n" HOST "A: ");
    memset(buf_reserve(&request, 32000), 'x', 32000);
    request.n += 32000;
    buf_text(&request, "\r\n\r\n");

    assert_exchange(request.p, "HTTP/1.1 200 OK", "GET /a 1.1 0 []");
    buf_release(&request);
}
END_TEST

START_TEST(client_that_leaves_in_the_middle_of_its_head_costs_nothing)
{
    int before = open_fds();
    struct http_client client = connected();

    ck_assert(http_send_text(&client, "GET / HT"));
    http_close(&client);

    ck_assert(await(fds_are, &before, AWAIT_MS));
    ck_assert_int_eq(it.n_handled, 0);
}
END_TEST

/* ---- many at once ----------------------------------------------------------------------------------- */

START_TEST(more_connections_than_workers_are_all_served)
{
    static struct http_client clients[MANY];
    int kept_open = 0;

    for (int i = 0; i < MANY; i++) {
        clients[i] = connected();
        ck_assert(http_send_text(&clients[i], "GET /a HTTP/1.1\r\n" HOST "\r\n"));
    }

    for (int i = 0; i < MANY; i++) {
        struct http_reply reply = http_read(&clients[i], "GET");
        assert_reply(&reply, "HTTP/1.1 200 OK", "GET /a 1.1 0 []");
        kept_open += http_reply_header(&reply, "Connection") == NULL;
        http_reply_release(&reply);
    }
    ck_assert_int_lt(kept_open, MANY);
    ck_assert_int_gt(kept_open, 0);
    for (int i = 0; i < MANY; i++)
        http_close(&clients[i]);
}
END_TEST

static void *ask_often(void *context)
{
    int *good = context;
    struct http_client client;

    if (!http_connect(&client, port()))
        return NULL;
    for (int i = 0; i < 200; i++) {
        http_send_text(&client, "POST /p HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello");
        struct http_reply reply = http_read(&client, "POST");
        *good += reply.end == HTTP_READ_REPLY && span_is(buf_view(&reply.body), "POST /p 1.1 5 [hello]");
        http_reply_release(&reply);
    }
    http_close(&client);
    return NULL;
}

START_TEST(eight_clients_at_once_get_their_own_replies)
{
    pthread_t threads[8];
    int good[8] = { 0 };

    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often, &good[i]), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(good[i], 200);
}
END_TEST

START_TEST(workers_take_no_signals)
{
    sigset_t mask;

    assert_exchange("GET /a HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK", "GET /a 1.1 0 []");

    assert_end(1, "complete", 200);
    pthread_mutex_lock(&it.lock);
    bool blocked = it.blocked;
    pthread_mutex_unlock(&it.lock);
    ck_assert(blocked);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    ck_assert(!sigismember(&mask, SIGTERM));
}
END_TEST

/* ---- start and stop --------------------------------------------------------------------------------- */

START_TEST(port_0_is_any_free_one)
{
    struct http_options o = options(0);
    struct http_server *other;

    ck_assert_int_eq(http_start(&o, &other, NULL), ERR_OK);

    ck_assert_int_gt(http_port(other), 0);
    ck_assert_int_ne(http_port(other), port());
    http_stop(other);
}
END_TEST

START_TEST(taken_port_is_named)
{
    struct http_options o = options(port());
    struct http_server *other = NULL;
    struct error error;
    char wanted[128];

    ck_assert_int_eq(http_start(&o, &other, &error), ERR_IO);

    snprintf(wanted, sizeof(wanted), "127.0.0.1:%d: Address already in use", port());
    ck_assert_str_eq(error.text, wanted);
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(foreign_address_is_named)
{
    struct http_options o = options(0);
    struct http_server *other = NULL;
    struct error error;

    o.host = "192.0.2.1";
    ck_assert_int_eq(http_start(&o, &other, &error), ERR_IO);

    ck_assert_str_eq(error.text, "192.0.2.1:0: Cannot assign requested address");
}
END_TEST

START_TEST(served_as_soon_as_started)
{
    for (int i = 0; i < 20; i++) {
        teardown();
        setup();
        assert_exchange("GET /a HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK", "GET /a 1.1 0 []");
    }
}
END_TEST

START_TEST(stopped_port_is_free_at_once)
{
    struct http_options o = options(port());

    assert_exchange("GET /a HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 200 OK", "GET /a 1.1 0 []");
    http_stop(it.server);

    ck_assert_int_eq(http_start(&o, &it.server, NULL), ERR_OK);
}
END_TEST

/* Idle after a request, silent from the start, in the middle of a head, of a body, and of a reply that it
 * does not read. */
START_TEST(stops_fast_whatever_is_open)
{
    static const char *const sends[] = { "", "GET / HT", "POST /p HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nab",
                                         "GET /huge HTTP/1.1\r\n" HOST "\r\n" };
    struct http_client idle = connected(), others[4];

    ask(&idle, "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a 1.1 0 []");
    for (int i = 0; i < 4; i++) {
        others[i] = connected();
        ck_assert(http_send_text(&others[i], sends[i]));
    }
    ck_assert(await(long_reply_has_begun, &others[3], AWAIT_MS));

    long long start = monotonic_ms();
    http_stop(it.server);
    long long took = monotonic_ms() - start;

    ck_assert_msg(took <= STOP_LIMIT_MS, "took %lld ms", took);
    http_close(&idle);
    for (int i = 0; i < 4; i++)
        http_close(&others[i]);
    it.server = NULL;
}
END_TEST

START_TEST(stop_leaves_no_descriptor_behind)
{
    teardown();
    int before = open_fds();
    setup();
    struct http_client clients[5];
    for (int i = 0; i < 5; i++)
        clients[i] = connected();
    ask(&clients[0], "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a 1.1 0 []");

    http_stop(it.server);
    it.server = NULL;
    for (int i = 0; i < 5; i++)
        http_close(&clients[i]);

    ck_assert_int_eq(open_fds(), before);
}
END_TEST

START_TEST(stopping_nothing_is_fine)
{
    http_stop(NULL);
}
END_TEST

START_TEST(library_names_itself)
{
    ck_assert_str_eq(http_library(), "CivetWeb 1.15 (files, TLS, CGI, websocket, cache)");
}
END_TEST

/* ---- patience: real time ---------------------------------------------------------------------------- */

/* Nothing comes and nothing closes for `ms`. */
static void assert_quiet(struct http_client *client, int ms)
{
    client->timeout_ms = ms;
    ck_assert_str_eq(http_read_end_name(http_read_eof(client)), "time-out");
    client->timeout_ms = HTTP_CLIENT_TIMEOUT_MS;
}

START_TEST(calls_up_to_19_s_apart_never_meet_a_reset)
{
    static const int gaps_ms[] = { 100, 1000, 5000, 19000 };
    struct http_client client = connected(), idle = connected();

    ask(&idle, "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a 1.1 0 []");
    for (size_t i = 0; i < sizeof(gaps_ms) / sizeof(gaps_ms[0]); i++) {
        ask(&client, "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", "POST /p 1.1 2 [ab]");
        assert_quiet(&client, gaps_ms[i]);
    }

    ask(&client, "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab", "POST /p 1.1 2 [ab]");
    ck_assert_int_eq(http_read_eof(&idle), HTTP_READ_EMPTY); /* idle for 25 s: closed at 20 */
    http_close(&client);
    http_close(&idle);
}
END_TEST

START_TEST(connection_without_a_whole_head_is_closed_after_10_s)
{
    struct http_client silent = connected(), half_head = connected();

    ck_assert(http_send_text(&half_head, "GET / HTTP/1.1\r\n"));
    assert_quiet(&silent, 9000);
    assert_quiet(&half_head, 100);

    ck_assert_int_eq(http_read_eof(&silent), HTTP_READ_EMPTY);
    ck_assert_int_eq(http_read_eof(&half_head), HTTP_READ_EMPTY);
    ck_assert_int_eq(it.n_ended, 0);
    http_close(&silent);
    http_close(&half_head);
}
END_TEST

TEST_MAIN("http",
    TEST_GROUP("connections", .setup = setup, .teardown = teardown),
    TEST(connection_is_kept_and_used_again),
    TEST(connection_close_closes),
    TEST(reply_that_wants_to_close_closes),
    TEST_EACH(other_connection_options_keep, kept),
    TEST(http_1_0_closes),
    TEST(http_1_0_keeps_when_asked),
    TEST(http_1_0_long_body_ends_with_the_connection),
    TEST(long_body_is_chunked),
    TEST(head_has_no_body_and_keeps),
    TEST(three_requests_in_one_packet_are_answered_in_order),
    TEST(empty_reply_is_the_end_without_a_byte),
    TEST(end_of_exchange_counts_bytes),
    TEST_GROUP("bodies", .setup = setup, .teardown = teardown),
    TEST(body_comes_by_its_length),
    TEST(get_may_have_a_body),
    TEST(chunks_are_joined),
    TEST(chunks_come_in_pieces),
    TEST(chunks_win_over_a_length),
    TEST(bad_chunks_are_refused),
    TEST_EACH(what_the_library_frames_otherwise_is_served, framed),
    TEST(equal_lengths_count_once),
    TEST(continue_is_sent_before_the_body_comes),
    TEST(continue_is_not_sent_without_a_body),
    TEST(other_expectations_fail_before_the_body),
    TEST(body_as_long_as_allowed_is_whole),
    TEST_EACH(body_over_the_cap_is_cut_and_the_connection_closes, too_large),
    TEST_EACH(client_that_leaves_in_the_middle_of_its_body_costs_nothing, half),
    TEST(half_a_body_and_no_more_gets_no_reply),
    TEST(client_that_resets_during_a_long_reply_costs_nothing),
    TEST_GROUP("targets", .setup = setup, .teardown = teardown),
    TEST_EACH(method_and_target_arrive_as_sent, raw),
    TEST(what_the_library_drops_is_served_behind_others_too),
    TEST(absolute_target_of_our_own_port_keeps),
    TEST(later_http_1_versions_are_served),
    TEST(other_methods_bring_their_headers),
    TEST_GROUP("refusals", .setup = setup, .teardown = teardown),
    TEST_EACH(reference_refuses_without_a_handler, refused),
    TEST(empty_length_is_no_length),
    TEST(more_than_63_headers_are_too_many),
    TEST_TIMES(head_over_32_kib_is_too_large, 2),
    TEST(head_near_32_kib_is_served),
    TEST(client_that_leaves_in_the_middle_of_its_head_costs_nothing),
    TEST_GROUP("start and stop", .setup = setup, .teardown = teardown),
    TEST(more_connections_than_workers_are_all_served),
    TEST(eight_clients_at_once_get_their_own_replies),
    TEST(workers_take_no_signals),
    TEST(port_0_is_any_free_one),
    TEST(taken_port_is_named),
    TEST(foreign_address_is_named),
    TEST(served_as_soon_as_started),
    TEST(stopped_port_is_free_at_once),
    TEST(stops_fast_whatever_is_open),
    TEST(stop_leaves_no_descriptor_behind),
    TEST(stopping_nothing_is_fine),
    TEST(library_names_itself),
    TEST_GROUP("patience", .setup = setup, .teardown = teardown),
    TEST(calls_up_to_19_s_apart_never_meet_a_reset),
    TEST(connection_without_a_whole_head_is_closed_after_10_s))
