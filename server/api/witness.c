/* What the journal, the expectations, the verdict and the log note of an answered exchange. */
#include "api/witness.h"

#include "api/api.h"
#include "scenario/shipped.h"

/* ---- what answered --------------------------------------------------------------------------------------- */

/* `job flaky step 2 flaky.json:14`: the step that the job has reached; for a script without steps, or before the first
 * step, the line where the script begins. */
static struct span words_for(const struct job *job, struct arena *arena)
{
    const struct job_script *script = job->script;
    bool steps = script->n_steps && !job->left_script && job->step > 0;

    if (steps)
        return arena_printf(arena, "job %.*s%sstep %zu %.*s:%zu", SPAN_ARG(script->name), script->name.n ? " " : "",
                            job->step, SPAN_ARG(script->file), script->steps[job->step - 1].line);
    return arena_printf(arena, "job %.*s%s%.*s:%zu", SPAN_ARG(script->name), script->name.n ? " " : "",
                        SPAN_ARG(script->file), script->line);
}

static bool is_schedulers(const struct call *call)
{
    const char *by = call->reply->answered_by;

    return (!by || strcmp(by, "scheduler") == 0) && call->reply->status == 200 &&
           (endpoints[call->facts.endpoint].reads || endpoints[call->facts.endpoint].changes);
}

static void name_answerer(struct call *call, const struct job *job)
{
    if (!is_schedulers(call))
        return;
    struct span words = job && job->script ? words_for(job, &call->reply->arena) : SPAN("scheduler");
    call->reply->answered_by = words.p;
}

/* ---- the journal ----------------------------------------------------------------------------------------- */

/* The error text of a refusal. */
static struct span refusal_of(const struct reply *reply)
{
    return reply->status >= 400 ? span_trim(buf_view(&reply->body)) : SPAN("");
}

static uint64_t enter(struct world *world, const struct exchange_facts *facts, const struct request *request,
                      const struct reply *reply, ns_t now)
{
    return journal_enter(world->journal, &(struct journal_entry){ .time = now,
                                                                .endpoint = facts->endpoint,
                                                                .method = request->method,
                                                                .target = request->target,
                                                                .client_id = facts->client_id,
                                                                .job_id = facts->job_id,
                                                                .answered_by = span_text(reply->answered_by),
                                                                .refused = refusal_of(reply),
                                                                .status = reply->status });
}

/* Sets the full id, the client and the spec of the job, where the request does not have them. */
static void complete_facts(struct exchange_facts *facts, const struct job *job)
{
    if (!job)
        return;
    facts->job_id = job->id;
    facts->job_client = job->client_id;
    facts->spec = &job->spec;
}

static void judge(const struct call *call)
{
    bool unknown = call->facts.endpoint == ENDPOINT_OTHER && call->reply->status == 404;

    if (unknown)
        verdict_note_not_found(&call->world->verdict, call->request->method, call->request->target);
    if (call->bad_signature)
        verdict_note_signature(&call->world->verdict);
}

/* The nearest name of a script of the program or of a scenario that ships, as ` (did you mean "…"?)`; else empty. */
static struct span meant_name(const struct program *program, struct span name, struct arena *arena)
{
    struct nearest near = nearest_to(name.p);

    for (size_t i = 0; i < program->n_scripts; i++)
        if (program->scripts[i].name.n)
            nearest_try(&near, program->scripts[i].name.p);
    shipped_try_names(&near);
    return near.best ? arena_printf(arena, " (did you mean \"mock:%s\"?)", near.best) : SPAN("");
}

/* Warns of a job whose annotation asks for a script that does not exist. */
static void warn_of_name(struct call *call)
{
    struct span name;
    uint64_t asked = engine_asked_in_vain(call->world->engine, &name);

    if (asked != call->world->unknown_names)
        call->reply->warning = arena_printf(&call->reply->arena, "no script is called %.*s: its mock: annotation is passed over%.*s",
                                            SPAN_ARG(name),
                                            SPAN_ARG(meant_name(call->world->program, name, &call->reply->arena)));
    call->world->unknown_names = asked;
}

void witness_answer(struct call *call, ns_t now)
{
    const struct job *job = call->facts.job_id.n ? engine_look(call->world->engine, call->facts.job_id) : NULL;

    name_answerer(call, job);
    warn_of_name(call);
    complete_facts(&call->facts, job);
    expectations_note(&call->world->expectations, &call->facts, job && call->facts.endpoint == ENDPOINT_SUBMIT);
    judge(call);
    call->reply->journal = enter(call->world, &call->facts, call->request, call->reply, now);
    call->reply->seen = true;
}

void api_writing(struct world *world, const struct reply *reply, int64_t bytes)
{
    if (reply->seen && !reply->unseen)
        journal_end(world->journal, reply->journal, reply->status, "complete", bytes);
}

void api_ended(struct world *world, const struct request *request, const struct reply *reply, const char *how, int64_t bytes,
               ns_t now)
{
    const struct exchange_facts nothing = { .endpoint = ENDPOINT_OTHER };

    if (reply->unseen)
        return;
    uint64_t ticket = reply->seen ? reply->journal : enter(world, &nothing, request, reply, now);
    journal_end(world->journal, ticket, reply->status, how, bytes);
}
