/* The bytes of jobs: what is counted, and what is forgotten when there are too many. */
#include "sim/scheduler.h"
#include "base/ns.h"
#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <malloc.h>
#include <stdlib.h>

static const struct scheduler_rules *const rules = &rules_v0_3_25;
static struct meter meter;
static struct network network, other;

static void start(void)
{
    meter = (struct meter){ 0 };
}

static void begin(struct network *n)
{
    n->meter = &meter;
    network_start(n, rules);
}

/* A spec whose job takes about `n` bytes. */
static struct job_spec large_spec(char *text, size_t n)
{
    struct job_spec spec = spec_of(1, 0, 0);

    memset(text, 'x', n);
    spec.docker.image = span_of(text, n);
    return spec;
}

enum { LARGE = 100000 };
#define SECONDS(n) ((n) * NS_PER_SECOND)
static char large[LARGE];

/* ---- what is counted -------------------------------------------------------------------------------------- */

START_TEST(what_is_counted_is_about_what_is_allocated)
{
    network = NETWORK(GOOD, GOOD, GOOD);
    begin(&network);
    struct job_spec spec = spec_of(1, 0, 0);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd, counted = meter_used(&meter);

    for (int i = 0; i < 5000; i++) {
        ck_assert_ptr_nonnull(network_submit(&network, &spec));
        network_pass(&network, SECONDS(1));
    }
    size_t allocated = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    counted = meter_used(&meter) - counted;

    if (allocated) { /* sanitizers count nothing */
        ck_assert_uint_gt(counted, allocated - allocated / 8);
        ck_assert_uint_lt(counted, allocated + allocated / 8);
    }
    network_stop(&network);
    ck_assert_uint_eq(meter_used(&meter), 0);
}
END_TEST

START_TEST(what_a_job_gains_after_its_submit_is_counted)
{
    network = NETWORK(FAILS_RUN, FAILS_RUN, FAILS_RUN);
    begin(&network);
    struct job_spec spec = spec_of(3, 0, 0);
    const struct job *job = network_submit(&network, &spec);
    size_t before = meter_used(&meter), entries = job->n_history;

    network_pass(&network, SECONDS(1));

    ck_assert_uint_gt(job->n_history, entries);
    ck_assert_uint_gt(meter_used(&meter), before + (job->n_history - entries) * sizeof(struct history) / 2);
    network_stop(&network);
}
END_TEST

START_TEST(forgetting_all_jobs_gives_all_their_bytes_back)
{
    network = NETWORK(GOOD, LATE_BID);
    begin(&network);
    struct job_spec spec = spec_of(1, 0, 0);
    size_t before = meter_used(&meter);
    for (int i = 0; i < 10000; i++)
        ck_assert_ptr_nonnull(network_submit(&network, &spec));
    ck_assert_uint_gt(meter_used(&meter), before + 10000 * sizeof(struct job));

    engine_begin_again(network.engine, false);
    job_free_all(engine_take_forgotten(network.engine));

    ck_assert_uint_eq(meter_used(&meter), before);
    network_stop(&network);
}
END_TEST

/* ---- when there are too many ------------------------------------------------------------------------------- */

START_TEST(a_submit_forgets_ended_jobs_until_it_has_room)
{
    network = NETWORK(GOOD);
    begin(&network);
    struct job_spec small = spec_of(1, 0, 0), big = large_spec(large, LARGE);
    for (int i = 0; i < 50; i++) {
        ck_assert_ptr_nonnull(network_submit(&network, &small));
        network_pass(&network, SECONDS(1));
    }
    meter.max = meter_used(&meter) + LARGE - 10 * sizeof(struct job);

    const struct job *job = network_submit(&network, &big);

    ck_assert_ptr_nonnull(job);
    ck_assert_uint_le(meter_used(&meter), meter.max + LARGE / 10); /* it has begun since */
    const struct job **jobs;
    size_t n;
    ck_assert_int_eq(engine_list(network.engine, &(struct list_query){ 0 }, network.now, &jobs, &n), ERR_OK);
    ck_assert_uint_gt(n, 25); /* no more of them than necessary */
    ck_assert_uint_lt(n, 50);
    free(jobs);
    network_stop(&network);
}
END_TEST

START_TEST(without_enough_ended_jobs_a_submit_is_refused)
{
    network = NETWORK(HANGS);
    begin(&network);
    struct job_spec spec = large_spec(large, LARGE);
    meter.max = meter_used(&meter) + 2 * LARGE + LARGE / 2;
    ck_assert_ptr_nonnull(network_submit(&network, &spec));
    ck_assert_ptr_nonnull(network_submit(&network, &spec));
    size_t before = meter_used(&meter);

    ck_assert_ptr_null(network_submit(&network, &spec));

    ck_assert_int_eq(network.err, ERR_NOMEM);
    ck_assert_str_eq(network.error.text, "job store is full");
    ck_assert_uint_eq(meter_used(&meter), before);
    network_stop(&network);
}
END_TEST

START_TEST(one_job_that_fits_is_always_taken)
{
    network = NETWORK(GOOD);
    begin(&network);
    struct job_spec spec = large_spec(large, LARGE);
    meter.max = meter_used(&meter) + LARGE + LARGE / 2;

    for (int i = 0; i < 20; i++) {
        ck_assert_ptr_nonnull(network_submit(&network, &spec));
        network_pass(&network, SECONDS(1));
    }
    network_stop(&network);
}
END_TEST

START_TEST(jobs_of_another_world_are_not_forgotten)
{
    network = NETWORK(GOOD);
    begin(&network);
    other = NETWORK(GOOD);
    begin(&other);
    struct job_spec spec = large_spec(large, LARGE);
    const struct job *kept = network_submit(&network, &spec);
    network_pass(&network, SECONDS(1));
    meter.max = meter_used(&meter);

    ck_assert_ptr_null(network_submit(&other, &spec));

    ck_assert(span_eq(engine_job(network.engine, kept->id, network.now)->spec.docker.image, spec.docker.image));
    network_stop(&network);
    network_stop(&other);
}
END_TEST

START_TEST(actions_of_forgotten_jobs_do_not_pile_up)
{
    network = NETWORK(HANGS);
    network.max_jobs = 1;
    begin(&network);
    struct job_spec spec = spec_of(1, 0, 0);

    for (int i = 0; i < 20000; i++) { /* each leaves the time-out of its run behind, half an hour ahead */
        const struct job *job = network_submit(&network, &spec);
        ck_assert_ptr_nonnull(job);
        network_pass(&network, 1);
        ck_assert_int_eq(engine_cancel(network.engine, job, SPAN("enough"), network.now), ERR_OK);
    }

    ck_assert_uint_lt(meter_used(&meter), 4000 * sizeof(struct job));
    network_stop(&network);
}
END_TEST

TEST_MAIN("memory",
          TEST_GROUP("memory", .setup = start),
          TEST(what_is_counted_is_about_what_is_allocated),
          TEST(what_a_job_gains_after_its_submit_is_counted),
          TEST(forgetting_all_jobs_gives_all_their_bytes_back),
          TEST(a_submit_forgets_ended_jobs_until_it_has_room),
          TEST(without_enough_ended_jobs_a_submit_is_refused),
          TEST(one_job_that_fits_is_always_taken),
          TEST(jobs_of_another_world_are_not_forgotten),
          TEST(actions_of_forgotten_jobs_do_not_pile_up))
