/* v0.3.24: each answer is handled by itself; nothing is retried; the first result published
 * completes the job (pkg/requester/scheduler.go of that release). */
#include "releases/v0_3.h"
#include "sim/scheduler.h"

/* Stops the job unless enough executions are left to reach its concurrency. */
static void fail_unless_recoverable(struct scheduler *s, struct job *job, struct span why, ns_t now)
{
    if (job_count(job, EXECUTIONS_NOT_DISCARDED) < job->spec.deal.concurrency)
        scheduler_stop(s, job, why, false, now);
}

/* Does not check whether the job is over: a late bid on a completed job is still answered. */
static void bid_came(struct scheduler *s, struct job *job, struct execution *x, bool accepted, ns_t now)
{
    (void)x;
    if (accepted)
        scheduler_decide_bids(s, job, now);
    else
        fail_unless_recoverable(s, job, SPAN("not enough bids received"), now);
}

static void run_ended(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why;
    enum verified verified = scheduler_verify(s, job, &why, now);

    if (verified == VERIFIED_NONE)
        why = SPAN("no verified results");
    if (verified == VERIFIED_NONE || verified == VERIFIED_ERROR)
        fail_unless_recoverable(
            s, job, arena_printf(&job->arena, "failed to verify job %.*s: %.*s", SPAN_ARG(job->id), SPAN_ARG(why)), now);
}

static void publish_ended(struct scheduler *s, struct job *job, ns_t now)
{
    if (!job_is_terminal(job))
        scheduler_end(s, job, JOB_COMPLETED, SPAN(""), now);
}

static void execution_failed(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    fail_unless_recoverable(s, job, x->status, now);
}

const struct scheduler_rules rules_v0_3_24 = {
    .release = "v0.3.24",
    .min_version = "v0.3.20",
    .overask = 3,
    .bid_came = bid_came,
    .run_ended = run_ended,
    .publish_ended = publish_ended,
    .execution_failed = execution_failed,
    .result_mark = "-host-",
    .deadline = scheduler_deadline,
    .deadline_came = scheduler_time_out,
    .is_over = job_is_terminal,
};

/* ---- the release ---------------------------------------------------------------------------------------------- */

static const struct build_version version =
    BUILD_VERSION("v0.3.24", "5c4c7e6ac4bb0e4c1f6d6d4f0a4a3e4e3a8b0c24", "2023-03-04T08:36:45Z");

const struct release release_v0_3_24 = {
    .name = "v0.3.24",
    .rules = &rules_v0_3_24,
    .version = &version,
    .node_info_version = &version,
    V0_3_24_MEMBERS,
};
