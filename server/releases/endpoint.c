#include "releases/endpoint.h"

const struct endpoint_row endpoints[ENDPOINT_COUNT] = {
    [ENDPOINT_SUBMIT] = { "submit", "submit a job", .changes = true },
    [ENDPOINT_LIST] = { "list", "list jobs", .reads = true },
    [ENDPOINT_STATES] = { "states", "a job's state", .reads = true },
    [ENDPOINT_EVENTS] = { "events", "a job's history", .reads = true },
    [ENDPOINT_RESULTS] = { "results", "a job's results", .reads = true },
    [ENDPOINT_CANCEL] = { "cancel", "cancel a job", .changes = true },
    [ENDPOINT_APPROVE] = { "approve", "approve a queued job", .changes = true },
    [ENDPOINT_DEBUG] = { "debug", "nothing, on a pure requester" },
    [ENDPOINT_WEBSOCKET] = { "websocket", "live events", .raw = true },
    [ENDPOINT_VERSION] = { "version", "the release" },
    [ENDPOINT_ID] = { "id", "the requester's id" },
    [ENDPOINT_PEERS] = { "peers", "all nodes and their addresses" },
    [ENDPOINT_NODE_INFO] = { "node_info", "what this node is" },
    [ENDPOINT_LIVEZ] = { "livez", "is it alive" },
    [ENDPOINT_READYZ] = { "readyz", "is it ready" },
    [ENDPOINT_HEALTHZ] = { "healthz", "free space" },
    [ENDPOINT_VARZ] = { "varz", "an empty object" },
    [ENDPOINT_LOGZ] = { "logz", "the tail of ipfs.log" },
    [ENDPOINT_SWAGGER] = { "swagger", "this API as a Swagger document", .raw = true },
    [ENDPOINT_OTHER] = { "other", "" },
};

unsigned endpoints_reading(void)
{
    unsigned set = 0;

    for (int i = 0; i < ENDPOINT_COUNT; i++)
        set |= endpoints[i].reads ? ENDPOINT_BIT(i) : 0;
    return set;
}

const char *endpoint_name(enum endpoint endpoint)
{
    return endpoints[endpoint].name;
}

int endpoint_find(struct span name)
{
    for (int i = 0; i < ENDPOINT_OTHER; i++)
        if (span_is(name, endpoints[i].name))
            return i;
    return -1;
}
