/* What a fault does to a call: before its handler, instead of it, after it.
 *
 *   faulting_begin → the handler, unless faulting_is_instead → faulting_patch → faulting_finish
 * The caller has entered the call's world. */
#ifndef MOCK_REQUESTER_API_FAULTING_H
#define MOCK_REQUESTER_API_FAULTING_H

#include "api/call.h"

/* Looks up the job that the request names, and chooses the fault that takes the exchange. */
void faulting_begin(struct call *call, ns_t now);

/* True if the handler must not run. */
bool faulting_is_instead(const struct call *call);

/* Applies the fault's patch to the body. One that fails leaves the body alone, and the exchange without a fault. */
void faulting_patch(struct call *call);

/* True if the answer counts for `reads` triggers: the client will see what the handler said. */
bool faulting_counts(const struct call *call);

/* Makes the reply that goes out, and decides what happens to it on its way. */
void faulting_finish(struct call *call, ns_t now);

#endif
