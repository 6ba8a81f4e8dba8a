/* The endpoints of the requester API, a row each, under the names that scenario files and the control API use.
 * Where an endpoint is, and what it answers, is the release's: releases/release.h. */
#ifndef MOCK_REQUESTER_RELEASES_ENDPOINT_H
#define MOCK_REQUESTER_RELEASES_ENDPOINT_H

#include "base/span.h"

enum endpoint {
    ENDPOINT_SUBMIT, ENDPOINT_LIST, ENDPOINT_STATES, ENDPOINT_EVENTS, ENDPOINT_RESULTS, ENDPOINT_CANCEL, ENDPOINT_APPROVE,
    ENDPOINT_DEBUG, ENDPOINT_WEBSOCKET, ENDPOINT_VERSION, ENDPOINT_ID, ENDPOINT_PEERS, ENDPOINT_NODE_INFO, ENDPOINT_LIVEZ,
    ENDPOINT_READYZ, ENDPOINT_HEALTHZ, ENDPOINT_VARZ, ENDPOINT_LOGZ, ENDPOINT_SWAGGER, ENDPOINT_OTHER, ENDPOINT_COUNT
};

struct endpoint_row {
    const char *name;    /* "submit"; of paths that have no endpoint: "other" */
    const char *summary; /* for the Swagger document */
    bool reads;   /* its answer shows jobs: `reads` triggers count it by default */
    bool changes; /* it makes a job or changes one */
    bool raw;     /* no rate limit and no rate headers */
};
extern const struct endpoint_row endpoints[ENDPOINT_COUNT];

/* Sets of endpoints, a bit each. */
#define ENDPOINT_BIT(endpoint) (1u << (endpoint))
#define ENDPOINTS_ALL (ENDPOINT_BIT(ENDPOINT_COUNT) - 1)

unsigned endpoints_reading(void); /* the set of those that read */

const char *endpoint_name(enum endpoint endpoint);
int endpoint_find(struct span name); /* -1: none has it; "other" is not a name */

#endif
