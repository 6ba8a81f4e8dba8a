/* Calls that wait, over sockets: who wakes them, who ends them, and how many there may be. */
#include "http/server.h"
#include "support/http_client.h"
#include "support/servers.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <pthread.h>
#include <stdio.h>

enum { PATIENCE_MS = 10000, REQUEST_MAX = 2048 };

/* ---- a server -------------------------------------------------------------------------------------------- */

/* A job that passes Queued, New and InProgress one second each, and ends after a gate. */
static const char scenario[] =
    "{\"version\": 1, \"restart\": [{\"gate\": \"down\"}], \"jobs\": ["
    "{\"name\": \"slow\", \"match\": {\"annotation\": \"slow\"}, \"start\": \"Queued\", \"steps\": [{\"after\": \"1s\", \"job\": \"InProgress\"},"
    " {\"after\": \"1s\", \"job\": \"Error\"}]},"
    "{\"name\": \"gated\", \"match\": {\"annotation\": \"gated\"}, \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}]}";

static struct server *server;

static void start(enum clock_kind clock)
{
    const struct program_settings settings = { .clock = (int)clock, .clock_scale = 100, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };

    server = server_of_text(scenario, &settings, (struct server_options){ 0 });
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

/* ---- requests -------------------------------------------------------------------------------------------- */

static void send_post(struct http_client *client, const char *path, const char *body)
{
    char request[REQUEST_MAX];

    ck_assert(http_connect(client, server_port(server)));
    snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", path, strlen(body), body);
    ck_assert(http_send_text(client, request));
}

/* Reads the reply, closes, and returns the status; `part` NULL: whatever the body is. */
static __attribute__((noinline)) int finish(struct http_client *client, const char *part)
{
    struct http_reply reply = http_read(client, "POST");
    int status = reply.status;

    if (part)
        ck_assert_msg(reply.body.p && strstr(reply.body.p, part), "%d: %s\nlacks %s", status, reply.body.p, part);
    http_reply_release(&reply);
    http_close(client);
    return status;
}

static int post(const char *path, const char *body)
{
    struct http_client client = { .fd = -1 };

    send_post(&client, path, body);
    return finish(&client, NULL);
}

static void submit(const char *annotation)
{
    char body[REQUEST_MAX];

    snprintf(body, sizeof body,
             "{\"job_create_payload\":{\"ClientID\":\"me\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
             "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[\"%s\"],\"Deal\":{\"Concurrency\":1}}}"
             ",\"signature\":\"\",\"client_public_key\":\"\"}", annotation);
    ck_assert_int_eq(post("/requester/submit", body), 200);
}

static struct http_client await_job(const char *annotation, const char *states)
{
    struct http_client client = { .fd = -1 };
    char body[REQUEST_MAX];

    snprintf(body, sizeof body, "{\"job\": {\"annotation\": \"%s\"}, \"state\": %s, \"within\": \"1m\"}", annotation, states);
    send_post(&client, "/__mock/jobs/await", body);
    return client;
}

static struct http_client await_requests(const char *body)
{
    struct http_client client = { .fd = -1 };

    send_post(&client, "/__mock/requests/await", body);
    return client;
}

/* ---- how many wait --------------------------------------------------------------------------------------- */

/* A call takes its place and begins to wait under the world's lock. */
static bool as_many_wait(void *context)
{
    const size_t *wanted = context;
    struct world *world = server_world(server);

    world_enter(world);
    size_t n = atomic_load(&world->places->awaits.taken);
    world_leave(world);
    return n == *wanted;
}

static void until_waiting(size_t n)
{
    ck_assert_msg(await(as_many_wait, &n, PATIENCE_MS), "%zu calls should wait", n);
}

/* ---- jobs ------------------------------------------------------------------------------------------------ */

START_TEST(each_state_that_one_advance_passes_is_seen)
{
    static const char *const states[] = { "\"InProgress\"", "\"Error\"", "[\"Error\", \"InProgress\"]" };
    struct http_client clients[ROWS(states)];

    submit("slow");
    for (size_t i = 0; i < ROWS(states); i++)
        clients[i] = await_job("slow", states[i]);
    until_waiting(ROWS(states));
    ck_assert_int_eq(post("/__mock/clock/advance", "{\"by\": \"1h\"}"), 200);

    for (size_t i = 0; i < ROWS(states); i++)
        ck_assert_int_eq(finish(&clients[i], "\"Error\""), 200);
}
END_TEST

START_TEST(a_job_that_does_not_exist_yet_is_waited_for)
{
    struct http_client client = await_job("gated", "\"Completed\"");

    until_waiting(1);
    submit("slow");
    submit("gated");
    until_waiting(1);
    ck_assert_int_eq(post("/__mock/gates/go", ""), 200);

    ck_assert_int_eq(finish(&client, "\"Completed\""), 200);
}
END_TEST

START_TEST(a_job_that_ends_otherwise_ends_the_wait)
{
    struct http_client client = await_job("slow", "\"Completed\"");

    submit("slow");
    until_waiting(1);
    ck_assert_int_eq(post("/__mock/clock/advance", "{\"by\": \"1h\"}"), 200);

    ck_assert_int_eq(finish(&client, "not-seen"), 408);
}
END_TEST

START_TEST(a_reset_of_jobs_ends_the_wait)
{
    struct http_client client = await_job("gated", "\"Completed\"");

    until_waiting(1);
    ck_assert_int_eq(post("/__mock/reset", "{\"what\": [\"jobs\"]}"), 200);

    ck_assert_int_eq(finish(&client, "\"key\":\"reset\""), 409);
}
END_TEST

START_TEST(a_restart_of_the_requester_does_not_end_the_wait_for_a_job_to_come)
{
    struct http_client client = await_job("gated", "\"Completed\"");

    until_waiting(1);
    ck_assert_int_eq(post("/__mock/gates/down", ""), 200);
    submit("gated");
    ck_assert_int_eq(post("/__mock/gates/go", ""), 200);

    ck_assert_int_eq(finish(&client, "\"Completed\""), 200);
}
END_TEST

START_TEST(a_job_that_a_restart_forgets_ends_the_wait)
{
    struct http_client client = await_job("gated", "\"Completed\"");

    submit("gated");
    until_waiting(1);
    ck_assert_int_eq(post("/__mock/gates/down", ""), 200);

    ck_assert_int_eq(finish(&client, "\"key\":\"reset\""), 409);
}
END_TEST

START_TEST(a_clock_that_runs_by_itself_needs_no_request)
{
    submit("slow");
    struct http_client client = await_job("slow", "\"Error\"");

    ck_assert_int_eq(finish(&client, "\"Error\""), 200);
}
END_TEST

START_TEST(the_time_of_a_wait_is_real)
{
    struct http_client client = { .fd = -1 };

    send_post(&client, "/__mock/jobs/await", "{\"job\": {\"client_id\": \"nobody\"}, \"state\": \"Error\", \"within\": \"20ms\"}");

    ck_assert_int_eq(finish(&client, "after 20ms there is no job that fits"), 408);
}
END_TEST

/* ---- exchanges ------------------------------------------------------------------------------------------- */

START_TEST(exchanges_are_counted_until_there_are_enough)
{
    struct http_client client = await_requests("{\"endpoint\": \"submit\", \"count\": 2, \"within\": \"1m\"}");

    until_waiting(1);
    submit("slow");
    ck_assert_int_eq(post("/requester/list", "{}"), 200);
    until_waiting(1);
    submit("slow");

    ck_assert_int_eq(finish(&client, "\"matched\":2,"), 200);
}
END_TEST

START_TEST(an_emptied_journal_takes_what_has_come_with_it)
{
    struct http_client client = await_requests("{\"endpoint\": \"submit\", \"count\": 2, \"within\": \"1m\"}");

    until_waiting(1);
    submit("slow");
    ck_assert_int_eq(post("/__mock/reset", "{\"what\": [\"journal\"]}"), 200);
    submit("slow");
    until_waiting(1);
    submit("slow");

    ck_assert_int_eq(finish(&client, "\"matched\":2,\"last\":2"), 200);
}
END_TEST

START_TEST(deleting_the_journal_starts_the_count_anew)
{
    struct http_client client = await_requests("{\"endpoint\": \"submit\", \"count\": 2, \"within\": \"1m\"}");
    static const char delete[] = "DELETE /__mock/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    until_waiting(1);
    submit("slow");
    struct http_reply reply = http_exchange(server_port(server), delete, sizeof delete - 1, "DELETE");
    http_reply_release(&reply);
    submit("slow");
    until_waiting(1);
    submit("slow");

    ck_assert_int_eq(finish(&client, "\"matched\":2,\"last\":3"), 200);
}
END_TEST

/* ---- places ---------------------------------------------------------------------------------------------- */

static void fill_places(struct http_client clients[AWAITS_MAX])
{
    for (int i = 0; i < AWAITS_MAX; i++)
        clients[i] = await_job("gated", "\"Completed\"");
    until_waiting(AWAITS_MAX);
}

START_TEST(one_call_more_than_may_wait_is_refused_and_the_others_are_served)
{
    struct http_client clients[AWAITS_MAX];

    fill_places(clients);
    struct http_client more = await_job("gated", "\"Completed\"");
    ck_assert_int_eq(finish(&more, "\"key\":\"too-many-waiting\""), 503);
    submit("gated");
    ck_assert_int_eq(post("/__mock/gates/go", ""), 200);

    for (int i = 0; i < AWAITS_MAX; i++)
        ck_assert_int_eq(finish(&clients[i], "\"Completed\""), 200);
    until_waiting(0);
}
END_TEST

START_TEST(a_client_that_hangs_up_frees_its_place)
{
    struct http_client clients[AWAITS_MAX];

    fill_places(clients);
    http_close(&clients[0]);
    until_waiting(AWAITS_MAX - 1);
    clients[0] = await_job("gated", "\"Completed\"");
    until_waiting(AWAITS_MAX);

    for (int i = 0; i < AWAITS_MAX; i++)
        http_close(&clients[i]);
    until_waiting(0);
}
END_TEST

/* ---- sessions -------------------------------------------------------------------------------------------- */

static const char delete_session[] = "DELETE /__mock/sessions/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

START_TEST(a_wait_in_a_session_is_for_its_jobs)
{
    struct http_client client = { .fd = -1 };

    ck_assert_int_eq(post("/__mock/sessions", "{\"client_id\": \"me\"}"), 201);
    send_post(&client, "/__mock/jobs/await?session=me", "{\"job\": {\"annotation\": \"gated\"}, \"state\": \"Completed\", \"within\": \"1m\"}");
    until_waiting(1);
    submit("gated"); /* its client is `me` */
    ck_assert_int_eq(post("/__mock/gates/go?session=me", ""), 200);

    ck_assert_int_eq(finish(&client, "\"Completed\""), 200);
}
END_TEST

START_TEST(the_end_of_its_session_ends_the_wait)
{
    struct http_client client = { .fd = -1 };

    ck_assert_int_eq(post("/__mock/sessions", "{\"client_id\": \"me\"}"), 201);
    send_post(&client, "/__mock/requests/await?session=me", "{\"endpoint\": \"cancel\", \"within\": \"1m\"}");
    until_waiting(1);
    struct http_reply reply = http_exchange(server_port(server), delete_session, sizeof delete_session - 1, "DELETE");
    http_reply_release(&reply);

    ck_assert_int_eq(finish(&client, "\"key\":\"session-gone\""), 410);
}
END_TEST

START_TEST(a_stop_ends_the_wait_with_an_answer)
{
    struct http_client client = await_job("gated", "\"Completed\"");

    until_waiting(1);
    server_halt(server);

    ck_assert_int_eq(finish(&client, "\"key\":\"stopping\""), 503);
}
END_TEST

static void setup_scaled(void)
{
    start(CLOCK_KIND_SCALED);
}

TEST_MAIN("waiting",
          TEST_GROUP("manual clock", .setup = setup, .teardown = teardown),
          TEST(each_state_that_one_advance_passes_is_seen),
          TEST(a_job_that_does_not_exist_yet_is_waited_for),
          TEST(a_job_that_ends_otherwise_ends_the_wait),
          TEST(a_reset_of_jobs_ends_the_wait),
          TEST(a_restart_of_the_requester_does_not_end_the_wait_for_a_job_to_come),
          TEST(a_job_that_a_restart_forgets_ends_the_wait),
          TEST(the_time_of_a_wait_is_real),
          TEST(exchanges_are_counted_until_there_are_enough),
          TEST(an_emptied_journal_takes_what_has_come_with_it),
          TEST(deleting_the_journal_starts_the_count_anew),
          TEST(one_call_more_than_may_wait_is_refused_and_the_others_are_served),
          TEST(a_client_that_hangs_up_frees_its_place),
          TEST(a_wait_in_a_session_is_for_its_jobs),
          TEST(the_end_of_its_session_ends_the_wait),
          TEST(a_stop_ends_the_wait_with_an_answer),
          TEST_GROUP("scaled clock", .setup = setup_scaled, .teardown = teardown),
          TEST(a_clock_that_runs_by_itself_needs_no_request))
