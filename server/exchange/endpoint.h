/* The endpoints of the mocked API, by the names that scenario files and the control API use. */
#ifndef MOCK_REQUESTER_EXCHANGE_ENDPOINT_H
#define MOCK_REQUESTER_EXCHANGE_ENDPOINT_H

#include "base/span.h"

enum endpoint {
    ENDPOINT_SUBMIT, ENDPOINT_LIST, ENDPOINT_STATES, ENDPOINT_EVENTS, ENDPOINT_RESULTS, ENDPOINT_CANCEL, ENDPOINT_APPROVE,
    ENDPOINT_DEBUG, ENDPOINT_WEBSOCKET, ENDPOINT_VERSION, ENDPOINT_ID, ENDPOINT_PEERS, ENDPOINT_NODE_INFO, ENDPOINT_LIVEZ,
    ENDPOINT_READYZ, ENDPOINT_HEALTHZ, ENDPOINT_VARZ, ENDPOINT_LOGZ, ENDPOINT_SWAGGER, ENDPOINT_OTHER, ENDPOINT_COUNT
};

#define ENDPOINT_BIT(endpoint) (1u << (endpoint))
#define ENDPOINTS_ALL (ENDPOINT_BIT(ENDPOINT_COUNT) - 1)
/* Those that tell of jobs: what `reads` counts by default. */
#define ENDPOINTS_READING                                                                                         \
    (ENDPOINT_BIT(ENDPOINT_STATES) | ENDPOINT_BIT(ENDPOINT_EVENTS) | ENDPOINT_BIT(ENDPOINT_RESULTS) |                \
     ENDPOINT_BIT(ENDPOINT_LIST))

const char *endpoint_name(enum endpoint endpoint); /* "submit"; of paths that are none: "other" */
int endpoint_find(struct span name);               /* -1: there is none; "other" is no name */

#endif
