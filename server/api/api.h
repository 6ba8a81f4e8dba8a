/* The requester API: from a request to a reply.
 *
 *   zero a struct call → api_prepare → api_answer → api_call_release → (the reply is written) → api_ended, unless
 *   api_foresaw
 *
 * api_prepare routes the request, reads its body and checks its signature; it needs no lock and may run in any thread.
 * api_answer calls the world's engine, applies faults and makes the reply; the caller has entered the call's world
 * (world_enter). */
#ifndef MOCK_REQUESTER_API_API_H
#define MOCK_REQUESTER_API_API_H

#include "api/call.h"

/* ERR_NOMEM. `worlds` must outlive the api. */
enum err api_new(const struct api_options *options, struct worlds *worlds, struct api **api, struct error *error);
void api_free(struct api *api); /* NULL is fine */

/* What the handler of the request does with its body, which has not been read yet. Any thread. */
enum body_use api_body_use(struct api *api, const struct request *request);

/* Routes and reads the request. `request` and `reply` (initialised) must outlive the call. */
void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call);
void api_answer(struct call *call, ns_t now);
void api_call_release(struct call *call);

/* How an exchange ended. */
struct api_end {
    const char *how; /* static */
    int64_t bytes;   /* written */
    ns_t duration;   /* see struct journal_entry */
};
/* True if the journal says already that the exchange ended like this: api_answer knew. Any thread. */
bool api_foresaw(const struct reply *reply, const struct api_end *end);
/* Notes in the journal how an exchange ended, also one that was never answered. Caller holds the world's lock. */
void api_ended(struct world *world, const struct request *request, struct reply *reply, const struct api_end *end, ns_t now);

#endif
