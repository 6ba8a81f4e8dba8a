#include "sim/policy.h"

#include "base/buf.h"

/* A release without a policy accepts every job (v0.3.19 has no such policy at its requester). */
static enum selection policy(const struct scheduler *s, const struct job *job)
{
    if (s->rules->no_policy)
        return SELECTION_ACCEPT;
    if (s->options.selection != SELECTION_DEFAULT)
        return s->options.selection;
    return job->spec.network.type == NETWORK_NONE ? SELECTION_ACCEPT : SELECTION_DEFAULT;
}

/* A Queued job ends without an event: streams of v0.3.25 get no event of a job that the policy refuses. Not printf: a
 * reason may hold a NUL byte. */
void policy_reject(struct scheduler *s, struct job *job, struct span reason, ns_t now)
{
    CLEANUP(buf_release) struct buf comment = buf_init(SIZE_MAX / 2);

    buf_text(&comment, "job rejected: ");
    buf_span(&comment, reason);
    if (job->state == JOB_QUEUED)
        scheduler_end(s, job, JOB_CANCELLED, buf_view(&comment), now);
    else
        scheduler_stop(s, job, buf_view(&comment), false, now);
}

enum err policy_start(struct scheduler *s, struct job *job, ns_t now, struct buf *why)
{
    switch (policy(s, job)) {
    case SELECTION_ACCEPT:
        return scheduler_start(s, job, now, why);
    case SELECTION_DEFAULT:
        policy_reject(s, job, SPAN("networking is enabled: false"), now);
        break;
    case SELECTION_REJECT:
        policy_reject(s, job, s->options.reject_reason, now);
        break;
    case SELECTION_WAIT: /* stays Queued until an approval */
        break;
    }
    return ERR_OK;
}
