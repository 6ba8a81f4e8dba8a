#include "sim/engine.h"

#include "sim/identity.h"
#include "sim/policy.h"
#include "sim/scheduler.h"
#include "sim/steps.h"
#include "sim/submit.h"

#include <stdlib.h>

enum { MAX_JOBS_DEFAULT = 100000 };
#define HOUSEKEEPING_DEFAULT (30 * NS_PER_SECOND)

struct engine {
    struct scheduler scheduler;
    struct scripts scripts;
    struct arena arena;            /* for the engine's life: nodes, its identity */
    struct draw ids_at_start;      /* the generator after the nodes' ids were drawn */
    uint64_t happened;             /* actions and deadlines so far */
    void (*restarted)(void *context);
    void *restarted_context;
    char last_id[UUID_SIZE + 1];   /* of the last submit */
};

/* ---- life ------------------------------------------------------------------------------------------------ */

/* Copies the nodes into the engine's arena and draws missing ids. NULL: no memory. */
static const struct node *own_nodes(struct engine *engine, const struct node *nodes, size_t n)
{
    struct node *copy = arena_alloc(&engine->arena, n * sizeof *copy);

    for (size_t i = 0; copy && i < n; i++) {
        copy[i] = nodes[i];
        if (nodes[i].id.n)
            continue;
        char id[CID_SIZE + 1];
        draw_cid(&engine->scheduler.ids, id);
        copy[i].id = arena_span(&engine->arena, span_text(id));
    }
    return engine->arena.failed ? NULL : copy;
}

void engine_set_nodes(struct engine *engine, const struct node *nodes, size_t n, struct keeper *keeper)
{
    engine->scheduler.nodes = nodes;
    engine->scheduler.n_nodes = n;
    engine->scheduler.keeper = keeper;
}

void engine_set_scripts(struct engine *engine, const struct job_script *scripts, size_t n)
{
    scripts_set(&engine->scripts, scripts, n);
}

static void draw_labels_known(struct scheduler *s)
{
    s->labels_known = agenda_moment(&s->agenda, &s->options.labels_known, s->start);
}

void engine_set_scheduler(struct engine *engine, const struct scheduler_options *options)
{
    struct scheduler *s = &engine->scheduler;

    s->options = *options;
    if (!s->options.housekeeping)
        s->options.housekeeping = HOUSEKEEPING_DEFAULT;
    draw_labels_known(s);
}

static bool take_identity(struct engine *engine)
{
    char id[MULTIHASH_TEXT_SIZE + 1];

    if (!identity_id(id))
        return false;
    engine->scheduler.requester_id = arena_span(&engine->arena, span_text(id));
    engine->scheduler.requester_key = identity_key();
    return engine->scheduler.requester_id.n != 0;
}

static bool set_up(struct engine *engine, const struct engine_options *options)
{
    struct scheduler *s = &engine->scheduler;

    s->rules = options->rules;
    s->ids = options->ids;
    s->agenda.ids = &s->ids;
    s->start = options->start;
    engine->scripts.find = options->find_script;
    engine->scripts.find_context = options->find_script_context;
    store_init(&s->store, options->max_jobs ? options->max_jobs : MAX_JOBS_DEFAULT, options->meter);
    s->agenda.timeline.meter = options->meter;
    const struct node *nodes = own_nodes(engine, options->nodes, options->n_nodes);
    if (!nodes || !scripts_set(&engine->scripts, options->scripts, options->n_scripts) || !take_identity(engine))
        return false;
    engine_set_nodes(engine, nodes, options->n_nodes, NULL);
    engine->ids_at_start = s->ids;
    engine_set_scheduler(engine, &options->scheduler);
    return true;
}

enum err engine_new(const struct engine_options *options, struct engine **out, struct error *error)
{
    struct engine *engine = calloc(1, sizeof *engine);

    if (!engine || !set_up(engine, options)) {
        engine_free(engine);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *out = engine;
    return ERR_OK;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    agenda_release(&engine->scheduler.agenda);
    store_release(&engine->scheduler.store);
    scripts_release(&engine->scripts);
    arena_release(&engine->arena);
    free(engine);
}

/* ---- looking ------------------------------------------------------------------------------------------------ */

struct span engine_requester_id(const struct engine *engine)
{
    return engine->scheduler.requester_id;
}

struct span engine_requester_key(const struct engine *engine)
{
    return engine->scheduler.requester_key;
}

const struct node *engine_nodes(const struct engine *engine, size_t *n)
{
    *n = engine->scheduler.n_nodes;
    return engine->scheduler.nodes;
}

ns_t engine_start(const struct engine *engine)
{
    return engine->scheduler.start;
}

struct span engine_approver(const struct engine *engine)
{
    return engine->scheduler.options.approver;
}

void engine_listen(struct engine *engine, event_listener *listener, void *context)
{
    engine->scheduler.events = (struct events){ listener, context };
}

void engine_watch(struct engine *engine, const struct engine_watch *watch)
{
    engine->scheduler.watch = *watch;
}

/* ---- scripts ---------------------------------------------------------------------------------------------- */

size_t engine_job_count(const struct engine *engine)
{
    return engine->scheduler.store.n;
}

const struct job_script *engine_scripts(const struct engine *engine, size_t *n)
{
    *n = engine->scripts.n;
    return engine->scripts.at;
}

size_t engine_steps_reached(const struct engine *engine, size_t script)
{
    return engine->scripts.uses[script].reached;
}

const struct span *engine_unknown_names(const struct engine *engine, size_t *n)
{
    *n = engine->scripts.n_unknown;
    return engine->scripts.unknown;
}

uint64_t engine_asked_in_vain(const struct engine *engine, struct span *name)
{
    *name = engine->scripts.unknown[engine->scripts.last_unknown];
    return engine->scripts.asked_in_vain;
}

/* ---- gates, reads, draws --------------------------------------------------------------------------------------- */

ns_t engine_trigger(struct engine *engine, const struct trigger *trigger, ns_t from)
{
    return agenda_moment(&engine->scheduler.agenda, trigger, from);
}

uint64_t engine_draw(struct engine *engine)
{
    return draw_next(&engine->scheduler.ids);
}

void engine_told(struct engine *engine, const struct job *job, unsigned endpoint, ns_t now)
{
    agenda_count_read(&engine->scheduler.agenda, job, endpoint, now);
}

void engine_open_gate(struct engine *engine, struct span name, ns_t now)
{
    agenda_open_gate(&engine->scheduler.agenda, name, now);
    engine_tick(engine, now);
}

void engine_close_gates(struct engine *engine)
{
    agenda_close_gates(&engine->scheduler.agenda);
}

bool engine_gate_is_open(const struct engine *engine, struct span name)
{
    return agenda_gate_is_open(&engine->scheduler.agenda, name);
}

size_t engine_gate_waiting(const struct engine *engine, struct span name)
{
    return agenda_gate_waiting(&engine->scheduler.agenda, name);
}

size_t engine_waiting_gates(const struct engine *engine, struct span *names, size_t room)
{
    return agenda_waiting_gates(&engine->scheduler.agenda, names, room);
}

size_t engine_waiting(const struct engine *engine, enum trigger_kind kind)
{
    return agenda_waiting(&engine->scheduler.agenda, kind);
}

bool engine_first_wait(const struct engine *engine, struct agenda_wait *wait)
{
    return agenda_first_wait(&engine->scheduler.agenda, wait);
}

/* Returns the store's job that a caller has borrowed as const, to be changed. */
static struct job *own(const struct engine *engine, const struct job *job)
{
    struct job *mine = store_get(&engine->scheduler.store, job->id);

    MUST(mine == job);
    return mine;
}

/* ---- beginning again -------------------------------------------------------------------------------------------- */

void engine_forget(struct engine *engine, const struct job *job)
{
    scheduler_forget(&engine->scheduler, own(engine, job));
}

void engine_forget_all(struct engine *engine)
{
    job_free_all(engine_take_forgotten(engine));
    while (engine->scheduler.store.all.first)
        scheduler_forget_later(&engine->scheduler, engine->scheduler.store.all.first);
}

struct job *engine_take_forgotten(struct engine *engine)
{
    return store_take_forgotten(&engine->scheduler.store);
}

void engine_begin_again(struct engine *engine, bool redraw)
{
    struct scheduler *s = &engine->scheduler;

    engine_forget_all(engine);
    agenda_clear(&s->agenda);
    scripts_reset(&engine->scripts);
    s->store.last_number = 0;
    if (redraw)
        s->ids = engine->ids_at_start;
    draw_labels_known(s);
}

void engine_on_restart(struct engine *engine, void (*restarted)(void *context), void *context)
{
    engine->restarted = restarted;
    engine->restarted_context = context;
}

void engine_plan_restarts(struct engine *engine, const struct trigger *triggers, size_t n, ns_t from)
{
    agenda_plan_restarts(&engine->scheduler.agenda, triggers, n, from);
}

static void restart(struct engine *engine)
{
    engine_forget_all(engine);
    if (engine->restarted)
        engine->restarted(engine->restarted_context);
}

/* ---- time --------------------------------------------------------------------------------------------------------- */

static void act(struct engine *engine, const struct action *action)
{
    struct job *job = action->job;

    if (action->kind == ACTION_RESTART) {
        restart(engine);
    } else if (action->kind == ACTION_STEP) {
        scripts_note_step(&engine->scripts, job->script, job->step + 1);
        steps_play(&engine->scheduler, job, action->due);
    } else {
        scheduler_act(&engine->scheduler, action);
    }
}

void engine_tick(struct engine *engine, ns_t now)
{
    struct scheduler *s = &engine->scheduler;
    struct action action;
    bool is_deadline;

    while (agenda_take(&s->agenda, now, &action, &is_deadline)) {
        engine->happened++;
        if (is_deadline)
            s->rules->deadline_came(s, action.job, action.due);
        else
            act(engine, &action);
    }
}

uint64_t engine_happened(const struct engine *engine)
{
    return engine->happened;
}

ns_t engine_next_action(struct engine *engine)
{
    const struct action *next = agenda_peek(&engine->scheduler.agenda);

    return next ? next->due : NS_NEVER;
}

bool engine_only_times_out(struct engine *engine)
{
    const struct action *next = agenda_peek(&engine->scheduler.agenda);

    return !next || next->timed_out;
}

ns_t engine_next_deadline(struct engine *engine)
{
    return agenda_next(&engine->scheduler.agenda);
}

/* ---- jobs --------------------------------------------------------------------------------------------------------- */

enum err engine_submit(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                       ns_t now, const struct job **out, struct buf *why)
{
    struct submission submission = { client_id, api_version, spec };
    struct job *job = NULL;
    enum err err = ERR_NOMEM;

    engine_tick(engine, now);
    if (scheduler_make_room(&engine->scheduler))
        err = submit_job(&engine->scheduler, &engine->scripts, &submission, engine->last_id, now, &job, why);
    if (err == ERR_NOMEM)
        buf_text(why, "job store is full");
    *out = job;
    return err;
}

struct span engine_submitted_id(const struct engine *engine)
{
    return span_text(engine->last_id);
}

const struct job *engine_job(struct engine *engine, struct span id, ns_t now)
{
    engine_tick(engine, now);
    return store_get(&engine->scheduler.store, id);
}

const struct job *engine_look(const struct engine *engine, struct span id)
{
    if (id.n == SHORT_ID_SIZE)
        return store_first_of_short(&engine->scheduler.store, id);
    return id.n < SHORT_ID_SIZE ? NULL : store_get(&engine->scheduler.store, id);
}

const struct store *engine_store(const struct engine *engine)
{
    return &engine->scheduler.store;
}

const struct agenda *engine_agenda(const struct engine *engine)
{
    return &engine->scheduler.agenda;
}

/* Advances to `now` while holding the job. False: the job was forgotten meanwhile and may be freed. */
static bool tick_and_keep(struct engine *engine, struct job *job, ns_t now)
{
    job->link.holds++;
    engine_tick(engine, now);
    job->link.holds--;
    if (!job->link.forgotten)
        return true;
    job_free_if_forgotten(job);
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

    if (!tick_and_keep(engine, job, now) || engine->scheduler.rules->is_over(job))
        return ERR_STATE;
    job->left_script = true;
    scheduler_cancel(&engine->scheduler, job, reason, true, now);
    return ERR_OK;
}

/* A refusal of a job that is under way stops it, as the requester's queue does. */
enum err engine_approve(struct engine *engine, const struct job *lent, const struct approval *approval, ns_t now,
                        struct buf *why)
{
    struct job *job = own(engine, lent);

    if (!tick_and_keep(engine, job, now)) {
        buf_text(why, "the job is gone");
        return ERR_STATE;
    }
    if (approval->should_wait)
        return ERR_OK;
    if (approval->should_bid && job->state != JOB_QUEUED) {
        buf_printf(why, "job %.*s is in state %s but expected Queued", SPAN_ARG(job->id), job_state_name(job->state));
        return ERR_STATE;
    }
    if (!approval->should_bid && job_is_terminal(job)) {
        buf_printf(why, "job %.*s is already in a terminal state", SPAN_ARG(job->id));
        return ERR_STATE;
    }
    job->left_script = true;
    if (approval->should_bid)
        return scheduler_start(&engine->scheduler, job, now, why);
    policy_reject(&engine->scheduler, job, approval->reason, now);
    return ERR_OK;
}

enum err engine_adopt(struct engine *engine, const struct adopted *adopted, ns_t now, struct error *error)
{
    return adopt_job(&engine->scheduler, adopted, now, error);
}

void engine_hold(struct engine *engine, const struct job *const *jobs, size_t n)
{
    (void)engine;
    for (size_t i = 0; i < n; i++)
        job_lend(jobs[i]);
}

void engine_let_go(struct engine *engine, const struct job *const *jobs, size_t n)
{
    (void)engine;
    for (size_t i = 0; i < n; i++)
        job_take_back(jobs[i]);
}

enum err engine_list(struct engine *engine, const struct list_query *query, ns_t now, const struct job ***jobs, size_t *n)
{
    engine_tick(engine, now);
    return listing_of(&engine->scheduler.store, &engine->scheduler.ids, query, jobs, n);
}
