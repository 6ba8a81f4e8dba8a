#include "api/api.h"

#include "api/faulting.h"
#include "api/limiter.h"
#include "api/rate.h"
#include "api/routes.h"
#include "api/witness.h"
#include "base/utf8.h"
#include "wire/problems.h"
#include "wire/target.h"
#include "wire/websocket.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SHOWN_MAX = 64,           /* bytes of a header's value that a warning quotes */
    CALL_KEPT_MAX = 8 * 1024, /* of an arena that a later call may use again */
};

enum err api_new(const struct api_options *options, struct worlds *worlds, struct api **out, struct error *error)
{
    struct api *api = calloc(1, sizeof *api);
    struct limiter *limiter = limiter_new();

    if (!api || !limiter) {
        free(api);
        limiter_free(limiter);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *api = (struct api){ .options = *options, .worlds = worlds, .limiter = limiter };
    *out = api;
    return ERR_OK;
}

void api_free(struct api *api)
{
    if (!api)
        return;
    limiter_free(api->limiter);
    free(api);
}

/* ---- answers of the mux itself -------------------------------------------------------------------------- */

/* Redirects to another path, with the query. */
static void redirect(struct call *call, const struct target *target, struct span to)
{
    struct span location = target_escape(to, &call->arena);

    if (target->query.n)
        location = arena_printf(&call->arena, "%.*s?%.*s", SPAN_ARG(location), SPAN_ARG(target->query));
    call_redirect(call, location);
}

/* Go's library answers these before any handler: no Date, no length, the connection ends. */
static void bad_request(struct call *call)
{
    struct reply *reply = call->reply;

    reply->status = 400;
    reply->bare = reply->close = true;
    reply_header(reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    buf_text(&reply->body, "400 Bad Request");
    call->done = true;
}

/* `OPTIONS *` is the library's own. */
static void options_of_server(struct call *call)
{
    call->reply->status = 200;
    call->done = true;
}

/* Not printf: a path may hold a NUL byte. */
static struct span with_slash(struct span path, struct arena *arena)
{
    char *p = arena_alloc(arena, path.n + 1);

    if (!p)
        return path;
    memcpy(p, path.p, path.n);
    p[path.n] = '/';
    return span_of(p, path.n + 1);
}

/* True if the path is `/x` and the release serves `/x/`: the mux redirects to that. */
static bool is_subtree_without_slash(const struct release *release, struct span path, struct arena *arena)
{
    return release_route(release, path) == NULL && release_route(release, with_slash(path, arena)) != NULL;
}

static void find_route(struct call *call)
{
    struct target target;

    if (target_read(call->request->target, &call->arena, &target)) {
        bad_request(call);
        return;
    }
    if (span_is(target.path, "*")) {
        if (span_is(call->request->method, "OPTIONS"))
            options_of_server(call);
        else
            bad_request(call);
        return;
    }
    if (is_subtree_without_slash(call->world->release, target.clean, &call->arena)) {
        redirect(call, &target, with_slash(target.clean, &call->arena));
        return;
    }
    if (!span_eq(target.path, target.clean)) {
        redirect(call, &target, target.clean);
        return;
    }
    call->route = release_route(call->world->release, target.path);
    call->path = target.path;
    if (!call->route) {
        problem_plain(call->reply, 404, SPAN("404 page not found"));
        call->done = true;
    } else if (!route_takes(call->route, call->request->method)) {
        call_refuse(call, &call->world->release->wrong_method, SPAN(""));
    }
}

static bool becomes_websocket(const struct route *route, const struct request *request)
{
    struct reply reply;

    if (route->endpoint != ENDPOINT_WEBSOCKET)
        return false;
    reply_init(&reply);
    bool accepted = websocket_handshake(request, &reply);
    reply_release(&reply);
    return accepted;
}

enum body_use api_body_use(struct api *api, const struct request *request)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct target target;

    if (target_read(request->target, &arena, &target) || !span_eq(target.path, target.clean))
        return BODY_DRAINED;
    const struct route *route = release_route(worlds_default(api->worlds)->release, target.path);
    if (!route || !route_takes(route, request->method))
        return BODY_DRAINED;
    if (becomes_websocket(route, request))
        return BODY_LEFT;
    return handlers[route->endpoint].reads_body ? BODY_READ : BODY_DRAINED;
}

/* Chooses the world by the header X-Mock-Session, else the default one. */
static void choose_by_header(struct call *call)
{
    const struct header *header = request_header(call->request, "X-Mock-Session");
    struct world *world = header ? worlds_hold(call->api->worlds, header->value) : NULL;

    call->world = world ? world : worlds_default(call->api->worlds);
    call->world_named = world;
    if (header && !world)
        call->reply->warning = arena_printf(&call->reply->arena, "there is no session of the X-Mock-Session \"%.*s\"",
                                            SPAN_ARG(utf8_cut(header->value, SHOWN_MAX)));
}

void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call)
{
    *call = (struct call){ .api = api, .request = request, .reply = reply, .facts = { .endpoint = ENDPOINT_OTHER } };
    call->arena = reply->spare;
    reply->spare = (struct arena){ 0 };
    choose_by_header(call);
    find_route(call);
    if (call->route)
        call->facts.endpoint = call->route->endpoint;
    if (!call->done && call->route && handlers[call->route->endpoint].prepare)
        handlers[call->route->endpoint].prepare(call);
}

/* ---- calls ----------------------------------------------------------------------------------------------- */

static void handle(struct call *call, ns_t now)
{
    rate_limit(call);
    if (!call->done)
        handlers[call->route->endpoint].answer(call, now);
}

/* With all places for held replies taken, answers empty instead of holding. */
static void take_place(struct call *call)
{
    struct reply_fate *fate = &call->reply->fate;

    if (!fate->wait.on && !fate->trickle.bytes)
        return;
    fate->has_place = held_take_place(&call->world->held, fate);
    if (fate->has_place)
        return;
    fate->no_place = true;
    fate->broken = BREAK_EMPTY_RESPONSE;
    fate->wait.on = false;
    fate->trickle.bytes = 0;
    call->reply->status = 0;
    stream_close(call->stream);
    call->stream = NULL;
}

/* Counts the answer for `reads` triggers; actions that they release happen right after it. */
static void tell(struct call *call)
{
    if (!faulting_counts(call))
        return;
    for (size_t i = 0; i < call->n_told; i++)
        engine_told(call->world->engine, call->told[i], ENDPOINT_BIT(call->facts.endpoint), call->now);
}

/* A reply from which something is missing for lack of memory is not sent: the connection closes instead. */
static void withhold_if_poor(struct call *call)
{
    struct reply *reply = call->reply;

    if (!call->arena.failed && !reply->arena.failed && !reply->body.failed)
        return;
    reply_restart(reply);
    reply->status = 0;
    reply->fate.wait.on = false;
    reply->fate.trickle.bytes = 0;
    stream_close(call->stream);
    call->stream = NULL;
}

void api_answer(struct call *call, ns_t now)
{
    call->now = now;
    faulting_begin(call, now);
    if (!faulting_is_instead(call))
        handle(call, now);
    faulting_patch(call);
    tell(call);
    faulting_finish(call, call->now);
    withhold_if_poor(call);
    take_place(call);
    witness_answer(call, call->now);
    call_let_go(call);
}

void api_call_release(struct call *call)
{
    free(call->listed);
    world_drop(call->world);
    arena_reuse(&call->arena, CALL_KEPT_MAX);
    call->reply->spare = call->arena;
}
