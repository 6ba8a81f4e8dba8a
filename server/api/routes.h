/* The one table of what is served where. */
#ifndef MOCK_REQUESTER_API_ROUTES_H
#define MOCK_REQUESTER_API_ROUTES_H

#include "api/api.h"
#include "api/limiter.h"
#include "exchange/expectation.h"
#include "exchange/fault.h"
#include "exchange/journal.h"
#include "exchange/verdict.h"
#include "releases/release.h"

struct api {
    struct engine *engine;
    struct api_options options;
    const struct dialect *dialect;
    struct limiter *limiter;
    int zone; /* of time stamps, seconds east of UTC */
    struct stream *streams; /* events_stream.h */
    size_t n_streams;
    uint64_t asked_in_vain; /* of what engine_asked_in_vain says, what has been warned of */
    struct journal *journal;
    struct expectations expectations;
    struct faults faults;
    struct verdict_notes verdict;
};

struct route {
    const char *path; /* one that ends in `/` serves all below it */
    enum endpoint endpoint;
    bool raw;         /* no rate limit, no rate headers */
    /* Reads the request; may finish the reply (call->done). NULL: nothing to read. Any thread. */
    void (*prepare)(struct api *api, struct call *call);
    /* Words the reply. The engine's lock is held. */
    void (*answer)(struct api *api, struct call *call, ns_t now);
    const char *summary;
};

extern const struct route routes[];
extern const size_t n_routes;

/* The row that serves a decoded path in this dialect, or NULL. */
const struct route *route_find(const struct dialect *dialect, struct span path);

/* Tells the journal, the expectations and the verdict of an answered call: witness.c. */
void witness_answer(struct api *api, struct call *call, ns_t now);

/* The rate limit's headers, a token taken; and its refusal, as if there were none left: api.c. */
void note_rate(struct api *api, struct call *call);
void refuse_for_rate(struct call *call);

/* ---- handlers: requester.c ------------------------------------------------------------------------- */
void prepare_submit(struct api *api, struct call *call);
void answer_submit(struct api *api, struct call *call, ns_t now);
void prepare_list(struct api *api, struct call *call);
void answer_list(struct api *api, struct call *call, ns_t now);
void prepare_states(struct api *api, struct call *call);
void answer_states(struct api *api, struct call *call, ns_t now);
void prepare_events(struct api *api, struct call *call);
void answer_events(struct api *api, struct call *call, ns_t now);
void prepare_results(struct api *api, struct call *call);
void answer_results(struct api *api, struct call *call, ns_t now);
void prepare_cancel(struct api *api, struct call *call);
void answer_cancel(struct api *api, struct call *call, ns_t now);
void prepare_approve(struct api *api, struct call *call);
void answer_approve(struct api *api, struct call *call, ns_t now);

/* ---- handlers: node.c --------------------------------------------------------------------------------- */
void prepare_version(struct api *api, struct call *call);
void answer_version(struct api *api, struct call *call, ns_t now);
void answer_id(struct api *api, struct call *call, ns_t now);
void answer_peers(struct api *api, struct call *call, ns_t now);
void answer_node_info(struct api *api, struct call *call, ns_t now);
void answer_livez(struct api *api, struct call *call, ns_t now);
void answer_readyz(struct api *api, struct call *call, ns_t now);
void answer_healthz(struct api *api, struct call *call, ns_t now);
void answer_varz(struct api *api, struct call *call, ns_t now);
void answer_logz(struct api *api, struct call *call, ns_t now);
void answer_debug(struct api *api, struct call *call, ns_t now);
void answer_swagger(struct api *api, struct call *call, ns_t now);

/* ---- handlers: events_stream.c -------------------------------------------------------------------------- */
void answer_events_stream(struct api *api, struct call *call, ns_t now);

/* ---- what handlers share: requester.c --------------------------------------------------------------------- */

/* Decodes the body into `into` (a struct for `message`, in call->arena). False: the reply has the error,
 * as a JSON object behind `prefix`, or plain when `prefix` is NULL. */
bool read_body(struct call *call, const struct message *message, void *into, const char *prefix);
/* 200 with the body as it stands and a line break, the type guessed. */
void finish_json(struct call *call);

#endif
