#include "api/call.h"

#include "base/ascii.h"
#include "wire/json_scan.h"
#include "wire/problems.h"

void call_choose_world(struct call *call, struct span client_id, struct span job_id)
{
    struct worlds *worlds = call->api->worlds;
    struct world *world = NULL;

    if (call->world_named || !worlds_sessions(worlds))
        return;
    if (!(world = worlds_hold(worlds, client_id)))
        world = worlds_hold_of_job(worlds, job_id);
    if (world)
        call->world = world;
}

/* Not printf: an id may hold a NUL byte. */
static struct span text_of(struct call *call, const struct refusal *refusal, struct span value)
{
    CLEANUP(buf_release) struct buf text = buf_init(REPLY_BODY_MAX);

    buf_text(&text, refusal->before ? refusal->before : "");
    buf_span(&text, value);
    buf_text(&text, refusal->after ? refusal->after : "");
    call->arena.failed |= text.failed;
    return arena_span(&call->arena, buf_view(&text));
}

/* As the real requester's panic: the connection closes without a byte (wire contract A1). */
static void panic(struct call *call)
{
    call->reply->status = 0;
    call->reply->answered_by = "panic";
}

void call_refuse(struct call *call, const struct refusal *refusal, struct span value)
{
    if (!refusal->status)
        panic(call);
    else if (refusal->form == REFUSAL_JOB)
        problem_job_not_found(call->reply, refusal->status, value);
    else if (refusal->form == REFUSAL_JSON)
        problem_json(call->reply, refusal->status, text_of(call, refusal, value));
    else
        problem_plain(call->reply, refusal->status, text_of(call, refusal, value));
    call->done = true;
}

void call_refuse_job(struct call *call, struct span id)
{
    const struct route *route = call->route;

    call_refuse(call, route && route->missing.status ? &route->missing : &call->world->release->missing, id);
}

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

void call_redirect(struct call *call, struct span location)
{
    struct reply *reply = call->reply;

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

const struct job *call_find_job(struct call *call, struct span id, ns_t now)
{
    struct engine *engine = call->world->engine;
    const struct job *job = call->route->full_id ? engine_job(engine, id, now) : engine_find(engine, id, now);

    if (!job)
        call_refuse_job(call, id);
    return job;
}

/* A bare number ends where something else follows, and here nothing else was read. */
static bool number_is_cut(const struct request *request, struct span value)
{
    return request->body_end == BODY_TOO_LARGE && value.p + value.n == request->body.p + request->body.n &&
           (ascii_is_digit(value.p[0]) || value.p[0] == '-');
}

static const struct span too_large = { "http: request body too large", 28 };

enum err call_decode(struct call *call, const struct message *message, void *into, struct span value, struct span *why)
{
    struct arena *arena = &call->arena;

    *why = too_large;
    if (!into)
        return ERR_NOMEM;
    arena->max = arena->size + DECODED_LEAST + DECODED_PER_BYTE * value.n;
    enum err err = codec_decode(message, into, value, arena, why);
    arena->max = 0;
    if (err == ERR_NOMEM)
        *why = too_large;
    if (arena->exceeded) /* not for lack of memory: the refusal is whole */
        arena->failed = arena->exceeded = false;
    return err;
}

static bool decode_body(struct call *call, const struct message *message, void *into, struct span *why)
{
    struct error error;
    struct span value;
    bool cut = false;

    if (json_scan(call->request->body, &value, &cut, &error)) {
        *why = cut && call->request->body_end == BODY_TOO_LARGE ? too_large : arena_span(&call->arena, span_text(error.text));
        return false;
    }
    if (number_is_cut(call->request, value)) {
        *why = too_large;
        return false;
    }
    return call_decode(call, message, into, value, why) == ERR_OK;
}

bool call_read_body(struct call *call, const struct message *message, void *into, const struct refusal *refusal)
{
    struct span why;

    if (decode_body(call, message, into, &why))
        return true;
    call_refuse(call, refusal, why);
    return false;
}

void call_finish_json(struct call *call)
{
    call->reply->status = 200;
    call->reply->sniffed = true;
    buf_char(&call->reply->body, '\n');
}

void call_tells_of(struct call *call, const struct job *job)
{
    const struct job **told = ARENA_NEW(&call->arena, const struct job *);

    if (!told)
        return;
    *told = job;
    call->told = told;
    call->n_told = 1;
}

/* ---- pauses ---------------------------------------------------------------------------------------------- */

static void hold(struct call *call)
{
    struct engine *engine = call->world->engine;

    if (call->holds)
        return;
    call->holds = true;
    call->named = call->facts.job_id.n ? engine_look(engine, call->facts.job_id) : NULL;
    engine_hold(engine, call->told, call->n_told);
    engine_hold(engine, &call->named, call->named ? 1 : 0);
}

void call_let_go(struct call *call)
{
    struct engine *engine = call->world->engine;

    if (!call->holds)
        return;
    call->holds = false;
    engine_let_go(engine, call->told, call->n_told);
    engine_let_go(engine, &call->named, call->named ? 1 : 0);
}

/* The fault may be removed in a pause; it then does not act. */
static void before_pause(struct call *call)
{
    hold(call);
    call->fault_number = call->fault ? faults_number(&call->world->faults, call->fault) : 0;
}

static void after_pause(struct call *call)
{
    if (call->fault)
        call->fault = faults_numbered(&call->world->faults, call->fault_number);
}

void call_pause(struct call *call)
{
    before_pause(call);
    call->now = world_pause(call->world);
    after_pause(call);
}

void call_leave(struct call *call)
{
    before_pause(call);
    lock_pause(&call->world->lock); /* those who wait have it before this thread comes back */
    world_leave(call->world);
}

void call_enter(struct call *call)
{
    call->now = world_enter(call->world);
    after_pause(call);
}
