/* The requester's own policy: accepts a submitted job, refuses it, or waits for an approval.
 * By default networked jobs are refused. Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_POLICY_H
#define MOCK_REQUESTER_SIM_POLICY_H

#include "sim/scheduler.h"

/* Starts a Queued job, cancels it or leaves it Queued. ERR_STATE: it could not be scheduled; appends the
 * client's text to `why`. */
enum err policy_start(struct scheduler *s, struct job *job, ns_t now, struct buf *why);
/* Cancels a Queued job without an event, or stops one that is under way; the comment is `job rejected: REASON`. */
void policy_reject(struct scheduler *s, struct job *job, struct span reason, ns_t now);

#endif
