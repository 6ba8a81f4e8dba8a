#include "api/call.h"

#include "releases/release.h"
#include "wire/json_scan.h"
#include "wire/problems.h"

/* Not printf: an id may hold a NUL byte. */
struct span call_joined(struct call *call, const char *prefix, struct span text)
{
    size_t n = strlen(prefix);
    char *p = arena_alloc(&call->arena, n + text.n + 1);

    if (!p)
        return SPAN("");
    memcpy(p, prefix, n);
    if (text.n)
        memcpy(p + n, text.p, text.n);
    return span_of(p, n + text.n);
}

void call_refuse(struct call *call, int status, const char *prefix, struct span text)
{
    if (prefix)
        problem_json(call->reply, status, call_joined(call, prefix, text));
    else
        problem_plain(call->reply, status, text);
    call->done = true;
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

bool call_read_body(struct call *call, const struct message *message, void *into, const char *prefix)
{
    struct span why;

    if (decode_body(call, message, into, &why))
        return true;
    call_refuse(call, 400, prefix, why);
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
