/* What a job costs the core: time and memory of many jobs run to their end on a clock moved by hand, and
 * what reading one costs among many.
 *
 *   bench_engine [JOBS | --tiny]        default 100000 */
#include "support/network.h"
#include "sim/engine.h"
#include "base/os_clock.h"
#include "sim/scheduler.h"
#include "releases/release.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static struct job_spec plain_spec(void)
{
    static struct span words[] = { { "echo", 4 }, { "hello", 5 } };

    return (struct job_spec){ .engine = ENGINE_DOCKER,
                              .verifier = VERIFIER_NOOP,
                              .publisher = PUBLISHER_IPFS,
                              .docker = { .image = SPAN("ubuntu"), .entrypoint = { words, 2 } },
                              .deal = { .concurrency = 1 } };
}

static double seconds_since(ns_t start)
{
    return (double)(os_clock_monotonic() - start) / (double)NS_PER_SECOND;
}

static const struct job *submit(struct engine *engine, ns_t now, long client)
{
    struct job_spec spec = plain_spec();
    const struct job *job = NULL;
    struct error error;
    char id[32];

    snprintf(id, sizeof id, "client-%ld", client);
    if (submit_with_error(engine, span_text(id), SPAN("V1beta1"), &spec, now, &job, &error)) {
        fprintf(stderr, "bench_engine: %s\n", error.text);
        exit(1);
    }
    return job;
}

/* Nanoseconds for one states answer. */
static double states_cost(struct engine *engine, struct span id, ns_t now, int rounds)
{
    struct buf out = buf_init(1 << 20);
    ns_t start = os_clock_monotonic();

    for (int i = 0; i < rounds; i++) {
        buf_clear(&out);
        release_endpoint(&release_v0_3_25, ENDPOINT_STATES)->put(&out, engine_job(engine, id, now), 0);
    }
    buf_release(&out);
    return seconds_since(start) * 1e9 / rounds;
}

/* Nanoseconds for the command line's own list request. */
static double list_cost(struct engine *engine, ns_t now, int rounds)
{
    static struct span canary[] = { { "canary", 6 } };
    struct list_query query = { .client_id = SPAN("client-0"), .exclude_tags = { canary, 1 }, .max_jobs = 10,
                                .order = LIST_CREATED, .reverse = true };
    struct buf out = buf_init(1 << 24);
    ns_t start = os_clock_monotonic();

    for (int i = 0; i < rounds; i++) {
        const struct job **jobs;
        size_t n;
        buf_clear(&out);
        if (engine_list(engine, &query, now, &jobs, &n))
            exit(1);
        release_put_list(&release_v0_3_25, &out, jobs, n, 0);
        free(jobs);
    }
    buf_release(&out);
    return seconds_since(start) * 1e9 / rounds;
}

static struct engine *one_node_engine(size_t max_jobs)
{
    struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct engine_options options = { .rules = &rules_v0_3_25, .nodes = &node, .n_nodes = 1, .ids = draw_of_seed(1),
                                      .max_jobs = max_jobs, .start = CLOCK_DEFAULT_START };
    struct engine *engine;

    if (engine_new(&options, &engine, NULL))
        exit(1);
    return engine;
}

enum { SOME = 10 }; /* the few among which reading is measured first: a page of the list */

int main(int argc, char **argv)
{
    bool tiny = argc > 1 && strcmp(argv[1], "--tiny") == 0;
    long jobs = tiny ? 100 : argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    int rounds = tiny ? 100 : 20000;
    struct engine *engine = one_node_engine((size_t)jobs + SOME);
    ns_t now = CLOCK_DEFAULT_START;
    char first[UUID_SIZE + 1];

    for (int i = 0; i < SOME; i++)
        memcpy(first, submit(engine, now, 0)->id.p, UUID_SIZE + 1);
    now += NS_PER_SECOND;
    engine_tick(engine, now);
    double states_few = states_cost(engine, span_of(first, UUID_SIZE), now, rounds * 10);
    double list_few = list_cost(engine, now, rounds);

    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    ns_t start = os_clock_monotonic();
    for (long i = 0; i < jobs; i++)
        submit(engine, now += NS_PER_MS, i % 100);
    engine_tick(engine, now + NS_PER_SECOND);
    double took = seconds_since(start);
    size_t bytes = mallinfo2().uordblks + mallinfo2().hblkhd - before;
    now += NS_PER_SECOND;

    printf("%ld jobs to their end: %.3f s, %.2f us a job, %.0f bytes a job\n", jobs, took, took * 1e6 / (double)jobs,
           (double)bytes / (double)jobs);
    double states_many = states_cost(engine, span_of(first, UUID_SIZE), now, rounds * 10), list_many = list_cost(engine, now, rounds);
    printf("states of one job: %.0f ns with %d jobs, %.0f ns with %ld: ratio %.2f\n", states_few, SOME, states_many,
           jobs + SOME, states_many / states_few);
    printf("the command line's list: %.0f ns with %d jobs, %.0f ns with %ld: ratio %.2f\n", list_few, SOME, list_many,
           jobs + SOME, list_many / list_few);
    engine_free(engine);
    return 0;
}
