/* Bodies of jobs that are kept: always what encoding the job now would give. */
#include "support/suite.h"
#include "support/worlds.h"

static struct network network;
static struct world *world;

static void open_world(void)
{
    network = NETWORK(GOOD);
    world = network_world(&network, &release_v0_3_25);
}

static void close_world(void)
{
    world_free(world);
    network.engine = NULL; /* was the world's */
    network_stop(&network);
}

static const struct job *submit(void)
{
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job;

    ns_t now = world_enter(world);
    ck_assert_int_eq(submit_with_error(world->engine, SPAN("client"), SPAN("V1beta1"), &spec, now, &job, NULL), ERR_OK);
    world_leave(world);
    return job;
}

static put_job_fn *encoder_of(enum endpoint endpoint)
{
    for (size_t i = 0; i < world->release->n_routes; i++)
        if (world->release->routes[i].endpoint == endpoint)
            return world->release->routes[i].put;
    ck_abort_msg("the release has no such endpoint");
}

/* Compares with a body that is encoded now. */
static void assert_right(put_job_fn *put, const struct job *job)
{
    CLEANUP(buf_release) struct buf kept = buf_init(1 << 20), encoded = buf_init(1 << 20);

    buf_text(&kept, "before");
    buf_text(&encoded, "before");
    bodies_put(&world->bodies, put, job, 0, &kept);
    put(&encoded, job, 0);
    ck_assert_str_eq(kept.p, encoded.p);
}

START_TEST(a_body_is_encoded_once_while_its_job_stays_as_it_is)
{
    const struct job *job = submit();

    for (int i = 0; i < 10; i++)
        assert_right(encoder_of(ENDPOINT_STATES), job);

    ck_assert_uint_eq(world->bodies.encoded, 1);
}
END_TEST

START_TEST(at_each_moment_of_a_job_its_body_is_the_present_one)
{
    const struct job *job = submit();

    for (int i = 0; i < 100; i++) {
        assert_right(encoder_of(ENDPOINT_STATES), job);
        assert_right(encoder_of(ENDPOINT_EVENTS), job);
        assert_right(encoder_of(ENDPOINT_RESULTS), job);
        world_enter(world);
        world_advance(world, 10 * NS_PER_MS);
        world_leave(world);
    }

    ck_assert_int_eq(job->state, JOB_COMPLETED);
}
END_TEST

START_TEST(bodies_of_many_jobs_are_never_mixed_up)
{
    enum { JOBS = 3 * BODIES_KEPT };
    const struct job *jobs[JOBS];

    for (int i = 0; i < JOBS; i++)
        jobs[i] = submit();
    for (int i = 0; i < 2 * JOBS; i++) {
        assert_right(encoder_of(ENDPOINT_STATES), jobs[i % JOBS]);
        assert_right(encoder_of(ENDPOINT_EVENTS), jobs[i % JOBS]);
    }
}
END_TEST

START_TEST(a_reset_forgets_them)
{
    assert_right(encoder_of(ENDPOINT_STATES), submit());

    world_enter(world);
    world_reset(world, &(struct world_reset){ .jobs = true, .clock = true });
    world_leave(world);
    const struct job *job = submit();
    uint64_t encoded = world->bodies.encoded;
    assert_right(encoder_of(ENDPOINT_STATES), job);

    ck_assert_uint_eq(world->bodies.encoded, encoded + 1);
}
END_TEST

static void put_long(struct buf *out, const struct job *job, int zone)
{
    (void)job;
    (void)zone;
    for (int i = 0; i <= BODY_KEPT_MAX; i++)
        buf_char(out, 'x');
}

START_TEST(a_long_body_is_not_kept)
{
    const struct job *job = submit();

    assert_right(put_long, job);
    assert_right(put_long, job);

    ck_assert_uint_eq(world->bodies.encoded, 2);
}
END_TEST

TEST_MAIN("kept bodies",
    TEST_GROUP("kept bodies", .setup = open_world, .teardown = close_world),
    TEST(a_body_is_encoded_once_while_its_job_stays_as_it_is),
    TEST(at_each_moment_of_a_job_its_body_is_the_present_one),
    TEST(bodies_of_many_jobs_are_never_mixed_up),
    TEST(a_reset_forgets_them),
    TEST(a_long_body_is_not_kept))
