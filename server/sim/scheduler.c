#include "sim/scheduler.h"

#include "base/duration.h"
#include "sim/ranking.h"
#include "sim/refusal.h"
#include "sim/script.h"
#include "sim/verification.h"

#include <stdlib.h>

static struct action action_of(enum action_kind kind, const struct execution *x)
{
    return (struct action){ .kind = kind, .execution = x->index };
}

/* ---- nodes -------------------------------------------------------------------------------------------------- */

const struct node *scheduler_nodes(const struct scheduler *s, const struct job *job, size_t *n)
{
    bool own = job->script && job->script->has_nodes;

    *n = own ? job->script->n_nodes : s->n_nodes;
    return own ? job->script->nodes : s->nodes;
}

static bool labels_are_known(const struct scheduler *s, ns_t now)
{
    const struct trigger *known = &s->options.labels_known;

    return known->kind == TRIGGER_GATE ? agenda_gate_is_open(&s->agenda, known->gate) : now >= s->labels_known;
}

enum err scheduler_rank(struct scheduler *s, const struct job *job, ns_t now, const struct node ***ranked, size_t *n,
                        struct buf *why)
{
    struct ranking ranking = { .min_version = s->rules->min_version,
                               .favours = s->rules->favours,
                               .labels_known = labels_are_known(s, now),
                               .ties = s->options.ties_random ? &s->ids : NULL };

    ranking.nodes = scheduler_nodes(s, job, &ranking.n_nodes);
    return ranking_of(&ranking, job, ranked, n, why);
}

/* ---- asking ------------------------------------------------------------------------------------------------- */

/* Plans the node's answer; that a node cannot be reached is known at once. */
static void plan_bid(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    if (x->node->unreachable.n)
        agenda_plan_at(&s->agenda, job, now, action_of(ACTION_BID, x));
    else
        agenda_plan(&s->agenda, job, &NODE_NTH(x->node->bid, x->ask)->after, now, action_of(ACTION_BID, x));
}

static void shuffle(struct draw *ids, struct execution **at, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)draw_below(ids, i);
        struct execution *other = at[i - 1];
        at[i - 1] = at[k];
        at[k] = other;
    }
}

/* Of answers at the same instant refusals come first (a refusal takes a node less work), then bids in the order of
 * nodes, or in a drawn order. */
static void plan_bids(struct scheduler *s, struct job *job, size_t first, ns_t now)
{
    size_t n = job->n_executions - first;
    struct execution **asked = malloc((n + 1) * sizeof *asked);

    if (!asked)
        return;
    memcpy(asked, job->executions + first, n * sizeof *asked);
    if (s->options.ties_random)
        shuffle(&s->ids, asked, n);
    for (int refusals = 1; refusals >= 0; refusals--)
        for (size_t i = 0; i < n; i++)
            if (refusal_is_due(job, asked[i]) == (refusals == 1))
                plan_bid(s, job, asked[i], now);
    free(asked);
}

/* All AskForBid entries come before the first answer. */
void scheduler_ask(struct scheduler *s, struct job *job, const struct node *const *nodes, size_t n, ns_t now)
{
    size_t first = job->n_executions;

    for (size_t i = 0; i < n; i++)
        if (!execution_new_after(job, first, nodes[i]->id, nodes[i], now))
            break;
    if (job->n_executions > first)
        plan_bids(s, job, first, now);
}

static size_t nodes_to_ask(const struct scheduler *s, const struct job *job, size_t ranked)
{
    const struct scheduler_rules *rules = s->rules;
    int64_t factor = rules->overask_is_option && s->options.overask ? s->options.overask : rules->overask;
    int64_t wanted = spec_wanted_nodes(&job->spec);

    if (wanted > INT64_MAX / factor || wanted * factor >= (int64_t)ranked)
        return ranked;
    return (size_t)(wanted * factor);
}

/* Finds nodes, moves the job on and asks them; on an error nothing has changed. */
static enum err find_and_ask(struct scheduler *s, struct job *job, ns_t now, struct buf *why)
{
    const struct node **ranked = NULL;
    size_t n = 0;

    enum err err = scheduler_rank(s, job, now, &ranked, &n, why);
    if (err == ERR_NOMEM)
        buf_text(why, "out of memory");
    if (err)
        return ERR_STATE; /* also without memory: the job exists, but is not scheduled */
    if ((int64_t)n < spec_wanted_nodes(&job->spec)) {
        free(ranked);
        buf_printf(why, "not enough nodes to run job. requested: %lld, available: %zu",
                   (long long)spec_wanted_nodes(&job->spec), n);
        return ERR_STATE;
    }
    job_move(job, JOB_IN_PROGRESS, SPAN(""), now);
    events_emit(&s->events, EVENT_CREATED, job, NULL, SPAN(""), now);
    scheduler_ask(s, job, ranked, nodes_to_ask(s, job, n), now);
    free(ranked);
    return ERR_OK;
}

enum err scheduler_start(struct scheduler *s, struct job *job, ns_t now, struct buf *why)
{
    job_move(job, JOB_NEW, SPAN(""), now);
    enum err err = find_and_ask(s, job, now, why);
    if (err && s->rules->short_is_final)
        scheduler_stop(s, job, why->failed ? SPAN("out of memory") : buf_view(why), false, now);
    return err;
}

/* ---- bids ------------------------------------------------------------------------------------------------------ */

/* A run ends by its trigger or, if that has not come by then, by the job's time-out. A run that never ends
 * hangs without a word. */
static void plan_run(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    const struct trigger *after = &NODE_NTH(x->node->run, x->ask)->after;
    struct action end = action_of(ACTION_RUN_END, x);
    ns_t timeout = spec_timeout(&job->spec);

    if (after->kind == TRIGGER_TIME) {
        ns_t due = agenda_moment(&s->agenda, after, now);
        end.timed_out = due != NS_NEVER && due - now > timeout;
        agenda_plan_at(&s->agenda, job, end.timed_out ? now + timeout : due, end);
        return;
    }
    agenda_plan(&s->agenda, job, after, now, end);
    end.timed_out = true;
    agenda_plan_at(&s->agenda, job, timeout > NS_NEVER - now ? NS_NEVER : now + timeout, end);
}

static void accept_bid(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    execution_move(job, x, EXECUTION_BID_ACCEPTED, NULL, now);
    events_emit(&s->events, EVENT_BID_ACCEPTED, job, x, SPAN(""), now);
    plan_run(s, job, x, now);
}

static void reject_bid(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    execution_move(job, x, EXECUTION_BID_REJECTED, NULL, now);
    events_emit(&s->events, EVENT_BID_REJECTED, job, x, SPAN(""), now);
}

void scheduler_decide_bids(struct scheduler *s, struct job *job, ns_t now)
{
    if (job_count_bids(job, EXECUTIONS_ALL) < job->spec.deal.min_bids)
        return;
    int64_t active = job_count(job, EXECUTIONS_ACTIVE);
    int64_t undecided = job_count(job, EXECUTION_BIT(EXECUTION_ASK_FOR_BID_ACCEPTED));
    for (size_t i = job->first_bid; undecided > 0 && i < job->n_executions; i++) {
        struct execution *x = job->executions[i];
        if (x->state != EXECUTION_ASK_FOR_BID_ACCEPTED)
            continue;
        undecided--;
        if (active < job->spec.deal.concurrency) {
            accept_bid(s, job, x, now);
            active++;
        } else {
            reject_bid(s, job, x, now);
        }
    }
    job->first_bid = (uint32_t)job->n_executions;
}

static void fail(struct scheduler *s, struct job *job, struct execution *x, struct span status, ns_t now)
{
    execution_move(job, x, EXECUTION_FAILED, &(struct execution_change){ .status = status }, now);
    events_emit(&s->events, EVENT_COMPUTE_ERROR, job, x, x->status, now);
    s->rules->execution_failed(s, job, x, now);
}

static void take_bid(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    char reference[2 + UUID_SIZE + 1] = "e-";

    draw_uuid(&s->ids, reference + 2);
    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED,
                   &(struct execution_change){ .reference = span_text(reference) }, now);
    events_emit(&s->events, EVENT_BID, job, x, SPAN(""), now);
    s->rules->bid_came(s, job, x, true, now);
}

/* True if the next action is another refusal of this job at this instant. */
static bool more_refusals(struct scheduler *s, const struct job *job, ns_t now)
{
    const struct action *next = agenda_peek(&s->agenda);

    return next && next->job == job && next->kind == ACTION_BID && next->due == now &&
           refusal_is_due(job, job->executions[next->execution]);
}

/* The real requester looks at the job after each refusal. Of 40 recorded jobs that several nodes refused at once, 37
 * failed before the last refusal was recorded, 3 after it. */
static bool looks_behind_refusals(struct scheduler *s)
{
    return s->options.ties_random && draw_below(&s->ids, 40) < 3;
}

static void take_refusal(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    execution_move(job, x, EXECUTION_ASK_FOR_BID_REJECTED, &(struct execution_change){ .status = refusal_status(job, x) }, now);
    if (!more_refusals(s, job, now) || !looks_behind_refusals(s))
        s->rules->bid_came(s, job, x, false, now);
}

static void on_bid(struct scheduler *s, struct job *job, struct execution *x, const struct action *action)
{
    ns_t now = action->due;

    if (x->node->unreachable.n) {
        if (s->rules->unreachable_fails)
            fail(s, job, x, x->node->unreachable, now);
        return;
    }
    if (refusal_is_due(job, x))
        take_refusal(s, job, x, now);
    else
        take_bid(s, job, x, now);
}

/* ---- runs ------------------------------------------------------------------------------------------------------ */

static struct span timed_out_status(struct job *job)
{
    CLEANUP(buf_release) struct buf text = buf_init(256);

    buf_text(&text, "execution timed out after ");
    duration_format(&text, spec_timeout(&job->spec));
    return arena_span(&job->arena, buf_view(&text));
}

/* A WebAssembly module that is stopped at the job's time-out is a run that ended, with wazero's exit code
 * sys.ExitCodeDeadlineExceeded and no output. */
static const struct run_output wasm_stopped = { .exit_code = 0xefffffff };

static void on_run_end(struct scheduler *s, struct job *job, struct execution *x, const struct action *action)
{
    const struct run_behaviour *run = NODE_NTH(x->node->run, x->ask);
    bool stopped = action->timed_out && job->spec.engine == ENGINE_WASM;
    ns_t now = action->due;

    if (!stopped && (action->timed_out || run->fail)) {
        fail(s, job, x, action->timed_out ? timed_out_status(job) : run->error, now);
        return;
    }
    execution_move(job, x, EXECUTION_WAITING_VERIFICATION,
                   &(struct execution_change){ .output = stopped ? &wasm_stopped : run->no_output ? NULL : &run->output,
                                               .proposal = verification_proposal(job, x, &s->ids) }, now);
    events_emit(&s->events, EVENT_RESULTS_PROPOSED, job, x, SPAN(""), now);
    s->rules->run_ended(s, job, now);
}

/* ---- verification --------------------------------------------------------------------------------------------- */

static void plan_publish(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    agenda_plan(&s->agenda, job, &NODE_NTH(x->node->publish, x->ask)->after, now, action_of(ACTION_PUBLISH_END, x));
}

static void accept_result(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    struct execution_change verified = { .verification = { .complete = true, .result = true } };

    execution_move(job, x, EXECUTION_RESULT_ACCEPTED, &verified, now);
    events_emit(&s->events, EVENT_RESULTS_ACCEPTED, job, x, SPAN(""), now);
    plan_publish(s, job, x, now);
}

static void reject_result(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    struct execution_change refused = { .verification = { .complete = true } };

    execution_move(job, x, EXECUTION_RESULT_REJECTED, &refused, now);
    events_emit(&s->events, EVENT_RESULTS_REJECTED, job, x, SPAN(""), now);
}

enum verified scheduler_verify(struct scheduler *s, struct job *job, struct span *why, ns_t now)
{
    enum verified verified = VERIFIED_NONE;

    if (job_count(job, EXECUTION_BIT(EXECUTION_WAITING_VERIFICATION)) < job->spec.deal.concurrency)
        return VERIFIED_NOT_YET;
    if (verification_fails(job, why))
        return VERIFIED_ERROR;
    const bool *accepts = verification_verdicts(job);
    for (size_t i = 0; i < job->n_executions; i++) {
        struct execution *x = job->executions[i];
        if (x->state != EXECUTION_WAITING_VERIFICATION)
            continue;
        if (accepts && accepts[i]) {
            accept_result(s, job, x, now);
            verified = VERIFIED_SOME;
        } else {
            reject_result(s, job, x, now);
        }
    }
    return verified;
}

/* ---- publishing ------------------------------------------------------------------------------------------------- */

/* `{"IPFS": CID}` (pkg/publisher/filecoin_lotus, v0.3.25). */
static struct span_map filecoin_metadata(struct span cid, struct arena *arena)
{
    struct span_pair *pair = ARENA_NEW(arena, struct span_pair);

    if (!pair)
        return (struct span_map){ NULL, 0 };
    *pair = (struct span_pair){ SPAN("IPFS"), cid };
    return (struct span_map){ pair, 1 };
}

/* Noop publishes nothing, all else an IPFS result (an Estuary node without an API key and a Filecoin node
 * without Lotus do so too: wire contract A6). */
const struct storage_spec *scheduler_result(struct scheduler *s, struct job *job, const struct execution *x, struct span cid)
{
    if (job->spec.publisher == PUBLISHER_NOOP)
        return NULL;
    struct storage_spec *result = ARENA_NEW(&job->arena, struct storage_spec);
    if (!result)
        return NULL;
    char own[CID_SIZE + 1];
    if (!cid.n)
        draw_cid(&s->ids, own);
    result->source = SOURCE_IPFS;
    result->cid = arena_span(&job->arena, cid.n ? cid : span_text(own));
    if (job->spec.publisher == PUBLISHER_FILECOIN)
        result->metadata = filecoin_metadata(result->cid, &job->arena);
    const struct span name[] = { SPAN("job-"), job->id, span_text(s->rules->result_mark), x->node_id };
    result->name = arena_join(&job->arena, name, sizeof name / sizeof *name);
    return result;
}

static const struct storage_spec *publish(struct scheduler *s, struct job *job, const struct execution *x)
{
    const struct publish_behaviour *behaviour = NODE_NTH(x->node->publish, x->ask);

    return behaviour->what == PUBLISH_NOTHING ? NULL : scheduler_result(s, job, x, behaviour->cid);
}

static void on_publish_end(struct scheduler *s, struct job *job, struct execution *x, const struct action *action)
{
    const struct publish_behaviour *behaviour = NODE_NTH(x->node->publish, x->ask);
    ns_t now = action->due;

    if (behaviour->what == PUBLISH_FAILS) {
        struct span status =
            arena_printf(&job->arena, "failed to publish result: %.*s", SPAN_ARG(behaviour->error));
        fail(s, job, x, status, now);
        return;
    }
    execution_move(job, x, EXECUTION_COMPLETED, &(struct execution_change){ .published = publish(s, job, x) }, now);
    events_emit(&s->events, EVENT_RESULTS_PUBLISHED, job, x, SPAN(""), now);
    s->rules->publish_ended(s, job, now);
}

/* ---- jobs from elsewhere ---------------------------------------------------------------------------------------------- */

void scheduler_resume(struct scheduler *s, struct job *job, struct execution *x, ns_t now)
{
    if (x->state == EXECUTION_ASK_FOR_BID)
        plan_bid(s, job, x, now);
    else if (x->state == EXECUTION_BID_ACCEPTED)
        plan_run(s, job, x, now);
    else if (x->state == EXECUTION_RESULT_ACCEPTED)
        plan_publish(s, job, x, now);
}

/* ---- ends ------------------------------------------------------------------------------------------------------------ */

void scheduler_end(struct scheduler *s, struct job *job, enum job_state state, struct span comment, ns_t now)
{
    job_move(job, state, comment, now);
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    store_ended(&s->store, job);
}

static void take_out(struct scheduler *s, struct job *job)
{
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    store_forget(&s->store, job);
    job_tell_forgotten(job);
}

void scheduler_forget(struct scheduler *s, struct job *job)
{
    take_out(s, job);
    agenda_forgot(&s->agenda, job);
}

void scheduler_forget_later(struct scheduler *s, struct job *job)
{
    take_out(s, job);
    if (job->link.holds || job->link.readers)
        agenda_forgot(&s->agenda, job);
    else
        store_free_later(&s->store, job);
}

bool scheduler_make_room(struct scheduler *s)
{
    while (store_is_full(&s->store)) {
        struct job *job = store_first_ended(&s->store);
        if (!job)
            return false;
        scheduler_forget(s, job);
    }
    return true;
}

/* The job's own entry comes first, then one for each execution that has not ended. */
void scheduler_stop(struct scheduler *s, struct job *job, struct span reason, bool user, ns_t now)
{
    if (job_is_terminal(job))
        return;
    scheduler_end(s, job, user ? JOB_CANCELLED : JOB_ERROR, reason, now);
    for (size_t i = 0; i < job->n_executions; i++)
        if (!execution_is_terminal(job->executions[i]->state))
            execution_move(job, job->executions[i], EXECUTION_CANCELLED, &(struct execution_change){ .status = reason }, now);
    events_emit(&s->events, user ? EVENT_CANCELED : EVENT_ERROR, job, NULL, reason, now);
}

void scheduler_cancel(struct scheduler *s, struct job *job, struct span reason, bool user, ns_t now)
{
    if (job->state != JOB_QUEUED) {
        scheduler_stop(s, job, reason, user, now);
        return;
    }
    scheduler_end(s, job, JOB_CANCELLED, reason, now);
    events_emit(&s->events, EVENT_CANCELED, job, NULL, reason, now);
}

/* ---- housekeeping -------------------------------------------------------------------------------------------------------- */

/* Housekeeping is not run at every interval, but planned for the first multiple of its interval from the start at
 * which it would find the length exceeded. */
ns_t scheduler_next_look(const struct scheduler *s, ns_t from, ns_t length)
{
    ns_t interval = s->options.housekeeping;
    ns_t age = from - s->start;

    if (length > INT64_MAX / 2)
        return NS_NEVER;
    ns_t rounds = (age + length) / interval + 1;
    return rounds > (NS_NEVER - s->start) / interval ? NS_NEVER : s->start + rounds * interval;
}

ns_t scheduler_deadline(const struct scheduler *s, const struct job *job)
{
    return scheduler_next_look(s, job->created, spec_timeout(&job->spec));
}

void scheduler_time_out(struct scheduler *s, struct job *job, ns_t now)
{
    scheduler_cancel(s, job, SPAN("timed out"), false, now);
}

/* ---- actions -------------------------------------------------------------------------------------------------------------- */

static void (*const act[])(struct scheduler *, struct job *, struct execution *, const struct action *) = {
    [ACTION_BID] = on_bid,
    [ACTION_RUN_END] = on_run_end,
    [ACTION_PUBLISH_END] = on_publish_end,
};

void scheduler_act(struct scheduler *s, const struct action *action)
{
    act[action->kind](s, action->job, action->job->executions[action->execution], action);
}
