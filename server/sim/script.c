#include "sim/script.h"

#include "base/error.h"

#include <stdlib.h>

bool scripts_set(struct scripts *scripts, const struct job_script *at, size_t n)
{
    struct script_use *uses = calloc(n + 1, sizeof *uses);

    free(scripts->uses);
    scripts->uses = uses;
    scripts->at = at;
    scripts->n = uses ? n : 0;
    scripts->n_unknown = 0;
    return uses;
}

void scripts_reset(struct scripts *scripts)
{
    memset(scripts->uses, 0, scripts->n * sizeof *scripts->uses);
    scripts->n_unknown = 0;
}

void scripts_release(struct scripts *scripts)
{
    free(scripts->uses);
    arena_release(&scripts->arena);
    *scripts = (struct scripts){ 0 };
}

/* ---- choosing a job's script ----------------------------------------------------------------------------- */

static const struct job_script *named_script(const struct scripts *scripts, struct span name)
{
    for (size_t i = 0; i < scripts->n; i++)
        if (span_eq(scripts->at[i].name, name))
            return &scripts->at[i];
    return scripts->find ? scripts->find(scripts->find_context, name) : NULL;
}

static void note_unknown(struct scripts *scripts, struct span name)
{
    scripts->asked_in_vain++;
    if (name.n > UNKNOWN_NAME_MAX)
        name.n = UNKNOWN_NAME_MAX;
    for (size_t i = 0; i < scripts->n_unknown; i++)
        if (span_eq(scripts->unknown[i], name)) {
            scripts->last_unknown = i;
            return;
        }
    if (scripts->n_unknown == UNKNOWN_NAMES_MAX)
        return;
    scripts->last_unknown = scripts->n_unknown;
    scripts->unknown[scripts->n_unknown++] = arena_span(&scripts->arena, name);
}

/* The script that an annotation `mock:NAME` asks for; unknown names are passed over. */
static const struct job_script *asked_script(struct scripts *scripts, const struct job_facts *facts)
{
    const struct job_script *script = NULL;

    for (size_t i = 0; !script && i < facts->spec->annotations.n; i++) {
        struct span tag = facts->spec->annotations.at[i];
        if (!span_starts(tag, SPAN("mock:")))
            continue;
        struct span name = span_of(tag.p + 5, tag.n - 5);
        script = name.n ? named_script(scripts, name) : NULL;
        if (!script)
            note_unknown(scripts, name);
    }
    return script;
}

/* Returns the first script that matches. Side effect: each script counts the jobs that meet its conditions but nth. */
static const struct job_script *matching_script(struct scripts *scripts, const struct job_facts *facts)
{
    const struct job_script *script = NULL;
    CLEANUP(arena_release) struct arena arena = { 0 };

    for (size_t i = 0; i < scripts->n; i++) {
        const struct job_script *s = &scripts->at[i];
        if (!s->has_match || !match_job(&s->match, facts, &arena, NULL))
            continue;
        if (match_nth(&s->match, ++scripts->uses[i].fitting) && !script)
            script = s;
    }
    return script;
}

const struct job_script *scripts_choose(struct scripts *scripts, const struct job_facts *facts)
{
    const struct job_script *matching = matching_script(scripts, facts);
    const struct job_script *asked = asked_script(scripts, facts);

    return asked ? asked : matching;
}

void scripts_note_step(struct scripts *scripts, const struct job_script *script, size_t step)
{
    for (size_t i = 0; i < scripts->n; i++)
        if (&scripts->at[i] == script && scripts->uses[i].reached < step)
            scripts->uses[i].reached = step;
}
