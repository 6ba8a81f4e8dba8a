#include "api/routes.h"

const struct route routes[] = {
    { .path = "/requester/submit", .prepare = prepare_submit, .answer = answer_submit, .summary = "submit a job" },
    { .path = "/requester/list", .prepare = prepare_list, .answer = answer_list, .summary = "list jobs" },
    { .path = "/requester/states", .prepare = prepare_states, .answer = answer_states, .summary = "a job's state" },
    { .path = "/requester/events", .prepare = prepare_events, .answer = answer_events, .summary = "a job's history" },
    { .path = "/requester/results", .prepare = prepare_results, .answer = answer_results, .summary = "a job's results" },
    { .path = "/requester/cancel", .prepare = prepare_cancel, .answer = answer_cancel, .summary = "cancel a job" },
    { .path = "/requester/approve", .prepare = prepare_approve, .answer = answer_approve, .summary = "approve a queued job" },
    { .path = "/requester/debug", .answer = answer_debug, .summary = "nothing, on a pure requester" },
    { .path = "/requester/websocket/events", .raw = true, .answer = answer_events_stream, .summary = "live events" },
    { .path = "/version", .prepare = prepare_version, .answer = answer_version, .summary = "the release it stands for" },
    { .path = "/id", .answer = answer_id, .summary = "the requester's id" },
    { .path = "/peers", .answer = answer_peers, .summary = "all nodes and their addresses" },
    { .path = "/node_info", .answer = answer_node_info, .summary = "what this node is" },
    { .path = "/livez", .answer = answer_livez, .summary = "is it alive" },
    { .path = "/readyz", .answer = answer_readyz, .summary = "is it ready" },
    { .path = "/healthz", .answer = answer_healthz, .summary = "free space" },
    { .path = "/varz", .answer = answer_varz, .summary = "an empty object" },
    { .path = "/logz", .answer = answer_logz, .summary = "the tail of ipfs.log" },
    { .path = "/swagger/", .raw = true, .answer = answer_swagger, .summary = "this API as a Swagger document" },
};
const size_t n_routes = sizeof routes / sizeof routes[0];

static bool serves(const struct route *route, struct span path)
{
    struct span own = span_text(route->path);

    if (own.p[own.n - 1] == '/')
        return span_starts(path, own);
    return span_eq(path, own);
}

const struct route *route_find(struct span path)
{
    for (size_t i = 0; i < n_routes; i++)
        if (serves(&routes[i], path))
            return &routes[i];
    return NULL;
}
