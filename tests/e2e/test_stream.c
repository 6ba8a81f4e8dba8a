/* The stream of live events as a client meets it: handshake, frames, and how it ends. */
#include "http/server.h"
#include "support/suite.h"
#include "support/worlds.h"
#include "support/websocket_client.h"
#include "wire/websocket.h"

#include <stdio.h>

enum { STOP_LIMIT_MS = 5000 /* half of the shortest time-out; tests/soak times stops */ };

enum {
    AWAIT_MS = 5000,
    REQUEST_MAX = 1024 * 1024,
    FINAL = 0x80,
    LONG_TEXT = 256 * 1024, /* in a job, and so in its first frame */
    FLOOD_JOBS = 64,        /* of them: more than the sockets' buffers and the queue hold together */
};

#define PATH "/requester/websocket/events"
#define APART __attribute__((noinline)) /* a reply is large, and frames have a limit */
/* ---- a server ------------------------------------------------------------------------------------------------- */

static struct server *server;

static void start(enum clock_kind clock)
{
    struct node nodes[] = { node_good(SPAN("n0"), SPAN("v0.3.25")) };
    struct program *program = program_by_hand(&release_v0_3_25, nodes, 1);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program }, .log = LOG_OFF };
    struct error error;

    program->clock = clock;
    program->clock_scale = SCALE_MAX;
    ck_assert_msg(server_start(&options, &server, &error) == ERR_OK, "%s", error.text);
    program_drop(program);
}

static void setup(void)
{
    start(CLOCK_KIND_MANUAL);
}

static void teardown(void)
{
    server_stop(server);
    server = NULL;
}

/* ---- jobs ----------------------------------------------------------------------------------------------------- */

struct job_id {
    char text[64];
};

static APART struct job_id submit(const char *image)
{
    CLEANUP(buf_release) struct buf body = buf_init(REQUEST_MAX), request = buf_init(REQUEST_MAX);
    struct job_id id;

    buf_printf(&body,
               "{\"job_create_payload\":{\"ClientID\":\"me\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
               "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"%s\"},\"Deal\":{\"Concurrency\":1}}}"
               ",\"signature\":\"\",\"client_public_key\":\"\"}",
               image);
    buf_printf(&request, "POST /requester/submit HTTP/1.1\r\nHost: requester\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
               body.n);
    buf_span(&request, buf_view(&body));
    struct http_reply reply = http_exchange(server_port(server), request.p, request.n, "POST");
    ck_assert_msg(reply.status == 200, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    snprintf(id.text, sizeof id.text, "%.*s", SPAN_ARG(http_reply_value(&reply, "X-Bacalhau-Job-Id")));
    http_reply_release(&reply);
    return id;
}

/* ---- streams -------------------------------------------------------------------------------------------------- */

#define HEADERS(connection, upgrade, version, key)                                                                 \
    "Host: requester\r\nConnection: " connection "\r\nUpgrade: " upgrade "\r\nSec-WebSocket-Version: " version     \
    "\r\nSec-WebSocket-Key: " key "\r\n"
#define GOOD_HEADERS HEADERS("Upgrade", "websocket", "13", WEBSOCKET_KEY)

static struct http_reply try_open(struct websocket_client *client, const char *job_id)
{
    char request[512];

    snprintf(request, sizeof request, "GET " PATH "%s%s HTTP/1.1\r\n" GOOD_HEADERS "\r\n", *job_id ? "?job_id=" : "",
             job_id);
    return websocket_open(client, server_port(server), request, strlen(request));
}

static APART int open_stream(struct websocket_client *client, const char *job_id)
{
    struct http_reply reply = try_open(client, job_id);
    int status = reply.status;

    http_reply_release(&reply);
    return status;
}

static struct websocket_client opened(const char *job_id)
{
    struct websocket_client client;

    ck_assert_int_eq(open_stream(&client, job_id), 101);
    return client;
}

static struct websocket_frame next(struct websocket_client *client)
{
    struct websocket_frame frame;
    enum websocket_next end = websocket_next(client, &frame);

    ck_assert_msg(end == WEBSOCKET_FRAME, end == WEBSOCKET_GONE ? "the stream ended" : "no frame came");
    return frame;
}

static bool has(struct span text, const char *what)
{
    return memmem(text.p, text.n, what, strlen(what)) != NULL;
}

/* Reads on until a frame of that event comes. */
static void await_event(struct websocket_client *client, const char *name)
{
    char member[64];
    struct websocket_frame frame;

    snprintf(member, sizeof member, "\"EventName\":\"%s\"", name);
    do {
        frame = next(client);
        ck_assert_int_eq(frame.first, FINAL | WS_TEXT);
    } while (!has(frame.payload, member));
}

static void assert_pong(struct websocket_client *client, const char *text)
{
    ck_assert(websocket_send(client, WS_PING, span_text(text)));
    struct websocket_frame frame = next(client);
    ck_assert_int_eq(frame.first, FINAL | WS_PONG);
    ck_assert_msg(span_is(frame.payload, text), "%.*s", SPAN_ARG(frame.payload));
}

/* ---- the handshake -------------------------------------------------------------------------------------------- */

#define NOT_WEBSOCKET "websocket: the client is not using the websocket protocol: "

static const struct refused {
    const char *name, *method, *headers, *status_line, *body;
} refusals[] = {
    { "no upgrade", "GET", HEADERS("close", "websocket", "13", WEBSOCKET_KEY), "HTTP/1.1 400 Bad Request",
      "Bad Request\n" NOT_WEBSOCKET "'upgrade' token not found in 'Connection' header\n" },
    { "another protocol", "GET", HEADERS("Upgrade", "h2c", "13", WEBSOCKET_KEY), "HTTP/1.1 400 Bad Request",
      "Bad Request\n" NOT_WEBSOCKET "'websocket' token not found in 'Upgrade' header\n" },
    { "another method", "POST", GOOD_HEADERS "Content-Length: 0\r\n", "HTTP/1.1 405 Method Not Allowed",
      "Method Not Allowed\n" NOT_WEBSOCKET "request method is not GET\n" },
    { "another version", "GET", HEADERS("Upgrade", "websocket", "8", WEBSOCKET_KEY), "HTTP/1.1 400 Bad Request",
      "Bad Request\nwebsocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header\n" },
    { "another origin", "GET", GOOD_HEADERS "Origin: http://elsewhere\r\n", "HTTP/1.1 403 Forbidden",
      "Forbidden\nwebsocket: request origin not allowed by Upgrader.CheckOrigin\n" },
    { "no origin at all", "GET", GOOD_HEADERS "Origin: null\r\n", "HTTP/1.1 403 Forbidden",
      "Forbidden\nwebsocket: request origin not allowed by Upgrader.CheckOrigin\n" },
    { "an empty origin", "GET", GOOD_HEADERS "Origin: \r\n", "HTTP/1.1 403 Forbidden",
      "Forbidden\nwebsocket: request origin not allowed by Upgrader.CheckOrigin\n" },
    { "an empty list element", "GET", HEADERS(",upgrade", "websocket", "13", WEBSOCKET_KEY), "HTTP/1.1 400 Bad Request",
      "Bad Request\n" NOT_WEBSOCKET "'upgrade' token not found in 'Connection' header\n" },
    { "no key", "GET", HEADERS("Upgrade", "websocket", "13", ""), "HTTP/1.1 400 Bad Request",
      "Bad Request\nwebsocket: not a websocket handshake: 'Sec-WebSocket-Key' header is missing or blank\n" },
};

START_TEST(handshake_is_refused_in_the_library_s_words)
{
    const struct refused *row = &refusals[_i];
    char request[1024];

    snprintf(request, sizeof request, "%s " PATH " HTTP/1.1\r\n%s\r\n", row->method, row->headers);
    struct http_reply reply = http_exchange_text(server_port(server), request, row->method);
    ck_assert_msg(span_is(reply.status_line, row->status_line), "%s: %.*s", row->name, SPAN_ARG(reply.status_line));
    ck_assert_msg(span_is(buf_view(&reply.body), row->body), "%s: %.*s", row->name, SPAN_ARG(buf_view(&reply.body)));
    ck_assert(span_is(http_reply_value(&reply, "Sec-Websocket-Version"), "13"));
    http_reply_release(&reply);
}
END_TEST

START_TEST(refused_handshake_keeps_the_connection)
{
    struct http_client client;

    ck_assert(http_connect(&client, server_port(server)));
    for (int i = 0; i < 2; i++) {
        ck_assert(http_send_text(&client, "GET " PATH " HTTP/1.1\r\n" HEADERS("Upgrade", "websocket", "8", "x") "\r\n"));
        struct http_reply reply = http_read(&client, "GET");
        ck_assert_int_eq(reply.status, 400);
        http_reply_release(&reply);
    }
    http_close(&client);
}
END_TEST

static const char *const welcome[] = {
    GOOD_HEADERS,
    GOOD_HEADERS "Origin: http://requester\r\n",
    GOOD_HEADERS "Origin: http://REQUESTER/page\r\n",
    GOOD_HEADERS "Origin: http://requester?query\r\n",
    GOOD_HEADERS "Origin: http://user@requester\r\n",
    GOOD_HEADERS "Origin: //requester\r\n",
    HEADERS("keep-alive, UPGRADE", "WebSocket", "8, 13", WEBSOCKET_KEY),
};

START_TEST(handshake_is_accepted)
{
    struct websocket_client client;
    char request[1024];

    snprintf(request, sizeof request, "GET " PATH " HTTP/1.1\r\n%s\r\n", welcome[_i]);
    struct http_reply reply = websocket_open(&client, server_port(server), request, strlen(request));
    ck_assert_int_eq(reply.status, 101);
    ck_assert(span_is(http_reply_value(&reply, "Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    http_reply_release(&reply);
    websocket_leave(&client);
}
END_TEST

/* ---- what a client may say ------------------------------------------------------------------------------------ */

START_TEST(ping_is_answered_by_pong)
{
    struct websocket_client client = opened("");

    assert_pong(&client, "are you there?");
    assert_pong(&client, "");
    websocket_leave(&client);
}
END_TEST

START_TEST(frame_in_the_packet_of_the_handshake_is_answered)
{
    static const char handshake[] = "GET " PATH " HTTP/1.1\r\n" GOOD_HEADERS "\r\n\x89\x82\0\0\0\0hi";
    struct websocket_client client;
    struct websocket_frame frame;

    struct http_reply reply = websocket_open(&client, server_port(server), handshake, sizeof handshake - 1);

    ck_assert_int_eq(reply.status, 101);
    ck_assert_int_eq(websocket_next(&client, &frame), WEBSOCKET_FRAME);
    ck_assert_int_eq(frame.first, FINAL | WS_PONG);
    ck_assert(span_is(frame.payload, "hi"));
    http_reply_release(&reply);
    websocket_leave(&client);
}
END_TEST

START_TEST(text_and_pong_are_passed_over)
{
    struct websocket_client client = opened("");

    ck_assert(websocket_send(&client, WS_TEXT, SPAN("hello")));
    ck_assert(websocket_send(&client, WS_PONG, SPAN("unasked")));
    assert_pong(&client, "still there?");
    websocket_leave(&client);
}
END_TEST

#define BYTES(literal) { literal, sizeof(literal) - 1 }
#define MASK "\0\0\0\0"

static const struct answered {
    const char *name;
    struct span frame, answer; /* payloads of close frames, without and with the head */
} closes[] = {
    { "normal", BYTES("\x88\x82" MASK "\x03\xe8"), BYTES("\x03\xe8") },
    { "going away", BYTES("\x88\x82" MASK "\x03\xe9"), BYTES("\x03\xe9") },
    { "with a reason", BYTES("\x88\x84" MASK "\x0f\x9f" "ab"), BYTES("\x0f\x9f") },
    { "without a code", BYTES("\x88\x80" MASK), BYTES("") },
    { "of one byte", BYTES("\x88\x81" MASK "\x03"), BYTES("") },
};

static void assert_closed_by(const struct answered *row)
{
    struct websocket_client client = opened("");

    ck_assert(http_send(&client.http, row->frame.p, row->frame.n));
    struct websocket_frame frame = next(&client);

    ck_assert_msg(frame.first == (FINAL | WS_CLOSE) && span_eq(frame.payload, row->answer), "%s: %02x %.*s", row->name,
                  (unsigned)frame.first, SPAN_ARG(frame.payload));
    ck_assert_int_eq(websocket_next(&client, &frame), WEBSOCKET_GONE);
    websocket_leave(&client);
}

START_TEST(close_is_answered_by_its_own_code)
{
    assert_closed_by(&closes[_i]);
}
END_TEST

START_TEST(violation_closes_the_stream_with_its_reason)
{
    static const struct answered unmasked = { "no mask", BYTES("\x81\x01x"), BYTES("\x03\xea" "bad MASK") };

    assert_closed_by(&unmasked);
}
END_TEST

START_TEST(frame_of_any_length_is_passed_over)
{
    static char text[1024 * 1024];
    struct websocket_client client = opened("");

    ck_assert(websocket_send(&client, WS_TEXT, span_of(text, sizeof text)));

    assert_pong(&client, "still there?");
    websocket_leave(&client);
}
END_TEST

/* ---- events --------------------------------------------------------------------------------------------------- */

START_TEST(live_frames_come_by_themselves)
{
    start(CLOCK_KIND_REAL);
    struct websocket_client client = opened("");

    submit("ubuntu");
    await_event(&client, "ResultsPublished");

    websocket_leave(&client);
    teardown();
}
END_TEST

START_TEST(advance_of_a_manual_clock_wakes_a_stream)
{
    struct websocket_client client = opened("");

    submit("ubuntu");
    await_event(&client, "Created");
    server_advance(server, 60 * NS_PER_SECOND);
    await_event(&client, "ResultsPublished");
    websocket_leave(&client);
}
END_TEST

START_TEST(stream_of_a_job_has_nothing_of_another)
{
    struct job_id mine = submit("ubuntu");
    struct websocket_client client = opened(mine.text);
    struct websocket_frame frame;

    submit("debian");
    server_advance(server, 60 * NS_PER_SECOND);
    submit("alpine");
    do {
        frame = next(&client);
        ck_assert_msg(has(frame.payload, mine.text), "%.*s", SPAN_ARG(frame.payload));
    } while (!has(frame.payload, "\"EventName\":\"ResultsPublished\""));
    assert_pong(&client, "no more?");
    websocket_leave(&client);
}
END_TEST

START_TEST(stream_of_an_unknown_job_is_accepted_and_closed_without_a_frame)
{
    struct websocket_client client = opened("00000000-0000-4000-8000-000000000000");
    struct websocket_frame frame;

    ck_assert_int_eq(websocket_next(&client, &frame), WEBSOCKET_GONE);
    websocket_leave(&client);
}
END_TEST

START_TEST(late_stream_has_nothing_from_before)
{
    start(CLOCK_KIND_SCALED); /* so fast that the job is over when the stream is opened */
    submit("ubuntu");
    struct websocket_client client = opened("");

    assert_pong(&client, "no more?");

    websocket_leave(&client);
    teardown();
}
END_TEST

/* ---- limits --------------------------------------------------------------------------------------------------- */

/* The jobs are answered while nobody reads; then comes what had been sent, and the end. */
START_TEST(slow_reader_is_cut_off_and_never_waited_for)
{
    static char image[LONG_TEXT + 1];
    struct websocket_client client = opened("");
    struct websocket_frame frame;

    memset(image, 'x', LONG_TEXT);
    for (int i = 0; i < FLOOD_JOBS; i++)
        submit(image);

    do
        frame = next(&client);
    while (frame.first == (FINAL | WS_TEXT));
    ck_assert_int_eq(websocket_code(&frame), WS_CLOSE_POLICY);
    ck_assert_int_eq(websocket_next(&client, &frame), WEBSOCKET_GONE);
    ck_assert_uint_lt(client.in.n, (size_t)FLOOD_JOBS * LONG_TEXT);
    websocket_leave(&client);
}
END_TEST

static void open_all(struct websocket_client clients[STREAMS_OPEN_MAX])
{
    for (int i = 0; i < STREAMS_OPEN_MAX; i++)
        clients[i] = opened("");
}

static void leave_all(struct websocket_client clients[STREAMS_OPEN_MAX])
{
    for (int i = 0; i < STREAMS_OPEN_MAX; i++)
        websocket_leave(&clients[i]);
}

START_TEST(one_stream_too_many_is_refused)
{
    struct websocket_client clients[STREAMS_OPEN_MAX], one_more;

    open_all(clients);
    struct http_reply reply = try_open(&one_more, "");
    ck_assert_msg(span_is(reply.status_line, "HTTP/1.1 503 Service Unavailable"), "%.*s", SPAN_ARG(reply.status_line));
    ck_assert_msg(span_is(buf_view(&reply.body), "Too many event streams\n"), "%.*s", SPAN_ARG(buf_view(&reply.body)));
    http_reply_release(&reply);
    websocket_leave(&one_more);
    submit("ubuntu"); /* the others are served */
    leave_all(clients);
}
END_TEST

static bool can_open(void *context)
{
    struct websocket_client *client = context;
    bool yes = open_stream(client, "") == 101;

    if (!yes)
        websocket_leave(client);
    return yes;
}

/* The server hears of the closing a moment later. */
START_TEST(closed_streams_free_their_places)
{
    struct websocket_client clients[STREAMS_OPEN_MAX];

    open_all(clients);
    leave_all(clients);
    for (int i = 0; i < STREAMS_OPEN_MAX; i++)
        ck_assert_msg(await(can_open, &clients[i], AWAIT_MS), "place %d", i);
    leave_all(clients);
}
END_TEST

START_TEST(stop_ends_open_streams_at_once)
{
    struct websocket_client clients[STREAMS_OPEN_MAX];
    struct websocket_frame frame;

    open_all(clients);
    long long began = monotonic_ms();
    teardown();
    ck_assert_int_le(monotonic_ms() - began, STOP_LIMIT_MS);
    while (websocket_next(&clients[0], &frame) == WEBSOCKET_FRAME)
        ;
    ck_assert_int_eq(websocket_next(&clients[0], &frame), WEBSOCKET_GONE);
    leave_all(clients);
}
END_TEST

/* ---- main ----------------------------------------------------------------------------------------------------- */

TEST_MAIN("stream",
    TEST_GROUP("manual clock", .setup = setup, .teardown = teardown),
    TEST_EACH(handshake_is_refused_in_the_library_s_words, refusals),
    TEST(refused_handshake_keeps_the_connection),
    TEST_EACH(handshake_is_accepted, welcome),
    TEST(ping_is_answered_by_pong),
    TEST(frame_in_the_packet_of_the_handshake_is_answered),
    TEST(text_and_pong_are_passed_over),
    TEST_EACH(close_is_answered_by_its_own_code, closes),
    TEST(violation_closes_the_stream_with_its_reason),
    TEST(frame_of_any_length_is_passed_over),
    TEST(advance_of_a_manual_clock_wakes_a_stream),
    TEST(stream_of_a_job_has_nothing_of_another),
    TEST(stream_of_an_unknown_job_is_accepted_and_closed_without_a_frame),
    TEST(slow_reader_is_cut_off_and_never_waited_for),
    TEST(one_stream_too_many_is_refused),
    TEST(closed_streams_free_their_places),
    TEST(stop_ends_open_streams_at_once),
    TEST_GROUP("real clock"),
    TEST(live_frames_come_by_themselves),
    TEST(late_stream_has_nothing_from_before))
