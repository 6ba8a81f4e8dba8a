#include "scenario/program.h"

#include "base/fnv.h"

#include <stdlib.h>

#define SEED_OF_MANUAL_CLOCK 1

/* ---- settings ---------------------------------------------------------------------------------------------- */

static const struct release *settled_dialect(const struct program_source *source, const struct scenario *named)
{
    const struct release *other = source->fallback ? source->fallback->dialect : releases[0];
    const struct release *dialect = named->dialect.n ? release_find(named->dialect) : other;

    MUST(dialect); /* scenario_load accepts names of releases[] only */
    return source->settings.dialect ? source->settings.dialect : dialect;
}

static void settle_start_time(struct program *program, const struct program_source *source, const struct scenario *scenario)
{
    const struct program_settings *given = &source->settings;
    const struct program *other = source->fallback;

    if (given->start_time) {
        program->start_time = given->start_time;
        program->zone = given->zone;
    } else if (scenario->start_time || !other) {
        program->start_time = scenario->start_time;
        program->zone = scenario->zone;
    } else {
        program->start_time = other->start_time;
        program->zone = other->zone;
    }
}

static void settle_clock(struct program *program, const struct program_source *source, const struct scenario *scenario)
{
    const struct program_settings *given = &source->settings;
    const struct clock_setting *named = &scenario->clock;

    if (given->clock != SETTING_LEFT_OUT) {
        program->clock = (enum clock_kind)given->clock;
        program->clock_scale = given->clock_scale;
    } else if (named->kind != SETTING_LEFT_OUT) {
        program->clock = (enum clock_kind)named->kind;
        program->clock_scale = named->scale;
    } else if (source->fallback) {
        program->clock = source->fallback->clock;
        program->clock_scale = source->fallback->clock_scale;
    }
}

/* Short enough to type, and exact in any JSON reader. */
static uint64_t drawn_seed(void)
{
    struct draw source = draw_of_system();

    return draw_next(&source) >> 32;
}

/* As long as a drawn one. */
static uint64_t seed_of_client(uint64_t seed, struct span client_id)
{
    uint64_t h = fnv_add(FNV_START, &seed, sizeof seed);
    struct draw source = draw_of_seed(fnv_add(h, client_id.p, client_id.n));

    return draw_next(&source) >> 32;
}

static void take_seed_of(struct program *program, const struct program_source *source)
{
    const struct program *other = source->fallback;

    program->seed = source->client_id.n ? seed_of_client(other->seed, source->client_id) : other->seed;
    program->seed_chosen = other->seed_chosen || (source->client_id.n && program->clock == CLOCK_KIND_MANUAL);
}

static void settle_seed(struct program *program, const struct program_source *source, const struct scenario *scenario)
{
    const struct program_settings *given = &source->settings;

    program->seed_chosen = given->has_seed || scenario->has_seed || program->clock == CLOCK_KIND_MANUAL;
    if (given->has_seed)
        program->seed = given->seed;
    else if (scenario->has_seed)
        program->seed = (uint64_t)scenario->seed;
    else if (source->fallback)
        take_seed_of(program, source);
    else if (program->seed_chosen)
        program->seed = SEED_OF_MANUAL_CLOCK;
    else
        program->seed = source->before ? source->before->seed : drawn_seed();
}

static void settle_signatures(struct program *program, const struct program_source *source, const struct scenario *scenario)
{
    int given = source->settings.signatures, named = given != SETTING_LEFT_OUT ? given : scenario->signatures;
    enum signatures other = source->fallback ? source->fallback->signatures : SIGNATURES_STRICT;

    program->signatures = named == SETTING_LEFT_OUT ? other : (enum signatures)named;
}

/* A scenario that is lent gives no settings. */
static void settle(struct program *program, const struct program_source *source)
{
    static const struct scenario no_settings = { .clock = { .kind = SETTING_LEFT_OUT }, .signatures = SETTING_LEFT_OUT };
    const struct scenario *scenario = program->lender ? &no_settings : program->scenario;

    program->given = source->settings;
    program->dialect = settled_dialect(source, scenario);
    settle_clock(program, source, scenario);
    settle_start_time(program, source, scenario);
    settle_seed(program, source, scenario);
    settle_signatures(program, source, scenario);
}

/* ---- networks and scripts ---------------------------------------------------------------------------------- */

static void add_fixtures(struct program *program, const struct fixture_text *more)
{
    const struct scenario *scenario = program->scenario;
    struct fixture_text *all;

    program->fixtures = scenario->fixtures;
    program->n_fixtures = program->lender ? 0 : scenario->n_fixtures;
    if (!more->text.n || !(all = arena_alloc(&program->arena, (program->n_fixtures + 1) * sizeof *all)))
        return;
    if (program->n_fixtures)
        memcpy(all, program->fixtures, program->n_fixtures * sizeof *all);
    program->extra = (struct fixture_text){ arena_span(&program->arena, more->name), arena_span(&program->arena, more->text) };
    all[program->n_fixtures++] = program->extra;
    program->fixtures = all;
}

static void complete(struct program *program)
{
    const struct scenario *scenario = program->scenario;
    struct span version = span_text(program->dialect->rules->release);

    program->nodes = scenario_network(scenario, version, program->seed, &program->arena);
    program->n_nodes = scenario->n_nodes;
    program->scripts = scenario_scripts(scenario, version, program->seed, &program->arena);
    program->n_scripts = scenario->n_scripts;
}

/* ---- life -------------------------------------------------------------------------------------------------- */

static struct program *program_of(struct keeper *keeper)
{
    return (void *)((char *)keeper - offsetof(struct program, keeper));
}

static void keep(struct keeper *keeper)
{
    program_hold(program_of(keeper));
}

static void let_go(struct keeper *keeper)
{
    program_drop(program_of(keeper));
}

void program_init(struct program *program)
{
    program->keeper = (struct keeper){ keep, let_go };
    atomic_init(&program->holders, 1);
}

static enum err take_scenario(struct program *program, const struct program_source *source, struct findings *findings,
                              struct error *error)
{
    if (!source->lender)
        return scenario_load(source->files, source->n_files, findings, &program->scenario, error);
    program->lender = program_hold(source->lender->lender ? source->lender->lender : source->lender);
    program->scenario = source->lender->scenario;
    return ERR_OK;
}

enum err program_new(const struct program_source *source, struct findings *findings, struct program **out,
                     struct error *error)
{
    struct program *program = calloc(1, sizeof *program);

    if (!program)
        return error_set(error, ERR_NOMEM, "out of memory");
    program_init(program);
    enum err err = take_scenario(program, source, findings, error);
    if (err != ERR_OK) {
        program_drop(program);
        return err;
    }
    settle(program, source);
    complete(program);
    add_fixtures(program, &source->fixture);
    if (program->arena.failed) {
        program_drop(program);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    *out = program;
    return ERR_OK;
}

struct program *program_hold(struct program *program)
{
    atomic_fetch_add(&program->holders, 1);
    return program;
}

void program_drop(struct program *program)
{
    if (!program || atomic_fetch_sub(&program->holders, 1) > 1)
        return;
    if (program->lender)
        program_drop(program->lender);
    else
        scenario_free(program->scenario);
    arena_release(&program->arena);
    free(program);
}

/* ---- settings that need a restart -------------------------------------------------------------------------- */

static bool clocks_differ(const struct program *a, const struct program *b)
{
    return a->clock != b->clock || a->clock_scale < b->clock_scale || a->clock_scale > b->clock_scale;
}

const char *program_needs_restart(const struct program *now, const struct program *before)
{
    if (now->dialect != before->dialect)
        return "dialect";
    if (clocks_differ(now, before))
        return "clock";
    if (now->start_time != before->start_time || now->zone != before->zone)
        return "start_time";
    return now->seed != before->seed || now->seed_chosen != before->seed_chosen ? "seed" : NULL;
}
