#include "api/routes.h"

const struct route routes[] = {
    { .path = "/requester/submit", .endpoint = ENDPOINT_SUBMIT, .prepare = prepare_submit, .answer = answer_submit, .summary = "submit a job" },
    { .path = "/requester/list", .endpoint = ENDPOINT_LIST, .prepare = prepare_list, .answer = answer_list, .summary = "list jobs" },
    { .path = "/requester/states", .endpoint = ENDPOINT_STATES, .prepare = prepare_states, .answer = answer_states, .summary = "a job's state" },
    { .path = "/requester/events", .endpoint = ENDPOINT_EVENTS, .prepare = prepare_events, .answer = answer_events, .summary = "a job's history" },
    { .path = "/requester/results", .endpoint = ENDPOINT_RESULTS, .prepare = prepare_results, .answer = answer_results, .summary = "a job's results" },
    { .path = "/requester/cancel", .endpoint = ENDPOINT_CANCEL, .prepare = prepare_cancel, .answer = answer_cancel, .summary = "cancel a job" },
    { .path = "/requester/approve", .endpoint = ENDPOINT_APPROVE, .prepare = prepare_approve, .answer = answer_approve, .summary = "approve a queued job" },
    { .path = "/requester/debug", .endpoint = ENDPOINT_DEBUG, .answer = answer_debug, .summary = "nothing, on a pure requester" },
    { .path = "/requester/websocket/events", .endpoint = ENDPOINT_WEBSOCKET, .raw = true, .answer = answer_events_stream, .summary = "live events" },
    { .path = "/requester/websocket", .endpoint = ENDPOINT_WEBSOCKET, .raw = true, .answer = answer_events_stream, .summary = "live events, as of old" },
    { .path = "/version", .endpoint = ENDPOINT_VERSION, .prepare = prepare_version, .answer = answer_version, .summary = "the release it stands for" },
    { .path = "/id", .endpoint = ENDPOINT_ID, .answer = answer_id, .summary = "the requester's id" },
    { .path = "/peers", .endpoint = ENDPOINT_PEERS, .answer = answer_peers, .summary = "all nodes and their addresses" },
    { .path = "/node_info", .endpoint = ENDPOINT_NODE_INFO, .answer = answer_node_info, .summary = "what this node is" },
    { .path = "/livez", .endpoint = ENDPOINT_LIVEZ, .answer = answer_livez, .summary = "is it alive" },
    { .path = "/readyz", .endpoint = ENDPOINT_READYZ, .answer = answer_readyz, .summary = "is it ready" },
    { .path = "/healthz", .endpoint = ENDPOINT_HEALTHZ, .answer = answer_healthz, .summary = "free space" },
    { .path = "/varz", .endpoint = ENDPOINT_VARZ, .answer = answer_varz, .summary = "an empty object" },
    { .path = "/logz", .endpoint = ENDPOINT_LOGZ, .answer = answer_logz, .summary = "the tail of ipfs.log" },
    { .path = "/swagger/", .endpoint = ENDPOINT_SWAGGER, .raw = true, .answer = answer_swagger, .summary = "this API as a Swagger document" },
};
const size_t n_routes = sizeof routes / sizeof routes[0];

static bool serves(const struct route *route, struct span path)
{
    struct span own = span_text(route->path);

    if (own.p[own.n - 1] == '/')
        return span_starts(path, own);
    return span_eq(path, own);
}

static bool is_absent(const struct dialect *dialect, const struct route *route)
{
    for (size_t i = 0; dialect->absent[i]; i++)
        if (strcmp(dialect->absent[i], route->path) == 0)
            return true;
    return false;
}

const struct route *route_find(const struct dialect *dialect, struct span path)
{
    for (size_t i = 0; i < n_routes; i++)
        if (serves(&routes[i], path))
            return is_absent(dialect, &routes[i]) ? NULL : &routes[i];
    return NULL;
}
