/* Answers that take long give the world's lock to others in between: what those may do meanwhile, and what the answer is
 * then. */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOBS = 1000, SPEC_PADDING = 1500 };

static struct worlds worlds;
static struct world *world;
static struct api *api;
static struct reply reply;

static struct program *program_with(const char *scenario)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_MANUAL, .clock_scale = 1, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };

    return program_of_text(scenario, &settings);
}

/* A world with JOBS jobs of one client. */
static void open_world(const char *scenario)
{
    static char padding[SPEC_PADDING];
    struct job_spec spec = { .engine = ENGINE_DOCKER, .docker.image = span_of(padding, sizeof padding),
                             .deal.concurrency = 1, .timeout = 100 };
    struct program *program = program_with(scenario);
    CLEANUP(buf_release) struct buf why = buf_init(1000);

    memset(padding, 'x', sizeof padding);
    ck_assert_int_eq(world_new(&(struct world_options){ .program = program }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &worlds, &api, NULL), ERR_OK);
    ns_t now = world_enter(world);
    for (int i = 0; i < JOBS; i++) {
        const struct job *job;
        ck_assert_int_eq(engine_submit(world->engine, SPAN("c"), SPAN("V1beta1"), &spec, now, &job, &why), ERR_OK);
    }
    world_leave(world);
    reply_init(&reply);
}

static void close_world(void)
{
    reply_release(&reply);
    api_free(api);
    worlds_release(&worlds);
}

/* ---- somebody else ---------------------------------------------------------------------------------------- */

static void (*act)(void); /* what the other thread does under the lock; NULL: nothing */
static atomic_bool answered;
static bool came_before; /* the other thread had the lock before the answer was complete */

static void *other(void *context)
{
    world_enter(world);
    came_before = !atomic_load(&answered);
    if (act)
        act();
    world_leave(world);
    return context;
}

/* Answers while another thread waits for the lock from the beginning on. */
static void ask(const char *path, const char *body)
{
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:5") };
    struct call call;
    pthread_t thread;

    api_prepare(api, &request, &reply, &call);
    ns_t now = world_enter(world);
    ck_assert_int_eq(pthread_create(&thread, NULL, other, NULL), 0);
    while (!atomic_load(&world->lock.waiting))
        sched_yield();
    api_answer(&call, now);
    atomic_store(&answered, true);
    world_leave(world);
    pthread_join(thread, NULL);
    api_call_release(&call);
}

static size_t count_listed(void)
{
    size_t n = 0;

    for (const char *at = reply.body.p; (at = strstr(at, "\"Metadata\"")); at++)
        n++;
    return n;
}

/* ---- lists ------------------------------------------------------------------------------------------------- */

#define ALL "{\"return_all\":true}"

START_TEST(others_get_the_lock_while_a_long_list_is_encoded)
{
    open_world("{\"version\":1}");

    ask("/requester/list", ALL);

    ck_assert(came_before);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(count_listed(), JOBS);
    close_world();
}
END_TEST

START_TEST(a_short_list_is_made_in_one_go)
{
    open_world("{\"version\":1}");

    ask("/requester/list", "{\"return_all\":true,\"max_jobs\":10}");

    ck_assert(!came_before);
    ck_assert_uint_eq(count_listed(), 10);
    close_world();
}
END_TEST

static void reset_jobs(void)
{
    world_reset(world, &(struct world_reset){ .jobs = true });
}

START_TEST(jobs_that_are_forgotten_meanwhile_are_still_listed)
{
    open_world("{\"version\":1}");
    act = reset_jobs;

    ask("/requester/list", ALL);

    ck_assert(came_before);
    ck_assert_uint_eq(count_listed(), JOBS);
    size_t n;
    const struct job **jobs;
    ns_t now = world_enter(world);
    ck_assert_int_eq(engine_list(world->engine, &(struct list_query){ 0 }, now, &jobs, &n), ERR_OK);
    ck_assert_uint_eq(n, 0);
    free(jobs);
    world_leave(world);
    close_world();
}
END_TEST

START_TEST(a_long_list_is_one_read_of_each_job)
{
    open_world("{\"version\":1,\"jobs\":[{\"match\":{\"engine\":\"docker\"},\"steps\":[{\"after\":{\"reads\":2,\"of\":[\"list\"]},\"job\":\"Error\"}]}]}");

    ask("/requester/list", ALL);
    world_enter(world);
    ck_assert_uint_eq(engine_waiting(world->engine, TRIGGER_READS), JOBS);
    world_leave(world);
    reply_release(&reply);
    ask("/requester/list", ALL);

    world_enter(world);
    ck_assert_uint_eq(engine_waiting(world->engine, TRIGGER_READS), 0);
    world_leave(world);
    close_world();
}
END_TEST

/* ---- patches ------------------------------------------------------------------------------------------------ */

#define PATCHED                                                                                                     \
    "{\"version\":1,\"faults\":[{\"name\":\"p\",\"on\":[\"list\"],"                                                   \
    "\"patch\":[{\"op\":\"add\",\"path\":\"/patched\",\"value\":true}]}]}"

static bool is_patched(void)
{
    return strstr(reply.body.p, "\"patched\":true") != NULL;
}

START_TEST(others_get_the_lock_while_a_patch_is_applied)
{
    open_world(PATCHED);

    ask("/requester/list", "{\"return_all\":true,\"max_jobs\":1}");

    ck_assert(came_before);
    ck_assert(is_patched());
    close_world();
}
END_TEST

static void play_nothing(void)
{
    struct program *program = program_with("{\"version\":1}");

    ck_assert_int_eq(world_play(world, program, NULL), ERR_OK);
    program_drop(program);
}

START_TEST(a_fault_that_is_removed_meanwhile_does_not_act)
{
    open_world(PATCHED);
    act = play_nothing;

    ask("/requester/list", ALL);

    ck_assert(came_before);
    ck_assert(!is_patched());
    ck_assert_uint_eq(count_listed(), JOBS);
    close_world();
}
END_TEST

START_TEST(a_job_that_is_forgotten_during_a_patch_is_answered_for)
{
    open_world("{\"version\":1,\"faults\":[{\"on\":[\"states\"],\"patch\":["
               "{\"op\":\"replace\",\"path\":\"/state\",\"value\":null}]}]}");
    char body[100], id[64];
    world_enter(world);
    snprintf(id, sizeof id, "%.*s", SPAN_ARG(engine_submitted_id(world->engine)));
    world_leave(world);
    snprintf(body, sizeof body, "{\"job_id\":\"%s\"}", id);
    act = reset_jobs;

    ask("/requester/states", body);

    ck_assert(came_before);
    ck_assert_str_eq(reply.body.p, "{\"state\":null}\n");
    close_world();
}
END_TEST

TEST_MAIN("pauses",
          TEST(others_get_the_lock_while_a_long_list_is_encoded),
          TEST(a_short_list_is_made_in_one_go),
          TEST(jobs_that_are_forgotten_meanwhile_are_still_listed),
          TEST(a_long_list_is_one_read_of_each_job),
          TEST(others_get_the_lock_while_a_patch_is_applied),
          TEST(a_fault_that_is_removed_meanwhile_does_not_act),
          TEST(a_job_that_is_forgotten_during_a_patch_is_answered_for))
