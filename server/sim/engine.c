#include "sim/engine.h"

#include "sim/engine_state.h"
#include "sim/identity.h"
#include "sim/steps.h"
#include "sim/transform.h"

#include <stdlib.h>

enum { MAX_JOBS_DEFAULT = 100000 };
#define HOUSEKEEPING_DEFAULT (30 * NS_PER_SECOND)

/* ---- life ------------------------------------------------------------------------------------------------ */

/* In the engine's arena: executions of older jobs may still point to the ones that these replace. */
bool engine_set_nodes(struct engine *engine, const struct node *nodes, size_t n)
{
    struct node *copy = arena_alloc(&engine->arena, n * sizeof *copy);

    if (!copy)
        return false;
    for (size_t i = 0; i < n; i++) {
        copy[i] = nodes[i];
        if (nodes[i].id.n)
            continue;
        char id[CID_SIZE + 1];
        draw_cid(&engine->ids, id);
        copy[i].id = arena_span(&engine->arena, span_text(id));
    }
    engine->nodes = copy;
    engine->n_nodes = n;
    return !engine->arena.failed;
}

void engine_set_scripts(struct engine *engine, const struct job_script *scripts, size_t n)
{
    struct script_use *uses = calloc(n + 1, sizeof *uses);

    if (!uses)
        n = 0;
    free(engine->script_uses);
    engine->script_uses = uses;
    engine->scripts = scripts;
    engine->n_scripts = n;
    engine->n_unknown_names = 0;
}

void engine_set_scheduler(struct engine *engine, const struct scheduler_options *scheduler)
{
    engine->options = *scheduler;
    if (!engine->options.housekeeping)
        engine->options.housekeeping = HOUSEKEEPING_DEFAULT;
    engine->labels_known = engine_trigger(engine, &engine->options.labels_known, engine->start);
}

const struct node *job_nodes(const struct engine *engine, const struct job *job)
{
    return job->script && job->script->has_nodes ? job->script->nodes : engine->nodes;
}

size_t job_nodes_count(const struct engine *engine, const struct job *job)
{
    return job->script && job->script->has_nodes ? job->script->n_nodes : engine->n_nodes;
}

static bool take_identity(struct engine *engine)
{
    char id[MULTIHASH_TEXT_SIZE + 1];

    if (!identity_id(id))
        return false;
    engine->requester_id = arena_span(&engine->arena, span_text(id));
    engine->requester_key = identity_key();
    return engine->requester_id.n != 0;
}

enum err engine_new(const struct engine_options *options, struct engine **out, struct error *error)
{
    struct engine *engine = calloc(1, sizeof *engine);

    if (!engine)
        return error_set(error, ERR_NOMEM, "out of memory");
    engine->rules = options->rules;
    engine->ids = options->ids;
    engine->find_script = options->find_script;
    engine->find_script_context = options->find_script_context;
    engine_set_scripts(engine, options->scripts, options->n_scripts);
    engine->start = engine->now = options->start;
    store_init(&engine->store, options->max_jobs ? options->max_jobs : MAX_JOBS_DEFAULT);
    if (!engine->script_uses || !engine_set_nodes(engine, options->nodes, options->n_nodes) ||
        !take_identity(engine)) {
        engine_free(engine);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    engine->ids_at_start = engine->ids;
    engine_set_scheduler(engine, &options->scheduler);
    *out = engine;
    return ERR_OK;
}

/* Nothing points to it any more? */
static void free_if_forgotten(struct job *job)
{
    if (job->link.forgotten && job->link.timers == 0)
        job_free(job);
}

static void drop_waiting(struct engine *engine, struct waiting **at)
{
    struct waiting *waiting = *at;
    struct job *job = waiting->action.job;

    *at = waiting->next;
    engine->waiting_reads -= waiting->trigger->kind == TRIGGER_READS;
    free(waiting);
    if (job) {
        job->link.timers--;
        free_if_forgotten(job);
    }
}

static void drop_all_actions(struct engine *engine)
{
    struct action action;
    bool is_deadline;

    while (engine->waiting)
        drop_waiting(engine, &engine->waiting);
    while (timeline_take(&engine->timeline, NS_NEVER - 1, &action, &is_deadline))
        if (action.job)
            free_if_forgotten(action.job);
}

static void free_gates(struct engine *engine)
{
    for (struct gate *gate = engine->gates, *next; gate; gate = next) {
        next = gate->next;
        free(gate);
    }
    engine->gates = NULL;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    drop_all_actions(engine);
    free_gates(engine);
    free(engine->script_uses);
    timeline_release(&engine->timeline);
    store_release(&engine->store);
    arena_release(&engine->arena);
    free(engine);
}

/* ---- what it shows ------------------------------------------------------------------------------------------ */

struct span engine_requester_id(const struct engine *engine)
{
    return engine->requester_id;
}

struct span engine_requester_key(const struct engine *engine)
{
    return engine->requester_key;
}

const struct node *engine_nodes(const struct engine *engine, size_t *n)
{
    *n = engine->n_nodes;
    return engine->nodes;
}

ns_t engine_start(const struct engine *engine)
{
    return engine->start;
}

struct span engine_approver(const struct engine *engine)
{
    return engine->options.approver;
}

void engine_listen(struct engine *engine, void (*hear)(void *context, const struct job_event *event), void *context)
{
    engine->hear = hear;
    engine->hear_context = context;
}

/* It is told after it was written down, so its moment is no earlier. */
void engine_emit(struct engine *engine, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now)
{
    ns_t when = now > job->last_stamp ? now : job->last_stamp;

    if (engine->hear)
        engine->hear(engine->hear_context,
                     &(struct job_event){ .name = name, .job = job, .execution = x, .status = status, .time = when });
}

/* ---- time ---------------------------------------------------------------------------------------------------------- */

ns_t engine_trigger(struct engine *engine, const struct trigger *trigger, ns_t from)
{
    ns_t after = trigger->after;

    if (after == NS_NEVER)
        return NS_NEVER;
    if (trigger->jitter) {
        ns_t drawn = (ns_t)draw_below(&engine->ids, 2 * (uint64_t)trigger->jitter + 1) - trigger->jitter;
        after = drawn > NS_NEVER - after ? NS_NEVER : after + drawn;
    }
    if (after < 0)
        after = 0;
    return after > NS_NEVER - from ? NS_NEVER : from + after;
}

uint64_t engine_draw(struct engine *engine)
{
    return draw_next(&engine->ids);
}

void engine_plan_at(struct engine *engine, struct job *job, ns_t due, struct action action)
{
    if (due == NS_NEVER)
        return;
    action.job = job;
    action.due = due;
    timeline_add(&engine->timeline, &action);
}

static void wait(struct engine *engine, struct job *job, const struct trigger *trigger, struct action action)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);
    struct waiting **end = &engine->waiting;

    if (!waiting)
        return;
    action.job = job;
    *waiting = (struct waiting){ .action = action, .trigger = trigger, .reads_left = trigger->reads };
    while (*end)
        end = &(*end)->next;
    *end = waiting;
    engine->waiting_reads += trigger->kind == TRIGGER_READS;
    if (job)
        job->link.timers++;
}

void engine_plan(struct engine *engine, struct job *job, const struct trigger *trigger, ns_t from, struct action action)
{
    if (trigger->kind == TRIGGER_TIME)
        engine_plan_at(engine, job, engine_trigger(engine, trigger, from), action);
    else if (trigger->kind == TRIGGER_GATE && engine_gate_is_open(engine, trigger->gate))
        engine_plan_at(engine, job, from, action);
    else
        wait(engine, job, trigger, action);
}

/* What waited goes on the time line, in the order in which it began to wait. */
static void come(struct engine *engine, struct waiting **at, ns_t now)
{
    struct action action = (*at)->action;

    engine_plan_at(engine, action.job, now, action);
    drop_waiting(engine, at);
}

void engine_told(struct engine *engine, const struct job *job, unsigned endpoint, ns_t now)
{
    if (engine->waiting_reads == 0)
        return;
    for (struct waiting **at = &engine->waiting; *at;) {
        struct waiting *w = *at;
        bool counts = w->trigger->kind == TRIGGER_READS && w->action.job == job && w->trigger->of & endpoint;
        if (counts && --w->reads_left == 0)
            come(engine, at, now);
        else
            at = &w->next;
    }
}

/* ---- gates -------------------------------------------------------------------------------------------------------- */

bool engine_gate_is_open(const struct engine *engine, struct span name)
{
    for (const struct gate *gate = engine->gates; gate; gate = gate->next)
        if (span_eq(gate->name, name))
            return gate->open;
    return false;
}

static struct gate *gate_of(struct engine *engine, struct span name)
{
    struct gate *gate = engine->gates;

    while (gate && !span_eq(gate->name, name))
        gate = gate->next;
    if (gate)
        return gate;
    gate = calloc(1, sizeof *gate + name.n);
    if (!gate)
        return NULL;
    char *copy = (char *)(gate + 1);
    memcpy(copy, name.p ? name.p : "", name.n);
    gate->name = span_of(copy, name.n);
    gate->next = engine->gates;
    engine->gates = gate;
    return gate;
}

void engine_open_gate(struct engine *engine, struct span name, ns_t now)
{
    struct gate *gate = gate_of(engine, name);

    if (gate)
        gate->open = true;
    for (struct waiting **at = &engine->waiting; *at;) {
        const struct trigger *trigger = (*at)->trigger;
        if (trigger->kind == TRIGGER_GATE && span_eq(trigger->gate, name))
            come(engine, at, now);
        else
            at = &(*at)->next;
    }
    engine_tick(engine, now);
}

static bool waits_for(const struct waiting *waiting, struct span name)
{
    return waiting->trigger->kind == TRIGGER_GATE && span_eq(waiting->trigger->gate, name);
}

size_t engine_gate_waiting(const struct engine *engine, struct span name)
{
    size_t n = 0;

    for (const struct waiting *w = engine->waiting; w; w = w->next)
        n += waits_for(w, name);
    return n;
}

size_t engine_waiting(const struct engine *engine, enum trigger_kind kind)
{
    size_t n = 0;

    for (const struct waiting *w = engine->waiting; w; w = w->next)
        n += w->trigger->kind == kind;
    return n;
}

/* What waits in a job or an execution that is over changes nothing any more. */
static bool is_alive(const struct action *action)
{
    const struct job *job = action->job;

    if (!job || job->link.forgotten)
        return !job;
    if (action->kind == ACTION_STEP)
        return !job->left_script;
    return !job_is_terminal(job) && !execution_is_terminal(job->executions[action->execution]->state);
}

bool engine_first_wait(const struct engine *engine, struct engine_wait *wait)
{
    const struct waiting *w = engine->waiting;

    while (w && !is_alive(&w->action))
        w = w->next;
    if (w)
        *wait = (struct engine_wait){ w->action.job, w->trigger, w->reads_left };
    return w;
}

bool engine_only_times_out(const struct engine *engine)
{
    const struct action *next = timeline_peek(&engine->timeline);

    return !next || next->timed_out;
}

static bool is_listed(const struct span *names, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(names[i], name))
            return true;
    return false;
}

size_t engine_waiting_gates(const struct engine *engine, struct span *names, size_t room)
{
    size_t n = 0;

    for (const struct waiting *w = engine->waiting; w && n < room; w = w->next)
        if (w->trigger->kind == TRIGGER_GATE && !is_listed(names, n, w->trigger->gate))
            names[n++] = w->trigger->gate;
    return n;
}

void engine_close_gates(struct engine *engine)
{
    for (struct gate *gate = engine->gates; gate; gate = gate->next)
        gate->open = false;
}

/* ---- forgetting ------------------------------------------------------------------------------------------------------ */

void engine_forget(struct engine *engine, struct job *job)
{
    timeline_set_deadline(&engine->timeline, job, NS_NEVER);
    store_forget(&engine->store, job);
    free_if_forgotten(job);
}

void engine_forget_all(struct engine *engine)
{
    while (engine->store.all.first)
        engine_forget(engine, engine->store.all.first);
}

void engine_begin_again(struct engine *engine, ns_t now, bool redraw)
{
    engine_forget_all(engine);
    drop_all_actions(engine);
    memset(engine->script_uses, 0, engine->n_scripts * sizeof *engine->script_uses);
    engine->n_unknown_names = 0;
    engine->store.last_number = 0;
    engine->now = now;
    if (redraw)
        engine->ids = engine->ids_at_start;
    engine->labels_known = engine_trigger(engine, &engine->options.labels_known, engine->start);
}

void engine_on_restart(struct engine *engine, void (*restarted)(void *context), void *context)
{
    engine->restarted = restarted;
    engine->restarted_context = context;
}

void engine_plan_restart(struct engine *engine, const struct trigger *trigger)
{
    engine_plan(engine, NULL, trigger, engine->start, (struct action){ .kind = ACTION_RESTART });
}

static void restart(struct engine *engine)
{
    engine_forget_all(engine);
    if (engine->restarted)
        engine->restarted(engine->restarted_context);
}

/* ---- time goes on ------------------------------------------------------------------------------------------------------ */

static void act(struct engine *engine, const struct action *action)
{
    if (action->kind == ACTION_RESTART)
        restart(engine);
    else if (action->job->link.forgotten)
        free_if_forgotten(action->job);
    else
        scheduler_act(engine, action);
}

void engine_tick(struct engine *engine, ns_t now)
{
    struct action action;
    bool is_deadline;

    while (timeline_take(&engine->timeline, now, &action, &is_deadline)) {
        engine->happened++;
        if (is_deadline)
            engine->rules->deadline_came(engine, action.job, action.due);
        else
            act(engine, &action);
    }
    if (now > engine->now)
        engine->now = now;
}

uint64_t engine_happened(const struct engine *engine)
{
    return engine->happened;
}

ns_t engine_next_action(const struct engine *engine)
{
    return timeline_next_action(&engine->timeline);
}

ns_t engine_next_deadline(const struct engine *engine)
{
    return timeline_next(&engine->timeline);
}

/* ---- what the verdict asks ------------------------------------------------------------------------------------------- */

const struct job_script *engine_scripts(const struct engine *engine, size_t *n)
{
    *n = engine->n_scripts;
    return engine->scripts;
}

size_t engine_steps_reached(const struct engine *engine, size_t script)
{
    return engine->script_uses[script].reached;
}

void engine_note_step(struct engine *engine, const struct job *job)
{
    for (size_t i = 0; i < engine->n_scripts; i++)
        if (&engine->scripts[i] == job->script && engine->script_uses[i].reached < job->step)
            engine->script_uses[i].reached = job->step;
}

const struct span *engine_unknown_names(const struct engine *engine, size_t *n)
{
    *n = engine->n_unknown_names;
    return engine->unknown_names;
}

uint64_t engine_asked_in_vain(const struct engine *engine, struct span *name)
{
    *name = engine->unknown_names[engine->last_unknown];
    return engine->asked_in_vain;
}

/* ---- jobs --------------------------------------------------------------------------------------------------------- */

/* The callers hold a job they were lent; it is the store's and may be changed. */
static struct job *own(const struct engine *engine, const struct job *job)
{
    struct job *mine = store_get(&engine->store, job->id);

    MUST(mine == job);
    return mine;
}

static bool make_room(struct engine *engine)
{
    struct job *forgotten;

    if (!store_make_room(&engine->store, &forgotten))
        return false;
    if (forgotten)
        free_if_forgotten(forgotten);
    return true;
}

/* In the store, state New, version 1. NULL: no memory. */
static struct job *add_job(struct engine *engine, struct span client_id, struct span api_version,
                           const struct job_spec *spec, ns_t now)
{
    char id[UUID_SIZE + 1];

    draw_uuid(&engine->ids, id);
    struct job *job = job_new(span_text(id), client_id, api_version, spec, now);
    if (!job)
        return NULL;
    job->requester_id = engine->requester_id;
    job->requester_key = engine->requester_key;
    if (!transform_spec(&job->spec, &job->arena) || !store_add(&engine->store, job)) {
        job_free(job);
        return NULL;
    }
    timeline_set_deadline(&engine->timeline, job, engine->rules->deadline(engine, job));
    if (engine->rules->sharded)
        job->spec.shards_total = 1;
    return job;
}

/* Takes back a job that could not be started: it has no executions yet. */
static void unmake_job(struct engine *engine, struct job *job)
{
    timeline_set_deadline(&engine->timeline, job, NS_NEVER);
    store_remove(&engine->store, job);
    job_free(job);
}

/* The requester's own policy: why it says no, or the empty text. By default networked jobs are refused. */
static struct span policy_refusal(const struct engine *engine, const struct job *job)
{
    switch (engine->options.selection) {
    case SELECTION_REJECT:
        return engine->options.reject_reason;
    case SELECTION_DEFAULT:
        return engine->rules->no_policy || job->spec.network.type == NETWORK_NONE ? SPAN("") : SPAN("networking is enabled: false");
    case SELECTION_ACCEPT:
    case SELECTION_WAIT:
        break;
    }
    return SPAN("");
}

/* Not printf: a reason may hold a NUL byte. */
static void reject_job(struct engine *engine, struct job *job, struct span reason, ns_t now)
{
    CLEANUP(buf_release) struct buf comment = buf_init(SIZE_MAX / 2);

    buf_text(&comment, "job rejected: ");
    buf_span(&comment, reason);
    scheduler_cancel(engine, job, buf_view(&comment), false, now);
}

/* ---- scripts --------------------------------------------------------------------------------------------------------- */

static const struct job_script *named_script(const struct engine *engine, struct span name)
{
    for (size_t i = 0; i < engine->n_scripts; i++)
        if (span_eq(engine->scripts[i].name, name))
            return &engine->scripts[i];
    return engine->find_script ? engine->find_script(engine->find_script_context, name) : NULL;
}

static void note_unknown(struct engine *engine, struct span name)
{
    engine->asked_in_vain++;
    if (name.n > UNKNOWN_NAME_MAX)
        name.n = UNKNOWN_NAME_MAX;
    for (size_t i = 0; i < engine->n_unknown_names; i++)
        if (span_eq(engine->unknown_names[i], name)) {
            engine->last_unknown = i;
            return;
        }
    if (engine->n_unknown_names == UNKNOWN_NAMES_MAX)
        return;
    engine->last_unknown = engine->n_unknown_names;
    engine->unknown_names[engine->n_unknown_names++] = arena_span(&engine->arena, name);
}

/* What an annotation `mock:NAME` asks for; an unknown NAME is as if it were not there. */
static const struct job_script *asked_script(struct engine *engine, const struct job *job)
{
    const struct job_script *script = NULL;

    for (size_t i = 0; !script && i < job->spec.annotations.n; i++) {
        struct span tag = job->spec.annotations.at[i];
        if (!span_starts(tag, SPAN("mock:")))
            continue;
        struct span name = span_of(tag.p + 5, tag.n - 5);
        script = name.n ? named_script(engine, name) : NULL;
        if (!script)
            note_unknown(engine, name);
    }
    return script;
}

/* The first whose matcher fits; each counts the jobs that fit it but for nth, whoever takes them. */
static const struct job_script *matching_script(struct engine *engine, const struct job *job)
{
    struct job_facts facts = { job->client_id, &job->spec };
    const struct job_script *script = NULL;
    CLEANUP(arena_release) struct arena arena = { 0 };

    for (size_t i = 0; i < engine->n_scripts; i++) {
        const struct job_script *s = &engine->scripts[i];
        if (!s->has_match || !match_job(&s->match, &facts, &arena, NULL))
            continue;
        if (match_nth(&s->match, ++engine->script_uses[i].fitting) && !script)
            script = s;
    }
    return script;
}

static const struct job_script *choose_script(struct engine *engine, const struct job *job)
{
    const struct job_script *matching = matching_script(engine, job);
    const struct job_script *asked = asked_script(engine, job);

    return asked ? asked : matching;
}

/* A script of steps takes the place of policy, scheduler and nodes. */
static void start_script(struct engine *engine, struct job *job, ns_t now)
{
    timeline_set_deadline(&engine->timeline, job, NS_NEVER);
    if (!job->script->start_queued) {
        job_move(job, JOB_NEW, SPAN(""), now);
        job_move(job, JOB_IN_PROGRESS, SPAN(""), now);
        engine_emit(engine, EVENT_CREATED, job, NULL, SPAN(""), now);
    }
    steps_begin(engine, job, now);
}

static enum err select_and_start(struct engine *engine, struct job *job, ns_t now, struct error *error)
{
    struct span refusal = policy_refusal(engine, job);

    if (job->script && job->script->n_steps) {
        start_script(engine, job, now);
        return ERR_OK;
    }
    if (refusal.n || engine->options.selection == SELECTION_REJECT) {
        reject_job(engine, job, refusal, now);
        return ERR_OK;
    }
    if (engine->options.selection == SELECTION_WAIT)
        return ERR_OK;
    return scheduler_start(engine, job, now, error);
}

enum err engine_submit(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                       ns_t now, const struct job **out, struct error *error)
{
    engine_tick(engine, now);
    *out = NULL;
    struct job *job = make_room(engine) ? add_job(engine, client_id, api_version, spec, now) : NULL;
    if (!job)
        return error_set(error, ERR_NOMEM, "job store is full");
    job->script = choose_script(engine, job);
    job_move(job, JOB_QUEUED, SPAN(""), now);
    enum err err = select_and_start(engine, job, now, error);
    if (err && engine->rules->short_makes_no_job)
        unmake_job(engine, job);
    else
        *out = job;
    return err;
}

const struct job *engine_job(struct engine *engine, struct span id, ns_t now)
{
    engine_tick(engine, now);
    return store_get(&engine->store, id);
}

const struct job *engine_look(const struct engine *engine, struct span id)
{
    if (id.n == SHORT_ID_SIZE)
        return store_first_of_short(&engine->store, id);
    return id.n < SHORT_ID_SIZE ? NULL : store_get(&engine->store, id);
}

/* The job is held while time goes on. False: it was forgotten meanwhile, and is gone. */
static bool tick_and_keep(struct engine *engine, struct job *job, ns_t now)
{
    job->link.timers++;
    engine_tick(engine, now);
    job->link.timers--;
    if (!job->link.forgotten)
        return true;
    free_if_forgotten(job);
    return false;
}

const struct job *engine_find(struct engine *engine, struct span id, ns_t now)
{
    engine_tick(engine, now);
    return engine_look(engine, id);
}

enum err engine_cancel(struct engine *engine, const struct job *lent, struct span reason, ns_t now)
{
    struct job *job = own(engine, lent);

    if (!tick_and_keep(engine, job, now) || engine->rules->is_over(job))
        return ERR_STATE;
    job->left_script = true;
    scheduler_cancel(engine, job, reason, true, now);
    return ERR_OK;
}

static enum err not_queued(const struct job *job, struct error *error)
{
    return error_set(error, ERR_STATE, "job %.*s is in state %s but expected Queued", SPAN_ARG(job->id),
                     job_state_name(job->state));
}

/* A refusal of a job that is under way stops it, as the requester's queue does. */
enum err engine_approve(struct engine *engine, const struct job *lent, const struct approval *approval, ns_t now,
                        struct error *error)
{
    struct job *job = own(engine, lent);

    if (!tick_and_keep(engine, job, now))
        return error_set(error, ERR_STATE, "the job is gone");
    if (approval->should_wait)
        return ERR_OK;
    if (approval->should_bid && job->state != JOB_QUEUED)
        return not_queued(job, error);
    if (!approval->should_bid && job_is_terminal(job))
        return error_set(error, ERR_STATE, "job %.*s is already in a terminal state", SPAN_ARG(job->id));
    job->left_script = true;
    if (approval->should_bid)
        return scheduler_start(engine, job, now, error);
    reject_job(engine, job, approval->reason, now);
    return ERR_OK;
}

/* ---- lists ---------------------------------------------------------------------------------------------------------- */

static bool among(struct span tag, const struct span_list *tags)
{
    for (size_t i = 0; i < tags->n; i++)
        if (span_eq(tag, tags->at[i]))
            return true;
    return false;
}

/* The first of the job's annotations that either list knows decides (wire contract A5). */
static bool tags_fit(const struct list_query *query, const struct job *job)
{
    for (size_t i = 0; i < job->spec.annotations.n; i++) {
        if (among(job->spec.annotations.at[i], &query->include_tags))
            return true;
        if (among(job->spec.annotations.at[i], &query->exclude_tags))
            return false;
    }
    return query->include_tags.n == 0;
}

static int compare_ids(const void *a, const void *b)
{
    const struct job *const *x = a, *const *y = b;

    return span_cmp((*x)->id, (*y)->id);
}

static void sort_by_id(const struct job **jobs, size_t n, bool reverse)
{
    qsort(jobs, n, sizeof *jobs, compare_ids);
    for (size_t i = 0; reverse && i < n / 2; i++) {
        const struct job *other = jobs[n - 1 - i];
        jobs[n - 1 - i] = jobs[i];
        jobs[i] = other;
    }
}

/* The first `limit` of the jobs in random order (A5's quirk); they keep their order among themselves. */
static size_t draw_subset(struct draw *ids, const struct job **jobs, size_t n, size_t limit)
{
    size_t left = limit < n ? limit : n, kept = 0;

    for (size_t i = 0; i < n && kept < left; i++)
        if (draw_below(ids, n - i) < left - kept)
            jobs[kept++] = jobs[i];
    return kept;
}

/* The store keeps its jobs by CreatedAt, so only an order by id must see them all. */
enum err engine_list(struct engine *engine, const struct list_query *query, ns_t now, const struct job ***out, size_t *n)
{
    bool of_client = query->client_id.n != 0;
    bool backwards = query->order == LIST_CREATED && query->reverse;
    bool by_id = query->order == LIST_ID;
    bool all = by_id || query->random_subset; /* every job that fits must be seen */

    engine_tick(engine, now);
    const struct store_client *client = of_client ? store_client(&engine->store, query->client_id) : NULL;
    struct store_list nothing = { 0 };
    const struct store_list *list = !of_client ? &engine->store.all : client ? &client->jobs : &nothing;
    size_t most = of_client ? (client ? client->n : 0) : engine->store.n;
    size_t limit = query->max_jobs > 0 && (uint64_t)query->max_jobs < most ? (size_t)query->max_jobs : most;
    const struct job **jobs = malloc(((all ? most : limit) + 1) * sizeof *jobs);
    if (!jobs)
        return ERR_NOMEM;
    *n = 0;
    for (const struct job *job = backwards ? list->last : list->first; job && (all || *n < limit);
         job = store_next(job, of_client, backwards))
        if (tags_fit(query, job))
            jobs[(*n)++] = job;
    if (query->random_subset)
        *n = draw_subset(&engine->ids, jobs, *n, limit);
    if (by_id)
        sort_by_id(jobs, *n, query->reverse);
    if (*n > limit)
        *n = limit;
    *out = jobs;
    return ERR_OK;
}
