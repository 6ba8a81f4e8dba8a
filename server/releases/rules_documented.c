/* v0.3.19, the release behind the API's page: jobs have no state of their own, nodes say what they did and
 * the requester listens; a refusal is not told, nothing is tried twice, a clock ends what hangs
 * (pkg/requester of that release; the shapes are releases/documented.c).
 *
 * The job's own states serve the store alone: InProgress while a node may still be at it. */
#include "sim/engine_state.h"

#define BIDDING_TIME (120 * NS_PER_SECOND) /* from the start to the last accepted bid */

static bool is_shard(const struct execution *x)
{
    return execution_has_bid(x);
}

static bool is_live_shard(const struct execution *x)
{
    return is_shard(x) && !execution_is_terminal(x->state);
}

static bool was_accepted(const struct execution *x)
{
    return is_shard(x) && x->state != EXECUTION_ASK_FOR_BID_ACCEPTED && x->state != EXECUTION_BID_REJECTED;
}

static bool was_verified(const struct execution *x)
{
    return x->verification.complete;
}

static bool is_complete(const struct execution *x)
{
    return x->state == EXECUTION_COMPLETED;
}

/* A result is published: the requester waits for nothing more, what others do is still written down. */
static void settle(struct engine *engine, struct job *job, ns_t now)
{
    if (job_is_terminal(job) || !count_executions(job, is_complete))
        return;
    timeline_set_deadline(&engine->timeline, job, NS_NEVER);
    if (!count_executions(job, is_live_shard))
        end_job(engine, job, JOB_COMPLETED, SPAN(""), now);
}

/* The last accepted bid starts the clock anew. */
static void restart_clock(struct engine *engine, struct job *job, ns_t now)
{
    if ((int64_t)count_executions(job, was_accepted) >= job->spec.deal.concurrency)
        timeline_set_deadline(&engine->timeline, job, look_after(engine, now, timeout_of(job)));
}

static void bid_came(struct engine *engine, struct job *job, struct execution *x, bool accepted, ns_t now)
{
    if (!accepted)
        return;
    decide_bids(engine, job, now);
    if (!job_is_terminal(job) && !count_executions(job, is_complete) && x->state == EXECUTION_BID_ACCEPTED)
        restart_clock(engine, job, now);
}

/* Who the requester is, what hangs, and why it gave up: the Status of an Error event. */
static struct span error_status(const struct engine *engine, struct job *job, struct span why)
{
    return arena_printf(&job->arena, "[%.8s] shard: %.*s:0 at state: Error error completing job due to %.*s",
                        engine->requester_id.p, SPAN_ARG(job->id), SPAN_ARG(why));
}

static void run_ended(struct engine *engine, struct job *job, ns_t now)
{
    struct span why;

    if (job_is_terminal(job))
        return;
    switch (verify_results(engine, job, &why, now)) {
    case VERIFIED_ERROR:
        why = arena_printf(&job->arena, "failed to verify job: %.*s", SPAN_ARG(why));
        end_job(engine, job, JOB_ERROR, error_status(engine, job, why), now);
        engine_emit(engine, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
        break;
    case VERIFIED_NONE: /* it just ends so */
        end_job(engine, job, JOB_COMPLETED, SPAN(""), now);
        break;
    case VERIFIED_NOT_YET:
    case VERIFIED_SOME:
        break;
    }
}

static void publish_ended(struct engine *engine, struct job *job, ns_t now)
{
    settle(engine, job, now);
}

static void execution_failed(struct engine *engine, struct job *job, const struct execution *x, ns_t now)
{
    (void)x;
    settle(engine, job, now);
}

static ns_t deadline(const struct engine *engine, const struct job *job)
{
    return look_after(engine, job->created, BIDDING_TIME);
}

/* What the requester was waiting for. */
static const char *stage(const struct job *job)
{
    const struct deal *deal = &job->spec.deal;

    if ((int64_t)count_executions(job, is_shard) < deal->min_bids)
        return "EnqueuingBids";
    if ((int64_t)count_executions(job, was_accepted) < deal->concurrency)
        return "AcceptingBids";
    return count_executions(job, was_verified) ? "WaitingToPublishResults" : "WaitingForResults";
}

static void deadline_came(struct engine *engine, struct job *job, ns_t now)
{
    struct span why = arena_printf(&job->arena, "shard timed out while in state %s, see --timeout", stage(job));

    end_job(engine, job, JOB_ERROR, error_status(engine, job, why), now);
    engine_emit(engine, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
}

/* Cancelled before, or all its shards have ended. */
static bool is_over(const struct job *job)
{
    return job_is_terminal(job) || (count_executions(job, is_shard) && !count_executions(job, is_live_shard));
}

const struct scheduler_rules rules_documented = {
    .release = "v0.3.19",
    .min_version = "v0.3.0",
    .overask = 3,
    .no_policy = true,
    .short_makes_no_job = true,
    .sharded = true,
    .result_mark = "-shard-0-host-",
    .bid_came = bid_came,
    .run_ended = run_ended,
    .publish_ended = publish_ended,
    .execution_failed = execution_failed,
    .deadline = deadline,
    .deadline_came = deadline_came,
    .is_over = is_over,
};
