/* The one table of what is served where. */
#ifndef MOCK_REQUESTER_API_ROUTES_H
#define MOCK_REQUESTER_API_ROUTES_H

#include "api/call.h"

struct route {
    const char *path; /* one that ends in `/` serves all below it */
    enum endpoint endpoint;
    bool raw;         /* no rate limit, no rate headers */
    /* Reads the request; may finish the reply (call->done). NULL: nothing to read. Any thread. */
    void (*prepare)(struct call *call);
    /* Words the reply. The caller has entered the world. */
    void (*answer)(struct call *call, ns_t now);
    const char *summary;
};

extern const struct route routes[];
extern const size_t n_routes;

/* The row that serves a decoded path in this dialect, or NULL. */
const struct route *route_find(const struct dialect *dialect, struct span path);

/* ---- handlers: requester.c ------------------------------------------------------------------------- */
void prepare_submit(struct call *call);
void answer_submit(struct call *call, ns_t now);
void prepare_list(struct call *call);
void answer_list(struct call *call, ns_t now);
void prepare_states(struct call *call);
void answer_states(struct call *call, ns_t now);
void prepare_events(struct call *call);
void answer_events(struct call *call, ns_t now);
void prepare_results(struct call *call);
void answer_results(struct call *call, ns_t now);
void prepare_cancel(struct call *call);
void answer_cancel(struct call *call, ns_t now);
void prepare_approve(struct call *call);
void answer_approve(struct call *call, ns_t now);

/* ---- handlers: node.c --------------------------------------------------------------------------------- */
void prepare_version(struct call *call);
void answer_version(struct call *call, ns_t now);
void answer_id(struct call *call, ns_t now);
void answer_peers(struct call *call, ns_t now);
void answer_node_info(struct call *call, ns_t now);
void answer_livez(struct call *call, ns_t now);
void answer_readyz(struct call *call, ns_t now);
void answer_healthz(struct call *call, ns_t now);
void answer_varz(struct call *call, ns_t now);
void answer_logz(struct call *call, ns_t now);
void answer_debug(struct call *call, ns_t now);
void answer_swagger(struct call *call, ns_t now);

/* ---- handlers: events_stream.c -------------------------------------------------------------------------- */
void answer_events_stream(struct call *call, ns_t now);

#endif
