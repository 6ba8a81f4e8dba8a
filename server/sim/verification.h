/* The verdicts of a verifier on the results of a job: from the nodes' behaviour, or by the verifier's rule. Pure. */
#ifndef MOCK_REQUESTER_SIM_VERIFICATION_H
#define MOCK_REQUESTER_SIM_VERIFICATION_H

#include "base/draw.h"
#include "sim/job.h"

/* True if the verifier's own rule judges this execution: its node's script has no verdict. */
bool verification_by_rule(const struct execution *x);

/* True if the verifier itself fails; `why` is its error, of the node's script. */
bool verification_fails(const struct job *job, struct span *why);

/* The verdicts of the executions in WaitingVerification, one a place among the job's executions, true = accepted.
 * In the job's arena; NULL: no memory. Verifier Deterministic (pkg/verifier/deterministic/verifier.go, v0.3.25; wire
 * contract B2b): the largest group of equal results is accepted, unless two groups are the largest, it is the only
 * execution, or it is smaller than the job's Confidence. Every other verifier accepts. */
const bool *verification_verdicts(struct job *job);

/* The VerificationProposal of an execution whose run ended: the encrypted hash of its results, which differs from run
 * to run, so drawn. In the job's arena; empty if the verifier needs none. */
struct span verification_proposal(struct job *job, const struct execution *x, struct draw *ids);

#endif
