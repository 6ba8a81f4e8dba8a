#include "scenario/program.h"

#include <stdlib.h>

#define SEED_OF_MANUAL_CLOCK 1

/* ---- settings ---------------------------------------------------------------------------------------------- */

static const struct release *settled_dialect(const struct program_settings *given, const struct scenario *scenario)
{
    const struct release *named = scenario->dialect.n ? release_find(scenario->dialect) : releases[0];

    MUST(named); /* scenario_load accepts names of releases[] only */
    return given->dialect ? given->dialect : named;
}

static void settle_clock(struct program *program, const struct program_settings *given)
{
    const struct clock_setting *named = &program->scenario->clock;

    if (given->clock != SETTING_LEFT_OUT) {
        program->clock = (enum clock_kind)given->clock;
        program->clock_scale = given->clock_scale;
    } else if (named->kind != SETTING_LEFT_OUT) {
        program->clock = (enum clock_kind)named->kind;
        program->clock_scale = named->scale;
    }
    program->start_time = given->start_time ? given->start_time : program->scenario->start_time;
    program->zone = given->start_time ? given->zone : program->scenario->zone;
}

/* Short enough to type, and exact in any JSON reader. */
static uint64_t drawn_seed(void)
{
    struct draw source = draw_of_system();

    return draw_next(&source) >> 32;
}

static void settle_seed(struct program *program, const struct program_source *source)
{
    const struct program_settings *given = &source->settings;
    const struct scenario *scenario = program->scenario;

    program->seed_chosen = given->has_seed || scenario->has_seed || program->clock == CLOCK_KIND_MANUAL;
    if (given->has_seed)
        program->seed = given->seed;
    else if (scenario->has_seed)
        program->seed = (uint64_t)scenario->seed;
    else if (program->seed_chosen)
        program->seed = SEED_OF_MANUAL_CLOCK;
    else
        program->seed = source->before ? source->before->seed : drawn_seed();
}

static void settle(struct program *program, const struct program_source *source)
{
    const struct program_settings *given = &source->settings;
    const struct scenario *scenario = program->scenario;
    int signatures = given->signatures != SETTING_LEFT_OUT ? given->signatures : scenario->signatures;

    program->dialect = settled_dialect(given, scenario);
    settle_clock(program, given);
    settle_seed(program, source);
    program->signatures = signatures == SETTING_LEFT_OUT ? SIGNATURES_STRICT : (enum signatures)signatures;
}

/* ---- networks and scripts ---------------------------------------------------------------------------------- */

static void add_fixtures(struct program *program, const struct fixture_text *more)
{
    const struct scenario *scenario = program->scenario;
    struct fixture_text *all;

    program->fixtures = scenario->fixtures;
    program->n_fixtures = scenario->n_fixtures;
    if (!more->text.n || !(all = arena_alloc(&program->arena, (program->n_fixtures + 1) * sizeof *all)))
        return;
    if (program->n_fixtures)
        memcpy(all, program->fixtures, program->n_fixtures * sizeof *all);
    all[program->n_fixtures++] = (struct fixture_text){ arena_span(&program->arena, more->name),
                                                        arena_span(&program->arena, more->text) };
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

enum err program_new(const struct program_source *source, struct findings *findings, struct program **out,
                     struct error *error)
{
    struct scenario *scenario = NULL;
    enum err err = scenario_load(source->files, source->n_files, findings, &scenario, error);

    if (err != ERR_OK)
        return err;
    struct program *program = calloc(1, sizeof *program);
    if (!program) {
        scenario_free(scenario);
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    program->scenario = scenario;
    program_init(program);
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
