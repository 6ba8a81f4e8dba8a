#include "world/worlds.h"

#include "base/os_clock.h"

#include <stdlib.h>

#define SWEEP_EVERY NS_PER_SECOND

/* The sessions that have a job of one id: only if it is one, `sum` is its world's address. */
struct placed_job {
    size_t n;
    uintptr_t sum; /* of the addresses of their worlds, combined by exclusive or */
};

/* ---- life ------------------------------------------------------------------------------------------------------ */

bool worlds_init(struct worlds *worlds, struct world *first)
{
    *worlds = (struct worlds){ .first = first };
    if (pthread_mutex_init(&worlds->lock, NULL)) {
        world_free(first);
        return false;
    }
    worlds->sessions = table_init(sizeof(struct world *), SESSIONS_MAX, TABLE_REFUSES);
    worlds->jobs = table_init(sizeof(struct placed_job), SESSION_JOBS_MAX, TABLE_REFUSES);
    return true;
}

struct world *worlds_default(const struct worlds *worlds)
{
    return worlds->first;
}

size_t worlds_sessions(struct worlds *worlds)
{
    return atomic_load(&worlds->n_sessions);
}

/* ---- the index of jobs ------------------------------------------------------------------------------------------ */

static void add_job(void *context, struct world *world, struct span job_id)
{
    struct worlds *worlds = context;

    pthread_mutex_lock(&worlds->lock);
    struct placed_job *placed = table_add(&worlds->jobs, job_id);
    if (placed) {
        placed->n++;
        placed->sum ^= (uintptr_t)world;
    }
    pthread_mutex_unlock(&worlds->lock);
}

static void forget_job(void *context, struct world *world, struct span job_id)
{
    struct worlds *worlds = context;

    pthread_mutex_lock(&worlds->lock);
    struct placed_job *placed = table_get(&worlds->jobs, job_id);
    if (placed) {
        placed->sum ^= (uintptr_t)world;
        if (--placed->n == 0)
            table_remove(&worlds->jobs, job_id);
    }
    pthread_mutex_unlock(&worlds->lock);
}

struct world_options worlds_options_for(struct worlds *worlds, struct span client_id, struct program *program)
{
    struct world_options options = worlds->common;

    options.program = program;
    options.client_id = client_id;
    options.index = (struct world_index){ add_job, forget_job, worlds };
    options.places = worlds->first->places;
    return options;
}

/* ---- the table: caller holds its lock ----------------------------------------------------------------------------- */

static bool is_expired(struct world *world, int64_t now_ns)
{
    struct membership *membership = &world->membership;

    return atomic_load(&membership->holders) == 1 && now_ns - atomic_load(&membership->last_ns) > membership->ttl;
}

/* The table's hold of the world becomes the caller's. */
static void take_out(struct worlds *worlds, struct world *world)
{
    world->membership.listed = false;
    table_remove(&worlds->sessions, world->client_id);
    atomic_fetch_sub(&worlds->n_sessions, 1);
}

static struct world *find(const struct worlds *worlds, struct span client_id)
{
    struct world *const *entry = table_get(&worlds->sessions, client_id);

    return entry ? *entry : NULL;
}

/* NULL: no expired session is left. */
static struct world *take_expired(struct worlds *worlds, int64_t now_ns)
{
    struct span client_id;
    struct world *const *entry = NULL;

    while ((entry = table_next(&worlds->sessions, entry, &client_id)))
        if (is_expired(*entry, now_ns)) {
            struct world *world = *entry;
            take_out(worlds, world);
            return world;
        }
    return NULL;
}

static enum worlds_answer put_in(struct worlds *worlds, struct world *world)
{
    if (worlds->stopping)
        return WORLDS_STOPPING;
    if (find(worlds, world->client_id))
        return WORLDS_EXISTS;
    struct world **entry = table_add(&worlds->sessions, world->client_id);
    if (!entry)
        return WORLDS_FULL;
    *entry = world;
    world->membership.listed = true;
    atomic_fetch_add(&worlds->n_sessions, 1);
    return WORLDS_ADDED;
}

/* ---- sweeping ----------------------------------------------------------------------------------------------------- */

static void end_session(struct world *world)
{
    world_close(world);
    world_drop(world);
}

void worlds_sweep(struct worlds *worlds, int64_t now_ns)
{
    struct world *world;

    do {
        pthread_mutex_lock(&worlds->lock);
        worlds->swept_ns = now_ns;
        world = take_expired(worlds, now_ns);
        pthread_mutex_unlock(&worlds->lock);
        if (world)
            end_session(world);
    } while (world);
}

/* Locks the table, after sweeping it if that was not done lately. */
static void enter_table(struct worlds *worlds)
{
    int64_t now_ns = os_clock_monotonic();

    pthread_mutex_lock(&worlds->lock);
    if (now_ns - worlds->swept_ns <= SWEEP_EVERY)
        return;
    pthread_mutex_unlock(&worlds->lock);
    worlds_sweep(worlds, now_ns);
    pthread_mutex_lock(&worlds->lock);
}

/* ---- holding ------------------------------------------------------------------------------------------------------- */

struct world *worlds_hold(struct worlds *worlds, struct span client_id)
{
    if (!client_id.n || !worlds_sessions(worlds))
        return NULL;
    enter_table(worlds);
    struct world *world = world_hold(find(worlds, client_id));
    pthread_mutex_unlock(&worlds->lock);
    return world;
}

static struct world *hold_indexed(struct worlds *worlds, struct span job_id)
{
    enter_table(worlds);
    const struct placed_job *placed = table_get(&worlds->jobs, job_id);
    struct world *world = placed && placed->n == 1 ? (struct world *)placed->sum : NULL;
    world = world && world->membership.listed ? world_hold(world) : NULL;
    pthread_mutex_unlock(&worlds->lock);
    return world;
}

static bool default_has(const struct worlds *worlds, struct span job_id)
{
    struct world *world = worlds->first;

    lock_take(&world->lock);
    bool has = engine_look(world->engine, job_id) != NULL;
    lock_give(&world->lock);
    return has;
}

struct world *worlds_hold_of_job(struct worlds *worlds, struct span job_id)
{
    struct world *world = job_id.n && worlds_sessions(worlds) ? hold_indexed(worlds, job_id) : NULL;

    if (!world || !default_has(worlds, job_id))
        return world;
    world_drop(world);
    return NULL;
}

size_t worlds_hold_all(struct worlds *worlds, struct world ***all)
{
    struct span client_id;
    struct world *const *entry = NULL;
    size_t n = 0;

    enter_table(worlds);
    *all = malloc((worlds->sessions.n + 1) * sizeof **all);
    while (*all && (entry = table_next(&worlds->sessions, entry, &client_id)))
        (*all)[n++] = world_hold(*entry);
    pthread_mutex_unlock(&worlds->lock);
    return n;
}

/* ---- adding and removing --------------------------------------------------------------------------------------------- */

static void fit_journal(struct world *world)
{
    lock_take(&world->lock);
    journal_fit(world->journal);
    lock_give(&world->lock);
}

/* With one more world the share of each journal is smaller. */
static void fit_journals(struct worlds *worlds)
{
    struct world **all;
    size_t n = worlds_hold_all(worlds, &all);

    fit_journal(worlds->first);
    for (size_t i = 0; i < n; i++) {
        fit_journal(all[i]);
        world_drop_unused(all[i]);
    }
    free(all);
}

enum worlds_answer worlds_add(struct worlds *worlds, struct world *world, int64_t ttl)
{
    struct membership *membership = &world->membership;

    membership->ttl = ttl;
    atomic_store(&membership->holders, 2);
    atomic_store(&membership->last_ns, os_clock_monotonic());
    enter_table(worlds);
    enum worlds_answer answer = put_in(worlds, world);
    pthread_mutex_unlock(&worlds->lock);
    if (answer == WORLDS_ADDED)
        fit_journals(worlds);
    return answer;
}

struct world *worlds_remove(struct worlds *worlds, struct span client_id)
{
    enter_table(worlds);
    struct world *world = find(worlds, client_id);
    if (world)
        take_out(worlds, world);
    pthread_mutex_unlock(&worlds->lock);
    return world;
}

void worlds_stop(struct worlds *worlds)
{
    struct world **all;

    pthread_mutex_lock(&worlds->lock);
    worlds->stopping = true;
    pthread_mutex_unlock(&worlds->lock);
    world_stop(worlds->first);
    size_t n = worlds_hold_all(worlds, &all);
    for (size_t i = 0; i < n; i++) {
        world_stop(all[i]);
        world_drop(all[i]);
    }
    free(all);
}

void worlds_release(struct worlds *worlds)
{
    struct span client_id;
    struct world *const *entry = NULL;

    if (!worlds->first)
        return;
    while ((entry = table_next(&worlds->sessions, NULL, &client_id))) {
        struct world *world = *entry;
        take_out(worlds, world);
        world_drop(world);
    }
    world_free(worlds->first);
    table_release(&worlds->sessions);
    table_release(&worlds->jobs);
    pthread_mutex_destroy(&worlds->lock);
    worlds->first = NULL;
}
