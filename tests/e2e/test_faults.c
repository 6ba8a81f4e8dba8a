/* Faults as a client meets them: which bytes come, how the connection ends, who waits and who does not. */
#include "http/server.h"
#include "support/http_client.h"
#include "releases/release.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>
#include <unistd.h>

enum { AT_ONCE_MS = 5000 /* half of the shortest time-out; tests/soak times stops */ };

enum { TEXT_MAX = 4096, AWAIT_MS = 5000, SILENT_MS = 100 };

#define SECONDS(n) ((n) * NS_PER_SECOND)
#define APART __attribute__((noinline)) /* a reply is large, and frames have a limit */
/* ---- a server with faults ------------------------------------------------------------------------------------- */

static struct {
    struct server *server;
} it;

/* Two good nodes, and what `faults` says; `'` stands for `"`. */
static struct program *load(const char *faults, enum clock_kind clock)
{
    struct program_settings settings = { .clock = (int)clock, .clock_scale = 1, .has_seed = true, .seed = 1,
                                         .signatures = SIGNATURES_OFF };
    static char text[TEXT_MAX];

    snprintf(text, sizeof text, "{'version': 1, 'nodes': [{'name': 'n0'}, {'name': 'n1'}], %s}", faults);
    for (char *p = text; (p = strchr(p, '\''));)
        *p = '"';
    return program_of_text(text, &settings);
}

static void start(const char *faults, enum clock_kind clock)
{
    struct program *program = load(faults, clock);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program, .journal = 100 },
                                      .control = true, .log = LOG_OFF };
    struct error error;

    ck_assert_msg(server_start(&options, &it.server, &error) == ERR_OK, "%s", error.text);
    program_drop(program);
}

static void start_fault(const char *fault, enum clock_kind clock)
{
    static char program[TEXT_MAX];

    snprintf(program, sizeof program, "'faults': [%s]", fault);
    start(program, clock);
}

static void stop(void)
{
    server_stop(it.server);
}

static int port(void)
{
    return server_port(it.server);
}

/* ---- asking --------------------------------------------------------------------------------------------------- */

static const char *request_of(const char *method, const char *path, const char *body)
{
    static char text[TEXT_MAX];

    snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: requester\r\nContent-Length: %zu\r\n\r\n%s", method, path,
             strlen(body), body);
    return text;
}

static struct http_reply ask(const char *method, const char *path, const char *body)
{
    return http_exchange_text(port(), request_of(method, path, body), method);
}

static void assert_body(const struct http_reply *reply, int status, const char *body)
{
    ck_assert_msg(reply->end == HTTP_READ_REPLY, "%s", http_read_end_name(reply->end));
    ck_assert_int_eq(reply->status, status);
    ck_assert_msg(span_is(buf_view(&reply->body), body), "%.*s", SPAN_ARG(buf_view(&reply->body)));
}

static APART void assert_answers(const char *path, const char *body)
{
    struct http_reply reply = ask("GET", path, "");

    assert_body(&reply, 200, body);
    http_reply_release(&reply);
}

static struct http_client connected(const char *request)
{
    struct http_client client;

    ck_assert(http_connect(&client, port()));
    ck_assert(http_send_text(&client, request));
    return client;
}

static APART void control(const char *path, const char *body)
{
    struct http_reply reply = ask("POST", path, body);

    ck_assert_msg(reply.status == 200, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    http_reply_release(&reply);
}

#define SPEC "{\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Deal\":{\"Concurrency\":1}}"
#define SUBMIT                                                                                                       \
    "{\"job_create_payload\":{\"ClientID\":\"me\",\"APIVersion\":\"V1beta1\",\"Spec\":" SPEC                       \
    "},\"signature\":\"\",\"client_public_key\":\"\"}"

/* The new job's id; until the next call. */
static APART const char *submit(void)
{
    static char id[64];
    struct http_reply reply = ask("POST", "/requester/submit", SUBMIT);

    ck_assert_int_eq(reply.status, 200);
    snprintf(id, sizeof id, "%.*s", SPAN_ARG(http_reply_value(&reply, "X-Bacalhau-Job-Id")));
    http_reply_release(&reply);
    return id;
}

static const char *about(const char *id)
{
    static char text[256];

    snprintf(text, sizeof text, "{\"client_id\":\"me\",\"job_id\":\"%s\"}", id);
    return text;
}

/* ---- breaks ----------------------------------------------------------------------------------------------------- */

/* What comes of `OK` in 2 bytes. */
static const struct broken {
    const char *name;
    enum http_read_end end;
    int status;       /* 0: none could be read */
    const char *last; /* the bytes end so; NULL: there are none */
} breaks[] = {
    { "EMPTY_RESPONSE", HTTP_READ_EMPTY, 0, NULL },
    { "CONNECTION_RESET_BY_PEER", HTTP_READ_RESET, 0, NULL },
    { "MALFORMED_RESPONSE_CHUNK", HTTP_READ_BROKEN, 200, "like this\r\n" },
    { "RANDOM_DATA_THEN_CLOSE", HTTP_READ_TRUNCATED, 0, "like this" },
    { "TRUNCATED_HEAD", HTTP_READ_TRUNCATED, 0, "HTTP/1.1 2" },
    { "TRUNCATED_BODY", HTTP_READ_TRUNCATED, 200, "\r\n\r\nO" },
    { "RESET_IN_BODY", HTTP_READ_RESET, 200, "\r\n\r\nO" },
    { "WRONG_LENGTH", HTTP_READ_REPLY, 200, "\r\n\r\nO" },
};

START_TEST(each_break_ends_as_its_name_says)
{
    const struct broken *row = &breaks[_i];
    char fault[256];

    snprintf(fault, sizeof fault, "{'on': 'livez', 'break': '%s'}", row->name);
    start_fault(fault, CLOCK_KIND_REAL);
    struct http_reply reply = ask("GET", "/livez", "");

    ck_assert_msg(reply.end == row->end, "%s: %s, after %.*s", row->name, http_read_end_name(reply.end),
                  SPAN_ARG(buf_view(&reply.raw)));
    ck_assert_msg(row->end == HTTP_READ_BROKEN || reply.status == row->status, "%s: %d", row->name, reply.status);
    struct span raw = buf_view(&reply.raw);
    size_t n = row->last ? strlen(row->last) : 0;
    ck_assert_msg(row->last ? raw.n >= n && span_eq(span_of(raw.p + raw.n - n, n), span_text(row->last)) : raw.n == 0,
                  "%s: %.*s", row->name, SPAN_ARG(raw));
    http_reply_release(&reply);
    assert_answers("/readyz", "READY");
    stop();
}
END_TEST

START_TEST(a_hang_says_nothing_until_the_server_stops)
{
    start_fault("{'on': 'livez', 'break': 'HANG'}", CLOCK_KIND_REAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    long long since = monotonic_ms();
    stop();

    ck_assert_int_lt(monotonic_ms() - since, AT_ONCE_MS);
    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_close(&client);
}
END_TEST

/* ---- presets ------------------------------------------------------------------------------------------------------- */

static const struct canned {
    const char *name, *path;
    int status;
    const char *type;
    bool nosniff, rated;
    const char *body;
} presets[] = {
    { "rate-limited", "states", 429, "text/plain; charset=utf-8", false, true, "You have reached maximum request limit." },
    { "handler-timeout", "states", 503, "text/plain; charset=utf-8", false, false, "Server Timeout!" },
    { "job-not-found", "states", 500, "text/plain; charset=utf-8", true, true, "Job not found. ID: x\n" },
    { "job-not-found", "results", 500, "text/plain; charset=utf-8", true, true, "Job not found. ID: x\n" },
    { "job-not-found", "events", 500, "text/plain; charset=utf-8", true, true, "job not found: x\n" },
    { "job-not-found", "list", 400, "text/plain; charset=utf-8", true, true,
      "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: x\",\"Details\":{\"id\":\"x\"},"
      "\"Err\":\"Job not found. ID: x\"}\n" },
    { "not-enough-nodes", "states", 500, "text/plain; charset=utf-8", true, true,
      "not enough nodes to run job. requested: 1, available: 0\n" },
    { "list-empty", "list", 200, "text/plain; charset=utf-8", false, true, "{\"jobs\":[]}\n" },
    { "plain-500", "states", 500, "text/plain; charset=utf-8", true, true, "internal server error\n" },
    { "gateway-html", "states", 502, "text/html", false, false,
      "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
      "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n" },
    { "null-error", "states", 500, "text/plain; charset=utf-8", true, true, "null\n" },
    { "empty-object-error", "states", 500, "text/plain; charset=utf-8", true, true, "{}\n" },
    { "empty-200", "states", 200, NULL, false, true, "" },
    { "bad-json", "states", 200, "text/plain; charset=utf-8", false, true,
      "{\"job\":{\"APIVersion\":\"V1beta1\",\"Metadata\":\n" },
};

static void assert_value(const struct http_reply *reply, const char *about, const char *name, const char *value)
{
    struct span got = http_reply_value(reply, name);

    ck_assert_msg(value ? span_is(got, value) : !got.p, "%s: %s is %.*s", about, name, SPAN_ARG(got));
}

START_TEST(each_preset_answers_in_the_very_bytes)
{
    const struct canned *row = &presets[_i];
    char fault[256], path[64];

    snprintf(fault, sizeof fault, "{'preset': '%s'}", row->name);
    snprintf(path, sizeof path, "/requester/%s", row->path);
    start_fault(fault, CLOCK_KIND_REAL);
    struct http_reply reply = ask("POST", path, "{\"id\":\"x\",\"job_id\":\"x\",\"client_id\":\"me\"}");

    assert_body(&reply, row->status, row->body);
    assert_value(&reply, row->name, "Content-Type", row->type);
    assert_value(&reply, row->name, "X-Content-Type-Options", row->nosniff ? "nosniff" : NULL);
    assert_value(&reply, row->name, "X-Rate-Limit-Limit", row->rated ? "1000.00" : NULL);
    ck_assert_int_eq(reply.framing, HTTP_FRAMING_LENGTH);
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(a_truncated_chunk_ends_within_the_chunk)
{
    start_fault("{'preset': 'truncated-chunk'}", CLOCK_KIND_REAL);
    struct http_reply reply = ask("GET", "/livez", "");

    ck_assert_int_eq(reply.end, HTTP_READ_TRUNCATED);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_int_eq(reply.framing, HTTP_FRAMING_CHUNKED);
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(the_write_deadline_is_20_seconds_and_then_nothing)
{
    start_fault("{'on': 'livez', 'preset': 'write-deadline'}", CLOCK_KIND_MANUAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    server_advance(it.server, SECONDS(20));
    client.timeout_ms = AWAIT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_EMPTY);
    http_close(&client);
    stop();
}
END_TEST

/* ---- replies of one's own ------------------------------------------------------------------------------------------ */

START_TEST(a_reply_has_its_own_headers_and_those_of_the_connection_alone)
{
    start_fault("{'on': 'livez', 'reply': {'status': 418, 'body': 'no tea',"
                " 'headers': {'Set-Cookie': ['a=1', 'b=2'], 'Date': null, 'X-Own': 'x'}}}",
                CLOCK_KIND_REAL);
    struct http_reply reply = ask("GET", "/livez", "");

    assert_body(&reply, 418, "no tea");
    ck_assert_msg(span_eq(buf_view(&reply.raw), SPAN("HTTP/1.1 418 I'm a teapot\r\n"
                                                     "Content-Type: text/plain; charset=utf-8\r\n"
                                                     "Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nX-Own: x\r\n"
                                                     "Content-Length: 6\r\n\r\nno tea")),
                  "%.*s", SPAN_ARG(buf_view(&reply.raw)));
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(a_json_reply_keeps_its_bytes)
{
    start_fault("{'on': 'livez', 'reply': {'json': {'n': 1.50, 'm': 9007199254740993}}}", CLOCK_KIND_REAL);
    struct http_reply reply = ask("GET", "/livez", "");

    assert_body(&reply, 200, "{\"n\": 1.50, \"m\": 9007199254740993}");
    assert_value(&reply, "json", "Content-Type", "application/json");
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(a_reply_without_a_length_ends_with_the_connection)
{
    start_fault("{'on': 'livez', 'reply': {'body': 'x', 'headers': {'Content-Length': null}}}", CLOCK_KIND_REAL);
    struct http_reply reply = ask("GET", "/livez", "");

    assert_body(&reply, 200, "x");
    ck_assert_int_eq(reply.framing, HTTP_FRAMING_CLOSE);
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(no_content_has_neither_body_nor_length)
{
    start_fault("{'on': 'livez', 'reply': {'status': 204}}", CLOCK_KIND_REAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    struct http_reply reply = http_read(&client, "GET");

    ck_assert_int_eq(reply.status, 204);
    assert_value(&reply, "204", "Content-Length", NULL);
    http_reply_release(&reply);
    ck_assert(http_send_text(&client, request_of("GET", "/readyz", "")));
    reply = http_read(&client, "GET");
    assert_body(&reply, 200, "READY");
    http_reply_release(&reply);
    http_close(&client);
    stop();
}
END_TEST

/* ---- effects ----------------------------------------------------------------------------------------------------------- */

static APART size_t jobs(void)
{
    struct http_reply reply = ask("POST", "/requester/list", "{\"return_all\":true}");
    size_t n = 0;

    for (const char *p = reply.body.p; p && (p = strstr(p, "\"JobID\":")); p++)
        n++;
    http_reply_release(&reply);
    return n;
}

static const struct effect {
    const char *fault;
    size_t jobs;
} effects[] = {
    { "{'on': 'submit', 'preset': 'plain-500'}", 0 },
    { "{'on': 'submit', 'preset': 'plain-500', 'effect': true}", 1 },
    { "{'on': 'submit', 'reply': {'status': 500}}", 0 },
    { "{'on': 'submit', 'reply': {'status': 500}, 'effect': true}", 1 },
    { "{'on': 'submit', 'break': 'EMPTY_RESPONSE'}", 1 },
    { "{'on': 'submit', 'break': 'EMPTY_RESPONSE', 'effect': false}", 0 },
    { "{'on': 'submit', 'trickle': {'bytes': 1000, 'every': '1ms'}}", 1 },
    { "{'on': 'submit', 'patch': [{'op': 'remove', 'path': '/job'}]}", 1 },
};

START_TEST(a_fault_has_an_effect_or_none)
{
    const struct effect *row = &effects[_i];

    start_fault(row->fault, CLOCK_KIND_MANUAL);
    struct http_reply reply = ask("POST", "/requester/submit", SUBMIT);
    http_reply_release(&reply);

    size_t n = jobs() ? 1 : 0;
    ck_assert_msg(n == row->jobs, "%s: %zu jobs", row->fault, n);
    stop();
}
END_TEST

START_TEST(a_patch_changes_the_answer_and_nothing_else)
{
    start_fault("{'on': 'states', 'patch': [{'op': 'test', 'path': '/state/Version', 'value': 4e0},"
                " {'op': 'replace', 'path': '/state/State', 'value': 'Odd'},"
                " {'op': 'remove', 'path': '/state/Executions'}, {'op': 'add', 'path': '/x~1y', 'value': 1.50}]}",
                CLOCK_KIND_MANUAL);
    const char *id = submit();
    struct http_reply reply = ask("POST", "/requester/states", about(id));

    char want[512];
    snprintf(want, sizeof want,
             "{\"state\":{\"JobID\":\"%s\",\"State\":\"Odd\",\"Version\":4,\"CreateTime\":\"2023-03-22T09:00:00Z\","
             "\"UpdateTime\":\"2023-03-22T09:00:00.000000003Z\",\"TimeoutAt\":\"0001-01-01T00:00:00Z\"},\"x/y\":1.50}\n", id);
    assert_body(&reply, 200, want);
    http_reply_release(&reply);
    stop();
}
END_TEST

START_TEST(a_patch_that_fails_leaves_the_answer_alone)
{
    start_fault("{'on': 'livez', 'patch': [{'op': 'remove', 'path': '/x'}]}", CLOCK_KIND_REAL);

    assert_answers("/livez", "OK");
    stop();
}
END_TEST

START_TEST(skip_and_count_choose_exchanges)
{
    start_fault("{'on': 'livez', 'skip': 1, 'count': 1, 'reply': {'body': 'fault'}}", CLOCK_KIND_REAL);

    assert_answers("/livez", "OK");
    assert_answers("/livez", "fault");
    assert_answers("/livez", "OK");
    stop();
}
END_TEST

/* ---- waiting ---------------------------------------------------------------------------------------------------------------- */

static struct http_reply read_within(struct http_client *client, int ms)
{
    client->timeout_ms = ms;
    return http_read(client, "GET");
}

START_TEST(a_delay_on_a_manual_clock_waits_for_it)
{
    start_fault("{'on': 'livez', 'delay': '10s'}", CLOCK_KIND_MANUAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    server_advance(it.server, SECONDS(9));
    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    server_advance(it.server, SECONDS(1));
    struct http_reply reply = read_within(&client, AWAIT_MS);

    assert_body(&reply, 200, "OK");
    http_reply_release(&reply);
    http_close(&client);
    stop();
}
END_TEST

START_TEST(a_delay_ends_when_the_control_api_moves_the_clock)
{
    start_fault("{'on': 'livez', 'delay': '10s'}", CLOCK_KIND_MANUAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    control("/__mock/clock/advance", "{\"by\":\"10s\"}");
    struct http_reply reply = read_within(&client, AWAIT_MS);

    assert_body(&reply, 200, "OK");
    http_reply_release(&reply);
    http_close(&client);
    stop();
}
END_TEST

START_TEST(a_delay_by_a_gate_waits_for_it)
{
    start_fault("{'on': 'livez', 'delay': {'gate': 'go'}}", CLOCK_KIND_REAL);
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;

    ck_assert_int_eq(http_read_eof(&client), HTTP_READ_TIMEOUT);
    control("/__mock/gates/go", "");
    struct http_reply reply = read_within(&client, AWAIT_MS);

    assert_body(&reply, 200, "OK");
    http_reply_release(&reply);
    http_close(&client);
    assert_answers("/livez", "OK");
    stop();
}
END_TEST

START_TEST(a_delay_on_a_real_clock_ends_by_itself)
{
    start_fault("{'on': 'livez', 'delay': '50ms'}", CLOCK_KIND_REAL);
    long long since = monotonic_ms();

    assert_answers("/livez", "OK");

    ck_assert_int_ge(monotonic_ms() - since, 50);
    stop();
}
END_TEST

START_TEST(a_body_trickles_piece_by_piece)
{
    start_fault("{'on': 'readyz', 'trickle': {'bytes': 2, 'every': '1s'}}", CLOCK_KIND_MANUAL);
    struct http_client client = connected(request_of("GET", "/readyz", ""));
    struct http_reply reply = read_within(&client, SILENT_MS);

    ck_assert_int_eq(reply.end, HTTP_READ_TIMEOUT);
    struct span raw = buf_view(&reply.raw), last = SPAN("\r\n\r\nRE");
    ck_assert_msg(raw.n > last.n && span_eq(span_of(raw.p + raw.n - last.n, last.n), last), "%.*s", SPAN_ARG(raw));
    http_reply_release(&reply);
    server_advance(it.server, SECONDS(2));
    char rest[5] = "";
    for (size_t n = 0; n < 3;) {
        ssize_t got = read(client.fd, rest + n, 3 - n);
        ck_assert_int_gt(got, 0);
        n += (size_t)got;
    }
    ck_assert_str_eq(rest, "ADY");
    http_close(&client);
    stop();
}
END_TEST

/* ---- places ------------------------------------------------------------------------------------------------------------------- */

static bool one_more_is_held(void *context)
{
    struct http_client client = connected(request_of("GET", "/livez", ""));
    client.timeout_ms = SILENT_MS;
    enum http_read_end end = http_read_eof(&client);

    (void)context;
    http_close(&client);
    return end == HTTP_READ_TIMEOUT;
}

/* A look from outside that takes no place itself. */
static bool all_are_held(void *context)
{
    struct http_reply reply = ask("GET", "/__mock/requests?endpoint=livez", "");
    char want[32];

    (void)context;
    snprintf(want, sizeof want, "\"matched\":%d,", HELD_MAX);
    bool held = reply.body.p && strstr(reply.body.p, want);
    http_reply_release(&reply);
    return held;
}

START_TEST(one_hold_too_many_is_an_empty_reply_and_others_go_on)
{
    static struct http_client held[HELD_MAX];

    start_fault("{'on': 'livez', 'break': 'HANG'}", CLOCK_KIND_REAL);
    for (size_t i = 0; i < HELD_MAX; i++)
        held[i] = connected(request_of("GET", "/livez", ""));

    ck_assert(await(all_are_held, NULL, AWAIT_MS));
    struct http_reply reply = ask("GET", "/livez", "");
    ck_assert_int_eq(reply.end, HTTP_READ_EMPTY);
    http_reply_release(&reply);
    assert_answers("/readyz", "READY");

    for (size_t i = 0; i < HELD_MAX; i++)
        http_close(&held[i]);
    long long since = monotonic_ms();
    assert_answers("/readyz", "READY");
    ck_assert_int_lt(monotonic_ms() - since, AT_ONCE_MS);
    ck_assert(await(one_more_is_held, NULL, AWAIT_MS));
    stop();
}
END_TEST

/* ---- restarts ------------------------------------------------------------------------------------------------------------------ */

static APART void assert_unknown(const char *id)
{
    struct http_reply reply = ask("POST", "/requester/states", about(id));

    ck_assert_int_eq(reply.status, 500);
    http_reply_release(&reply);
}

START_TEST(a_restart_forgets_all_jobs_and_closes_connections)
{
    start("'restart': ['5s']", CLOCK_KIND_MANUAL);
    const char *id = submit();
    struct http_client idle = connected(request_of("GET", "/livez", ""));
    struct http_reply reply = http_read(&idle, "GET");
    http_reply_release(&reply);

    control("/__mock/clock/advance", "{\"by\":\"5s\"}");

    ck_assert_int_eq(http_read_eof(&idle), HTTP_READ_EMPTY);
    assert_unknown(id);
    http_close(&idle);
    stop();
}
END_TEST

START_TEST(a_restart_on_a_real_clock_needs_nobody_to_ask)
{
    start("'restart': ['1s', '3s', '5s', '7s']", CLOCK_KIND_REAL); /* the first may come before the client on a busy machine */
    struct http_client idle = connected(request_of("GET", "/livez", ""));
    struct http_reply reply = http_read(&idle, "GET");
    http_reply_release(&reply);

    ck_assert_int_eq(http_read_eof(&idle), HTTP_READ_EMPTY);
    http_close(&idle);
    stop();
}
END_TEST

TEST_MAIN("faults",
    TEST_GROUP("breaks"),
    TEST_EACH(each_break_ends_as_its_name_says, breaks),
    TEST(a_hang_says_nothing_until_the_server_stops),
    TEST_GROUP("presets"),
    TEST_EACH(each_preset_answers_in_the_very_bytes, presets),
    TEST(a_truncated_chunk_ends_within_the_chunk),
    TEST(the_write_deadline_is_20_seconds_and_then_nothing),
    TEST_GROUP("replies"),
    TEST(a_reply_has_its_own_headers_and_those_of_the_connection_alone),
    TEST(a_json_reply_keeps_its_bytes),
    TEST(a_reply_without_a_length_ends_with_the_connection),
    TEST(no_content_has_neither_body_nor_length),
    TEST_GROUP("effects"),
    TEST_EACH(a_fault_has_an_effect_or_none, effects),
    TEST(a_patch_changes_the_answer_and_nothing_else),
    TEST(a_patch_that_fails_leaves_the_answer_alone),
    TEST(skip_and_count_choose_exchanges),
    TEST_GROUP("waits"),
    TEST(a_delay_on_a_manual_clock_waits_for_it),
    TEST(a_delay_ends_when_the_control_api_moves_the_clock),
    TEST(a_delay_by_a_gate_waits_for_it),
    TEST(a_delay_on_a_real_clock_ends_by_itself),
    TEST(a_body_trickles_piece_by_piece),
    TEST(one_hold_too_many_is_an_empty_reply_and_others_go_on),
    TEST_GROUP("restarts"),
    TEST(a_restart_forgets_all_jobs_and_closes_connections),
    TEST(a_restart_on_a_real_clock_needs_nobody_to_ask))
