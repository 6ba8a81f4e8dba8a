/* The functions that answer an endpoint: a row each, in api/routes.c. The release has paths and messages. */
#ifndef MOCK_REQUESTER_API_ROUTES_H
#define MOCK_REQUESTER_API_ROUTES_H

#include "api/call.h"

struct handler {
    /* Reads the request; may finish the reply (call->done). NULL: it does not read the request. Any thread. */
    void (*prepare)(struct call *call);
    /* Makes the reply. The caller has entered the world. */
    void (*answer)(struct call *call, ns_t now);
    bool reads_body;
};

extern const struct handler handlers[ENDPOINT_OTHER];

/* ---- requester.c ------------------------------------------------------------------------------------ */
void prepare_submit(struct call *call);
void answer_submit(struct call *call, ns_t now);
void prepare_list(struct call *call);
void answer_list(struct call *call, ns_t now);
void prepare_read(struct call *call);
void answer_read(struct call *call, ns_t now);
void prepare_cancel(struct call *call);
void answer_cancel(struct call *call, ns_t now);
void prepare_approve(struct call *call);
void answer_approve(struct call *call, ns_t now);

/* ---- node.c ------------------------------------------------------------------------------------------- */
void prepare_version(struct call *call);
void answer_version(struct call *call, ns_t now);
void answer_id(struct call *call, ns_t now);
void answer_peers(struct call *call, ns_t now);
void answer_node_info(struct call *call, ns_t now);
void answer_livez(struct call *call, ns_t now);
void answer_readyz(struct call *call, ns_t now);
void answer_healthz(struct call *call, ns_t now);
void answer_varz(struct call *call, ns_t now);
void prepare_logz(struct call *call);
void answer_logz(struct call *call, ns_t now);
void answer_debug(struct call *call, ns_t now);

/* ---- swagger.c, events_stream.c ------------------------------------------------------------------------- */
void answer_swagger(struct call *call, ns_t now);
void prepare_events_stream(struct call *call);
void answer_events_stream(struct call *call, ns_t now);

#endif
