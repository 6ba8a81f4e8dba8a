#include "core/engine.h"

#include "core/engine_state.h"
#include "core/identity.h"
#include "core/transform.h"

#include <stdlib.h>

enum { MAX_JOBS_DEFAULT = 100000 };
#define HOUSEKEEPING_DEFAULT (30 * NS_PER_SECOND)

/* ---- life ------------------------------------------------------------------------------------------------ */

static bool copy_nodes(struct engine *engine, const struct node *nodes, size_t n)
{
    engine->nodes = arena_alloc(&engine->arena, n * sizeof *nodes);
    if (!engine->nodes)
        return false;
    engine->n_nodes = n;
    for (size_t i = 0; i < n; i++) {
        engine->nodes[i] = nodes[i];
        if (nodes[i].id.n)
            continue;
        char id[CID_SIZE + 1];
        ids_cid(&engine->ids, id);
        engine->nodes[i].id = arena_span(&engine->arena, span_text(id));
    }
    return true;
}

static bool take_identity(struct engine *engine)
{
    char id[MULTIHASH_TEXT_SIZE + 1];

    identity_id(id);
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
    engine->options = options->scheduler;
    if (!engine->options.housekeeping)
        engine->options.housekeeping = HOUSEKEEPING_DEFAULT;
    engine->ids = options->ids;
    engine->start = engine->now = options->start;
    if (!store_init(&engine->store, options->max_jobs ? options->max_jobs : MAX_JOBS_DEFAULT) ||
        !copy_nodes(engine, options->nodes, options->n_nodes) || !take_identity(engine)) {
        engine_free(engine);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *out = engine;
    return ERR_OK;
}

/* Jobs that were forgotten are reachable by their timers alone. */
static void free_forgotten(struct engine *engine)
{
    struct action action;
    bool is_deadline;

    while (timeline_take(&engine->timeline, NS_NEVER - 1, &action, &is_deadline))
        if (action.job->link.forgotten && action.job->link.timers == 0)
            job_free(action.job);
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    free_forgotten(engine);
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

void engine_emit(struct engine *engine, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now)
{
    if (engine->hear)
        engine->hear(engine->hear_context,
                     &(struct job_event){ .name = name, .job = job, .execution = x, .status = status, .time = now });
}

/* ---- time ---------------------------------------------------------------------------------------------------------- */

ns_t engine_trigger(struct engine *engine, const struct trigger *trigger, ns_t from)
{
    ns_t after = trigger->after;

    if (after == NS_NEVER)
        return NS_NEVER;
    if (trigger->jitter)
        after += (ns_t)ids_below(&engine->ids, 2 * (uint64_t)trigger->jitter + 1) - trigger->jitter;
    if (after < 0)
        after = 0;
    return after > NS_NEVER - from ? NS_NEVER : from + after;
}

static void drop_action(const struct action *action)
{
    if (action->job->link.timers == 0)
        job_free(action->job);
}

void engine_tick(struct engine *engine, ns_t now)
{
    struct action action;
    bool is_deadline;

    while (timeline_take(&engine->timeline, now, &action, &is_deadline)) {
        if (is_deadline)
            engine->rules->deadline_came(engine, action.job, action.due);
        else if (action.job->link.forgotten)
            drop_action(&action);
        else
            scheduler_act(engine, &action);
    }
    if (now > engine->now)
        engine->now = now;
}

ns_t engine_next_deadline(const struct engine *engine)
{
    return timeline_next(&engine->timeline);
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
    if (forgotten && forgotten->link.timers == 0)
        job_free(forgotten);
    return true;
}

/* In the store, state New, version 1. NULL: no memory. */
static struct job *add_job(struct engine *engine, struct span client_id, struct span api_version,
                           const struct job_spec *spec, ns_t now)
{
    char id[UUID_SIZE + 1];

    ids_uuid(&engine->ids, id);
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

static void reject_job(struct engine *engine, struct job *job, struct span reason, ns_t now)
{
    scheduler_cancel(engine, job, arena_printf(&job->arena, "job rejected: %.*s", SPAN_ARG(reason)), false, now);
}

static enum err select_and_start(struct engine *engine, struct job *job, ns_t now, struct error *error)
{
    struct span refusal = policy_refusal(engine, job);

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

const struct job *engine_find(struct engine *engine, struct span id, ns_t now)
{
    engine_tick(engine, now);
    if (id.n == SHORT_ID_SIZE)
        return store_first_of_short(&engine->store, id);
    return id.n < SHORT_ID_SIZE ? NULL : store_get(&engine->store, id);
}

enum err engine_cancel(struct engine *engine, const struct job *lent, struct span reason, ns_t now)
{
    struct job *job = own(engine, lent);

    if (engine->rules->is_over(job))
        return ERR_STATE;
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

    if (approval->should_wait)
        return ERR_OK;
    if (approval->should_bid)
        return job->state == JOB_QUEUED ? scheduler_start(engine, job, now, error) : not_queued(job, error);
    if (job_is_terminal(job))
        return error_set(error, ERR_STATE, "job %.*s is already in a terminal state", SPAN_ARG(job->id));
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

/* The store keeps its jobs by CreatedAt, so only an order by id must see them all. */
enum err engine_list(struct engine *engine, const struct list_query *query, ns_t now, const struct job ***out, size_t *n)
{
    bool of_client = query->client_id.n != 0;
    bool backwards = query->order == LIST_CREATED && query->reverse;
    bool by_id = query->order == LIST_ID;

    engine_tick(engine, now);
    const struct store_client *client = of_client ? store_client(&engine->store, query->client_id) : NULL;
    struct store_list nothing = { 0 };
    const struct store_list *list = !of_client ? &engine->store.all : client ? &client->jobs : &nothing;
    size_t most = of_client ? (client ? client->n : 0) : engine->store.n;
    size_t limit = query->max_jobs > 0 && (uint64_t)query->max_jobs < most ? (size_t)query->max_jobs : most;
    const struct job **jobs = malloc(((by_id ? most : limit) + 1) * sizeof *jobs);
    if (!jobs)
        return ERR_NOMEM;
    *n = 0;
    for (const struct job *job = backwards ? list->last : list->first; job && (by_id || *n < limit);
         job = store_next(job, of_client, backwards))
        if (tags_fit(query, job))
            jobs[(*n)++] = job;
    if (by_id) {
        sort_by_id(jobs, *n, query->reverse);
        *n = *n < limit ? *n : limit;
    }
    *out = jobs;
    return ERR_OK;
}
