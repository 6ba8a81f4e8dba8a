/* What a submit costs in the handler alone, without sockets, in one thread: read, verify, decode, schedule, answer. Beside
 * it libcrypto's own rate of verifying. */
#include "api/api.h"
#include "base/os_clock.h"
#include "bench/load.h"
#include "bench/signed_job.h"
#include "releases/release.h"
#include "support/worlds.h"

#include <stdio.h>

static bool submit(struct api *api, struct world *world, const struct request *request)
{
    struct reply reply;
    struct call call;

    reply_init(&reply);
    api_prepare(api, request, &reply, &call);
    api_answer(&call, world_enter(world));
    world_leave(world);
    bool ok = reply.status == 200;
    api_call_release(&call);
    reply_release(&reply);
    return ok;
}

static struct world *world_of_one_node(void)
{
    struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct program *program = program_by_hand(&release_v0_3_25, &node, 1);
    struct world *world;

    program->clock = CLOCK_KIND_REAL;
    program->signatures = SIGNATURES_STRICT;
    if (world_new(&(struct world_options){ .program = program, .max_jobs = 10000000 }, &world, NULL))
        load_fail("out of memory");
    program_drop(program);
    return world;
}

static double handler_rate(const struct signed_job *job, double seconds)
{
    struct request request = { .method = SPAN("POST"), .target = SPAN("/requester/submit"), .http_minor = 1,
                               .body = buf_view(&job->envelope), .remote = SPAN("127.0.0.1:1") };
    struct world *world = world_of_one_node();
    struct worlds worlds = { 0 };
    struct api *api;
    long n = 0;

    if (api_new(&(struct api_options){ 0 }, &worlds, &api, NULL))
        load_fail("out of memory");
    MUST(worlds_init(&worlds, world));
    ns_t start = os_clock_monotonic(), end = start + (ns_t)(seconds * (double)NS_PER_SECOND);
    for (; os_clock_monotonic() < end; n++)
        if (!submit(api, world, &request))
            load_fail("submit is refused");
    double rate = (double)n * (double)NS_PER_SECOND / (double)(os_clock_monotonic() - start);
    api_free(api);
    worlds_release(&worlds);
    return rate;
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    double verify[LOAD_ROUNDS_MAX], handler[LOAD_ROUNDS_MAX];
    struct signed_job job;

    signed_job_init(&job);
    for (int i = 0; i < load.rounds; i++) {
        verify[i] = signed_job_verify_rate(&job, load.seconds);
        handler[i] = handler_rate(&job, load.seconds);
    }
    double a = load_median(handler, load.rounds), b = load_median(verify, load.rounds);
    printf("submit in the handler: %.0f/s, libcrypto verifies %.0f/s, ratio %.2f\n", a, b, a / b);
    signed_job_release(&job);
    return 0;
}
