#include "api/api.h"

#include "api/control.h"
#include "api/events_stream.h"
#include "api/faulting.h"
#include "api/routes.h"
#include "releases/fixture.h"
#include "wire/problems.h"
#include "wire/target.h"

#include <stdio.h>
#include <stdlib.h>

static bool remember(struct api *api)
{
    const struct scenario *scenario = api->options.scenario;

    MUST(!api->options.control || api->options.clock);
    api->journal = journal_new(api->options.journal);
    return expectations_init(&api->expectations, scenario ? scenario->expect : NULL, scenario ? scenario->n_expect : 0) &&
           api->journal;
}

static bool take_faults(struct api *api, const struct scenario *scenario, ns_t now)
{
    bool good = true;

    faults_release(&api->faults);
    faults_init(&api->faults, api->engine, now);
    for (size_t i = 0; scenario && good && i < scenario->n_faults; i++)
        good = faults_add(&api->faults, &scenario->faults[i], false);
    return good;
}

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
    if (!remember(api) || !take_faults(api, options->scenario, engine_start(engine))) {
        api_free(api);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    engine_listen(engine, streams_hear, api);
    *out = api;
    return ERR_OK;
}

bool api_reload(struct api *api, const struct scenario *scenario, enum signatures signatures)
{
    expectations_release(&api->expectations);
    verdict_clear(&api->verdict);
    engine_close_gates(api->engine);
    api->options.scenario = scenario;
    api->options.signatures = signatures;
    bool good = take_faults(api, scenario, clock_now(api->options.clock));
    return expectations_init(&api->expectations, scenario->expect, scenario->n_expect) && good;
}

void api_free(struct api *api)
{
    if (!api)
        return;
    MUST(!api->streams);
    limiter_free(api->limiter);
    journal_free(api->journal);
    expectations_release(&api->expectations);
    faults_release(&api->faults);
    verdict_release(&api->verdict);
    free(api);
}

static enum err load_fixture(struct api *api, const struct fixture_text *fixture, ns_t now, struct error *error)
{
    struct json_place where = { 1, 1 };
    struct error why;
    enum err err = fixture_load(api->engine, fixture->text, now, &where, &why);

    return err ? error_set(error, err == ERR_NOMEM ? err : ERR_INVALID, "%.*s:%zu:%zu: %s", SPAN_ARG(fixture->name),
                           where.line, where.column, why.text)
               : ERR_OK;
}

enum err api_load_fixtures(struct api *api, ns_t now, struct error *error)
{
    const struct scenario *scenario = api->options.scenario;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && scenario && i < scenario->n_fixtures; i++)
        err = load_fixture(api, &scenario->fixtures[i], now, error);
    if (!err && api->options.fixture.text.n)
        err = load_fixture(api, &api->options.fixture, now, error);
    return err;
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

    if (target->query.n)
        location = arena_printf(&call->arena, "%.*s?%.*s", SPAN_ARG(location), SPAN_ARG(target->query));
    reply->status = 301;
    reply_header(reply, "Location", location);
    if (is_get_or_head(call->request))
        reply_header(reply, "Content-Type", SPAN("text/html; charset=utf-8"));
    if (span_is(call->request->method, "GET")) { /* HEAD: not even its length */
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

/* A subtree `/x/` also wants `/x` to go there. */
static bool is_subtree_without_slash(const struct api *api, struct span path, struct arena *arena)
{
    return route_find(api->dialect, path) == NULL && route_find(api->dialect, with_slash(path, arena)) != NULL;
}

static void find_route(struct api *api, struct call *call)
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
    if (is_subtree_without_slash(api, target.clean, &call->arena)) {
        redirect(call, &target, with_slash(target.clean, &call->arena));
        return;
    }
    if (!span_eq(target.path, target.clean)) {
        redirect(call, &target, target.clean);
        return;
    }
    if (control_serves(api, target.path)) {
        control_prepare(api, call, &target);
        return;
    }
    call->route = route_find(api->dialect, target.path);
    call->path = target.path;
    if (!call->route) {
        problem_plain(call->reply, 404, SPAN("404 page not found"));
        call->done = true;
    }
}

void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call)
{
    *call = (struct call){ .request = request, .reply = reply, .facts = { .endpoint = ENDPOINT_OTHER } };
    find_route(api, call);
    if (call->route)
        call->facts.endpoint = call->route->endpoint;
    if (!call->done && call->route && call->route->prepare)
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

void refuse_for_rate(struct call *call)
{
    struct reply *reply = call->reply;

    reply_restart(reply);
    reply->job_id = SPAN("");
    reply->status = 429;
    reply_header(reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    buf_text(&reply->body, "You have reached maximum request limit.");
    reply->answered_by = "rate limit";
    rate_headers(call, 0);
    call->done = true;
}

static bool is_rated(const struct call *call)
{
    return call->route && !call->route->raw;
}

/* False: there was none. */
static bool take_token(struct api *api, struct call *call, int *remaining)
{
    *remaining = LIMIT_BURST - 1;
    return !api->options.rate_limit || limiter_take(api->limiter, call->route, address_of(call->request->remote),
                                                    call->request->monotonic_ns, remaining);
}

static void limit(struct api *api, struct call *call)
{
    int remaining;

    if (!is_rated(call))
        return;
    if (take_token(api, call, &remaining))
        rate_headers(call, remaining);
    else
        refuse_for_rate(call);
}

void note_rate(struct api *api, struct call *call)
{
    int remaining;

    if (!is_rated(call))
        return;
    take_token(api, call, &remaining);
    rate_headers(call, remaining);
}

static void handle(struct api *api, struct call *call, ns_t now)
{
    limit(api, call);
    if (!call->done)
        call->route->answer(api, call, now);
}

void api_answer(struct api *api, struct call *call, ns_t now)
{
    if (call->control) {
        control_answer(api, call, now);
        return;
    }
    faulting_begin(api, call, now);
    if (!faulting_is_instead(call))
        handle(api, call, now);
    faulting_finish(api, call, now);
    witness_answer(api, call, now);
}

void api_call_release(struct call *call)
{
    arena_release(&call->arena);
}
