#include "cli/loaded.h"

#include "cli/scenario_files.h"

#include "sim/scheduler.h"

#include <stdlib.h>

#define SEED_OF_MANUAL_CLOCK 1

static uint64_t drawn_seed(void)
{
    struct id_source source = ids_of_system();

    return ids_draw(&source) >> 32; /* short enough to be typed, and whole in any JSON reader */
}

static void settle_seed(struct loaded *loaded)
{
    const struct options *options = &loaded->options;
    bool manual = options->clock == CLOCK_KIND_MANUAL;

    loaded->seed_chosen = options->seed.given || manual;
    if (options->seed.given)
        loaded->seed = options->seed.value;
    else if (manual)
        loaded->seed = SEED_OF_MANUAL_CLOCK;
    else
        loaded->seed = loaded->older ? loaded->older->seed : drawn_seed();
}

static bool clock_changed(const struct options *a, const struct options *b)
{
    return a->clock != b->clock || a->clock_scale < b->clock_scale || a->clock_scale > b->clock_scale;
}

/* What cannot change while it runs. */
static const char *changed(const struct loaded *loaded)
{
    const struct options *now = &loaded->options, *before = &loaded->older->options;

    if (now->dialect != before->dialect)
        return "dialect";
    if (clock_changed(now, before))
        return "clock";
    if (now->start_time != before->start_time || now->zone != before->zone)
        return "start_time";
    return loaded->seed != loaded->older->seed || loaded->seed_chosen != loaded->older->seed_chosen ? "seed" : NULL;
}

static enum err complete(struct loaded *loaded, struct error *error)
{
    const struct scenario *scenario = loaded->scenario;
    struct span version = span_text(loaded->options.dialect->rules->release);

    loaded->program = (struct program){
        .scenario = scenario,
        .nodes = scenario_network(scenario, version, loaded->seed, &loaded->arena),
        .scripts = scenario_scripts(scenario, version, loaded->seed, &loaded->arena),
        .signatures = (enum signatures)loaded->options.signatures,
    };
    if (!loaded->program.nodes || !loaded->program.scripts)
        return error_set(error, ERR_NOMEM, "out of memory");
    return ERR_OK;
}

static enum err read_fixture(struct loaded *loaded, struct error *error)
{
    CLEANUP(buf_release) struct buf text = buf_init(FIXTURE_TEXT_MAX);
    const char *name = loaded->options.fixtures;
    struct error why;

    if (!name)
        return ERR_OK;
    enum err err = file_text_read(name, &text, &why);
    if (err != ERR_OK)
        return error_set(error, err == ERR_NOMEM ? err : ERR_INVALID, "cannot read %.500s: %.400s", name, why.text);
    loaded->fixture = (struct fixture_text){ span_text(name), arena_span(&loaded->arena, buf_view(&text)) };
    return ERR_OK;
}

static enum err settle(struct loaded *loaded, struct error *error)
{
    options_take_scenario(&loaded->options, loaded->scenario);
    settle_seed(loaded);
    const char *what = loaded->older ? changed(loaded) : NULL;
    if (what)
        return error_set(error, ERR_STATE, "another %s needs a restart", what);
    return complete(loaded, error);
}

static void free_one(struct loaded *loaded)
{
    scenario_free(loaded->scenario);
    arena_release(&loaded->arena);
    free(loaded);
}

enum err loaded_read(const struct options *options, struct loaded *before, struct findings *findings,
                     struct loaded **out, struct error *error)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);

    if (!loaded)
        return error_set(error, ERR_NOMEM, "out of memory");
    loaded->older = before;
    loaded->options = *options;
    enum err err = scenario_files_load(options, findings, &loaded->scenario, error);
    if (err == ERR_OK)
        err = settle(loaded, error);
    if (err == ERR_OK)
        err = read_fixture(loaded, error);
    if (err == ERR_OK)
        *out = loaded;
    else
        free_one(loaded);
    return err;
}

void loaded_free(struct loaded *loaded)
{
    while (loaded) {
        struct loaded *older = loaded->older;
        free_one(loaded);
        loaded = older;
    }
}
