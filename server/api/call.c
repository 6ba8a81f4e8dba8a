#include "api/call.h"

#include "wire/json_scan.h"
#include "wire/problems.h"

/* Not printf: an id may hold a NUL byte. */
static struct span text_of(struct call *call, const struct refusal *refusal, struct span value)
{
    CLEANUP(buf_release) struct buf text = buf_init(REPLY_BODY_MAX);

    buf_text(&text, refusal->before ? refusal->before : "");
    buf_span(&text, value);
    buf_text(&text, refusal->after ? refusal->after : "");
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

const struct job *call_find_job(struct call *call, struct span id, ns_t now)
{
    struct engine *engine = call->world->engine;
    const struct job *job = call->route->full_id ? engine_job(engine, id, now) : engine_find(engine, id, now);

    if (!job)
        call_refuse_job(call, id);
    return job;
}

static bool decode_body(struct call *call, const struct message *message, void *into, struct span *why)
{
    struct error error;
    struct span value;
    bool cut = false;

    if (json_scan(call->request->body, &value, &cut, &error)) {
        *why = cut && call->request->body_end == BODY_TOO_LARGE ? SPAN("http: request body too large")
                                                                : arena_span(&call->arena, span_text(error.text));
        return false;
    }
    return codec_decode(message, into, value, &call->arena, why) == ERR_OK;
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
