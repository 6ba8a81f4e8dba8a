#include "sim/job.h"

#include "sim/node.h"

#include "base/error.h"

#include <stdlib.h>

/* ---- the state tables: name on the wire, lawful moves -------------------------------------------------
 *
 *   New → Queued → New → InProgress → Completed | CompletedPartially | Error | Cancelled
 *           └→ Cancelled    └→ Error (not enough nodes)
 */
struct state_row {
    const char *name;
    unsigned to; /* bits of the states it may move to; none: it is terminal */
};

#define TO(state) (1u << (state))

static const struct state_row job_rows[] = {
    [JOB_NEW] = { "New", TO(JOB_QUEUED) | TO(JOB_IN_PROGRESS) | TO(JOB_ERROR) | TO(JOB_CANCELLED) },
    [JOB_QUEUED] = { "Queued", TO(JOB_NEW) | TO(JOB_CANCELLED) },
    [JOB_IN_PROGRESS] = { "InProgress",
                          TO(JOB_COMPLETED) | TO(JOB_COMPLETED_PARTIALLY) | TO(JOB_ERROR) | TO(JOB_CANCELLED) },
    [JOB_COMPLETED] = { "Completed", 0 },
    [JOB_COMPLETED_PARTIALLY] = { "CompletedPartially", 0 },
    [JOB_ERROR] = { "Error", 0 },
    [JOB_CANCELLED] = { "Cancelled", 0 },
};
_Static_assert(sizeof job_rows / sizeof job_rows[0] == JOB_STATE_COUNT, "a row for each job state");

#define STOPS (TO(EXECUTION_FAILED) | TO(EXECUTION_CANCELLED))

static const struct state_row execution_rows[] = {
    [EXECUTION_NEW] = { "New", TO(EXECUTION_ASK_FOR_BID) },
    [EXECUTION_ASK_FOR_BID] = { "AskForBid",
                                TO(EXECUTION_ASK_FOR_BID_ACCEPTED) | TO(EXECUTION_ASK_FOR_BID_REJECTED) | STOPS },
    [EXECUTION_ASK_FOR_BID_ACCEPTED] = { "AskForBidAccepted", TO(EXECUTION_BID_ACCEPTED) | TO(EXECUTION_BID_REJECTED) | STOPS },
    [EXECUTION_ASK_FOR_BID_REJECTED] = { "AskForBidRejected", 0 },
    [EXECUTION_BID_ACCEPTED] = { "BidAccepted", TO(EXECUTION_WAITING_VERIFICATION) | STOPS },
    [EXECUTION_BID_REJECTED] = { "BidRejected", 0 },
    [EXECUTION_WAITING_VERIFICATION] = { "WaitingVerification",
                                         TO(EXECUTION_RESULT_ACCEPTED) | TO(EXECUTION_RESULT_REJECTED) | STOPS },
    [EXECUTION_RESULT_ACCEPTED] = { "ResultAccepted", TO(EXECUTION_COMPLETED) | STOPS },
    [EXECUTION_RESULT_REJECTED] = { "ResultRejected", 0 },
    [EXECUTION_COMPLETED] = { "Completed", 0 },
    [EXECUTION_FAILED] = { "Failed", 0 },
    [EXECUTION_CANCELLED] = { "Cancelled", 0 },
};
_Static_assert(sizeof execution_rows / sizeof execution_rows[0] == EXECUTION_STATE_COUNT, "a row for each execution state");

const char *job_state_name(int state)
{
    MUST(state >= 0 && state < JOB_STATE_COUNT);
    return job_rows[state].name;
}

const char *execution_state_name(int state)
{
    MUST(state >= 0 && state < EXECUTION_STATE_COUNT);
    return execution_rows[state].name;
}

struct span execution_node_name(const struct job *job, const struct execution *x)
{
    if (x->node && x->node->name.n)
        return x->node->name;
    for (const struct stranger *stranger = job->strangers; stranger; stranger = stranger->next)
        if (span_eq(stranger->id, x->node_id))
            return stranger->name;
    return SPAN("");
}

ns_t history_moment(const struct job *job, const struct history *entry)
{
    return entry->level == HISTORY_EXECUTION ? job->executions[entry->execution]->created : entry->time;
}

struct span history_comment(const struct job *job, const struct history *entry)
{
    const struct execution *x = entry->level == HISTORY_EXECUTION ? job->executions[entry->execution] : NULL;

    if (!x)
        return entry->comment;
    return entry->version == x->version ? x->status : SPAN("");
}

bool job_is_terminal(const struct job *job)
{
    return job_rows[job->state].to == 0;
}

bool execution_is_discarded(int state)
{
    return EXECUTIONS_DISCARDED & EXECUTION_BIT(state);
}

bool execution_is_terminal(int state)
{
    return EXECUTIONS_TERMINAL & EXECUTION_BIT(state);
}

/* ---- counts ---------------------------------------------------------------------------------------- */

static int64_t sum(const uint32_t counts[EXECUTION_STATE_COUNT], unsigned states)
{
    int64_t n = 0;

    for (; states; states &= states - 1)
        n += counts[__builtin_ctz(states)];
    return n;
}

int64_t job_count_bids(const struct job *job, unsigned states)
{
    return sum(job->counts[true], states);
}

int64_t job_count(const struct job *job, unsigned states)
{
    return sum(job->counts[false], states) + job_count_bids(job, states);
}

static uint32_t *count_of(struct job *job, const struct execution *x)
{
    return &job->counts[x->reference.n != 0][x->state];
}

void job_count_add(struct job *job, const struct execution *x)
{
    ++*count_of(job, x);
    if (x->state == EXECUTION_ASK_FOR_BID_ACCEPTED && x->index < job->first_bid)
        job->first_bid = x->index;
}

/* ---- history --------------------------------------------------------------------------------------- */

/* Two stamps of one job never coincide: the real requester reads a nanosecond clock for each write. */
static ns_t stamp(struct job *job, ns_t now)
{
    job->last_stamp = now > job->last_stamp ? now : job->last_stamp + 1;
    return job->last_stamp;
}

/* Arrays in the arena grow by doubling; outgrown blocks stay until the job is freed. */
static void *grow(struct job *job, void *old, size_t n, size_t *room, size_t first, size_t size)
{
    if (n < *room)
        return old;
    size_t wanted = *room ? *room * 2 : first;
    void *array = arena_alloc(&job->arena, wanted * size);
    if (!array)
        return NULL;
    if (n)
        memcpy(array, old, n * size);
    *room = wanted;
    return array;
}

/* A job of one execution that completes writes eleven entries. */
enum { HISTORY_FIRST = 11, EXECUTIONS_FIRST = 1 };

static void tell_moved(const struct job *job, const struct history *entry)
{
    if (job->watch && job->watch->moved)
        job->watch->moved(job->watch->context, job, entry);
}

/* Without memory the entry is lost and arena.failed is set: the job's history is then incomplete, its state is
 * right. The move is reported all the same. */
static void record(struct job *job, const struct history *entry)
{
    struct history *array =
        grow(job, job->history, job->n_history, &job->room_history, HISTORY_FIRST, sizeof *job->history);

    if (array) {
        job->history = array;
        job->history[job->n_history++] = *entry;
    }
    tell_moved(job, entry);
}

void job_watch(struct job *job, const struct engine_watch *watch)
{
    job->watch = watch;
    if (watch->added)
        watch->added(watch->context, job);
    if (job->n_history)
        tell_moved(job, &job->history[job->n_history - 1]);
}

void job_tell_forgotten(const struct job *job)
{
    if (job->watch && job->watch->forgotten)
        job->watch->forgotten(job->watch->context, job);
}

/* ---- jobs ------------------------------------------------------------------------------------------ */

struct job *job_new(struct span id, struct span client_id, struct span api_version, const struct job_spec *spec, ns_t now)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        return NULL;
    job->id = arena_span(&job->arena, id);
    job->client_id = arena_span(&job->arena, client_id);
    job->api_version = arena_span(&job->arena, api_version);
    job->spec = *spec;
    spec_own(&job->spec, &job->arena);
    job->created_at = now;
    job->state = JOB_NEW;
    job->version = 1;
    job->deadline = NS_NEVER;
    job->created = job->updated = stamp(job, now);
    record(job, &(struct history){ .level = HISTORY_JOB,
                                   .version = 1,
                                   .comment = SPAN("Job created"),
                                   .time = job->updated });
    if (job->arena.failed) {
        job_free(job);
        return NULL;
    }
    return job;
}

void job_keep(struct job *job, struct keeper *keeper)
{
    job->keeper = keeper;
    if (keeper)
        keeper->hold(keeper);
}

void job_free(struct job *job)
{
    if (!job)
        return;
    struct keeper *keeper = job->keeper;
    arena_release(&job->arena);
    meter_sub(job->meter, job->counted);
    free(job);
    if (keeper)
        keeper->drop(keeper);
}

void job_free_all(struct job *first)
{
    for (struct job *job = first, *next; job; job = next) {
        next = job->link.next;
        job_free(job);
    }
}

void job_count_memory(struct job *job, struct meter *meter, size_t extra)
{
    arena_count(&job->arena, meter);
    job->meter = meter;
    job->counted = sizeof *job + METER_ALLOCATION + extra;
    meter_add(meter, job->counted);
}

void job_forget(struct job *job)
{
    job->link.forgotten = true;
    if (job->link.readers)
        arena_count(&job->arena, NULL);
}

void job_free_if_forgotten(struct job *job)
{
    if (!job || !job->link.forgotten || job->link.readers)
        return;
    if (job->link.holds == 0)
        job_free(job);
    else
        arena_release(&job->arena);
}

static struct job *lent(const struct job *job)
{
    union {
        const struct job *borrowed;
        struct job *own;
    } pointer = { job };

    return pointer.own;
}

void job_lend(const struct job *job)
{
    lent(job)->link.readers++;
}

void job_take_back(const struct job *job)
{
    MUST(job->link.readers > 0);
    lent(job)->link.readers--;
    job_free_if_forgotten(lent(job));
}

bool job_may_move(int from, int to)
{
    return job_rows[from].to & TO(to);
}

bool execution_may_move(int from, int to)
{
    return execution_rows[from].to & TO(to);
}

void job_move(struct job *job, enum job_state next, struct span comment, ns_t now)
{
    MUST(job_may_move(job->state, (int)next));
    job_force(job, next, comment, now);
}

void job_force(struct job *job, enum job_state next, struct span comment, ns_t now)
{
    struct history entry = {
        .level = HISTORY_JOB,
        .previous = (uint8_t)job->state,
        .next = (uint8_t)next,
        .comment = comment.n ? arena_span(&job->arena, comment) : comment,
    };
    job->state = (int)next;
    entry.version = ++job->version;
    entry.time = job->updated = stamp(job, now);
    record(job, &entry);
}

/* ---- executions ------------------------------------------------------------------------------------ */

/* `created` and `updated` change places: every in-memory store of v0.3.20 to v0.3.25 does it, so at rest
 * CreateTime is the last update, UpdateTime the one before, and history lags one step (B1). */
static void execution_stamp(struct execution *x, ns_t when)
{
    x->updated = x->created;
    x->created = when;
}

static void execution_record(struct job *job, const struct execution *x, int previous)
{
    record(job, &(struct history){ .level = HISTORY_EXECUTION,
                                   .previous = (uint8_t)previous,
                                   .next = (uint8_t)x->state,
                                   .execution = x->index,
                                   .has_reference = x->reference.n != 0,
                                   .version = x->version,
                                   .time = x->updated });
}

/* Counts the asks to this node among the first `n` executions of the job. False: one of them has no reference yet. */
static bool count_asks(const struct job *job, size_t n, struct span node_id, uint32_t *asks)
{
    *asks = 0;
    for (size_t i = 0; i < n; i++) {
        if (!span_eq(job->executions[i]->node_id, node_id))
            continue;
        if (job->executions[i]->reference.n == 0)
            return false;
        ++*asks;
    }
    return true;
}

struct execution *execution_new(struct job *job, struct span node_id, const struct node *node, ns_t now)
{
    return execution_new_after(job, job->n_executions, node_id, node, now);
}

struct execution *execution_new_after(struct job *job, size_t others, struct span node_id, const struct node *node, ns_t now)
{
    uint32_t asks;

    if (!count_asks(job, others, node_id, &asks))
        return NULL;
    struct execution **array = grow(job, job->executions, job->n_executions, &job->room_executions, EXECUTIONS_FIRST,
                                    sizeof(struct execution *));
    struct execution *x = array ? ARENA_NEW(&job->arena, struct execution) : NULL;
    if (!x)
        return NULL;
    *x = (struct execution){
        .job_id = job->id,
        .node_id = arena_span(&job->arena, node_id),
        .state = EXECUTION_ASK_FOR_BID,
        .version = 1,
        .index = (uint32_t)job->n_executions,
        .ask = asks,
        .node = node,
    };
    x->created = x->updated = stamp(job, now);
    job->executions = array;
    job->executions[job->n_executions++] = x;
    job_count_add(job, x);
    execution_record(job, x, EXECUTION_NEW);
    return x;
}

static void keep_span(struct job *job, struct span *into, struct span value)
{
    if (value.n)
        *into = arena_span(&job->arena, value);
}

/* The merge quirk: a zero value leaves the old one. */
static void execution_merge(struct job *job, struct execution *x, const struct execution_change *change)
{
    keep_span(job, &x->reference, change->reference);
    keep_span(job, &x->status, change->status);
    keep_span(job, &x->proposal, change->proposal);
    if (change->verification.complete || change->verification.result)
        x->verification = change->verification;
    if (change->published)
        x->published = change->published;
    if (change->output)
        x->output = change->output;
}

void execution_move(struct job *job, struct execution *x, enum execution_state next, const struct execution_change *change,
                    ns_t now)
{
    MUST(execution_may_move(x->state, (int)next));
    execution_force(job, x, next, change, now);
}

void execution_force(struct job *job, struct execution *x, enum execution_state next, const struct execution_change *change,
                     ns_t now)
{
    int previous = x->state;

    --*count_of(job, x);
    if (change)
        execution_merge(job, x, change);
    x->state = (int)next;
    job_count_add(job, x);
    x->version++;
    execution_stamp(x, stamp(job, now));
    execution_record(job, x, previous);
}
