#include "api/api.h"

#include "api/events_stream.h"
#include "api/routes.h"
#include "wire/problems.h"
#include "wire/target.h"

#include <stdio.h>
#include <stdlib.h>

enum err api_new(const struct api_options *options, struct engine *engine, struct api **out, struct error *error)
{
    struct api *api = calloc(1, sizeof *api);
    struct limiter *limiter = limiter_new();

    if (!api || !limiter) {
        free(api);
        limiter_free(limiter);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *api = (struct api){ .engine = engine, .options = *options, .dialect = options->dialect, .limiter = limiter,
                         .zone = options->zone };
    engine_listen(engine, streams_hear, api);
    *out = api;
    return ERR_OK;
}

void api_free(struct api *api)
{
    if (!api)
        return;
    MUST(!api->streams);
    limiter_free(api->limiter);
    free(api);
}

/* ---- what the mux answers by itself --------------------------------------------------------------------- */

static bool is_get_or_head(const struct request *request)
{
    return span_is(request->method, "GET") || span_is(request->method, "HEAD");
}

static void put_html_escaped(struct buf *out, struct span s)
{
    static const struct {
        char c;
        const char *text;
    } escapes[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" }, { '\'', "&#39;" }, { '"', "&#34;" } };

    for (size_t i = 0; i < s.n; i++) {
        const char *text = NULL;
        for (size_t k = 0; k < sizeof escapes / sizeof escapes[0]; k++)
            if (s.p[i] == escapes[k].c)
                text = escapes[k].text;
        if (text)
            buf_text(out, text);
        else
            buf_char(out, s.p[i]);
    }
}

/* GET and HEAD get a page that says so, other methods the header alone (Go's http.Redirect). */
static void redirect(struct call *call, const struct target *target, struct span to)
{
    struct reply *reply = call->reply;
    struct span location = target_escape(to, &call->arena);

    if (target->has_query)
        location = arena_printf(&call->arena, "%.*s?%.*s", SPAN_ARG(location), SPAN_ARG(target->query));
    reply->status = 301;
    reply_header(reply, "Location", location);
    if (is_get_or_head(call->request)) {
        reply_header(reply, "Content-Type", SPAN("text/html; charset=utf-8"));
        buf_text(&reply->body, "<a href=\"");
        put_html_escaped(&reply->body, location);
        buf_text(&reply->body, "\">Moved Permanently</a>.\n\n");
    }
    call->done = true;
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

/* A subtree `/x/` also wants `/x` to go there. */
static bool is_subtree_without_slash(struct span path, struct arena *arena)
{
    return route_find(path) == NULL && route_find(arena_printf(arena, "%.*s/", SPAN_ARG(path))) != NULL;
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
    if (!span_eq(target.path, target.clean)) {
        redirect(call, &target, target.clean);
        return;
    }
    if (is_subtree_without_slash(target.path, &call->arena)) {
        redirect(call, &target, arena_printf(&call->arena, "%.*s/", SPAN_ARG(target.path)));
        return;
    }
    call->route = route_find(target.path);
    call->path = target.path;
    if (!call->route) {
        problem_plain(call->reply, 404, SPAN("404 page not found"));
        call->done = true;
    }
}

void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call)
{
    *call = (struct call){ .request = request, .reply = reply };
    find_route(call);
    if (!call->done && call->route->prepare)
        call->route->prepare(api, call);
}

/* ---- the rate limit ----------------------------------------------------------------------------------------- */

static struct span address_of(struct span remote)
{
    size_t n = remote.n;

    while (n && remote.p[n - 1] != ':')
        n--;
    return span_of(remote.p, n ? n - 1 : remote.n);
}

static void rate_headers(struct call *call, int remaining)
{
    struct reply *reply = call->reply;
    const struct header *forwarded = request_header(call->request, "X-Forwarded-For");
    char text[16];

    snprintf(text, sizeof text, "%d", remaining);
    reply_header(reply, "X-Rate-Limit-Limit", SPAN("1000.00"));
    reply_header(reply, "X-Rate-Limit-Duration", SPAN("1"));
    if (forwarded && forwarded->value.n)
        reply_header(reply, "X-Rate-Limit-Request-Forwarded-For", forwarded->value);
    reply_header(reply, "X-Rate-Limit-Request-Remote-Addr", call->request->remote);
    reply_header(reply, "Ratelimit-Limit", SPAN("1000"));
    reply_header(reply, "Ratelimit-Reset", SPAN("1"));
    reply_header(reply, "Ratelimit-Remaining", span_text(text));
}

static void too_many(struct call *call)
{
    struct reply *reply = call->reply;

    reply_release(reply);
    reply_init(reply);
    reply->status = 429;
    reply_header(reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    buf_text(&reply->body, "You have reached maximum request limit.");
    rate_headers(call, 0);
    call->done = true;
}

static void limit(struct api *api, struct call *call)
{
    int remaining = LIMIT_BURST - 1;
    struct span address = address_of(call->request->remote);

    if (!call->route || call->route->raw)
        return;
    if (api->options.rate_limit &&
        !limiter_take(api->limiter, call->route, address, call->request->monotonic_ns, &remaining))
        too_many(call);
    else
        rate_headers(call, remaining);
}

void api_answer(struct api *api, struct call *call, ns_t now)
{
    limit(api, call);
    if (!call->done)
        call->route->answer(api, call, now);
}

void api_call_release(struct call *call)
{
    arena_release(&call->arena);
}
