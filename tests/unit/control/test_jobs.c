/* The control API's jobs: the list, one job, fixtures in and out, what comes next, the catalogue. */
#include "support/files.h"
#include "support/panel.h"
#include "support/suite.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* A copy of the last answer; free(3) it. */
static char *kept(const char *answer)
{
    char *copy = strdup(answer);

    ck_assert_ptr_nonnull(copy);
    return copy;
}

static size_t count(const char *text, const char *part)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

/* ---- the list ---------------------------------------------------------------------------------------------- */

START_TEST(a_row_tells_what_a_job_is_and_waits_for)
{
    struct panel *panel = panel_open();
    char wanted[1024];

    const char *id = panel_submit(panel, "mock:gated");
    snprintf(wanted, sizeof wanted,
             "{\"jobs\":[{\"id\":\"%s\",\"client_id\":\"c\",\"image\":null,\"annotations\":[\"mock:gated\"],"
             "\"state\":\"InProgress\",\"version\":4,\"created\":\"" PANEL_NINE "\",\"updated\":\"2023-03-22T09:00:00.000000003Z\","
             "\"executions\":{},\"script\":\"gated\",\"waits_for\":[{\"gate\":\"go\",\"of\":[]}]}],\"matched\":1}\n", id);

    ck_assert_str_eq(panel_get(panel, "/__mock/jobs"), wanted);
    panel_close(panel);
}
END_TEST

START_TEST(a_row_counts_executions_by_state)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "x");
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}");

    assert_has(panel_get(panel, "/__mock/jobs"), "\"executions\":{\"BidRejected\":2,\"Completed\":1},\"script\":null,\"waits_for\":[]}");
    panel_close(panel);
}
END_TEST

static const struct filter {
    const char *query;
    size_t rows;
    const char *matched;
} filters[] = {
    { "", 3, "\"matched\":3" },
    { "?state=InProgress", 2, "\"matched\":2" },
    { "?state=Completed", 1, "\"matched\":1" },
    { "?client_id=c", 3, "\"matched\":3" },
    { "?client_id=d", 0, "\"matched\":0" },
    { "?annotation=mock:gated", 2, "\"matched\":2" },
    { "?limit=2", 2, "\"matched\":3" },
};

START_TEST(the_list_is_filtered)
{
    struct panel *panel = panel_open();
    char target[128];

    panel_submit(panel, "x");
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}");
    panel_submit(panel, "mock:gated");
    panel_submit(panel, "mock:gated");
    snprintf(target, sizeof target, "/__mock/jobs%s", filters[_i].query);

    const char *answer = panel_get(panel, target);
    ck_assert_uint_eq(count(answer, "{\"id\":"), filters[_i].rows);
    assert_has(answer, filters[_i].matched);
    panel_close(panel);
}
END_TEST

START_TEST(the_list_is_paged_from_new_to_old)
{
    struct panel *panel = panel_open();
    char ids[3][64], target[128], first[128];

    for (int i = 0; i < 3; i++)
        snprintf(ids[i], sizeof ids[i], "%s", panel_submit(panel, "x"));

    snprintf(first, sizeof first, "{\"jobs\":[{\"id\":\"%s\"", ids[2]);
    assert_has(panel_get(panel, "/__mock/jobs?limit=1"), first);
    snprintf(target, sizeof target, "/__mock/jobs?limit=2&before=%s", ids[2]);
    snprintf(first, sizeof first, "{\"jobs\":[{\"id\":\"%s\"", ids[1]);
    const char *page = panel_get(panel, target);
    assert_has(page, first);
    assert_has(page, ids[0]);
    panel_close(panel);
}
END_TEST

START_TEST(a_page_before_an_unknown_job_is_refused)
{
    struct panel *panel = panel_open();

    assert_has(panel_get(panel, "/__mock/jobs?before=01234567"), "\"unknown-job\"");

    ck_assert_int_eq(panel->reply.status, 404);
    panel_close(panel);
}
END_TEST

/* ---- one job ----------------------------------------------------------------------------------------------- */

START_TEST(a_job_is_found_by_its_first_8_characters)
{
    struct panel *panel = panel_open();
    char target[64], wanted[64];

    const char *id = panel_submit(panel, "mock:gated");
    snprintf(target, sizeof target, "/__mock/jobs/%.8s", id);
    snprintf(wanted, sizeof wanted, "\"ID\":\"%s\"", id);

    assert_has(panel_get(panel, target), wanted);
    panel_close(panel);
}
END_TEST

START_TEST(a_job_is_not_found_by_fewer_characters)
{
    struct panel *panel = panel_open();
    char target[64];

    snprintf(target, sizeof target, "/__mock/jobs/%.7s", panel_submit(panel, "x"));

    assert_has(panel_get(panel, target), "\"key\":\"unknown-job\"");
    assert_has(panel->reply.body.p, "\"hint\":\"write 8 characters of its id or more\"");
    panel_close(panel);
}
END_TEST

#define FIXTURE_JOB(id, state) \
    "{\"Job\":{\"APIVersion\":\"V1beta1\",\"Metadata\":{\"ID\":\"" id "\",\"ClientID\":\"c\",\"CreatedAt\":\"2023-03-22T08:00:00Z\"}," \
    "\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Deal\":{\"Concurrency\":1}}}," \
    "\"State\":{\"State\":\"" state "\"}}"

START_TEST(an_id_that_several_jobs_begin_with_is_ambiguous)
{
    struct panel *panel = panel_open();

    panel_ask(panel, "POST", "/__mock/jobs", "{\"jobs\":[" FIXTURE_JOB("abcdefgh-1", "Completed") "," FIXTURE_JOB("abcdefgh-2", "Completed") "]}");
    assert_has(panel_get(panel, "/__mock/jobs/abcdefgh"), "\"key\":\"ambiguous-job\"");
    ck_assert_int_eq(panel->reply.status, 409);

    assert_has(panel_get(panel, "/__mock/jobs/abcdefgh-2"), "\"ID\":\"abcdefgh-2\"");
    panel_close(panel);
}
END_TEST

START_TEST(a_job_tells_of_its_script_and_the_step_reached)
{
    struct panel *panel = panel_open();
    char target[128];

    snprintf(target, sizeof target, "/__mock/jobs/%s", panel_submit(panel, "mock:gated"));
    assert_has(panel_get(panel, target),
               "\"script\":{\"name\":\"gated\",\"file\":\"a.json\",\"line\":1,\"step\":0,\"steps\":1,\"left\":false},\"nodes\":{},"
               "\"upcoming\":[{\"at\":null,\"in\":null,\"job\":");
    assert_has(panel->reply.body.p, "\"node\":null,\"node_id\":null,\"what\":\"step 1\",\"state\":\"Completed\",\"gate\":\"go\",\"of\":[]}]}");

    panel_ask(panel, "POST", "/__mock/gates/go", "");
    assert_has(panel_get(panel, target), "\"step\":1,\"steps\":1,\"left\":false},\"nodes\":{},\"upcoming\":[]}");
    panel_close(panel);
}
END_TEST

START_TEST(a_job_names_its_nodes_and_what_they_will_do)
{
    struct panel *panel = panel_open_with("{\"version\": 1, \"nodes\": [{\"name\": \"alpha\", \"run\": {\"after\": \"3s\"}}]}", CLOCK_KIND_MANUAL);
    char target[128];

    snprintf(target, sizeof target, "/__mock/jobs/%s", panel_submit(panel, "x"));
    const char *answer = panel_get(panel, target);

    assert_has(answer, "\"script\":null,\"nodes\":{\"Qm");
    assert_has(answer, "\":\"alpha\"},\"upcoming\":[{\"at\":\"2023-03-22T09:00:03Z\",\"in\":\"3s\",");
    assert_has(answer, "\"node\":\"alpha\",\"node_id\":\"Qm");
    assert_has(answer, "\"what\":\"run ends\",\"state\":\"WaitingVerification\"}");
    panel_close(panel);
}
END_TEST

START_TEST(to_look_at_jobs_is_no_read)
{
    struct panel *panel = panel_open_with(
        "{\"version\": 1, \"jobs\": [{\"match\": {}, \"steps\": [{\"after\": {\"reads\": 1}, \"job\": \"Completed\"}]}]}", CLOCK_KIND_MANUAL);
    char target[128];

    snprintf(target, sizeof target, "/__mock/jobs/%s", panel_submit(panel, "x"));
    panel_get(panel, target);
    panel_get(panel, "/__mock/jobs");
    panel_get(panel, "/__mock/fixture");
    panel_get(panel, "/__mock/clock/upcoming");

    assert_has(panel_get(panel, "/__mock/jobs"), "\"waits_for\":[{\"reads\":1,\"of\":[");
    panel_close(panel);
}
END_TEST

/* ---- fixtures ---------------------------------------------------------------------------------------------- */

START_TEST(a_fixture_loads_again_to_the_byte)
{
    static const char scenario[] =
        "{\"version\": 1, \"nodes\": [{\"name\": \"a\"}, {\"name\": \"b\", \"bid\": {\"reject\": \"no\"}}, {\"name\": \"c\", \"run\": {\"fail\": \"bad\"}}],\n"
        "\"jobs\": [{\"name\": \"gated\", \"steps\": [{\"execution\": \"zzz\", \"state\": \"BidAccepted\"}, {\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]},"
        "{\"name\": \"queued\", \"start\": \"Queued\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}]}";
    struct panel *panel = panel_open_with(scenario, CLOCK_KIND_MANUAL);
    struct panel *other = panel_open_with("{\"version\": 1, \"seed\": 9}", CLOCK_KIND_MANUAL);

    panel_submit(panel, "x");
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}");
    panel_submit(panel, "mock:gated");
    panel_submit(panel, "mock:queued");
    panel_submit(panel, "\\u20ac\\u0000 \\\"");
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"to\":\"next\"}");
    char *fixture = kept(panel_get(panel, "/__mock/fixture"));
    panel_ask(other, "POST", "/__mock/jobs", fixture);
    ck_assert_int_eq(other->reply.status, 201);

    const char *again = panel_get(other, "/__mock/fixture");
    size_t same = 0;
    while (again[same] && again[same] == fixture[same])
        same++;
    ck_assert_msg(!again[same] && !fixture[same], "the first has %.200s, the second %.200s", fixture + same, again + same);
    free(fixture);
    panel_close(other);
    panel_close(panel);
}
END_TEST

static const char *const shipped[] = { "canary", "every-state", "page-full", "several-clients" };

/* The printed fixture has all keys; printed once more it has the same bytes. */
START_TEST(a_shipped_fixture_loads_again_to_the_byte)
{
    struct panel *panel = panel_open(), *other = panel_open();
    char path[256];

    snprintf(path, sizeof path, SOURCE_DIR "/fixtures/%s.json", shipped[_i]);
    struct buf text = file_read(path);
    panel_ask(panel, "POST", "/__mock/jobs", text.p);
    ck_assert_int_eq(panel->reply.status, 201);
    char *fixture = kept(panel_get(panel, "/__mock/fixture"));
    panel_ask(other, "POST", "/__mock/jobs", fixture);

    ck_assert_msg(strcmp(panel_get(other, "/__mock/fixture"), fixture) == 0, "%s", shipped[_i]);
    free(fixture);
    buf_release(&text);
    panel_close(other);
    panel_close(panel);
}
END_TEST

START_TEST(added_jobs_are_named_and_go_on)
{
    struct panel *panel = panel_open();

    ck_assert_str_eq(panel_ask(panel, "POST", "/__mock/jobs", "{\"jobs\":[" FIXTURE_JOB("one", "Completed") "," FIXTURE_JOB("two", "Error") "]}"),
                     "{\"added\":[\"one\",\"two\"]}\n");
    ck_assert_int_eq(panel->reply.status, 201);

    assert_has(panel_get(panel, "/__mock/jobs"), "\"matched\":2");
    panel_close(panel);
}
END_TEST

static const struct bad_fixture {
    const char *body;
    int status;
    const char *text;
} bad_fixtures[] = {
    { "", 422, "{\"error\":{\"key\":\"bad-value\",\"message\":\"line 1, column 1: " },
    { "{}", 422, "expected {\\\"jobs\\\": " },
    { "{\"jobs\":[\n{\"Job\":{}}]}", 422, "\"findings\":[{\"file\":\"body\",\"line\":2,\"column\":1,\"pointer\":null,\"key\":\"bad-value\",\"message\":\"the job has no Metadata.ID\",\"hint\":null}]" },
    { "{\"jobs\":[" FIXTURE_JOB("new", "Completed") "," FIXTURE_JOB("new", "Completed") "]}", 422, "the job new is there already" },
    { "{\"jobs\":[" FIXTURE_JOB("new", "Completed") "," FIXTURE_JOB("old", "Completed") "]}", 409,
      "{\"key\":\"job-exists\",\"message\":\"there is a job \\\"old\\\" already\"" },
    { "{\"jobs\":[" FIXTURE_JOB("new", "Completed") ",{\"Job\":{\"Metadata\":{\"ID\":\"bad\"}},"
      "\"History\":[{\"Type\":\"ExecutionLevel\",\"NodeID\":\"x\"}]}]}", 422, "is of an execution that State does not have" },
};

START_TEST(a_fixture_that_does_not_fit_adds_nothing)
{
    struct panel *panel = panel_open();

    panel_ask(panel, "POST", "/__mock/jobs", "{\"jobs\":[" FIXTURE_JOB("old", "Completed") "]}");
    assert_has(panel_ask(panel, "POST", "/__mock/jobs", bad_fixtures[_i].body), bad_fixtures[_i].text);
    ck_assert_int_eq(panel->reply.status, bad_fixtures[_i].status);

    assert_has(panel_get(panel, "/__mock/jobs"), "\"matched\":1}");
    panel_close(panel);
}
END_TEST

/* A fixture of n jobs job-0000, job-0001 …; buf_release it. */
static struct buf many_jobs(int n)
{
    struct buf text = buf_init(1 << 20);

    buf_text(&text, "{\"jobs\":[");
    for (int i = 0; i < n; i++)
        buf_printf(&text, "%s{\"Job\":{\"Metadata\":{\"ID\":\"job-%04d\",\"CreatedAt\":\"2023-03-22T08:00:00Z\"}},"
                          "\"State\":{\"State\":\"Completed\"}}", i ? "," : "", i);
    buf_text(&text, "]}");
    return text;
}

START_TEST(jobs_for_which_there_is_no_room_are_refused_all)
{
    struct panel *panel = panel_open();
    CLEANUP(buf_release) struct buf jobs = many_jobs(PANEL_JOBS_MAX);

    panel_submit(panel, "x");
    assert_has(panel_ask(panel, "POST", "/__mock/jobs", jobs.p), "\"job-store-full\"");
    ck_assert_int_eq(panel->reply.status, 503);

    assert_has(panel_get(panel, "/__mock/jobs"), "\"matched\":1}");
    panel_close(panel);
}
END_TEST

/* ---- what comes next --------------------------------------------------------------------------------------- */

START_TEST(what_comes_next_is_listed_in_order)
{
    struct panel *panel = panel_open_with(
        "{\"version\": 1, \"nodes\": [{\"name\": \"slow\", \"run\": {\"after\": \"9s\"}}, {\"name\": \"gone\", \"unreachable\": \"no route\"},"
        " {\"name\": \"never\", \"bid\": {\"after\": {\"gate\": \"go\"}}}], \"restart\": [{\"after\": \"1h\"}]}", CLOCK_KIND_MANUAL);

    panel_submit(panel, "x");
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"1s\"}");
    const char *answer = panel_get(panel, "/__mock/clock/upcoming");

    const char *run = strstr(answer, "\"what\":\"run ends\""), *restart = strstr(answer, "\"what\":\"the requester restarts\",\"state\":null}],\"waiting\":[");
    ck_assert_msg(run && restart && run < restart, "%s", answer);
    assert_has(answer, "{\"at\":\"2023-03-22T09:00:09Z\",\"in\":\"8s\",\"job\":\"");
    assert_has(answer, "\"node\":\"never\"");
    assert_has(answer, "\"what\":\"bid\",\"state\":\"AskForBidAccepted\",\"gate\":\"go\",\"of\":[]}]}");
    panel_close(panel);
}
END_TEST

START_TEST(what_comes_next_is_cut_at_the_limit)
{
    struct panel *panel = panel_open();

    for (int i = 0; i < 5; i++)
        panel_submit(panel, "x");
    const char *answer = panel_get(panel, "/__mock/clock/upcoming?limit=3");

    ck_assert_uint_eq(count(answer, "{\"at\":"), 3);
    panel_close(panel);
}
END_TEST

START_TEST(the_catalogue_is_listed)
{
    struct panel *panel = panel_open();

    assert_has(panel_get(panel, "/__mock/scenarios"), "{\"name\":\"stuck-askforbid\",\"about\":\"");
    panel_close(panel);
}
END_TEST

/* ---- all jobs, in pieces ------------------------------------------------------------------------------------- */

static struct panel *crowded;
static bool came_before;
static atomic_bool answered;

static void *reset_meanwhile(void *context)
{
    struct world *world = worlds_default(&crowded->worlds);

    world_enter(world);
    came_before = !atomic_load(&answered);
    world_reset(world, &(struct world_reset){ .jobs = true });
    world_leave(world);
    return context;
}

/* Asks for the fixture while another thread waits for the lock: only a waiting thread keeps lock.next. */
static void ask_for_fixture(struct reply *reply)
{
    const struct request request = { .method = SPAN("GET"), .target = SPAN("/__mock/fixture"), .http_minor = 1,
                                     .remote = SPAN("127.0.0.1:5") };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct control control = { .worlds = &crowded->worlds };
    struct control_call call;
    struct target target;
    pthread_t thread;

    ck_assert_int_eq(target_read(request.target, &arena, &target), ERR_OK);
    control_prepare(&control, &request, &target, reply, &call);
    ns_t now = world_enter(call.world);
    ck_assert_int_eq(pthread_create(&thread, NULL, reset_meanwhile, NULL), 0);
    while (!atomic_load(&call.world->lock.waiting))
        sched_yield();
    control_answer(&call, now);
    atomic_store(&answered, true);
    world_leave(call.world);
    pthread_join(thread, NULL);
    control_call_release(&call);
}

START_TEST(others_get_the_lock_while_a_long_fixture_is_made)
{
    struct reply reply;
    enum { MANY = 2 * WORLD_PIECE };
    crowded = panel_open();
    for (int i = 0; i < MANY; i++)
        panel_submit(crowded, "x");
    reply_init(&reply);

    ask_for_fixture(&reply);

    ck_assert(came_before);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(count(reply.body.p, "{\"Job\":"), MANY);
    reply_release(&reply);
    panel_close(crowded);
}
END_TEST

TEST_MAIN("jobs of the control API",
    TEST(a_row_tells_what_a_job_is_and_waits_for),
    TEST(a_row_counts_executions_by_state),
    TEST_EACH(the_list_is_filtered, filters),
    TEST(the_list_is_paged_from_new_to_old),
    TEST(a_page_before_an_unknown_job_is_refused),
    TEST(a_job_is_found_by_its_first_8_characters),
    TEST(a_job_is_not_found_by_fewer_characters),
    TEST(an_id_that_several_jobs_begin_with_is_ambiguous),
    TEST(a_job_tells_of_its_script_and_the_step_reached),
    TEST(a_job_names_its_nodes_and_what_they_will_do),
    TEST(to_look_at_jobs_is_no_read),
    TEST(a_fixture_loads_again_to_the_byte),
    TEST_EACH(a_shipped_fixture_loads_again_to_the_byte, shipped),
    TEST(added_jobs_are_named_and_go_on),
    TEST_EACH(a_fixture_that_does_not_fit_adds_nothing, bad_fixtures),
    TEST(jobs_for_which_there_is_no_room_are_refused_all),
    TEST(what_comes_next_is_listed_in_order),
    TEST(what_comes_next_is_cut_at_the_limit),
    TEST(the_catalogue_is_listed),
    TEST(others_get_the_lock_while_a_long_fixture_is_made))
