/* GET /__mock/stream over sockets: what a reader is told, what it learns of what it has missed, and how it ends. */
#include "http/server.h"
#include "support/event_reader.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    PATIENCE_MS = 3000,
    REQUEST_MAX = 2048,
    LOAD = 10000,       /* exchanges */
    AT_ONCE = 50,       /* of them, sent without waiting for replies */
    FLOOD = 100 * 1000, /* events: more than the feed and the sockets' buffers hold */
};

static const char scenario[] =
    "{\"version\": 1, \"restart\": [{\"gate\": \"down\"}], \"jobs\": [{\"name\": \"gated\", \"match\": {\"annotation\": \"gated\"},"
    " \"steps\": [{\"after\": {\"gate\": \"go\"}, \"execution\": \"n0\", \"state\": \"Completed\"}, {\"job\": \"Completed\"}]}]}";

static struct server *server;

static void setup(void)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_MANUAL, .clock_scale = 1, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };

    server = server_of_text(scenario, &settings, (struct server_options){ 0 });
}

static void teardown(void)
{
    server_stop(server);
    server = NULL;
}

/* ---- requests -------------------------------------------------------------------------------------------- */

static __attribute__((noinline)) int ask(struct http_client *client, const char *method, const char *path, const char *body)
{
    char request[REQUEST_MAX];

    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", method, path, strlen(body), body);
    ck_assert(http_send_text(client, request));
    struct http_reply reply = http_read(client, method);
    int status = reply.status;
    http_reply_release(&reply);
    return status;
}

static int ask_once(const char *method, const char *path, const char *body)
{
    struct http_client client = { .fd = -1 };

    ck_assert(http_connect(&client, server_port(server)));
    int status = ask(&client, method, path, body);
    http_close(&client);
    return status;
}

static void submit(const char *annotation)
{
    char body[REQUEST_MAX];

    snprintf(body, sizeof body,
             "{\"job_create_payload\":{\"ClientID\":\"me\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
             "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[\"%s\"],\"Deal\":{\"Concurrency\":1}}}"
             ",\"signature\":\"\",\"client_public_key\":\"\"}", annotation);
    ck_assert_int_eq(ask_once("POST", "/requester/submit", body), 200);
}

/* ---- readers --------------------------------------------------------------------------------------------- */

static struct reader *watch(const char *query, const char *headers)
{
    return event_reader_open(server_port(server), query, headers);
}

/* The kinds of the events up to the first `last`, each with a blank behind. */
static void put_kinds(struct buf *out, struct reader *reader, const char *last)
{
    struct event event;

    do {
        ck_assert(event_reader_next(reader, &event));
        buf_printf(out, "%s ", event.kind);
    } while (strcmp(event.kind, last) != 0);
}

static bool as_many_watch(void *context)
{
    const size_t *wanted = context;

    return atomic_load(&server_world(server)->places->watchers.taken) == *wanted;
}

static void until_watched(size_t n)
{
    ck_assert_msg(await(as_many_watch, &n, PATIENCE_MS), "%zu streams should be open", n);
}

/* ---- what is told ---------------------------------------------------------------------------------------- */

START_TEST(everything_that_happens_is_told_in_order)
{
    struct reader *reader = watch("", "");
    CLEANUP(buf_release) struct buf kinds = buf_init(REQUEST_MAX);

    submit("gated");
    ask_once("POST", "/__mock/clock/advance", "{\"by\": \"1s\"}");
    ask_once("POST", "/__mock/gates/go", "");
    ask_once("POST", "/__mock/reset", "");
    put_kinds(&kinds, reader, "reset");

    ck_assert_str_eq(kinds.p, "job job job job exchange clock execution execution execution execution execution execution job gate reset ");
    event_reader_leave(reader);
}
END_TEST

static void expect_data(struct reader *reader, const char *kind, const char *part)
{
    struct event event;

    do
        ck_assert_msg(event_reader_next(reader, &event), "no event %s has %s", kind, part);
    while (strcmp(event.kind, kind) != 0 || !strstr(event.data, part));
}

START_TEST(each_event_has_the_row_of_the_matching_call)
{
    struct reader *reader = watch("", "");

    submit("gated");
    expect_data(reader, "job", "\"client_id\":\"me\"");
    expect_data(reader, "exchange", "\"endpoint\":\"submit\"");
    ask_once("POST", "/__mock/clock/advance", "{\"by\": \"1s\"}");
    expect_data(reader, "clock", "\"kind\":\"manual\"");
    ask_once("POST", "/__mock/gates/go", "");
    expect_data(reader, "execution", "\"node\":\"n0\",\"previous\":\"ResultAccepted\",\"state\":\"Completed\"");
    expect_data(reader, "gate", "{\"name\":\"go\",\"open\":true,");
    ask_once("POST", "/__mock/reset", "{\"what\": [\"faults\", \"journal\"]}");
    expect_data(reader, "reset", "{\"reset\":[\"journal\",\"faults\"]}");
    event_reader_leave(reader);
}
END_TEST

START_TEST(a_program_that_takes_effect_is_told)
{
    struct reader *reader = watch("", "");

    ck_assert_int_eq(server_play(server, server_world(server)->program, NULL), ERR_OK);

    expect_data(reader, "scenario", "{\"scenario\":\"a\"}");
    event_reader_leave(reader);
}
END_TEST

/* ---- numbers --------------------------------------------------------------------------------------------- */

static unsigned long long first_id(const char *query, const char *headers, const char *kind)
{
    struct reader *reader = watch(query, headers);
    struct event event = { 0 };

    ask_once("GET", "/requester/nothing", "");
    ck_assert(event_reader_next(reader, &event));
    ck_assert_str_eq(event.kind, kind);
    event_reader_leave(reader);
    return event.id;
}

START_TEST(a_reader_begins_after_the_number_that_it_names)
{
    for (int i = 0; i < 5; i++)
        ask_once("GET", "/requester/nothing", "");

    ck_assert_uint_eq(first_id("?since=0", "", "scenario"), 1);
    ck_assert_uint_eq(first_id("?since=3", "", "exchange"), 4);
    ck_assert_uint_eq(first_id("?since=0", "Last-Event-ID: 4\r\n", "exchange"), 5);
    ck_assert_uint_eq(first_id("", "", "exchange"), 10);
}
END_TEST

START_TEST(a_number_of_another_process_is_answered_with_lost)
{
    struct reader *reader = watch("?since=900", "");
    struct event event;

    ck_assert(event_reader_next(reader, &event));

    ck_assert_str_eq(event.kind, "lost");
    ck_assert_str_eq(event.data, "{\"count\":1}");
    ck_assert_uint_eq(event.id, 1);
    event_reader_leave(reader);
}
END_TEST

START_TEST(a_number_that_is_none_is_refused)
{
    ck_assert_int_eq(ask_once("GET", "/__mock/stream?since=yesterday", ""), 400);
}
END_TEST

/* ---- many readers under load ----------------------------------------------------------------------------- */

struct watcher {
    struct reader *reader;
    unsigned long long seen, lost, wrong;
};

static bool is_the_end(const struct event *event)
{
    return strcmp(event->kind, "gate") == 0;
}

/* Reads up to the gate event, and counts what it sees and what it is told to have lost. */
static void *watch_all(void *context)
{
    struct watcher *watcher = context;
    unsigned long long last = 0, count;
    struct event event = { 0 };

    while (!is_the_end(&event) && event_reader_next(watcher->reader, &event)) {
        bool is_lost = strcmp(event.kind, "lost") == 0;
        count = is_lost ? strtoull(event.data + strlen("{\"count\":"), NULL, 10) : 1;
        *(is_lost ? &watcher->lost : &watcher->seen) += count;
        watcher->wrong += event.id != last + count;
        last = event.id;
    }
    return NULL;
}

/* `headers`: further lines, each with its CR LF. */
static void make_load(int n, const char *headers)
{
    struct http_client client = { .fd = -1 };
    char request[REQUEST_MAX];

    snprintf(request, sizeof request, "GET /requester/nothing HTTP/1.1\r\nHost: localhost\r\n%s\r\n", headers);
    ck_assert(http_connect(&client, server_port(server)));
    for (int i = 0; i < n; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++)
            ck_assert(http_send_text(&client, request));
        for (int k = 0; k < AT_ONCE; k++) {
            struct http_reply reply = http_read(&client, "GET");
            http_reply_release(&reply);
        }
    }
    http_close(&client);
}

/* The event at which watch_all stops. Returns its number. */
static unsigned long long end_load(void)
{
    submit("gated"); /* something that waits for the gate */
    ck_assert_int_eq(ask_once("POST", "/__mock/gates/go", ""), 200);
    world_enter(server_world(server));
    unsigned long long last = feed_last(&server_world(server)->feed);
    world_leave(server_world(server));
    return last;
}

static void check(const struct watcher *watcher, unsigned long long all)
{
    ck_assert_msg(watcher->wrong == 0, "%llu numbers are out of order", watcher->wrong);
    ck_assert_uint_eq(watcher->seen + watcher->lost, all);
}

START_TEST(each_of_eight_readers_sees_every_number_once_or_learns_that_it_is_lost)
{
    struct watcher watchers[WATCHERS_MAX] = { 0 };
    pthread_t threads[WATCHERS_MAX];

    for (int i = 0; i < WATCHERS_MAX; i++) {
        watchers[i].reader = watch("?since=0", "");
        ck_assert_int_eq(pthread_create(&threads[i], NULL, watch_all, &watchers[i]), 0);
    }
    make_load(LOAD, "");
    unsigned long long all = end_load();
    for (int i = 0; i < WATCHERS_MAX; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < WATCHERS_MAX; i++) {
        check(&watchers[i], all);
        event_reader_leave(watchers[i].reader);
    }
}
END_TEST

START_TEST(a_reader_that_stops_reading_learns_how_many_it_has_lost)
{
    struct watcher watcher = { .reader = watch("?since=0", "") };
    struct world *world = server_world(server);

    for (int i = 0; i < FLOOD; i++) {
        ns_t now = world_enter(world);
        feed_add_clock(&world->feed, now);
        world_leave(world);
    }
    unsigned long long all = end_load();
    watch_all(&watcher);

    check(&watcher, all);
    ck_assert_uint_gt(watcher.lost, 0);
    event_reader_leave(watcher.reader);
}
END_TEST

/* ---- places and ends ------------------------------------------------------------------------------------- */

START_TEST(one_stream_more_than_there_may_be_is_refused_until_one_ends)
{
    struct reader *readers[WATCHERS_MAX];
    struct reader *more = malloc(sizeof *more);

    for (int i = 0; i < WATCHERS_MAX; i++)
        readers[i] = watch("", "");
    ck_assert_int_eq(event_reader_try(more, server_port(server), "", ""), 503);
    event_reader_end(more);
    event_reader_leave(readers[0]);
    until_watched(WATCHERS_MAX - 1);

    ck_assert_int_eq(event_reader_try(more, server_port(server), "", ""), 200);
    event_reader_leave(more);
    for (int i = 1; i < WATCHERS_MAX; i++)
        event_reader_leave(readers[i]);
    until_watched(0);
}
END_TEST

START_TEST(a_restart_of_the_requester_does_not_end_the_streams)
{
    struct reader *reader = watch("", "");

    ck_assert_int_eq(ask_once("POST", "/__mock/gates/down", ""), 200);
    submit("gated");

    expect_data(reader, "exchange", "\"endpoint\":\"submit\"");
    event_reader_leave(reader);
}
END_TEST

START_TEST(a_head_request_opens_no_stream)
{
    ck_assert_int_eq(ask_once("HEAD", "/__mock/stream", ""), 200);
    until_watched(0);
}
END_TEST

START_TEST(a_stream_tells_of_its_session_and_ends_with_it)
{
    ck_assert_int_eq(ask_once("POST", "/__mock/sessions", "{\"client_id\": \"me\"}"), 201);
    struct reader *reader = watch("?session=me", "");
    struct event event;

    ask_once("GET", "/requester/nothing", ""); /* in the default world */
    submit("gated"); /* its client is `me` */
    expect_data(reader, "exchange", "\"endpoint\":\"submit\"");
    ck_assert_int_eq(ask_once("DELETE", "/__mock/sessions/me", ""), 200);

    while (event_reader_next(reader, &event))
        ;
    event_reader_leave(reader);
    until_watched(0);
}
END_TEST

START_TEST(a_stream_that_nobody_reads_ends_with_its_session)
{
    ck_assert_int_eq(ask_once("POST", "/__mock/sessions", "{\"client_id\": \"me\"}"), 201);
    struct reader *stuck = watch("?session=me", "");

    make_load(LOAD / 2, "X-Mock-Session: me\r\n");
    ck_assert_int_eq(ask_once("DELETE", "/__mock/sessions/me", ""), 200);

    until_watched(0);
    event_reader_leave(stuck);
}
END_TEST

START_TEST(a_fault_is_told_with_its_row)
{
    struct reader *reader = watch("", "");

    ck_assert_int_eq(ask_once("POST", "/__mock/faults", "{\"name\": \"blip\", \"on\": \"submit\", \"reply\": {\"status\": 503}}"), 201);
    expect_data(reader, "fault", "{\"name\":\"blip\",");
    ck_assert_int_eq(ask_once("DELETE", "/__mock/faults/blip", ""), 200);
    expect_data(reader, "fault", "{\"name\":\"blip\",\"removed\":true}");

    event_reader_leave(reader);
}
END_TEST

START_TEST(a_stop_ends_the_streams)
{
    struct reader *reader = watch("", ""), *stuck = watch("?since=0", "");
    struct event event;

    make_load(LOAD / 10, "");
    server_halt(server);

    while (event_reader_next(reader, &event))
        ;
    event_reader_leave(reader);
    event_reader_leave(stuck);
}
END_TEST

TEST_MAIN("watching",
          TEST_GROUP("streams", .setup = setup, .teardown = teardown),
          TEST(everything_that_happens_is_told_in_order),
          TEST(each_event_has_the_row_of_the_matching_call),
          TEST(a_program_that_takes_effect_is_told),
          TEST(a_reader_begins_after_the_number_that_it_names),
          TEST(a_number_of_another_process_is_answered_with_lost),
          TEST(a_number_that_is_none_is_refused),
          TEST(each_of_eight_readers_sees_every_number_once_or_learns_that_it_is_lost),
          TEST(a_reader_that_stops_reading_learns_how_many_it_has_lost),
          TEST(one_stream_more_than_there_may_be_is_refused_until_one_ends),
          TEST(a_restart_of_the_requester_does_not_end_the_streams),
          TEST(a_head_request_opens_no_stream),
          TEST(a_stream_tells_of_its_session_and_ends_with_it),
          TEST(a_stream_that_nobody_reads_ends_with_its_session),
          TEST(a_fault_is_told_with_its_row),
          TEST(a_stop_ends_the_streams))
