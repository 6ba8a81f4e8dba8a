/* v0.3.25: one function checks the whole job after every change and does what is due
 * (pkg/requester/scheduler_state.go of that release). */
#include "releases/v0_3.h"
#include "sim/scheduler.h"

#include <stdlib.h>

#define PUBLISHING EXECUTION_BIT(EXECUTION_RESULT_ACCEPTED)
#define COMPLETE EXECUTION_BIT(EXECUTION_COMPLETED)

/* How many executions must be alive: all the bids while they are gathered, one once something is being
 * published (what fails to publish then is not tried again), else as many as the job runs at once. */
static int64_t least_executions(const struct job *job)
{
    const struct deal *deal = &job->spec.deal;

    if (deal->min_bids > 0 && job_count_bids(job, EXECUTIONS_ALL) < deal->min_bids)
        return spec_wanted_nodes(&job->spec);
    return job_count(job, PUBLISHING | COMPLETE) ? 1 : deal->concurrency;
}

/* The one whose UpdateTime, which lags one step, is the latest. */
static const struct execution *last_failed(const struct job *job)
{
    const struct execution *last = NULL;

    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (x->state == EXECUTION_FAILED && (!last || last->updated < x->updated))
            last = x;
    }
    return last;
}

static void give_up(struct scheduler *s, struct job *job, ns_t now)
{
    const struct execution *x = last_failed(job);
    struct span why = SPAN("");

    if (x)
        why = arena_printf(&job->arena, "node %.*s failed due to: %.*s", SPAN_ARG(x->node_id), SPAN_ARG(x->status));
    scheduler_stop(s, job, why, false, now);
}

/* Asks `n` more nodes, no more than are needed. */
static bool retry(struct scheduler *s, struct job *job, size_t n, ns_t now)
{
    struct buf unused = buf_init(0); /* nothing can be appended */
    const struct node **ranked = NULL;
    size_t available = 0;

    if (s->options.no_retry || scheduler_rank(s, job, now, &ranked, &available, &unused))
        return false;
    bool enough = available >= n;
    if (enough)
        scheduler_ask(s, job, ranked, n, now);
    free(ranked);
    return enough;
}

static void check_failures(struct scheduler *s, struct job *job, ns_t now)
{
    int64_t missing = least_executions(job) - job_count(job, EXECUTIONS_NOT_DISCARDED);

    if (missing > 0 && !retry(s, job, (size_t)missing, now))
        give_up(s, job, now);
}

static void transition(struct scheduler *s, struct job *job, ns_t now);

static void check_results(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why;

    switch (scheduler_verify(s, job, &why, now)) {
    case VERIFIED_ERROR:
        scheduler_stop(s, job,
                       arena_printf(&job->arena, "failed to verify job %.*s: %.*s", SPAN_ARG(job->id), SPAN_ARG(why)), false,
                       now);
        break;
    case VERIFIED_NONE: /* perhaps other nodes can do better */
        transition(s, job, now);
        break;
    case VERIFIED_NOT_YET:
    case VERIFIED_SOME:
        break;
    }
}

static void check_completion(struct scheduler *s, struct job *job, ns_t now)
{
    int64_t complete = job_count(job, COMPLETE);

    if (complete == 0 || job_count(job, PUBLISHING))
        return;
    scheduler_end(s, job, complete < spec_wanted_confidence(&job->spec) ? JOB_COMPLETED_PARTIALLY : JOB_COMPLETED, SPAN(""), now);
}

static void (*const checks[])(struct scheduler *s, struct job *job, ns_t now) = {
    check_failures, scheduler_decide_bids, check_results, check_completion,
};

static void transition(struct scheduler *s, struct job *job, ns_t now)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && !job_is_terminal(job); i++)
        checks[i](s, job, now);
}

static void bid_came(struct scheduler *s, struct job *job, struct execution *x, bool accepted, ns_t now)
{
    (void)x;
    (void)accepted;
    transition(s, job, now);
}

static void execution_failed(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    (void)x;
    transition(s, job, now);
}

const struct scheduler_rules rules_v0_3_25 = {
    .release = "v0.3.25",
    .min_version = "v0.3.25",
    .overask = 3,
    .overask_is_option = true,
    .short_is_final = true,
    .favours = true,
    .unreachable_fails = true,
    .bid_came = bid_came,
    .run_ended = transition,
    .publish_ended = transition,
    .execution_failed = execution_failed,
    .result_mark = "-host-",
    .deadline = scheduler_deadline,
    .deadline_came = scheduler_time_out,
    .is_over = job_is_terminal,
};

/* ---- the release ---------------------------------------------------------------------------------------------- */

static const struct build_version version =
    BUILD_VERSION("v0.3.25", "8e2c6f1f4b7d9a0c3e5f7a9b1d3c5e7f90a1b325", "2023-03-21T22:16:49Z");

const struct release release_v0_3_25 = {
    .name = "v0.3.25",
    .rules = &rules_v0_3_25,
    .version = &version,
    .node_info_version = &version,
    V0_3_24_MEMBERS,
};
