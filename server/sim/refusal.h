/* Decides whether a compute node refuses an ask, and with which text. Pure. */
#ifndef MOCK_REQUESTER_SIM_REFUSAL_H
#define MOCK_REQUESTER_SIM_REFUSAL_H

#include "sim/job.h"

/* True if the execution's node answers its ask with a refusal: by its script, for want of the job's engine, or because
 * of its bounds to the job's time-out. An unreachable node does not answer. */
bool refusal_is_due(const struct job *job, const struct execution *x);
/* The Status of such a refusal, in the job's arena or the script's (pkg/compute/bidstrategy, v0.3.25). */
struct span refusal_status(struct job *job, const struct execution *x);

#endif
