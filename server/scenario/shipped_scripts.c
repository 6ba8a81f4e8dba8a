#include "scenario/shipped_scripts.h"

#include "scenario/shipped.h"

#include <stdlib.h>

struct kept {
    struct kept *next;
    const struct shipped_file *file;
    struct scenario *scenario;
    struct job_script script;
};

struct shipped_scripts {
    struct kept *first;
    struct span version;
    uint64_t seed;
    struct arena arena; /* of nodes and scripts */
};

struct shipped_scripts *shipped_scripts_new(struct span version, uint64_t seed)
{
    struct shipped_scripts *scripts = calloc(1, sizeof *scripts);

    if (scripts)
        *scripts = (struct shipped_scripts){ .version = version, .seed = seed };
    return scripts;
}

static void kept_free(struct kept *kept)
{
    scenario_free(kept->scenario);
    free(kept);
}

void shipped_scripts_free(struct shipped_scripts *scripts)
{
    if (!scripts)
        return;
    for (struct kept *kept = scripts->first, *next; kept; kept = next) {
        next = kept->next;
        kept_free(kept);
    }
    arena_release(&scripts->arena);
    free(scripts);
}

/* True if the file has nodes of its own. */
static bool has_nodes(const struct shipped_file *file)
{
    struct json *json = NULL;
    bool has = json_parse(shipped_text(file), JSON_STRICT, &json, NULL, NULL) == ERR_OK &&
               json_get(json_root(json), "nodes");

    json_free(json);
    return has;
}

static bool take_network(struct shipped_scripts *scripts, struct kept *kept)
{
    const struct node *nodes = scenario_network(kept->scenario, scripts->version, scripts->seed, &scripts->arena);

    kept->script.nodes = nodes;
    kept->script.n_nodes = kept->scenario->n_nodes;
    kept->script.has_nodes = true;
    return nodes;
}

static bool take_script(struct shipped_scripts *scripts, struct kept *kept)
{
    const struct job_script *all = scenario_scripts(kept->scenario, scripts->version, scripts->seed, &scripts->arena);

    if (all)
        kept->script = all[0];
    return all;
}

static bool read_kept(struct shipped_scripts *scripts, struct kept *kept)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct scenario_file file = shipped_scenario_file(kept->file);

    if (scenario_load(&file, 1, &findings, &kept->scenario, NULL) != ERR_OK)
        return false;
    bool by_script = kept->scenario->n_scripts && !has_nodes(kept->file);
    kept->script = (struct job_script){ .file = span_text(kept->file->path), .line = 1 };
    bool good = by_script ? take_script(scripts, kept) : take_network(scripts, kept);
    kept->script.name = span_text(kept->file->name);
    return good;
}

static struct kept *keep(struct shipped_scripts *scripts, const struct shipped_file *file)
{
    struct kept *kept = calloc(1, sizeof *kept);

    if (!kept)
        return NULL;
    kept->file = file;
    if (!read_kept(scripts, kept)) {
        kept_free(kept);
        return NULL;
    }
    kept->next = scripts->first;
    scripts->first = kept;
    return kept;
}

const struct job_script *shipped_script(void *context, struct span name)
{
    struct shipped_scripts *scripts = context;
    const struct shipped_file *file = shipped_scenario(name);
    struct kept *kept = scripts->first;

    if (!file)
        return NULL;
    while (kept && kept->file != file)
        kept = kept->next;
    if (!kept)
        kept = keep(scripts, file);
    return kept ? &kept->script : NULL;
}
