/* What a fault does to a call: before its handler, instead of it, after it.
 *
 *   faulting_begin → the handler, unless faulting_is_instead → faulting_patch → faulting_finish
 * The caller has entered the call's world. */
#ifndef MOCK_REQUESTER_API_FAULTING_H
#define MOCK_REQUESTER_API_FAULTING_H

#include "api/call.h"

/* Finds the job that the request names, and chooses the fault that takes the exchange. */
void faulting_begin(struct call *call, ns_t now);

/* True if the handler must not run. */
bool faulting_is_instead(const struct call *call);

/* Applies the fault's patch to the body. If that fails, the body is unchanged and the exchange has no fault. */
void faulting_patch(struct call *call);

/* True if the answer counts for `reads` triggers: the client will receive the handler's answer. */
bool faulting_counts(const struct call *call);

/* Completes the reply, and sets how it is sent (reply->fate). */
void faulting_finish(struct call *call, ns_t now);

#endif
