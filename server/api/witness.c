/* What the journal, the expectations, the verdict and the log note of an answered exchange. */
#include "api/witness.h"

#include "api/api.h"
#include "api/hints.h"
#include "base/os_clock.h"
#include "scenario/shipped.h"

/* ---- what answered --------------------------------------------------------------------------------------- */

/* Where the step is that the job has reached, `flaky.json:14`; for a script without steps, or before the first step,
 * where the script begins. */
static struct span place_of(const struct job *job, struct arena *arena)
{
    const struct job_script *script = job->script;
    bool steps = script->n_steps && !job->left_script && job->step > 0;

    return arena_printf(arena, "%.*s:%zu", SPAN_ARG(script->file), steps ? script->steps[job->step - 1].line : script->line);
}

/* `job flaky step 2 flaky.json:14` */
static struct span words_for(const struct job *job, struct span place, struct arena *arena)
{
    const struct job_script *script = job->script;
    bool steps = script->n_steps && !job->left_script && job->step > 0;

    if (steps)
        return arena_printf(arena, "job %.*s%sstep %zu %.*s", SPAN_ARG(script->name), script->name.n ? " " : "",
                            job->step, SPAN_ARG(place));
    return arena_printf(arena, "job %.*s%s%.*s", SPAN_ARG(script->name), script->name.n ? " " : "", SPAN_ARG(place));
}

static bool is_schedulers(const struct call *call)
{
    const char *by = call->reply->answered_by;

    return (!by || strcmp(by, "scheduler") == 0) && call->reply->status == 200 &&
           (endpoints[call->facts.endpoint].reads || endpoints[call->facts.endpoint].changes);
}

/* Sets reply->answered_by. Returns the place in a scenario file that answered; empty if none did. */
static struct span name_answerer(struct call *call, const struct job *job)
{
    struct arena *arena = &call->reply->arena;
    const struct fault *fault = call->fault;

    if (fault && fault->file.n)
        return arena_printf(arena, "%.*s:%zu", SPAN_ARG(fault->file), fault->place.line);
    if (!is_schedulers(call))
        return SPAN("");
    struct span place = job && job->script ? place_of(job, arena) : SPAN("");
    call->reply->answered_by = place.n ? words_for(job, place, arena).p : "scheduler";
    return place;
}

/* ---- the journal ----------------------------------------------------------------------------------------- */

/* HEAD and the empty reply have no body. */
static struct span body_of(const struct request *request, const struct reply *reply)
{
    bool none = reply->status == 0 || (span_is(request->method, "HEAD") && !reply->bare);

    return none ? SPAN("") : buf_view(&reply->body);
}

/* Enters the exchange, completed with what the request and the reply say. */
static uint64_t enter(struct world *world, struct journal_entry *entry, const struct request *request,
                      const struct reply *reply)
{
    entry->method = request->method;
    entry->target = request->target;
    entry->answered_by = span_text(reply->answered_by);
    entry->near_miss = reply->fate.near_miss;
    entry->refused = hints_refusal(reply);
    entry->status = reply->status;
    return journal_enter(world->journal, entry,
                         &(struct journal_content){ .headers = request->headers,
                                                    .n_headers = request->n_headers,
                                                    .request_body = request->body,
                                                    .reply_head = reply_head_lines(reply),
                                                    .reply_body = body_of(request, reply) });
}

/* True if the reply goes out at once and whole: how it will end is known before it is written. */
static bool goes_out_whole(const struct reply *reply)
{
    return !reply->fate.broken && !reply->fate.wait.on && !reply->fate.trickle.bytes;
}

/* Sets how the exchange will end, as far as it is known. */
static void foresee(struct journal_entry *entry, const struct request *request, struct reply *reply)
{
    reply->foreseen = -1;
    if (!goes_out_whole(reply) || reply->head.failed)
        return;
    reply->foreseen = (int64_t)(reply->head.n + reply_body_size(reply, request));
    entry->how = reply->status ? "complete" : "empty reply";
    entry->bytes = reply->foreseen;
}

/* A manual clock measures lengths of time, too: two runs have the same journal. */
static bool is_manual(const struct world *world)
{
    return world->clock.kind == CLOCK_KIND_MANUAL;
}

static void enter_call(struct call *call, struct span source, ns_t now)
{
    bool manual = is_manual(call->world);
    struct journal_entry entry = { .time = now,
                                   .duration = manual ? 0 : os_clock_monotonic() - call->request->monotonic_ns,
                                   .endpoint = call->facts.endpoint,
                                   .client_id = call->facts.client_id,
                                   .job_id = call->facts.job_id,
                                   .source = source };
    const struct refused_signature *refused = call->refused_signature;

    if (refused) {
        entry.signed_length = refused->verified.n;
        entry.sha256 = span_text(refused->sha256);
        entry.key_id = span_text(refused->key_id);
        entry.claimed_id = refused->claimed_id;
    }
    call->reply->moment = now;
    reply_make_head(call->reply, call->request, world_date(call->world, now));
    foresee(&entry, call->request, call->reply);
    call->reply->journal = enter(call->world, &entry, call->request, call->reply);
    call->reply->seen = true;
    call->reply->number = call->reply->journal ? journal_last(call->world->journal) : 0;
    if (call->reply->journal)
        feed_add_exchange(&call->world->feed, now, journal_last(call->world->journal), false);
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

/* True if a browser asks so by itself when someone opens the server's address. */
static bool is_browsers_own(const struct request *request)
{
    return span_is(request->method, "GET") && (span_is(request->target, "/") || span_is(request->target, "/favicon.ico"));
}

static void judge(const struct call *call)
{
    bool unknown = call->facts.endpoint == ENDPOINT_OTHER && call->reply->status == 404;

    if (unknown && !is_browsers_own(call->request))
        verdict_note_not_found(&call->world->verdict, call->request->method, call->request->target);
    if (call->refused_signature)
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

/* After name_answerer and complete_facts. */
static void note_for_log(struct call *call, const struct job *job, struct span source, ns_t now)
{
    struct reply *reply = call->reply;

    reply->answered_ns = now;
    reply->source = source;
    reply->endpoint = endpoint_name(call->facts.endpoint);
    reply->job_state = job ? job_state_name(job->state) : NULL;
    reply->client_id = arena_span(&reply->arena, call->facts.client_id);
    if (job && !reply->job_id.n)
        reply->job_id = arena_span(&reply->arena, job->id);
    hints_add(call);
}

void witness_answer(struct call *call, ns_t now)
{
    const struct job *job = call->facts.job_id.n ? engine_look(call->world->engine, call->facts.job_id) : NULL;

    struct span source = name_answerer(call, job);
    warn_of_name(call);
    complete_facts(&call->facts, job);
    expectations_note(&call->world->expectations, &call->facts, job && call->facts.endpoint == ENDPOINT_SUBMIT);
    judge(call);
    note_for_log(call, job, source, now);
    enter_call(call, source, now);
}

/* ---- the end --------------------------------------------------------------------------------------------- */

bool api_foresaw(const struct reply *reply, const struct api_end *end)
{
    const char *how = reply->status ? "complete" : "empty reply";

    return reply->seen && reply->foreseen == end->bytes && strcmp(how, end->how) == 0;
}

void api_ended(struct world *world, const struct request *request, struct reply *reply, const struct api_end *end, ns_t now)
{
    struct journal_entry entry = { .time = now, .endpoint = ENDPOINT_OTHER };

    if (reply->unseen)
        return;
    if (!reply->seen)
        reply->journal = enter(world, &entry, request, reply);
    const struct journal_entry *ended = journal_find(world->journal, reply->journal);
    if (!ended)
        return;
    journal_end(world->journal, reply->journal,
                &(struct journal_end){ .status = reply->status,
                                       .how = end->how,
                                       .bytes = end->bytes,
                                       .duration = is_manual(world) ? now - ended->time : end->duration,
                                       .reply_head = reply_head_lines(reply) });
    feed_add_exchange(&world->feed, now, ended->number, reply->seen);
}
