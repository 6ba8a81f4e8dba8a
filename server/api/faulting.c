#include "api/faulting.h"

#include "api/presets.h"
#include "base/utf8.h"
#include "wire/patch.h"

enum { SHOWN_MAX = 24 }; /* bytes of a text that a near miss quotes */

/* ---- before the handler --------------------------------------------------------------------------------------- */

/* The job that the endpoint would find, or NULL. */
static const struct job *named_job(const struct call *call, ns_t now)
{
    struct engine *engine = call->world->engine;
    struct span id = call->facts.job_id;

    if (!id.n)
        return NULL;
    return call->route && call->route->full_id ? engine_job(engine, id, now) : engine_find(engine, id, now);
}

static void complete_facts(struct call *call, ns_t now)
{
    struct exchange_facts *facts = &call->facts;
    const struct job *job = facts->spec ? NULL : named_job(call, now);

    if (!job)
        return;
    facts->spec = &job->spec;
    facts->job_client = job->client_id;
    facts->job_id = arena_span(&call->arena, job->id);
}

/* The beginning of a text, and in `more` what shows that it goes on. */
static struct span shorten(struct span text, struct span *more)
{
    struct span shown = utf8_cut(text, SHOWN_MAX);

    *more = shown.n < text.n ? SPAN("…") : SPAN("");
    return text.n ? shown : SPAN("none");
}

static void tell_near_miss(struct call *call, const struct near_miss *miss)
{
    struct span more[3];

    if (!miss->fault)
        return;
    struct span title = shorten(fault_title(miss->fault, &call->arena), &more[0]);
    struct span wanted = shorten(miss->wanted, &more[1]), got = shorten(miss->got, &more[2]);
    const struct span parts[] = { SPAN("fault "), title, more[0], SPAN(" wants "), miss->of_job ? SPAN("job.") : SPAN(""),
                                  span_text(miss->condition), SPAN(" "), wanted, more[1], SPAN(", got "), got, more[2] };
    call->reply->fate.near_miss = arena_join(&call->reply->arena, parts, sizeof parts / sizeof *parts);
}

void faulting_begin(struct call *call, ns_t now)
{
    struct near_miss miss;

    if (!call->world->faults.first)
        return;
    complete_facts(call, now);
    call->fault = faults_choose(&call->world->faults, &call->facts, now, &call->arena, &miss);
    tell_near_miss(call, &miss);
}

static bool words_a_reply(const struct fault *fault)
{
    return fault->kind == FAULT_REPLIES || fault->kind == FAULT_PRESET;
}

/* The handler of an endpoint that changes nothing runs also for a reply that is going to be broken. */
bool faulting_is_instead(const struct call *call)
{
    const struct fault *fault = call->fault;

    if (!fault || fault_lets_act(fault))
        return false;
    return words_a_reply(fault) || endpoints[call->facts.endpoint].changes;
}

/* ---- the reply of a fault --------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    unsigned bit;
} own_headers[] = {
    { "Date", OWN_DATE },
    { "Content-Length", OWN_LENGTH },
    { "Connection", OWN_CONNECTION },
    { "Transfer-Encoding", OWN_LENGTH },
};

static unsigned own_bit(struct span name)
{
    for (size_t i = 0; i < sizeof own_headers / sizeof *own_headers; i++)
        if (span_eq_nocase(name, span_text(own_headers[i].name)))
            return own_headers[i].bit;
    return 0;
}

static void put_headers(struct reply *reply, const struct fault_reply *from)
{
    bool typed = false;

    for (size_t i = 0; i < from->n_headers; i++) {
        const struct fault_header *header = &from->headers[i];
        typed |= span_eq_nocase(header->name, SPAN("Content-Type"));
        reply->without |= own_bit(header->name);
        if (!header->absent)
            reply_add_header(reply, header->name, header->value);
    }
    if (from->type && !typed)
        reply_header(reply, "Content-Type", span_text(from->type));
}

/* Without a length the end of the connection ends the body; some answers have none. */
static void settle_length(struct reply *reply)
{
    bool bodiless = reply->status == 204 || reply->status == 304;

    if (bodiless) {
        buf_clear(&reply->body);
        reply->without |= OWN_LENGTH;
    } else if (reply->without & OWN_LENGTH) {
        reply->close = true;
    }
}

static void make_reply(struct call *call, const struct fault_reply *from)
{
    struct reply *reply = call->reply;

    reply_restart(reply);
    reply->status = (int)from->status;
    reply->framing = FRAMED_BY_LENGTH;
    put_headers(reply, from);
    buf_span(&reply->body, from->body);
    settle_length(reply);
}

/* ---- after the handler ---------------------------------------------------------------------------------------------- */

static void say_not_fired(struct call *call, const char *why)
{
    struct span title = fault_title(call->fault, &call->arena);

    call->reply->fate.note = arena_printf(&call->reply->arena, "fault %.*s did not fire: %s", SPAN_ARG(title), why);
}

/* A copy of the fault's operations, for use while the fault may be removed. NULL: no memory. */
static const struct patch_operation *copy_patch(struct call *call, const struct fault *fault)
{
    struct patch_operation *copy = arena_alloc(&call->arena, fault->n_patch * sizeof *copy);

    for (size_t i = 0; copy && i < fault->n_patch; i++)
        copy[i] = (struct patch_operation){ fault->patch[i].kind, arena_span(&call->arena, fault->patch[i].path),
                                            arena_span(&call->arena, fault->patch[i].from),
                                            arena_span(&call->arena, fault->patch[i].value) };
    return call->arena.failed ? NULL : copy;
}

/* Patches the body without the lock, as it may take long. Unless the fault was removed meanwhile. */
static enum err patch_body(struct call *call, const struct fault *fault, struct error *error)
{
    const struct patch_operation *patch = copy_patch(call, fault);
    struct buf patched = buf_init(REPLY_BODY_MAX), *body = &call->reply->body;
    size_t n = fault->n_patch;

    if (!patch)
        return error_set(error, ERR_NOMEM, "out of memory");
    call_leave(call);
    enum err err = patch_apply(buf_view(body), patch, n, &patched, error);
    call_enter(call);
    struct buf unused = call->fault && !err ? *body : patched;
    if (call->fault && !err)
        *body = patched;
    buf_release(&unused);
    return err;
}

void faulting_patch(struct call *call)
{
    const struct fault *fault = call->fault;
    struct error error;

    if (!fault || fault->kind != FAULT_PATCHES)
        return;
    enum err err = patch_body(call, fault, &error);
    call->arena.failed |= err == ERR_NOMEM;
    if (err == ERR_OK || !call->fault)
        return;
    say_not_fired(call, error.text);
    faults_take_back(&call->world->faults, call->fault);
    call->fault = NULL;
}

bool faulting_counts(const struct call *call)
{
    const struct fault *fault = call->fault;
    return !fault || (fault->effect != EFFECT_NONE && (fault->kind == FAULT_DELAYS_ONLY || fault->kind == FAULT_TRICKLES));
}

static struct trigger kept_trigger(const struct trigger *trigger, struct arena *arena)
{
    struct trigger kept = *trigger;

    if (kept.kind == TRIGGER_GATE)
        kept.gate = arena_span(arena, kept.gate);
    return kept;
}

static void hold_back(struct call *call, ns_t now)
{
    const struct fault *fault = call->fault;
    struct reply_wait *wait = &call->reply->fate.wait;
    ns_t longer = fault->kind == FAULT_PRESET ? preset_delay(fault->preset) : 0;

    *wait = (struct reply_wait){ .until = NS_NEVER };
    if (call->reply->fate.broken == BREAK_HANG) {
        wait->on = true;
    } else if (fault->delay.kind == TRIGGER_GATE) {
        wait->gate = arena_span(&call->reply->arena, fault->delay.gate);
        wait->on = !engine_gate_is_open(call->world->engine, wait->gate);
    } else {
        wait->until = engine_trigger(call->world->engine, &fault->delay, now);
        if (wait->until < NS_NEVER - longer)
            wait->until += longer;
        wait->on = wait->until > now;
        call->reply->fate.trickle.since = wait->until > now ? wait->until : now;
    }
}

static void act_on(struct call *call)
{
    const struct fault *fault = call->fault;
    struct reply *reply = call->reply;

    switch (fault->kind) {
    case FAULT_REPLIES:
        make_reply(call, &fault->reply);
        break;
    case FAULT_PRESET:
        preset_make(call, fault->preset, !faulting_is_instead(call));
        break;
    case FAULT_BREAKS:
        reply->fate.broken = (enum reply_break)fault->broken;
        break;
    case FAULT_TRICKLES:
        reply->fate.trickle = (struct reply_trickle){ .bytes = (size_t)fault->trickle.bytes,
                                                      .every = kept_trigger(&fault->trickle.every, &reply->arena) };
        break;
    case FAULT_PATCHES:
    case FAULT_DELAYS_ONLY:
        break;
    }
}

/* Closes a stream that was opened for an answer that is not sent. */
static void drop_stream(struct call *call)
{
    if (call->stream && (words_a_reply(call->fault) || call->fault->kind == FAULT_BREAKS)) {
        stream_close(call->stream);
        call->stream = NULL;
    }
}

/* Counts the job of a submit that was handled and not refused. */
static void count_submitted(const struct call *call)
{
    if (call->facts.endpoint == ENDPOINT_SUBMIT && call->facts.job_id.n)
        faults_submitted(&call->world->faults, &call->facts);
}

void faulting_finish(struct call *call, ns_t now)
{
    struct reply *reply = call->reply;

    count_submitted(call);
    if (!call->fault)
        return;
    drop_stream(call);
    act_on(call);
    if (!breakage_shows_status(reply->fate.broken))
        reply->status = 0;
    hold_back(call, now);
    struct span title = fault_title(call->fault, &call->arena);
    const char *by = arena_printf(&reply->arena, "fault %.*s", SPAN_ARG(title)).p;
    reply->answered_by = by ? by : "fault";
}
