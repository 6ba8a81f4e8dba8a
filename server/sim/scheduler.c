#include "sim/scheduler.h"

#include "base/duration.h"
#include "sim/engine_state.h"
#include "sim/ranking.h"
#include "sim/steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- counting ------------------------------------------------------------------------------------------ */

int64_t wanted_nodes(const struct job *job)
{
    const struct deal *deal = &job->spec.deal;

    return deal->min_bids > deal->concurrency ? deal->min_bids : deal->concurrency;
}

int64_t wanted_confidence(const struct job *job)
{
    const struct deal *deal = &job->spec.deal;

    return deal->confidence ? deal->confidence : deal->concurrency;
}

size_t count_executions(const struct job *job, bool (*fits)(const struct execution *x))
{
    size_t n = 0;

    for (size_t i = 0; i < job->n_executions; i++)
        n += fits(job->executions[i]);
    return n;
}

static bool is_active(const struct execution *x)
{
    return execution_is_active(x->state);
}

static bool waits_for_verification(const struct execution *x)
{
    return x->state == EXECUTION_WAITING_VERIFICATION;
}

ns_t timeout_of(const struct job *job)
{
    double ns = job->spec.timeout * (double)NS_PER_SECOND;

    return ns >= (double)INT64_MAX ? INT64_MAX : (ns_t)ns;
}

/* ---- the time line ----------------------------------------------------------------------------------------- */

static struct action action_of(enum action_kind kind, const struct execution *x)
{
    return (struct action){ .kind = kind, .execution = x->index };
}

/* ---- asking ------------------------------------------------------------------------------------------------- */


static bool timeout_is_above(const struct job *job, const struct node *node)
{
    return node->timeout_max && timeout_of(job) > node->timeout_max;
}

static bool timeout_is_below(const struct job *job, const struct node *node)
{
    return node->timeout_min && timeout_of(job) < node->timeout_min;
}

static bool will_refuse(const struct job *job, const struct execution *x)
{
    const struct node *node = x->node;

    return node && !node->unreachable.n &&
           (NODE_NTH(node->bid, x->ask)->reject || timeout_is_above(job, node) || timeout_is_below(job, node));
}

/* A node that cannot be reached is known at once, whatever it would have bid. */
static void plan_bid(struct engine *engine, struct job *job, const struct execution *x, ns_t now)
{
    if (x->node->unreachable.n)
        engine_plan_at(engine, job, now, action_of(ACTION_BID, x));
    else
        engine_plan(engine, job, &NODE_NTH(x->node->bid, x->ask)->after, now, action_of(ACTION_BID, x));
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

/* Of answers of one instant refusals come first (a node that says no does less), then bids in the order of
 * nodes, or drawn. */
static void plan_bids(struct engine *engine, struct job *job, size_t first, ns_t now)
{
    size_t n = job->n_executions - first;
    struct execution **asked = malloc((n + 1) * sizeof *asked);

    if (!asked)
        return;
    memcpy(asked, job->executions + first, n * sizeof *asked);
    if (engine->options.ties_random)
        shuffle(&engine->ids, asked, n);
    for (int refusals = 1; refusals >= 0; refusals--)
        for (size_t i = 0; i < n; i++)
            if (will_refuse(job, asked[i]) == (refusals == 1))
                plan_bid(engine, job, asked[i], now);
    free(asked);
}

/* All AskForBid entries stand before the first answer. */
void ask_nodes(struct engine *engine, struct job *job, const struct node *const *nodes, size_t n, ns_t now)
{
    size_t first = job->n_executions;

    for (size_t i = 0; i < n; i++)
        if (!execution_new(job, nodes[i]->id, nodes[i], now))
            break;
    if (job->n_executions > first)
        plan_bids(engine, job, first, now);
}

static size_t nodes_to_ask(const struct engine *engine, const struct job *job, size_t ranked)
{
    const struct scheduler_rules *rules = engine->rules;
    int64_t factor = rules->overask_is_option && engine->options.overask ? engine->options.overask : rules->overask;
    int64_t wanted = wanted_nodes(job);

    if (wanted > INT64_MAX / factor || wanted * factor >= (int64_t)ranked)
        return ranked;
    return (size_t)(wanted * factor);
}

/* Finds nodes and sets the job going; on an error nothing has changed. */
static enum err find_and_ask(struct engine *engine, struct job *job, ns_t now, struct error *error)
{
    const struct node **ranked = NULL;
    size_t n = 0;
    enum err err = rank_nodes(engine, job, now, &ranked, &n, error);

    if (err)
        return ERR_STATE; /* for want of memory too: the job is there, and not scheduled */
    if ((int64_t)n < wanted_nodes(job)) {
        free(ranked);
        return too_few_nodes(wanted_nodes(job), n, error);
    }
    job_move(job, JOB_IN_PROGRESS, SPAN(""), now);
    engine_emit(engine, EVENT_CREATED, job, NULL, SPAN(""), now);
    ask_nodes(engine, job, ranked, nodes_to_ask(engine, job, n), now);
    free(ranked);
    return ERR_OK;
}

enum err scheduler_start(struct engine *engine, struct job *job, ns_t now, struct error *error)
{
    struct error why = { 0 };

    job_move(job, JOB_NEW, SPAN(""), now);
    enum err err = find_and_ask(engine, job, now, &why);
    if (err && engine->rules->short_is_final)
        scheduler_stop(engine, job, span_text(why.text), false, now);
    return err ? error_set(error, err, "%s", why.text) : ERR_OK;
}

/* ---- bids ------------------------------------------------------------------------------------------------------ */

/* A run ends by its trigger or, if that has not come by then, by the job's time-out. A run that never ends
 * hangs without a word. */
static void plan_run(struct engine *engine, struct job *job, const struct execution *x, const struct trigger *after, ns_t now)
{
    struct action end = action_of(ACTION_RUN_END, x);
    ns_t timeout = timeout_of(job);

    if (after->kind == TRIGGER_TIME) {
        ns_t due = engine_trigger(engine, after, now);
        end.timed_out = due != NS_NEVER && due - now > timeout;
        engine_plan_at(engine, job, end.timed_out ? now + timeout : due, end);
        return;
    }
    engine_plan(engine, job, after, now, end);
    end.timed_out = true;
    engine_plan_at(engine, job, timeout > NS_NEVER - now ? NS_NEVER : now + timeout, end);
}

void accept_bid(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    const struct run_behaviour *run = NODE_NTH(x->node->run, x->ask);
    execution_move(job, x, EXECUTION_BID_ACCEPTED, NULL, now);
    engine_emit(engine, EVENT_BID_ACCEPTED, job, x, SPAN(""), now);
    plan_run(engine, job, x, &run->after, now);
}

void reject_bid(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    execution_move(job, x, EXECUTION_BID_REJECTED, NULL, now);
    engine_emit(engine, EVENT_BID_REJECTED, job, x, SPAN(""), now);
}

void decide_bids(struct engine *engine, struct job *job, ns_t now)
{
    if ((int64_t)count_executions(job, execution_has_bid) < job->spec.deal.min_bids)
        return;
    int64_t active = (int64_t)count_executions(job, is_active);
    for (size_t i = 0; i < job->n_executions; i++) {
        struct execution *x = job->executions[i];
        if (x->state != EXECUTION_ASK_FOR_BID_ACCEPTED)
            continue;
        if (active < job->spec.deal.concurrency) {
            accept_bid(engine, job, x, now);
            active++;
        } else {
            reject_bid(engine, job, x, now);
        }
    }
}

/* Why a node says no: its script first, then its bounds to the job's time-out (pkg/bidstrategy's timeout
 * strategy). */
static struct span refusal_of(struct job *job, const struct execution *x)
{
    const struct node *node = x->node;
    const struct bid_behaviour *bid = NODE_NTH(node->bid, x->ask);
    bool above = timeout_is_above(job, node);

    if (bid->reject)
        return bid->reason;
    CLEANUP(buf_release) struct buf text = buf_init(256);
    buf_text(&text, "job timeout ");
    duration_format(&text, timeout_of(job));
    buf_text(&text, above ? " exceeds maximum allowed " : " below minimum allowed ");
    duration_format(&text, above ? node->timeout_max : node->timeout_min);
    return arena_span(&job->arena, buf_view(&text));
}

static void fail(struct engine *engine, struct job *job, struct execution *x, struct span status, ns_t now)
{
    execution_move(job, x, EXECUTION_FAILED, &(struct execution_change){ .status = status }, now);
    engine_emit(engine, EVENT_COMPUTE_ERROR, job, x, x->status, now);
    engine->rules->execution_failed(engine, job, x, now);
}

static void take_bid(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    char reference[2 + UUID_SIZE + 1] = "e-";

    draw_uuid(&engine->ids, reference + 2);
    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED,
                   &(struct execution_change){ .reference = span_text(reference) }, now);
    engine_emit(engine, EVENT_BID, job, x, SPAN(""), now);
    engine->rules->bid_came(engine, job, x, true, now);
}

/* Is the next thing to happen another refusal of this job at this instant? */
static bool more_refusals(const struct engine *engine, const struct job *job, ns_t now)
{
    const struct action *next = timeline_peek(&engine->timeline);

    return next && next->job == job && next->kind == ACTION_BID && next->due == now &&
           will_refuse(job, job->executions[next->execution]);
}

/* Refusals of one instant are all written down before the requester looks at the job: it waits for its lock
 * longer than they take (policy recordings of v0.3.25). */
static void take_refusal(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    execution_move(job, x, EXECUTION_ASK_FOR_BID_REJECTED, &(struct execution_change){ .status = refusal_of(job, x) }, now);
    if (!more_refusals(engine, job, now))
        engine->rules->bid_came(engine, job, x, false, now);
}

static void on_bid(struct engine *engine, struct job *job, struct execution *x, const struct action *action)
{
    ns_t now = action->due;

    if (x->state != EXECUTION_ASK_FOR_BID)
        return;
    if (x->node->unreachable.n) {
        if (engine->rules->unreachable_fails)
            fail(engine, job, x, x->node->unreachable, now);
        return;
    }
    if (will_refuse(job, x))
        take_refusal(engine, job, x, now);
    else
        take_bid(engine, job, x, now);
}

/* ---- runs ------------------------------------------------------------------------------------------------------ */

static struct span timed_out_status(struct job *job)
{
    CLEANUP(buf_release) struct buf text = buf_init(256);

    buf_text(&text, "execution timed out after ");
    duration_format(&text, timeout_of(job));
    return arena_span(&job->arena, buf_view(&text));
}

static void on_run_end(struct engine *engine, struct job *job, struct execution *x, const struct action *action)
{
    const struct run_behaviour *run = NODE_NTH(x->node->run, x->ask);
    ns_t now = action->due;

    if (x->state != EXECUTION_BID_ACCEPTED)
        return;
    if (action->timed_out) {
        fail(engine, job, x, timed_out_status(job), now);
        return;
    }
    if (run->fail) {
        fail(engine, job, x, run->error, now);
        return;
    }
    execution_move(job, x, EXECUTION_WAITING_VERIFICATION,
                   &(struct execution_change){ .output = run->no_output ? NULL : &run->output }, now);
    engine_emit(engine, EVENT_RESULTS_PROPOSED, job, x, SPAN(""), now);
    engine->rules->run_ended(engine, job, now);
}

/* ---- verification --------------------------------------------------------------------------------------------- */

static bool verifier_fails(const struct job *job, struct span *why)
{
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (!waits_for_verification(x))
            continue;
        const struct verify_behaviour *verify = NODE_NTH(x->node->verify, x->ask);
        if (verify->verdict == VERDICT_ERROR) {
            *why = verify->error;
            return true;
        }
    }
    return false;
}

static void accept_result(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    struct execution_change verified = { .verification = { .complete = true, .result = true } };

    execution_move(job, x, EXECUTION_RESULT_ACCEPTED, &verified, now);
    engine_emit(engine, EVENT_RESULTS_ACCEPTED, job, x, SPAN(""), now);
    engine_plan(engine, job, &NODE_NTH(x->node->publish, x->ask)->after, now, action_of(ACTION_PUBLISH_END, x));
}

static void reject_result(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    struct execution_change refused = { .verification = { .complete = true } };

    execution_move(job, x, EXECUTION_RESULT_REJECTED, &refused, now);
    engine_emit(engine, EVENT_RESULTS_REJECTED, job, x, SPAN(""), now);
}

enum verified verify_results(struct engine *engine, struct job *job, struct span *why, ns_t now)
{
    enum verified verified = VERIFIED_NONE;

    if ((int64_t)count_executions(job, waits_for_verification) < job->spec.deal.concurrency)
        return VERIFIED_NOT_YET;
    if (verifier_fails(job, why))
        return VERIFIED_ERROR;
    for (size_t i = 0; i < job->n_executions; i++) {
        struct execution *x = job->executions[i];
        if (!waits_for_verification(x))
            continue;
        if (NODE_NTH(x->node->verify, x->ask)->verdict == VERDICT_ACCEPTED) {
            accept_result(engine, job, x, now);
            verified = VERIFIED_SOME;
        } else {
            reject_result(engine, job, x, now);
        }
    }
    return verified;
}

/* ---- publishing ------------------------------------------------------------------------------------------------- */

/* Noop publishes nothing, all else an IPFS result (an Estuary node without an API key and a Filecoin node
 * without Lotus do so too: wire contract A6). */
const struct storage_spec *published_result(struct engine *engine, struct job *job, const struct execution *x, struct span cid)
{
    if (job->spec.publisher == PUBLISHER_NOOP)
        return NULL;
    struct storage_spec *result = ARENA_NEW(&job->arena, struct storage_spec);
    if (!result)
        return NULL;
    char own[CID_SIZE + 1];
    if (!cid.n)
        draw_cid(&engine->ids, own);
    result->source = SOURCE_IPFS;
    result->cid = arena_span(&job->arena, cid.n ? cid : span_text(own));
    result->name = arena_printf(&job->arena, "job-%.*s%s%.*s", SPAN_ARG(job->id), engine->rules->result_mark,
                                SPAN_ARG(x->node_id));
    return result;
}

static const struct storage_spec *publish(struct engine *engine, struct job *job, const struct execution *x)
{
    const struct publish_behaviour *behaviour = NODE_NTH(x->node->publish, x->ask);

    return behaviour->what == PUBLISH_NOTHING ? NULL : published_result(engine, job, x, behaviour->cid);
}

static void on_publish_end(struct engine *engine, struct job *job, struct execution *x, const struct action *action)
{
    const struct publish_behaviour *behaviour = NODE_NTH(x->node->publish, x->ask);
    ns_t now = action->due;

    if (x->state != EXECUTION_RESULT_ACCEPTED)
        return;
    if (behaviour->what == PUBLISH_FAILS) {
        struct span status =
            arena_printf(&job->arena, "failed to publish result: %.*s", SPAN_ARG(behaviour->error));
        fail(engine, job, x, status, now);
        return;
    }
    execution_move(job, x, EXECUTION_COMPLETED, &(struct execution_change){ .published = publish(engine, job, x) }, now);
    engine_emit(engine, EVENT_RESULTS_PUBLISHED, job, x, SPAN(""), now);
    engine->rules->publish_ended(engine, job, now);
}

/* ---- jobs from elsewhere ---------------------------------------------------------------------------------------------- */

void resume_ask(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    plan_bid(engine, job, x, now);
}

void resume_run(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    plan_run(engine, job, x, &NODE_NTH(x->node->run, x->ask)->after, now);
}

void resume_publish(struct engine *engine, struct job *job, struct execution *x, ns_t now)
{
    engine_plan(engine, job, &NODE_NTH(x->node->publish, x->ask)->after, now, action_of(ACTION_PUBLISH_END, x));
}

/* ---- ends ------------------------------------------------------------------------------------------------------------ */

void end_job(struct engine *engine, struct job *job, enum job_state state, struct span comment, ns_t now)
{
    job_move(job, state, comment, now);
    timeline_set_deadline(&engine->timeline, job, NS_NEVER);
    store_ended(&engine->store, job);
}

/* The job's own entry comes first, then one for each execution that lives. */
void scheduler_stop(struct engine *engine, struct job *job, struct span reason, bool user, ns_t now)
{
    if (job_is_terminal(job))
        return;
    end_job(engine, job, user ? JOB_CANCELLED : JOB_ERROR, reason, now);
    for (size_t i = 0; i < job->n_executions; i++)
        if (!execution_is_terminal(job->executions[i]->state))
            execution_move(job, job->executions[i], EXECUTION_CANCELLED, &(struct execution_change){ .status = reason }, now);
    engine_emit(engine, user ? EVENT_CANCELED : EVENT_ERROR, job, NULL, reason, now);
}

void scheduler_cancel(struct engine *engine, struct job *job, struct span reason, bool user, ns_t now)
{
    if (job->state != JOB_QUEUED) {
        scheduler_stop(engine, job, reason, user, now);
        return;
    }
    end_job(engine, job, JOB_CANCELLED, reason, now);
    engine_emit(engine, EVENT_CANCELED, job, NULL, reason, now);
}

/* ---- housekeeping -------------------------------------------------------------------------------------------------------- */

/* It has no tick: what it would do is done at the first multiple of its interval, from the start, at which
 * it would see the length exceeded. */
ns_t look_after(const struct engine *engine, ns_t from, ns_t length)
{
    ns_t interval = engine->options.housekeeping;
    ns_t age = from - engine->start;

    if (length > INT64_MAX / 2)
        return NS_NEVER;
    ns_t rounds = (age + length) / interval + 1;
    return rounds > (NS_NEVER - engine->start) / interval ? NS_NEVER : engine->start + rounds * interval;
}

ns_t deadline_by_timeout(const struct engine *engine, const struct job *job)
{
    return look_after(engine, job->created, timeout_of(job));
}

void time_out(struct engine *engine, struct job *job, ns_t now)
{
    scheduler_cancel(engine, job, SPAN("timed out"), false, now);
}

/* ---- the one entry of the time line ----------------------------------------------------------------------------------- */

static void (*const act[])(struct engine *, struct job *, struct execution *, const struct action *) = {
    [ACTION_BID] = on_bid,
    [ACTION_RUN_END] = on_run_end,
    [ACTION_PUBLISH_END] = on_publish_end,
};

/* Steps of a script come on the time line too; a job that was cancelled or approved has left its script. */
void scheduler_act(struct engine *engine, const struct action *action)
{
    struct job *job = action->job;

    if (action->kind != ACTION_STEP)
        act[action->kind](engine, job, job->executions[action->execution], action);
    else if (!job->left_script)
        steps_play(engine, job, action->due);
}
