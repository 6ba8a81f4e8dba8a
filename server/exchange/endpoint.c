#include "exchange/endpoint.h"

static const char *const names[ENDPOINT_COUNT] = {
    [ENDPOINT_SUBMIT] = "submit",       [ENDPOINT_LIST] = "list",     [ENDPOINT_STATES] = "states",
    [ENDPOINT_EVENTS] = "events",       [ENDPOINT_RESULTS] = "results", [ENDPOINT_CANCEL] = "cancel",
    [ENDPOINT_APPROVE] = "approve",     [ENDPOINT_DEBUG] = "debug",   [ENDPOINT_WEBSOCKET] = "websocket",
    [ENDPOINT_VERSION] = "version",     [ENDPOINT_ID] = "id",         [ENDPOINT_PEERS] = "peers",
    [ENDPOINT_NODE_INFO] = "node_info", [ENDPOINT_LIVEZ] = "livez",   [ENDPOINT_READYZ] = "readyz",
    [ENDPOINT_HEALTHZ] = "healthz",     [ENDPOINT_VARZ] = "varz",     [ENDPOINT_LOGZ] = "logz",
    [ENDPOINT_SWAGGER] = "swagger",     [ENDPOINT_OTHER] = "other",
};

const char *endpoint_name(enum endpoint endpoint)
{
    return names[endpoint];
}

int endpoint_find(struct span name)
{
    for (int i = 0; i < ENDPOINT_OTHER; i++)
        if (span_is(name, names[i]))
            return i;
    return -1;
}
