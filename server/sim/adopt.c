#include "sim/adopt.h"

#include "sim/scheduler.h"

#include <stdlib.h>

/* ---- copying ------------------------------------------------------------------------------------------------ */

static struct span own(struct job *job, struct span text)
{
    return text.n ? arena_span(&job->arena, text) : (struct span){ 0 };
}

static struct span_map own_map(struct job *job, struct span_map from)
{
    struct span_map copy = { .at = from.n ? arena_alloc(&job->arena, from.n * sizeof *from.at) : NULL };

    for (size_t i = 0; copy.at && i < from.n; i++)
        copy.at[copy.n++] = (struct span_pair){ own(job, from.at[i].key), own(job, from.at[i].value) };
    return copy;
}

static const struct storage_spec *own_published(struct job *job, const struct storage_spec *from)
{
    struct storage_spec *copy = from ? ARENA_NEW(&job->arena, struct storage_spec) : NULL;

    if (!copy)
        return NULL;
    *copy = *from;
    copy->metadata = own_map(job, from->metadata);
    copy->name = own(job, from->name);
    copy->cid = own(job, from->cid);
    copy->url = own(job, from->url);
    copy->source_path = own(job, from->source_path);
    copy->path = own(job, from->path);
    return copy;
}

static const struct run_output *own_output(struct job *job, const struct run_output *from)
{
    struct run_output *copy = from ? ARENA_NEW(&job->arena, struct run_output) : NULL;

    if (!copy)
        return NULL;
    *copy = *from;
    copy->stdout_text = own(job, from->stdout_text);
    copy->stderr_text = own(job, from->stderr_text);
    copy->runner_error = own(job, from->runner_error);
    return copy;
}

static const struct node *node_with_id(const struct scheduler *s, struct span id)
{
    for (size_t i = 0; i < s->n_nodes; i++)
        if (span_eq(s->nodes[i].id, id))
            return &s->nodes[i];
    return NULL;
}

static uint32_t asks_before(const struct job *job, size_t index)
{
    uint32_t n = 0;

    for (size_t i = 0; i < index; i++)
        n += span_eq(job->executions[i]->node_id, job->executions[index]->node_id);
    return n;
}

static void own_execution(const struct scheduler *s, struct job *job, size_t i, const struct execution *from)
{
    struct execution *x = job->executions[i];

    *x = *from;
    x->job_id = job->id;
    x->node_id = own(job, from->node_id);
    x->reference = own(job, from->reference);
    x->status = own(job, from->status);
    x->proposal = own(job, from->proposal);
    x->published = own_published(job, from->published);
    x->output = own_output(job, from->output);
    x->index = (uint32_t)i;
    x->ask = asks_before(job, i);
    x->node = node_with_id(s, x->node_id);
    job_count_add(job, x);
}

static bool own_executions(const struct scheduler *s, struct job *job, const struct adopted *adopted)
{
    size_t n = adopted->n_executions;

    if (!adopted->executions)
        return true;
    struct execution *all = arena_alloc(&job->arena, n * sizeof *all);
    job->executions = arena_alloc(&job->arena, n * sizeof(struct execution *));
    if (!all || !job->executions)
        return false;
    job->n_executions = job->room_executions = n;
    for (size_t i = 0; i < n; i++)
        job->executions[i] = &all[i];
    for (size_t i = 0; i < n; i++)
        own_execution(s, job, i, &adopted->executions[i]);
    return !job->arena.failed;
}

/* ---- history as it was recorded --------------------------------------------------------------------------------- */

/* The execution that an entry is about: by node and reference; the entries before the reference was known
 * belong to the node's first execution that has not begun by then. */
static bool execution_of(const struct job *job, const struct adopted_entry *entry, const uint8_t *begun, uint32_t *index)
{
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (!span_eq(x->node_id, entry->node_id))
            continue;
        bool fits = entry->reference.n ? span_eq(x->reference, entry->reference)
                                       : entry->version == 1 ? !begun[i] : begun[i] && x->reference.n == 0;
        if (!fits)
            continue;
        *index = (uint32_t)i;
        return true;
    }
    return false;
}

static enum err take_history(struct job *job, const struct adopted *adopted, struct error *error)
{
    uint8_t *begun = arena_alloc(&job->arena, job->n_executions + 1);

    job->history = arena_alloc(&job->arena, adopted->n_history * sizeof *job->history);
    if (!begun || !job->history)
        return error_set(error, ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < adopted->n_history; i++) {
        const struct adopted_entry *from = &adopted->history[i];
        struct history *entry = &job->history[i];
        *entry = (struct history){ .level = (uint8_t)from->level,
                                   .previous = (uint8_t)from->previous,
                                   .next = (uint8_t)from->next,
                                   .has_reference = from->reference.n != 0,
                                   .version = from->version,
                                   .comment = own(job, from->comment),
                                   .time = from->time };
        if (from->level != HISTORY_EXECUTION)
            continue;
        if (!execution_of(job, from, begun, &entry->execution))
            return error_set(error, ERR_INVALID, "History entry %zu is of an execution that State does not have", i);
        begun[entry->execution] = 1;
    }
    job->n_history = job->room_history = adopted->n_history;
    return ERR_OK;
}

/* ---- history made up: the shortest lawful path to the state ------------------------------------------------------- */

enum { PATH_MAX_STATES = 6 };

static size_t path_to(int state, int path[PATH_MAX_STATES])
{
    static const int started[] = { JOB_NEW, JOB_QUEUED, JOB_NEW, JOB_IN_PROGRESS };
    size_t n = 0, lead = 1;

    if (state == JOB_QUEUED)
        lead = 1;
    else if (state == JOB_IN_PROGRESS)
        lead = 3;
    else if (state != JOB_NEW)
        lead = 4;
    else
        lead = 0;
    for (; n < lead; n++)
        path[n] = started[n];
    path[n++] = state;
    return n;
}

static const int good_path[] = {
    EXECUTION_ASK_FOR_BID,          EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_BID_ACCEPTED,
    EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_ACCEPTED,      EXECUTION_COMPLETED,
};
enum { GOOD_PATH_LENGTH = sizeof good_path / sizeof good_path[0] };

/* True if the execution can have reached its state after `n` steps of the good path. */
static bool lies_behind(const struct execution *x, size_t n)
{
    if (n == 0)
        return x->state == EXECUTION_ASK_FOR_BID;
    return n <= GOOD_PATH_LENGTH && execution_may_move(good_path[n - 1], x->state);
}

/* Returns the number of steps, from the execution's version; if that is impossible, the fewest possible. */
static size_t steps_behind(const struct execution *x)
{
    size_t n = 0;

    if (x->version >= 1 && lies_behind(x, (size_t)x->version - 1))
        return (size_t)x->version - 1;
    while (n <= GOOD_PATH_LENGTH && !lies_behind(x, n))
        n++;
    return n <= GOOD_PATH_LENGTH ? n : 0;
}

static void make_up_execution(struct job *job, const struct execution *x)
{
    size_t steps = steps_behind(x);

    for (size_t i = 0; i <= steps; i++)
        job->history[job->n_history++] =
            (struct history){ .level = HISTORY_EXECUTION,
                              .previous = (uint8_t)(i ? good_path[i - 1] : EXECUTION_NEW),
                              .next = (uint8_t)(i < steps ? good_path[i] : x->state),
                              .execution = x->index,
                              .has_reference = i > 0 && x->reference.n,
                              .version = (int64_t)i + 1,
                              .time = i < steps ? job->created : x->updated };
}

/* The executions' entries come before the one that ended the job. */
static bool make_up_history(struct job *job)
{
    int path[PATH_MAX_STATES];
    size_t n = path_to(job->state, path);
    size_t before = job_is_terminal(job) ? n - 1 : n;

    job->room_history = n + job->n_executions * (GOOD_PATH_LENGTH + 1);
    job->history = arena_alloc(&job->arena, job->room_history * sizeof *job->history);
    if (!job->history)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (i == before)
            for (size_t k = 0; k < job->n_executions; k++)
                make_up_execution(job, job->executions[k]);
        job->history[job->n_history++] = (struct history){ .level = HISTORY_JOB,
                                                           .previous = (uint8_t)(i ? path[i - 1] : JOB_NEW),
                                                           .next = (uint8_t)path[i],
                                                           .version = (int64_t)i + 1,
                                                           .comment = i ? SPAN("") : SPAN("Job created"),
                                                           .time = i + 1 < n ? job->created : job->updated };
    }
    for (size_t k = 0; before == n && k < job->n_executions; k++)
        make_up_execution(job, job->executions[k]);
    return true;
}

/* ---- going on -------------------------------------------------------------------------------------------------------- */

static void go_on(struct scheduler *s, struct job *job, ns_t now)
{
    if (job_is_terminal(job)) {
        store_ended(&s->store, job);
        return;
    }
    agenda_set_deadline(&s->agenda, job, scheduler_next_look(s, now, spec_timeout(&job->spec)));
    for (size_t i = 0; i < job->n_executions; i++)
        if (job->executions[i]->node)
            scheduler_resume(s, job, job->executions[i], now);
}

static struct job *copy_job(const struct scheduler *s, const struct adopted *adopted, ns_t now)
{
    struct job *job = job_new(adopted->id, adopted->client_id, adopted->api_version, adopted->spec, now);

    if (!job)
        return NULL;
    store_count(&s->store, job);
    job_keep(job, s->keeper);
    job->requester_id = adopted->requester_id.n ? own(job, adopted->requester_id) : s->requester_id;
    job->requester_key = adopted->requester_key.n ? own(job, adopted->requester_key) : s->requester_key;
    job->created_at = adopted->created_at;
    job->state = adopted->state;
    job->version = adopted->version;
    job->created = adopted->created;
    job->updated = adopted->updated;
    job->history = NULL;
    job->n_history = job->room_history = 0;
    if (!own_executions(s, job, adopted)) {
        job_free(job);
        return NULL;
    }
    return job;
}

enum err adopt_job(struct scheduler *s, const struct adopted *adopted, ns_t now, struct error *error)
{
    if (store_get(&s->store, adopted->id))
        return error_set(error, ERR_STATE, "the job %.*s is there already", SPAN_ARG(adopted->id));
    struct job *job = copy_job(s, adopted, now);
    if (!job)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = adopted->n_history ? take_history(job, adopted, error) : ERR_OK;
    if (!err && !adopted->n_history && !make_up_history(job))
        err = error_set(error, ERR_NOMEM, "out of memory");
    if (!err && !scheduler_make_room(s))
        err = error_set(error, ERR_NOMEM, "job store is full");
    if (!err && (job->arena.failed || !store_add(&s->store, job)))
        err = error_set(error, ERR_NOMEM, "out of memory");
    if (err) {
        job_free(job);
        return err;
    }
    job_watch(job, &s->watch);
    go_on(s, job, now);
    return ERR_OK;
}
