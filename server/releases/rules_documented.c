/* v0.3.19, the release behind the API's page: jobs have no state of their own, nodes say what they did and
 * the requester listens; a refusal is not told, nothing is tried twice, a clock ends what hangs
 * (pkg/requester of that release; the shapes are releases/documented.c).
 *
 * The job's own states serve the store alone: InProgress while a node may still be at it. */
#include "sim/scheduler.h"

#define BIDDING_TIME (120 * NS_PER_SECOND) /* from the start to the last accepted bid */

#define COMPLETE EXECUTION_BIT(EXECUTION_COMPLETED)
#define NOT_ACCEPTED (EXECUTION_BIT(EXECUTION_ASK_FOR_BID_ACCEPTED) | EXECUTION_BIT(EXECUTION_BID_REJECTED))

/* A shard is an execution whose node has accepted the ask. */
static bool has_live_shard(const struct job *job)
{
    return job_count_bids(job, EXECUTIONS_ALL & ~EXECUTIONS_TERMINAL) > 0;
}

static bool enough_are_accepted(const struct job *job)
{
    return job_count_bids(job, EXECUTIONS_ALL & ~NOT_ACCEPTED) >= job->spec.deal.concurrency;
}

static bool is_any_verified(const struct job *job)
{
    for (size_t i = 0; i < job->n_executions; i++)
        if (job->executions[i]->verification.complete)
            return true;
    return false;
}

/* A result is published: the requester waits for nothing more, what others do is still written down. */
static void settle(struct scheduler *s, struct job *job, ns_t now)
{
    if (job_is_terminal(job) || !job_count(job, COMPLETE))
        return;
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    if (!has_live_shard(job))
        scheduler_end(s, job, JOB_COMPLETED, SPAN(""), now);
}

/* The last accepted bid starts the clock anew. */
static void restart_clock(struct scheduler *s, struct job *job, ns_t now)
{
    if (enough_are_accepted(job))
        agenda_set_deadline(&s->agenda, job, scheduler_next_look(s, now, spec_timeout(&job->spec)));
}

static void bid_came(struct scheduler *s, struct job *job, struct execution *x, bool accepted, ns_t now)
{
    if (!accepted)
        return;
    scheduler_decide_bids(s, job, now);
    if (!job_is_terminal(job) && !job_count(job, COMPLETE) && x->state == EXECUTION_BID_ACCEPTED)
        restart_clock(s, job, now);
}

/* Who the requester is, what hangs, and why it gave up: the Status of an Error event. */
static struct span error_status(const struct scheduler *s, struct job *job, struct span why)
{
    return arena_printf(&job->arena, "[%.8s] shard: %.*s:0 at state: Error error completing job due to %.*s",
                        s->requester_id.p, SPAN_ARG(job->id), SPAN_ARG(why));
}

static void run_ended(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why;

    if (job_is_terminal(job))
        return;
    switch (scheduler_verify(s, job, &why, now)) {
    case VERIFIED_ERROR:
        why = arena_printf(&job->arena, "failed to verify job: %.*s", SPAN_ARG(why));
        scheduler_end(s, job, JOB_ERROR, error_status(s, job, why), now);
        events_emit(&s->events, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
        break;
    case VERIFIED_NONE: /* it just ends so */
        scheduler_end(s, job, JOB_COMPLETED, SPAN(""), now);
        break;
    case VERIFIED_NOT_YET:
    case VERIFIED_SOME:
        break;
    }
}

static void publish_ended(struct scheduler *s, struct job *job, ns_t now)
{
    settle(s, job, now);
}

static void execution_failed(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    (void)x;
    settle(s, job, now);
}

static ns_t deadline(const struct scheduler *s, const struct job *job)
{
    return scheduler_next_look(s, job->created, BIDDING_TIME);
}

/* What the requester was waiting for. */
static const char *stage(const struct job *job)
{
    if (job_count_bids(job, EXECUTIONS_ALL) < job->spec.deal.min_bids)
        return "EnqueuingBids";
    if (!enough_are_accepted(job))
        return "AcceptingBids";
    return is_any_verified(job) ? "WaitingToPublishResults" : "WaitingForResults";
}

static void deadline_came(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why = arena_printf(&job->arena, "shard timed out while in state %s, see --timeout", stage(job));

    scheduler_end(s, job, JOB_ERROR, error_status(s, job, why), now);
    events_emit(&s->events, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
}

/* Cancelled before, or all its shards have ended. */
static bool is_over(const struct job *job)
{
    return job_is_terminal(job) || (job_count_bids(job, EXECUTIONS_ALL) && !has_live_shard(job));
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
