#include "world/world.h"

#include "base/os_clock.h"
#include "releases/fixture.h"
#include "scenario/shipped_scripts.h"

#include <stdlib.h>

/* ---- the program ---------------------------------------------------------------------------------------- */

static bool play_faults(struct world *world, const struct scenario *scenario, ns_t now)
{
    bool good = true;

    faults_release(&world->faults);
    faults_init(&world->faults, world->engine, now);
    for (size_t i = 0; good && i < scenario->n_faults; i++)
        good = faults_add(&world->faults, &scenario->faults[i], false);
    return good;
}

static bool play_expectations(struct world *world, const struct scenario *scenario)
{
    expectations_release(&world->expectations);
    verdict_clear(&world->verdict);
    return expectations_init(&world->expectations, scenario->expect, scenario->n_expect);
}

static void play_network(struct world *world, struct program *program)
{
    engine_set_scripts(world->engine, program->scripts, program->n_scripts);
    engine_set_scheduler(world->engine, &program->scenario->scheduler);
    engine_set_nodes(world->engine, program->nodes, program->n_nodes, &program->keeper);
}

static void play_restarts(struct world *world, ns_t now)
{
    const struct scenario *scenario = world->program->scenario;

    engine_plan_restarts(world->engine, scenario->restarts, scenario->n_restarts, now);
}

enum err world_play(struct world *world, struct program *program, struct error *error)
{
    ns_t now = clock_now(&world->clock);
    struct program *before = world->program;

    world->program = program_hold(program);
    atomic_store(&world->signatures, (int)program->signatures);
    engine_close_gates(world->engine);
    play_network(world, program);
    play_restarts(world, now);
    bool good = play_faults(world, program->scenario, now);
    good = play_expectations(world, program->scenario) && good;
    program_drop(before);
    feed_add_scenario(&world->feed, now);
    return good ? ERR_OK : error_set(error, ERR_NOMEM, "out of memory");
}

struct program *world_program(struct world *world)
{
    lock_take(&world->lock);
    struct program *program = program_hold(world->program);
    lock_give(&world->lock);
    return program;
}

static enum err load_fixture(struct world *world, const struct fixture_text *fixture, ns_t now, struct error *error)
{
    struct json_place where = { 1, 1 };
    struct error why;
    enum err err = fixture_load(world->engine, fixture->text, now, &where, &why);

    return err ? error_set(error, err == ERR_NOMEM ? err : ERR_INVALID, "%.*s:%zu:%zu: %s", SPAN_ARG(fixture->name),
                           where.line, where.column, why.text)
               : ERR_OK;
}

static enum err load_fixtures(struct world *world, ns_t now, struct error *error)
{
    const struct program *program = world->program;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < program->n_fixtures; i++)
        err = load_fixture(world, &program->fixtures[i], now, error);
    return err;
}

/* ---- life ----------------------------------------------------------------------------------------------- */

static void on_restart(void *context)
{
    struct world *world = context;

    if (world->client_id.n)
        streams_end(&world->streams);
    else
        world->restarted = true;
}

static void on_added(void *context, const struct job *job)
{
    struct world *world = context;

    if (world->index.added)
        world->index.added(world->index.context, world, job->id);
}

static void on_moved(void *context, const struct job *job, const struct history *entry)
{
    struct world *world = context;

    feed_add_move(&world->feed, job, entry);
    if (world->moved)
        world->moved(world->moved_context, world, job, entry);
}

/* A reset is one event, whatever it forgets. */
static void on_forgotten(void *context, const struct job *job)
{
    struct world *world = context;

    if (!world->resetting)
        feed_add_forgotten(&world->feed, job);
    if (world->index.forgotten)
        world->index.forgotten(world->index.context, world, job->id);
}

static void on_event(void *context, const struct feed_event *event)
{
    struct world *world = context;

    waiting_hear(&world->waiting, event);
}

static enum err start_engine(struct world *world, const struct world_options *options, struct error *error)
{
    const struct program *program = options->program;
    struct engine_options engine = {
        .rules = program->dialect->rules,
        .ids = draw_of_seed(program->seed),
        .max_jobs = options->max_jobs,
        .meter = options->memory,
        .start = clock_now(&world->clock),
        .find_script = world->catalogue ? shipped_script : NULL,
        .find_script_context = world->catalogue,
    };
    enum err err = engine_new(&engine, &world->engine, error);

    if (err)
        return err;
    world->held.engine = world->engine;
    engine_on_restart(world->engine, on_restart, world);
    engine_listen(world->engine, streams_hear, &world->streams);
    engine_watch(world->engine, &(struct engine_watch){ on_added, on_moved, on_forgotten, world });
    return ERR_OK;
}

static enum err start(struct world *world, const struct world_options *options, struct error *error)
{
    bool whole = world->journal && (world->catalogue || !options->catalogue) && (world->client_id.p || !options->client_id.n);
    enum err err = whole ? start_engine(world, options, error) : error_set(error, ERR_NOMEM, "out of memory");

    if (!err)
        err = world_play(world, options->program, error);
    return err ? err : load_fixtures(world, clock_now(&world->clock), error);
}

static void take_client_id(struct world *world, struct span client_id)
{
    char *copy = client_id.n ? malloc(client_id.n) : NULL;

    if (copy)
        world->client_id = span_of(memcpy(copy, client_id.p, client_id.n), client_id.n);
}

static void share_places(struct world *world, struct world_places *shared)
{
    atomic_init(&world->own_places.held.max, HELD_MAX);
    atomic_init(&world->own_places.streams.max, STREAMS_OPEN_MAX);
    atomic_init(&world->own_places.awaits.max, AWAITS_MAX);
    atomic_init(&world->own_places.watchers.max, WATCHERS_MAX);
    world->places = shared ? shared : &world->own_places;
    world->held = (struct held_list){ .lock = &world->lock, .clock = &world->clock, .places = &world->places->held };
    world->streams = (struct stream_list){ .release = world->release, .zone = world->zone, .places = &world->places->streams };
}

enum err world_new(const struct world_options *options, struct world **out, struct error *error)
{
    const struct program *program = options->program;
    struct world *world = calloc(1, sizeof *world);

    if (!world)
        return error_set(error, ERR_NOMEM, "out of memory");
    lock_init(&world->lock);
    world->release = program->dialect;
    world->zone = program->zone;
    world->shows_real_time = program->clock == CLOCK_KIND_REAL && !program->start_time;
    world->clock = clock_init(program->clock, program->clock_scale, program->start_time);
    world->journal = journal_new(options->journal ? options->journal : JOURNAL_DEFAULT, options->journal_budget);
    world->feed.added = on_event;
    world->feed.context = world;
    world->moved = options->moved;
    world->moved_context = options->moved_context;
    world->index = options->index;
    take_client_id(world, options->client_id);
    world->bodies.room = options->client_id.n ? BODIES_KEPT_BY_SESSION : BODIES_KEPT;
    share_places(world, options->places);
    if (options->catalogue)
        world->catalogue = shipped_scripts_new(span_text(world->release->rules->release), program->seed);
    enum err err = start(world, options, error);
    if (err)
        world_free(world);
    else
        *out = world;
    return err;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    MUST(!world->streams.first && !world->held.first && !world->waiting.first);
    world->resetting = true; /* no event for each job */
    if (world->engine)
        engine_forget_all(world->engine);
    expectations_release(&world->expectations);
    faults_release(&world->faults);
    verdict_release(&world->verdict);
    journal_free(world->journal);
    bodies_clear(&world->bodies);
    engine_free(world->engine);
    feed_release(&world->feed);
    shipped_scripts_free(world->catalogue);
    program_drop(world->program);
    free((char *)(uintptr_t)world->client_id.p);
    lock_destroy(&world->lock);
    free(world);
}

struct world *world_hold(struct world *world)
{
    if (world && world->client_id.n)
        atomic_fetch_add(&world->membership.holders, 1);
    return world;
}

void world_drop(struct world *world)
{
    if (!world || !world->client_id.n)
        return;
    atomic_store(&world->membership.last_ns, os_clock_monotonic());
    world_drop_unused(world);
}

void world_drop_unused(struct world *world)
{
    if (atomic_fetch_sub(&world->membership.holders, 1) == 1)
        world_free(world);
}

void world_close(struct world *world)
{
    world_enter(world);
    world->closed = true;
    held_let_go(&world->held);
    streams_end(&world->streams);
    waiting_finish(&world->waiting, WAITER_GONE);
    world_leave(world);
}

void world_stop(struct world *world)
{
    world_enter(world);
    held_stop(&world->held);
    waiting_finish(&world->waiting, WAITER_STOPPING);
    world_leave(world);
}

/* ---- time ----------------------------------------------------------------------------------------------- */

/* Advances the engine to the clock's present moment. */
static ns_t catch_up(struct world *world)
{
    ns_t now = clock_now(&world->clock);

    engine_tick(world->engine, now);
    return now;
}

ns_t world_enter(struct world *world)
{
    lock_take(&world->lock);
    return catch_up(world);
}

void world_leave(struct world *world)
{
    struct job *forgotten = engine_take_forgotten(world->engine);

    lock_give(&world->lock);
    job_free_all(forgotten);
}

ns_t world_pause(struct world *world)
{
    lock_pause(&world->lock);
    return catch_up(world);
}

const char *world_date(struct world *world, ns_t now)
{
    ns_t second = now / NS_PER_SECOND - (now % NS_PER_SECOND < 0);

    if (second != world->date.second || !world->date.text[0])
        http_date(now, world->date.text);
    world->date.second = second;
    return world->date.text;
}

ns_t world_advance(struct world *world, ns_t by)
{
    clock_advance(&world->clock, by);
    ns_t now = catch_up(world);
    held_wake(&world->held);
    return now;
}

int world_next_ms(struct world *world)
{
    return clock_ms_until(&world->clock, engine_next_deadline(world->engine));
}

bool world_restarted(struct world *world)
{
    bool restarted = world->restarted;

    world->restarted = false;
    return restarted;
}

/* ---- reset ---------------------------------------------------------------------------------------------- */

static void reset_engine(struct world *world, const struct world_reset *what)
{
    if (what->clock)
        clock_restart(&world->clock);
    ns_t now = clock_now(&world->clock);
    bodies_clear(&world->bodies);
    engine_begin_again(world->engine, what->jobs && world->program->seed_chosen);
    if (what->jobs)
        load_fixtures(world, now, NULL); /* they have passed at the start */
    play_restarts(world, now);
}

static void reset_journal(struct world *world)
{
    journal_reset(world->journal);
    expectations_clear(&world->expectations);
    verdict_clear(&world->verdict);
}

static unsigned parts_of(const struct world_reset *what)
{
    return (what->jobs ? FEED_RESET_JOBS : 0u) | (what->journal ? FEED_RESET_JOURNAL : 0u) | (what->faults ? FEED_RESET_FAULTS : 0u) |
           (what->gates ? FEED_RESET_GATES : 0u) | (what->clock ? FEED_RESET_CLOCK : 0u);
}

void world_reset(struct world *world, const struct world_reset *what)
{
    feed_add_reset(&world->feed, clock_now(&world->clock), parts_of(what));
    if (what->jobs)
        waiting_reset_jobs(&world->waiting);
    world->resetting = true;
    if (what->gates)
        engine_close_gates(world->engine);
    if (what->clock || what->jobs)
        reset_engine(world, what);
    if (what->journal)
        reset_journal(world);
    if (what->faults)
        faults_reset(&world->faults, clock_now(&world->clock));
    held_send_all(&world->held);
    world->resetting = false;
}

/* ---- the verdict ---------------------------------------------------------------------------------------- */

struct reasons world_judge(struct world *world, struct arena *arena)
{
    faults_expire(&world->faults, clock_now(&world->clock));
    return verdict_judge(&(struct verdict_sources){ .verdict = &world->verdict,
                                                    .expectations = &world->expectations,
                                                    .engine = world->engine,
                                                    .faults = &world->faults },
                         arena);
}
