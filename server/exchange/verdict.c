#include "exchange/verdict.h"

#include <inttypes.h>

/* ---- notes -------------------------------------------------------------------------- */

/* The path alone, without a query. */
static struct span path_of(struct span target)
{
    const char *query = target.n ? memchr(target.p, '?', target.n) : NULL;
    size_t n = query ? (size_t)(query - target.p) : target.n;

    return span_of(target.p, n < VERDICT_TEXT_MAX ? n : VERDICT_TEXT_MAX);
}

void verdict_note_not_found(struct verdict_notes *verdict, struct span method, struct span target)
{
    CLEANUP(buf_release) struct buf text = buf_init(4 * VERDICT_TEXT_MAX);

    verdict->not_found++;
    buf_span(&text, span_of(method.p, method.n < VERDICT_TEXT_MAX ? method.n : VERDICT_TEXT_MAX));
    buf_char(&text, ' ');
    buf_span(&text, path_of(target));
    for (size_t i = 0; i < verdict->n_paths; i++)
        if (span_eq(verdict->paths[i], buf_view(&text)))
            return;
    if (verdict->n_paths < VERDICT_PATHS_MAX)
        verdict->paths[verdict->n_paths++] = arena_span(&verdict->arena, buf_view(&text));
}

void verdict_note_signature(struct verdict_notes *verdict)
{
    verdict->signatures++;
}

void verdict_clear(struct verdict_notes *verdict)
{
    verdict_release(verdict);
}

void verdict_release(struct verdict_notes *verdict)
{
    arena_release(&verdict->arena);
    *verdict = (struct verdict_notes){ .n_paths = 0 };
}

const char *reason_kind_name(enum reason_kind kind)
{
    static const char *const names[REASON_KIND_COUNT] = {
        [REASON_UNMET_EXPECTATION] = "unmet-expectation", [REASON_NOT_FOUND] = "not-found",
        [REASON_REFUSED_SIGNATURE] = "refused-signature", [REASON_UNKNOWN_NAME] = "unknown-name",
        [REASON_UNUSED_FAULT] = "unused-fault",           [REASON_UNREACHED_STEP] = "unreached-step",
    };

    return names[kind];
}

/* ---- the verdict ----------------------------------------------------------------------------------------- */

struct judging {
    const struct verdict_sources *sources;
    struct arena *arena;
    struct reasons reasons;
};

static void add(struct judging *j, const struct reason *reason)
{
    if (j->reasons.n == VERDICT_REASONS_MAX || !j->reasons.at)
        j->reasons.dropped++;
    else
        j->reasons.at[j->reasons.n++] = *reason;
}

static void judge_expectations(struct judging *j)
{
    const struct expectations *e = j->sources->expectations;

    for (size_t i = 0; i < e->n; i++) {
        CLEANUP(buf_release) struct buf text = buf_init(1 << 20);
        if (expectation_verdict(e, i).met)
            continue;
        buf_text(&text, "expected ");
        expectation_put(&text, &e->at[i]);
        buf_text(&text, ", ");
        expectation_put_seen(&text, e, i);
        j->arena->failed |= text.failed;
        add(j, &(struct reason){ REASON_UNMET_EXPECTATION, arena_span(j->arena, buf_view(&text)), e->at[i].file,
                                 e->at[i].line });
    }
}

static void judge_paths(struct judging *j)
{
    const struct verdict_notes *verdict = j->sources->verdict;

    for (size_t i = 0; i < verdict->n_paths; i++)
        add(j, &(struct reason){ .kind = REASON_NOT_FOUND,
                                 .text = arena_printf(j->arena, "%.*s was answered 404: there is no such path",
                                                      SPAN_ARG(verdict->paths[i])) });
}

static void judge_signatures(struct judging *j)
{
    uint64_t n = j->sources->verdict->signatures;

    if (n)
        add(j, &(struct reason){ .kind = REASON_REFUSED_SIGNATURE,
                                 .text = arena_printf(j->arena, "%" PRIu64 " signature%s refused", n,
                                                      n == 1 ? " was" : "s were") });
}

static void judge_names(struct judging *j)
{
    size_t n;
    const struct span *names = engine_unknown_names(j->sources->engine, &n);

    for (size_t i = 0; i < n; i++)
        add(j, &(struct reason){ .kind = REASON_UNKNOWN_NAME,
                                 .text = arena_printf(j->arena, "a job asked for mock:%.*s, which no script is called",
                                                      SPAN_ARG(names[i])) });
}

static void judge_faults(struct judging *j)
{
    const struct faults *faults = j->sources->faults;
    int64_t fired;

    for (const struct fault *f = faults ? faults_next(faults, NULL, &fired) : NULL; f; f = faults_next(faults, f, &fired)) {
        struct span text = arena_printf(j->arena, "fault %.*s never fired", SPAN_ARG(fault_title(f, j->arena)));
        if (!fired)
            add(j, &(struct reason){ REASON_UNUSED_FAULT, text, f->file, f->place.line });
    }
}

static void judge_script(struct judging *j, const struct job_script *script, size_t reached)
{
    if (reached >= script->n_steps)
        return;
    const char *word = script->name.n ? "job " : "a job without a name";
    add(j, &(struct reason){ REASON_UNREACHED_STEP,
                             arena_printf(j->arena, "step %zu of %s%.*s was never reached", reached + 1, word,
                                          SPAN_ARG(script->name)),
                             script->file, script->steps[reached].line });
}

static void judge_scripts(struct judging *j)
{
    size_t n;
    const struct job_script *scripts = engine_scripts(j->sources->engine, &n);

    for (size_t i = 0; i < n; i++)
        judge_script(j, &scripts[i], engine_steps_reached(j->sources->engine, i));
}

struct reasons verdict_judge(const struct verdict_sources *sources, struct arena *arena)
{
    struct judging j = { .sources = sources, .arena = arena };

    j.reasons.at = arena_alloc(arena, VERDICT_REASONS_MAX * sizeof *j.reasons.at);
    judge_expectations(&j);
    judge_paths(&j);
    judge_signatures(&j);
    judge_names(&j);
    judge_faults(&j);
    judge_scripts(&j);
    return j.reasons;
}
