#include "api/hints.h"

#include "base/nearest.h"
#include "wire/target.h"

#define SIGN "\"mock-requester sign\" "

/* A row applies to refusals that contain its text. Of several the first counts. */
static const struct hint_row {
    const char *text, *hint;
} rows[] = {
    { "in the body: the real requester panics", SIGN "wraps a payload" },
    { "in the payload: the real requester panics", "a job has a Spec" },
    { "public key does not match client ID", SIGN "puts in the ClientID of its key; --signatures off accepts any" },
    { "client's signature is invalid", SIGN "signs a payload; --signatures off accepts it" },
    { "maximum request limit", "--rate-limit off" },
    { "job store is full", "--max-jobs N" },
    { "not enough nodes", "GET /__mock/jobs/ID says what each node answered; a scenario may have more \"nodes\"" },
};

struct span hints_refusal(const struct reply *reply)
{
    if (reply->refused.n)
        return reply->refused;
    return reply->status >= 400 ? span_trim(buf_view(&reply->body)) : SPAN("");
}

static bool contains(struct span text, const char *part)
{
    return text.n && memmem(text.p, text.n, part, strlen(part));
}

static struct span hint_of_row(struct span refusal)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (contains(refusal, rows[i].text))
            return span_text(rows[i].hint);
    return SPAN("");
}

/* ---- unknown paths --------------------------------------------------------------------------------------- */

/* The path of the release that is nearest to the one that was asked for, or `/requester` before it; NULL: none is near. */
static const char *nearest_path(const struct release *release, struct span path, struct arena *arena)
{
    static const char below[] = "/requester";
    const char *wanted = arena_printf(arena, "%.*s", SPAN_ARG(path)).p;
    const char *lacks = arena_printf(arena, "%s%.*s", below, SPAN_ARG(path)).p;
    struct nearest near = nearest_to(wanted ? wanted : "");

    for (size_t p = 0; release->prefixes[p]; p++) {
        for (size_t i = 0; i < release->n_routes; i++) {
            const char *full = arena_printf(arena, "%s%s", release->prefixes[p], release->routes[i].path).p;
            if (full && lacks && strcmp(full, lacks) == 0)
                return full;
            if (full)
                nearest_try(&near, full);
        }
    }
    return near.best;
}

static struct span hint_of_path(const struct call *call)
{
    struct arena *arena = &call->reply->arena;
    struct target target;

    if (call->route || target_read(call->request->target, arena, &target))
        return SPAN("");
    if (span_is(target.path, "/") || span_is(target.path, "/favicon.ico"))
        return SPAN("the page is at /__mock/");
    const char *near = nearest_path(call->world->release, target.path, arena);
    return near ? arena_printf(arena, "did you mean %s?", near)
                : arena_printf(arena, "%s does not serve that path", call->world->release->name);
}

/* ---- signatures ------------------------------------------------------------------------------------------ */

static struct span hint_of_signature(const struct call *call)
{
    return arena_printf(&call->reply->arena, "does not verify over the %zu bytes of the payload as sent; --signatures off accepts it",
                        call->refused_signature->verified.n);
}

void hints_add(const struct call *call)
{
    struct reply *reply = call->reply;
    struct span refusal = hints_refusal(reply);

    if (!refusal.n || call->fault)
        return;
    if (!call->route && reply->status == 404)
        reply->hint = hint_of_path(call);
    else if (call->refused_signature && contains(refusal, "verification error"))
        reply->hint = hint_of_signature(call);
    else
        reply->hint = hint_of_row(refusal);
}
