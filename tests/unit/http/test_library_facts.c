/* CivetWeb 1.15 as Debian 12 packages it: what server/http/http.c relies on, and what it works round.
 *
 * Every test pins one habit of the library itself, on a small server of its own. One that turns red under
 * a newer library names a line of http.c that may go, or must change. */
#include "http/tap.h"
#include "support/http_client.h"
#include "support/suite.h"

#include <civetweb.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#define HOST "Host: x\r\n"

enum { AWAIT_MS = 5000, PATIENCE_MS = 300, LIST_MAX = 40 };

/* ---- a small server --------------------------------------------------------------------------------- */

/* What the callbacks do and what they saw. One request at a time; `lock` for those who look meanwhile. */
static struct {
    struct mg_context *library;
    int port;

    bool no_begin;       /* begin_request is not set */
    bool no_read;        /* the handler leaves the body alone */
    bool hides_connection; /* it renames the request's Connection header */
    bool header_api;     /* it answers by mg_response_header_* */
    int returns;         /* 0: what begin_request gives back; else the status */

    pthread_mutex_t lock;
    int n_requests, n_errors, n_opened, n_closed;
    char method[32], uri[256], query[64], version[16], body[64];
    bool query_follows; /* right behind the NUL that ends the URI */
    int n_headers;
    char last_header[64];
    long long length;
    int first_read, last_read;
    size_t stack;
    const void *threads[3]; /* thread pointer at open, request, close */
    bool rests_in_one_piece; /* at the error: the headers stand raw behind the version */
    int error_status;
    char error_text[64];
    char at_close_uri[64], at_close_query[64];
    bool at_close_local;
    char log[512];
} it = { .lock = PTHREAD_MUTEX_INITIALIZER, .returns = 200 };

static void copy(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from ? from : "(null)");
}

static void note_request(const struct mg_request_info *info)
{
    copy(it.method, sizeof it.method, info->request_method);
    copy(it.uri, sizeof it.uri, info->request_uri);
    copy(it.query, sizeof it.query, info->query_string);
    copy(it.version, sizeof it.version, info->http_version);
    it.query_follows = info->query_string && info->query_string == info->request_uri + strlen(info->request_uri) + 1;
    it.n_headers = info->num_headers;
    if (info->num_headers > 0)
        copy(it.last_header, sizeof it.last_header, info->http_headers[info->num_headers - 1].name);
    it.length = info->content_length;
}

static void note_stack(void)
{
    pthread_attr_t attr;

    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstacksize(&attr, &it.stack);
        pthread_attr_destroy(&attr);
    }
}

static void note_body(struct mg_connection *conn)
{
    size_t n = 0;

    it.body[0] = '\0';
    it.first_read = it.last_read = mg_read(conn, it.body, sizeof it.body - 1);
    while (it.last_read > 0) {
        n += (size_t)it.last_read;
        it.last_read = mg_read(conn, it.body + n, sizeof it.body - 1 - n);
    }
    it.body[n] = '\0';
}

static void reply(struct mg_connection *conn)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    if (!it.header_api) {
        mg_write(conn, ok, strlen(ok));
        return;
    }
    mg_response_header_start(conn, 200);
    mg_response_header_add(conn, "Content-Length", "2", -1);
    mg_response_header_send(conn);
    mg_write(conn, "ok", 2);
}

static void hide_connection(const struct mg_request_info *info)
{
    struct mg_request_info *mine = (struct mg_request_info *)(uintptr_t)info;

    for (int i = 0; i < mine->num_headers; i++)
        if (strcmp(mine->http_headers[i].name, "Connection") == 0)
            mine->http_headers[i].name = "";
}

static int on_begin(struct mg_connection *conn)
{
    const struct mg_request_info *info = mg_get_request_info(conn);

    pthread_mutex_lock(&it.lock);
    it.threads[1] = mg_get_thread_pointer(conn);
    note_request(info);
    note_stack();
    it.n_requests++;
    pthread_mutex_unlock(&it.lock);
    if (!it.no_read)
        note_body(conn);
    if (it.hides_connection)
        hide_connection(info);
    if (it.returns > 0)
        reply(conn);
    return it.returns;
}

static int on_error(struct mg_connection *conn, int status, const char *text)
{
    const struct mg_request_info *info = mg_get_request_info(conn);

    pthread_mutex_lock(&it.lock);
    it.error_status = status;
    copy(it.error_text, sizeof it.error_text, text);
    note_request(info);
    if (info->http_version && info->num_headers == 0)
        it.rests_in_one_piece = memcmp(info->http_version + strlen(info->http_version), "\0\0Host: x\r\n\r", 13) == 0;
    it.n_errors++;
    pthread_mutex_unlock(&it.lock);
    mg_write(conn, "HTTP/1.1 499 Mine\r\nContent-Length: 0\r\n\r\n", 40);
    return 0;
}

static int on_open(const struct mg_connection *conn, void **data)
{
    (void)data;
    pthread_mutex_lock(&it.lock);
    it.threads[0] = mg_get_thread_pointer(conn);
    it.n_opened++;
    pthread_mutex_unlock(&it.lock);
    return 0;
}

static void on_close(const struct mg_connection *conn)
{
    const struct mg_request_info *info = mg_get_request_info(conn);

    pthread_mutex_lock(&it.lock);
    it.threads[2] = mg_get_thread_pointer(conn);
    copy(it.at_close_uri, sizeof it.at_close_uri, info->request_uri);
    copy(it.at_close_query, sizeof it.at_close_query, info->query_string);
    it.at_close_local = info->local_uri != NULL;
    pthread_mutex_unlock(&it.lock);
}

static void on_closed(const struct mg_connection *conn)
{
    (void)conn;
    pthread_mutex_lock(&it.lock);
    it.n_closed++;
    pthread_mutex_unlock(&it.lock);
}

/* server/http/tap.h: of the thread that accepts, and of the one worker. */
static struct tap taps[2] = { { .accepts = true, .fd = -1, .stop_fd = -1 }, { .fd = -1, .stop_fd = -1 } };

static void *on_thread(const struct mg_context *library, int kind)
{
    tap_set(&taps[kind == 1]);
    static char marks[8];
    static int n;

    (void)library;
    pthread_mutex_lock(&it.lock);
    void *mark = kind == 1 ? &marks[n++] : NULL;
    pthread_mutex_unlock(&it.lock);
    return mark;
}

static int on_log(const struct mg_connection *conn, const char *message)
{
    size_t n = strlen(it.log);

    (void)conn;
    snprintf(it.log + n, sizeof it.log - n, "%s\n", message);
    return 1;
}

/* Starts it with the options http.c sets, but few threads and short times, and then `more` (name, value, …,
 * NULL). */
static struct mg_context *start_with(const char *const *more, struct mg_error_data *error)
{
    const char *settings[LIST_MAX] = { "listening_ports", "127.0.0.1:0", "num_threads", "2", "enable_keep_alive", "yes",
                                       "keep_alive_timeout_ms", "2000", "request_timeout_ms", "1000", "tcp_nodelay", "1",
                                       "decode_url", "no", "enable_auth_domain_check", "no" };
    struct mg_callbacks callbacks = { .begin_request = it.no_begin ? NULL : on_begin,
                                      .http_error = it.no_begin ? NULL : on_error,
                                      .log_message = on_log,
                                      .init_connection = on_open,
                                      .connection_close = on_close,
                                      .connection_closed = on_closed,
                                      .init_thread = on_thread };
    struct mg_init_data init = { .callbacks = &callbacks, .configuration_options = settings };
    size_t n = 0;

    while (settings[n])
        n++;
    for (size_t i = 0; more && more[i]; i++)
        settings[n++] = more[i]; /* the last one of a name counts */
    mg_init_library(0);
    return mg_start2(&init, error);
}

static void start(const char *const *more)
{
    struct mg_server_port port;

    it.library = start_with(more, NULL);
    ck_assert_ptr_nonnull(it.library);
    ck_assert_int_eq(mg_get_server_ports(it.library, 1, &port), 1);
    it.port = port.port;
}

#define START(...) start((const char *const[]){ __VA_ARGS__, NULL })

/* Tests run in processes of their own, which end right after: nobody waits for mg_stop. */

/* ---- short hands ------------------------------------------------------------------------------------ */

static struct http_client connected(void)
{
    struct http_client client;

    ck_assert(http_connect(&client, it.port));
    return client;
}

static int status_of(struct http_client *client, const char *request)
{
    ck_assert(http_send_text(client, request));
    struct http_reply got = http_read(client, "GET");
    ck_assert_msg(got.end == HTTP_READ_REPLY || got.end == HTTP_READ_EMPTY, "%s", http_read_end_name(got.end));
    int status = got.end == HTTP_READ_REPLY ? got.status : 0;
    http_reply_release(&got);
    return status;
}

/* 0: closed without a byte. */
static int exchange_status(const char *request)
{
    struct http_client client = connected();
    int status = status_of(&client, request);

    http_close(&client);
    return status;
}

static void assert_closes(struct http_client *client)
{
    ck_assert_str_eq(http_read_end_name(http_read_eof(client)), "empty reply");
    http_close(client);
}

static void assert_stays_open(struct http_client *client)
{
    client->timeout_ms = PATIENCE_MS;
    ck_assert_str_eq(http_read_end_name(http_read_eof(client)), "time-out");
    http_close(client);
}

static bool reached(void *context)
{
    struct {
        const int *counter;
        int wanted;
    } const *p = context;

    pthread_mutex_lock(&it.lock);
    bool yes = *p->counter >= p->wanted;
    pthread_mutex_unlock(&it.lock);
    return yes;
}

static void await_count(const int *counter, int wanted)
{
    struct {
        const int *counter;
        int wanted;
    } p = { counter, wanted };

    ck_assert(await(reached, &p, AWAIT_MS));
}

/* ---- the build -------------------------------------------------------------------------------------- */

START_TEST(version_is_1_15)
{
    ck_assert_str_eq(mg_version(), "1.15");
}
END_TEST

START_TEST(build_has_no_ipv6_stats_zlib_or_unix_sockets)
{
    static const unsigned absent[] = { MG_FEATURES_IPV6, MG_FEATURES_STATS, MG_FEATURES_COMPRESSION,
                                       MG_FEATURES_X_DOMAIN_SOCKET, MG_FEATURES_LUA };

    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        ck_assert_uint_eq(mg_check_feature(absent[i]), 0);
    ck_assert_uint_ne(mg_check_feature(MG_FEATURES_WEBSOCKET), 0);
}
END_TEST

START_TEST(ipv6_address_fails_at_start)
{
    ck_assert_ptr_null(start_with((const char *const[]){ "listening_ports", "[::1]:0", NULL }, NULL));
}
END_TEST

#if !defined(__SANITIZE_THREAD__) /* which makes every stack larger */
START_TEST(worker_stacks_are_100_kib)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);

    ck_assert_uint_le(it.stack, 128 * 1024);
    ck_assert_uint_ge(it.stack, 64 * 1024);
}
END_TEST
#endif

/* ---- start ------------------------------------------------------------------------------------------ */

START_TEST(ports_accept_before_handlers_exist)
{
    it.no_begin = true;
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 404);
}
END_TEST

START_TEST(begin_request_is_there_from_the_start)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    ck_assert_int_eq(it.n_requests, 1);
}
END_TEST

START_TEST(taken_port_is_explained_in_the_log_alone)
{
    char text[128] = "", address[32];
    unsigned code = 7;
    struct mg_error_data error = { .code = &code, .text = text, .text_buffer_size = sizeof text };

    start(NULL);
    snprintf(address, sizeof address, "127.0.0.1:%d", it.port);
    ck_assert_ptr_null(start_with((const char *const[]){ "listening_ports", address, NULL }, &error));

    ck_assert_str_eq(text, "Failed to setup server ports");
    ck_assert_uint_eq(code, 7);
    ck_assert_msg(strstr(it.log, "(Address already in use)"), "%s", it.log);
    ck_assert_ptr_eq(strchr(it.log, '('), strstr(it.log, "(Address"));
}
END_TEST

/* ---- which requests come to begin_request ---------------------------------------------------------------- */

static const char *const known[] = { "GET",   "POST",     "PUT",   "DELETE", "HEAD",   "OPTIONS",   "CONNECT",
                                     "PATCH", "PROPFIND", "MKCOL", "LOCK",   "UNLOCK", "PROPPATCH", "REPORT" };
START_TEST(known_method_comes_to_begin_request)
{
    char request[128];

    start(NULL);
    snprintf(request, sizeof request, "%s / HTTP/1.1\r\n" HOST "\r\n", known[_i]);
    exchange_status(request);

    ck_assert_str_eq(it.method, known[_i]);
    ck_assert_int_eq(it.n_requests, 1);
}
END_TEST

static const char *const unknown[] = { "TRACE", "QUERY", "COPY", "MOVE", "SEARCH", "get", "X" };
START_TEST(unknown_method_comes_to_http_error_with_its_headers_raw)
{
    char request[128];

    start(NULL);
    snprintf(request, sizeof request, "%s /a?b HTTP/1.1\r\n" HOST "\r\n", unknown[_i]);
    ck_assert_int_eq(exchange_status(request), 499);

    ck_assert_int_eq(it.error_status, 400);
    ck_assert_str_eq(it.method, unknown[_i]);
    ck_assert_str_eq(it.uri, "/a?b");
    ck_assert_str_eq(it.version, "1.1");
    ck_assert(it.rests_in_one_piece);
    ck_assert_int_eq(it.n_requests, 0);
}
END_TEST

static const struct {
    const char *name, *target;
} dropped[] = { { "asterisk", "*" }, { "absolute, other port", "http://x:1/a" }, { "absolute, no port", "http://x/a" } };
START_TEST(target_that_is_not_local_is_dropped_and_connection_close_sees_it)
{
    char request[128];

    start(NULL);
    snprintf(request, sizeof request, "OPTIONS %s HTTP/1.1\r\n" HOST "\r\n", dropped[_i].target);
    ck_assert_msg(exchange_status(request) == 0, "%s was answered", dropped[_i].name);

    await_count(&it.n_closed, 1);
    ck_assert_int_eq(it.n_requests + it.n_errors, 0);
    ck_assert_str_eq(it.at_close_uri, dropped[_i].target);
    ck_assert(!it.at_close_local);
}
END_TEST

START_TEST(served_request_has_a_local_target_when_it_closes)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET /a HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"), 200);

    await_count(&it.n_closed, 1);
    ck_assert(it.at_close_local);
}
END_TEST

START_TEST(query_outlives_its_request)
{
    struct http_client client;

    start(NULL);
    client = connected();
    ck_assert_int_eq(status_of(&client, "GET /a?bcdefgh HTTP/1.1\r\n" HOST "\r\n"), 200);
    ck_assert_int_eq(status_of(&client, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 0);

    await_count(&it.n_closed, 1);
    ck_assert_str_eq(it.at_close_uri, "*");
    ck_assert_str_ne(it.at_close_query, "(null)"); /* stale: it points at whatever stands there now */
    http_close(&client);
}
END_TEST

static const struct {
    const char *name, *request;
    int status;
    const char *text;
} errors[] = {
    { "length is no number", "POST / HTTP/1.1\r\n" HOST "Content-Length: x\r\n\r\n", 411, "Bad request" },
    { "negative length", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 411, "Bad request" },
    { "transfer coding", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 400, "Bad request" },
    { "HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\nA: b\r\n\r\n", 505, "Bad HTTP version: [1.2]" },
    { "absolute without a path", "GET http://x HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n", 400, "Invalid URI" },
    { "colon behind the authority", "GET http://x/a:b HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n", 400, "Invalid URI" },
};
START_TEST(http_error_has_the_headers_of)
{
    start(NULL);

    ck_assert_int_eq(exchange_status(errors[_i].request), 499);

    ck_assert_msg(it.error_status == errors[_i].status, "%s: %d", errors[_i].name, it.error_status);
    ck_assert_str_eq(it.error_text, errors[_i].text);
    ck_assert_int_eq(it.n_headers, 2);
}
END_TEST

START_TEST(http_error_ends_the_connection)
{
    struct http_client client;

    start(NULL);
    client = connected();
    ck_assert_int_eq(status_of(&client, "GET / HTTP/1.2\r\n" HOST "\r\n"), 499);

    assert_closes(&client);
}
END_TEST

START_TEST(returning_0_goes_on_to_404)
{
    it.returns = 0;
    start(NULL);

    exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n");

    ck_assert_int_eq(it.error_status, 404);
}
END_TEST

START_TEST(cors_preflight_is_answered_unless_methods_are_empty)
{
    static const char preflight[] = "OPTIONS / HTTP/1.1\r\n" HOST "Origin: o\r\nAccess-Control-Request-Method: PUT\r\n\r\n";

    it.no_begin = true;
    start(NULL);
    ck_assert_int_eq(exchange_status(preflight), 200);

    START("access_control_allow_methods", "");
    ck_assert_int_ne(exchange_status(preflight), 200);
}
END_TEST

/* ---- heads ------------------------------------------------------------------------------------------ */

START_TEST(target_stays_raw_and_is_cut_at_the_query)
{
    start(NULL);

    exchange_status("GET /a%2F..%2Fb//c/../%6c?x=%20 HTTP/1.1\r\n" HOST "\r\n");

    ck_assert_str_eq(it.uri, "/a%2F..%2Fb//c/../%6c");
    ck_assert_str_eq(it.query, "x=%20");
    ck_assert(it.query_follows);
}
END_TEST

START_TEST(missing_host_is_accepted)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n\r\n"), 200);
}
END_TEST

START_TEST(headers_beyond_64_vanish)
{
    struct buf request = buf_init(8192);

    start(NULL);
    buf_text(&request, "GET / HTTP/1.1\r\n");
    for (int i = 1; i <= 70; i++)
        buf_printf(&request, "H%d: x\r\n", i);
    buf_text(&request, "\r\n");
    ck_assert_int_eq(exchange_status(request.p), 200);

    ck_assert_int_eq(it.n_headers, MG_MAX_HEADERS);
    ck_assert_str_eq(it.last_header, "H64");
    buf_release(&request);
}
END_TEST

START_TEST(folded_line_ends_the_head)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\nD: e\r\n\r\n"), 200);

    ck_assert_int_eq(it.n_headers, 2);
    ck_assert_str_eq(it.last_header, "A");
}
END_TEST

START_TEST(too_long_a_head_is_called_malformed)
{
    struct buf request = buf_init(8192);

    START("max_request_size", "2048");
    buf_text(&request, "GET / HTTP/1.1\r\nA: ");
    for (int i = 0; i < 300; i++)
        buf_text(&request, "0123456789");
    exchange_status(request.p);

    ck_assert_int_eq(it.error_status, 400);
    ck_assert_str_eq(it.error_text, "Malformed message");
    ck_assert_str_eq(it.method, "(null)");
    buf_release(&request);
}
END_TEST

START_TEST(head_that_stops_coming_is_called_malformed)
{
    START("request_timeout_ms", "100");

    ck_assert_int_eq(exchange_status("GET / HT"), 499);

    ck_assert_int_eq(it.error_status, 400);
    ck_assert_str_eq(it.error_text, "Malformed message");
}
END_TEST

START_TEST(silent_connection_closes_without_an_error)
{
    START("request_timeout_ms", "100");

    ck_assert_int_eq(exchange_status(""), 0);

    ck_assert_int_eq(it.n_errors, 0);
}
END_TEST

/* The reference takes these two. */
static const char *const malformed[] = { "GET / HTTP/1.1\r\n" HOST "A: b\tc\r\n\r\n",
                                         "GET /\303\244 HTTP/1.1\r\n" HOST "\r\n" };
START_TEST(tab_in_a_value_and_raw_utf8_in_a_target_are_refused)
{
    start(NULL);

    ck_assert_int_eq(exchange_status(malformed[_i]), 499);

    ck_assert_int_eq(it.error_status, 400);
    ck_assert_int_eq(it.n_requests, 0);
}
END_TEST

/* ---- bodies ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *request;
    long long length; /* request_info.content_length */
    const char *body;
    int last_read;
} bodies[] = { /* no byte follows that would be the next request */
    { "length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", 5, "hello", 0 },
    { "no length", "POST / HTTP/1.1\r\n" HOST "\r\n", -1, "", 0 },
    { "first length wins", "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\nContent-Length: 5\r\n\r\nhe", 2, "he", 0 },
    { "length with a tail", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3abc\r\n\r\nhel", 3, "hel", 0 },
    { "length with a sign", "POST / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\nhel", 3, "hel", 0 },
    { "identity", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhe", 2, "he", 0 },
    { "chunks", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", -1,
      "hello", 0 },
    { "chunks and a length",
      "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n", -1, "he", 0 },
    { "chunks, HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n", -1, "he", 0 },
    { "chunk extension", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n0\r\n\r\n", -1, "",
      -1 },
    { "bad second chunk", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nzz\r\n", -1, "", -1 },
};
START_TEST(body_is_read_as)
{
    start(NULL);

    ck_assert_int_eq(exchange_status(bodies[_i].request), 200);

    ck_assert_msg(it.length == bodies[_i].length, "%s: length %lld", bodies[_i].name, it.length);
    ck_assert_int_eq(it.last_read, bodies[_i].last_read);
    if (it.first_read >= 0)
        ck_assert_str_eq(it.body, bodies[_i].body);
}
END_TEST

START_TEST(trailers_close_the_connection_without_a_word)
{
    struct http_client client;

    start(NULL);
    client = connected();
    ck_assert_int_eq(status_of(&client, "POST / HTTP/1.1\r\n" HOST
                                        "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n0\r\nA: b\r\n\r\n"),
                     200);

    ck_assert_str_eq(it.body, "he");
    assert_closes(&client);
}
END_TEST

START_TEST(expect_is_never_answered)
{
    struct http_client client;

    START("request_timeout_ms", "300");
    client = connected();
    ck_assert(http_send_text(&client, "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
    struct http_reply got = http_read(&client, "POST");

    ck_assert_int_eq(got.status, 200); /* the handler's own, once its read was given up */
    ck_assert_uint_eq(got.n_interim, 0);
    http_reply_release(&got);
    http_close(&client);
}
END_TEST

START_TEST(read_that_times_out_looks_like_the_end)
{
    START("request_timeout_ms", "100");

    exchange_status("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe");

    ck_assert_int_eq(it.first_read, 2);
    ck_assert_int_eq(it.last_read, 0);
}
END_TEST

START_TEST(read_at_the_end_of_the_connection_is_short_then_fails)
{
    struct http_client client;

    start(NULL);
    client = connected();
    ck_assert(http_send_text(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe"));
    http_finish_sending(&client);
    await_count(&it.n_closed, 1);

    ck_assert_int_eq(it.first_read, 2);
    ck_assert_int_eq(it.last_read, -1);
    http_close(&client);
}
END_TEST

/* ---- replies and connections -------------------------------------------------------------------------- */

START_TEST(head_is_not_suppressed)
{
    start(NULL);

    struct http_client client = connected();
    ck_assert(http_send_text(&client, "HEAD / HTTP/1.1\r\n" HOST "\r\n"));
    struct http_reply got = http_read(&client, "GET"); /* as if a body came: it does */

    ck_assert_uint_eq(got.body.n, 2);
    http_reply_release(&got);
    http_close(&client);
}
END_TEST

static unsigned packets_for_one_reply(void)
{
    struct http_client client = connected();
    struct tcp_info info;
    socklen_t n = sizeof info;

    ck_assert_int_eq(status_of(&client, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    ck_assert_int_eq(getsockopt(client.fd, IPPROTO_TCP, TCP_INFO, &info, &n), 0);
    http_close(&client);
    return info.tcpi_data_segs_in;
}

START_TEST(one_write_is_one_packet)
{
    start(NULL);

    ck_assert_uint_eq(packets_for_one_reply(), 1);
}
END_TEST

START_TEST(header_api_sends_a_packet_a_line)
{
    it.header_api = true;
    start(NULL);

    ck_assert_uint_ge(packets_for_one_reply(), 4);
}
END_TEST

START_TEST(requests_in_one_packet_are_served_in_turn)
{
    struct http_client client;

    start(NULL);
    client = connected();
    ck_assert(http_send_text(&client, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n"));

    ck_assert_int_eq(status_of(&client, ""), 200);
    ck_assert_int_eq(status_of(&client, ""), 200);
    ck_assert_str_eq(it.uri, "/2");
    http_close(&client);
}
END_TEST

/* Only `keep-alive` keeps, if there is a Connection header at all. */
static const struct {
    const char *headers;
    bool kept;
} options[] = {
    { "", true },
    { "Connection: keep-alive\r\n", true },
    { "Connection: close, keep-alive\r\n", true },
    { "Connection: TE\r\n", false },
    { "Connection: Upgrade\r\nUpgrade: h2c\r\n", false },
    { "Connection: keep-alive, Upgrade\r\nUpgrade: h2c\r\n", true },
    { "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", false },
    { "Connection: keep-alive, Upgrade\r\nUpgrade: other\r\n", false },
    { "Connection: keep-alive, Upgrade\r\n", false },
};
START_TEST(connection_is_kept_after)
{
    struct http_client client;
    char request[256];

    start(NULL);
    client = connected();
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\n" HOST "%s\r\n", options[_i].headers);
    ck_assert_int_eq(status_of(&client, request), 200);

    if (options[_i].kept)
        assert_stays_open(&client);
    else
        assert_closes(&client);
}
END_TEST

START_TEST(connection_header_is_asked_after_the_handler)
{
    struct http_client client;

    it.hides_connection = true;
    start(NULL);
    client = connected();
    ck_assert_int_eq(status_of(&client, "GET / HTTP/1.1\r\n" HOST "Connection: TE\r\n\r\n"), 200);

    assert_stays_open(&client);
}
END_TEST

START_TEST(later_heads_have_the_keep_alive_time)
{
    struct http_client client;

    START("request_timeout_ms", "100", "keep_alive_timeout_ms", "600");
    client = connected();
    ck_assert_int_eq(status_of(&client, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    long long since = monotonic_ms();
    assert_closes(&client);

    ck_assert_int_ge(monotonic_ms() - since, 500);
}
END_TEST

START_TEST(one_thread_serves_a_connection_from_open_to_close)
{
    start(NULL);

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"), 200);
    await_count(&it.n_closed, 1);

    ck_assert_ptr_nonnull(it.threads[0]);
    ck_assert_ptr_eq(it.threads[0], it.threads[1]);
    ck_assert_ptr_eq(it.threads[0], it.threads[2]);
}
END_TEST

START_TEST(polls_and_reads_go_through_our_poll_and_recv)
{
    static const char request[] = "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n";

    taps[1].raw = buf_init(1024);
    START("num_threads", "1");

    ck_assert_int_eq(exchange_status(request), 200);
    await_count(&it.n_closed, 1);

    ck_assert_int_ge(taps[1].fd, 0);
    ck_assert(span_is(buf_view(&taps[1].raw), request));
}
END_TEST

/* The end of the head is then found in the body. */
START_TEST(line_that_ends_with_lf_hides_the_end_of_the_head)
{
    START("request_timeout_ms", "100");

    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "A: b\n\r\n"), 499);
    ck_assert_str_eq(it.error_text, "Malformed message");
}
END_TEST

START_TEST(idle_connection_owns_its_thread)
{
    struct http_client idle;

    START("num_threads", "1", "keep_alive_timeout_ms", "400");
    idle = connected();
    ck_assert_int_eq(status_of(&idle, "GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    long long since = monotonic_ms();
    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);

    ck_assert_int_ge(monotonic_ms() - since, 300);
    http_close(&idle);
}
END_TEST

/* ---- stop ------------------------------------------------------------------------------------------- */

START_TEST(stop_takes_two_seconds)
{
    start(NULL);
    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);

    long long since = monotonic_ms();
    mg_stop(it.library);

    ck_assert_int_ge(monotonic_ms() - since, 1000);
}
END_TEST

static void *stop(void *context)
{
    long long *took = context;
    long long since = monotonic_ms();

    mg_stop(it.library);
    *took = monotonic_ms() - since;
    return NULL;
}

START_TEST(connection_during_stop_ends_the_wait)
{
    pthread_t thread;
    long long took;

    start(NULL);
    ck_assert_int_eq(exchange_status("GET / HTTP/1.1\r\n" HOST "\r\n"), 200);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop, &took), 0);
    struct http_client client;
    while (http_connect(&client, it.port)) { /* refused: the listener has gone */
        http_close(&client);
        poll(NULL, 0, 1);
    }
    pthread_join(thread, NULL);

    ck_assert_int_lt(took, 1000);
}
END_TEST

START_TEST(read_returns_0_at_once_while_stopping)
{
    struct http_client client;
    pthread_t thread;
    long long took;

    START("request_timeout_ms", "20000");
    client = connected();
    ck_assert(http_send_text(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhe"));
    await_count(&it.n_requests, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, stop, &took), 0);
    pthread_join(thread, NULL);

    ck_assert_int_eq(it.last_read, 0);
    ck_assert_int_lt(took, 10000);
    http_close(&client);
}
END_TEST

static bool fds_are(void *context)
{
    const int *n = context;

    return open_fds() == *n;
}

START_TEST(sockets_that_no_thread_took_are_left_open)
{
    struct http_client clients[3];
    int before = open_fds();
    int all = before + 1 + 3 + 3; /* the listener, both ends */

    START("num_threads", "1", "request_timeout_ms", "20000");
    for (int i = 0; i < 3; i++)
        clients[i] = connected();
    ck_assert(await(fds_are, &all, AWAIT_MS));
    await_count(&it.n_opened, 1);
    mg_stop(it.library);
    for (int i = 0; i < 3; i++)
        http_close(&clients[i]);

    ck_assert_int_eq(open_fds(), before + 2);
}
END_TEST

int main(void)
{
    const struct suite_row rows[] = {
        TEST_GROUP("start"),
        TEST(version_is_1_15),
        TEST(build_has_no_ipv6_stats_zlib_or_unix_sockets),
        TEST(ipv6_address_fails_at_start),
#if !defined(__SANITIZE_THREAD__)
        TEST(worker_stacks_are_100_kib),
#endif
        TEST(ports_accept_before_handlers_exist),
        TEST(begin_request_is_there_from_the_start),
        TEST(taken_port_is_explained_in_the_log_alone),
        TEST_GROUP("heads"),
        TEST_EACH(known_method_comes_to_begin_request, known),
        TEST_EACH(unknown_method_comes_to_http_error_with_its_headers_raw, unknown),
        TEST_EACH(target_that_is_not_local_is_dropped_and_connection_close_sees_it, dropped),
        TEST(served_request_has_a_local_target_when_it_closes),
        TEST(query_outlives_its_request),
        TEST_EACH(http_error_has_the_headers_of, errors),
        TEST(http_error_ends_the_connection),
        TEST(returning_0_goes_on_to_404),
        TEST(cors_preflight_is_answered_unless_methods_are_empty),
        TEST(target_stays_raw_and_is_cut_at_the_query),
        TEST(missing_host_is_accepted),
        TEST(headers_beyond_64_vanish),
        TEST(folded_line_ends_the_head),
        TEST(too_long_a_head_is_called_malformed),
        TEST(head_that_stops_coming_is_called_malformed),
        TEST(silent_connection_closes_without_an_error),
        TEST_EACH(tab_in_a_value_and_raw_utf8_in_a_target_are_refused, malformed),
        TEST_GROUP("bodies"),
        TEST_EACH(body_is_read_as, bodies),
        TEST(trailers_close_the_connection_without_a_word),
        TEST(expect_is_never_answered),
        TEST(read_that_times_out_looks_like_the_end),
        TEST(read_at_the_end_of_the_connection_is_short_then_fails),
        TEST_GROUP("connections"),
        TEST(head_is_not_suppressed),
        TEST(one_write_is_one_packet),
        TEST(header_api_sends_a_packet_a_line),
        TEST(requests_in_one_packet_are_served_in_turn),
        TEST_EACH(connection_is_kept_after, options),
        TEST(connection_header_is_asked_after_the_handler),
        TEST(later_heads_have_the_keep_alive_time),
        TEST(one_thread_serves_a_connection_from_open_to_close),
        TEST(polls_and_reads_go_through_our_poll_and_recv),
        TEST(line_that_ends_with_lf_hides_the_end_of_the_head),
        TEST(idle_connection_owns_its_thread),
        TEST_GROUP("stop"),
        TEST(stop_takes_two_seconds),
        TEST(connection_during_stop_ends_the_wait),
        TEST(read_returns_0_at_once_while_stopping),
        TEST(sockets_that_no_thread_took_are_left_open),
    };
    return suite_run("library facts", rows, ROWS(rows));
}
