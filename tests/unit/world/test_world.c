/* Worlds: each is on its own, and one program after another is played in it. */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 200, BODY_ROOM = 256 };

static struct world *world_of(const char *text, enum clock_kind clock)
{
    const struct program_settings settings = { .clock = (int)clock, .clock_scale = 1, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };
    struct program *program = program_of_text(text, &settings);
    struct world *world = NULL;

    ck_assert_int_eq(world_new(&(struct world_options){ .program = program }, &world, NULL), ERR_OK);
    program_drop(program);
    return world;
}

static void play(struct world *world, const char *text)
{
    const struct program_settings settings = { .clock = (int)world->clock.kind, .clock_scale = 1, .has_seed = true,
                                               .seed = 1, .signatures = SIGNATURES_OFF };
    struct program *program = program_of_text(text, &settings);

    world_enter(world);
    ck_assert_int_eq(world_play(world, program, NULL), ERR_OK);
    world_leave(world);
    program_drop(program);
}

/* ---- two worlds, many threads ---------------------------------------------------------------------------- */

/* A requester API of its own in front of a world. */
struct house {
    struct worlds worlds;
    struct api *api;
    const char *client;
    int wanted; /* status of a submit */
};

struct visitor {
    const struct house *house;
    int wrong; /* answers that another world would have given */
};

static void post(const struct house *house, const char *path, const char *body, struct reply *reply)
{
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:5") };
    struct call call;

    api_prepare(house->api, &request, reply, &call);
    api_answer(&call, world_enter(call.world));
    world_leave(call.world);
    api_call_release(&call);
}

static bool answers_as_its_own(const struct house *house, const char *path, const char *body, int status, const char *without)
{
    struct reply reply;

    reply_init(&reply);
    post(house, path, body, &reply);
    bool own = reply.status == status && !(without && reply.body.n && memmem(reply.body.p, reply.body.n, without, strlen(without)));
    reply_release(&reply);
    return own;
}

static void *visit(void *context)
{
    struct visitor *visitor = context;
    const struct house *house = visitor->house;
    const char *stranger = strcmp(house->client, "left") == 0 ? "right" : "left";
    char submit[BODY_ROOM];

    snprintf(submit, sizeof submit,
             "{\"job_create_payload\":{\"ClientID\":\"%s\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\","
             "\"Publisher\":\"IPFS\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1}}}}", house->client);
    for (int i = 0; i < ROUNDS; i++) {
        visitor->wrong += !answers_as_its_own(house, "/requester/submit", submit, house->wanted, NULL);
        visitor->wrong += !answers_as_its_own(house, "/requester/list", "{\"return_all\":true,\"max_jobs\":5}", 200, stranger);
    }
    return NULL;
}

static struct house house_of(const char *text, const char *client, int wanted)
{
    struct house house = { .client = client, .wanted = wanted };

    ck_assert(worlds_init(&house.worlds, world_of(text, CLOCK_KIND_REAL)));
    return house;
}

/* Once the house has its place in memory: the api borrows its worlds. */
static void house_open(struct house *house)
{
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &house->worlds, &house->api, NULL), ERR_OK);
}

static void house_close(struct house *house)
{
    api_free(house->api);
    worlds_release(&house->worlds);
}

START_TEST(two_worlds_driven_by_eight_threads_do_not_see_each_other)
{
    struct house houses[] = { house_of("{\"version\": 1}", "left", 200),
                              house_of("{\"version\": 1, \"nodes\": []}", "right", 500) };
    struct visitor visitors[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < 2; i++)
        house_open(&houses[i]);
    for (int i = 0; i < THREADS; i++) {
        visitors[i] = (struct visitor){ .house = &houses[i % 2] };
        ck_assert_int_eq(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);

    for (int i = 0; i < THREADS; i++)
        ck_assert_msg(visitors[i].wrong == 0, "%s: %d wrong answers", visitors[i].house->client, visitors[i].wrong);
    for (int i = 0; i < 2; i++)
        house_close(&houses[i]);
}
END_TEST

/* ---- one program after another --------------------------------------------------------------------------- */

START_TEST(a_program_counts_its_faults_and_expectations_anew)
{
    struct world *world = world_of("{\"version\": 1, \"expect\": [{\"endpoint\": \"submit\", \"times\": 1}]}", CLOCK_KIND_MANUAL);
    CLEANUP(arena_release) struct arena arena = { 0 };

    ck_assert_uint_eq(world_judge(world, &arena).n, 1);
    play(world, "{\"version\": 1}");

    ck_assert_uint_eq(world_judge(world, &arena).n, 0);
    world_free(world);
}
END_TEST

START_TEST(a_program_decides_about_signatures)
{
    struct world *world = world_of("{\"version\": 1}", CLOCK_KIND_MANUAL);
    struct program *strict = program_by_hand(world->release, NULL, 0);

    strict->signatures = SIGNATURES_STRICT;
    world_enter(world);
    ck_assert_int_eq(world_play(world, strict, NULL), ERR_OK);
    world_leave(world);
    program_drop(strict);

    ck_assert_int_eq(atomic_load(&world->signatures), SIGNATURES_STRICT);
    world_free(world);
}
END_TEST

static size_t jobs_of(struct world *world)
{
    const struct list_query all = { .max_jobs = 0 };
    const struct job **jobs = NULL;
    size_t n = 0;

    ns_t now = world_enter(world);
    ck_assert_int_eq(engine_list(world->engine, &all, now, &jobs, &n), ERR_OK);
    world_leave(world);
    free(jobs);
    return n;
}

static void submit(struct world *world)
{
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job;

    ns_t now = world_enter(world);
    ck_assert_int_eq(submit_with_error(world->engine, SPAN("client"), SPAN("V1beta1"), &spec, now, &job, NULL), ERR_OK);
    world_leave(world);
}

static void advance(struct world *world, ns_t by)
{
    world_enter(world);
    world_advance(world, by);
    world_leave(world);
}

START_TEST(a_program_plans_its_restarts_from_the_moment_it_is_played)
{
    struct world *world = world_of("{\"version\": 1}", CLOCK_KIND_MANUAL);

    advance(world, 60 * NS_PER_SECOND);
    submit(world);
    play(world, "{\"version\": 1, \"restart\": [\"10s\"]}");
    advance(world, 9 * NS_PER_SECOND);
    ck_assert_uint_eq(jobs_of(world), 1);
    advance(world, 2 * NS_PER_SECOND);

    ck_assert_uint_eq(jobs_of(world), 0);
    ck_assert(world_restarted(world));
    world_free(world);
}
END_TEST

START_TEST(a_program_takes_the_restarts_of_the_one_before_from_the_plan)
{
    struct world *world = world_of("{\"version\": 1, \"restart\": [\"10s\", {\"gate\": \"down\"}]}", CLOCK_KIND_MANUAL);

    submit(world);
    play(world, "{\"version\": 1}");
    advance(world, 60 * NS_PER_SECOND);

    ck_assert_uint_eq(jobs_of(world), 1);
    ck_assert_uint_eq(engine_waiting(world->engine, TRIGGER_GATE), 0);
    world_free(world);
}
END_TEST

START_TEST(a_program_is_dropped_with_the_last_job_that_plays_it)
{
    struct world *world = world_of("{\"version\": 1, \"nodes\": [{\"run\": \"never\"}]}", CLOCK_KIND_MANUAL);
    struct program *first = program_hold(world->program);

    submit(world);
    play(world, "{\"version\": 1}");
    ck_assert_uint_eq(atomic_load(&first->holders), 2); /* the test's hold and the job's */
    world_enter(world);
    engine_forget_all(world->engine);
    world_leave(world);
    advance(world, 24 * 3600 * NS_PER_SECOND); /* what was planned for the job */

    ck_assert_uint_eq(atomic_load(&first->holders), 1);
    program_drop(first);
    world_free(world);
}
END_TEST

START_TEST(a_restart_is_announced_once)
{
    struct world *world = world_of("{\"version\": 1, \"restart\": [\"1s\"]}", CLOCK_KIND_MANUAL);

    advance(world, 2 * NS_PER_SECOND);

    ck_assert(world_restarted(world));
    ck_assert(!world_restarted(world));
    world_free(world);
}
END_TEST

TEST_MAIN("world",
          TEST_GROUP("threads"),
          TEST(two_worlds_driven_by_eight_threads_do_not_see_each_other),
          TEST_GROUP("programs"),
          TEST(a_program_counts_its_faults_and_expectations_anew),
          TEST(a_program_decides_about_signatures),
          TEST(a_program_plans_its_restarts_from_the_moment_it_is_played),
          TEST(a_program_takes_the_restarts_of_the_one_before_from_the_plan),
          TEST(a_program_is_dropped_with_the_last_job_that_plays_it),
          TEST(a_restart_is_announced_once))
