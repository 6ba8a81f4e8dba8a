#include "support/worlds.h"

#include <stdio.h>
#include <stdlib.h>

struct program *program_by_hand(const struct release *release, const struct node *nodes, size_t n)
{
    struct program *program = calloc(1, sizeof *program);
    struct scenario *scenario = calloc(1, sizeof *scenario);
    struct draw ids = draw_of_seed(1);

    MUST(program && scenario);
    scenario->names = SPAN("none");
    *program = (struct program){ .scenario = scenario, .dialect = release, .clock = CLOCK_KIND_MANUAL, .clock_scale = 1,
                                 .seed = 1, .seed_chosen = true, .signatures = SIGNATURES_OFF, .n_nodes = n };
    program_init(program);
    struct node *copy = arena_alloc(&program->arena, (n + 1) * sizeof *copy);
    MUST(copy);
    for (size_t i = 0; i < n; i++) {
        char id[CID_SIZE + 1];
        copy[i] = nodes[i];
        draw_cid(&ids, id);
        if (!copy[i].id.n)
            copy[i].id = arena_span(&program->arena, span_text(id));
    }
    program->nodes = copy;
    return program;
}

struct program *program_of_text(const char *text, const struct program_settings *settings)
{
    const struct scenario_file file = { .name = "a.json", .text = span_text(text) };
    const struct program_source source = { .files = &file, .n_files = 1, .settings = *settings };
    CLEANUP(findings_release) struct findings findings = { 0 };
    CLEANUP(buf_release) struct buf lines = buf_init(FINDINGS_TEXT_MAX);
    struct program *program = NULL;
    enum err err = program_new(&source, &findings, &program, NULL);

    findings_put(&lines, &findings);
    if (lines.n)
        fputs(lines.p, stderr);
    MUST(err == ERR_OK);
    return program;
}

struct world *network_world(struct network *network, const struct release *release)
{
    struct program *program = program_by_hand(release, network->nodes, network->n_nodes);
    struct world *world = NULL;

    program->scenario->scheduler = network->options;
    program->start_time = network->now;
    MUST(world_new(&(struct world_options){ .program = program, .max_jobs = network->max_jobs, .memory = network->meter }, &world, NULL) == ERR_OK);
    program_drop(program);
    network->engine = world->engine;
    return world;
}
