#include "reference/compare.h"

#include "base/error.h"

#include <stdlib.h>

/* ---- showing ------------------------------------------------------------------------------------------ */

enum { SHOWN_BEFORE = 70, SHOWN_AFTER = 130 };

static void put_shown(struct buf *why, const char *label, struct span text, size_t at)
{
    size_t from = at > SHOWN_BEFORE ? at - SHOWN_BEFORE : 0;
    size_t to = text.n - at > SHOWN_AFTER ? at + SHOWN_AFTER : text.n;

    buf_printf(why, "      %s%s", label, from ? "…" : "");
    for (size_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (i == at)
            buf_text(why, "»");
        if (c == '\n')
            buf_text(why, "↵");
        else if (c < ' ' || c == 0x7f)
            buf_printf(why, "\\x%02x", c);
        else
            buf_char(why, (char)c);
    }
    buf_printf(why, "%s\n", to < text.n ? "…" : at == text.n ? "»" : "");
}

static size_t common_start(struct span a, struct span b)
{
    size_t n = 0;

    while (n < a.n && n < b.n && a.p[n] == b.p[n])
        n++;
    return n;
}

void put_difference(struct buf *why, struct span recorded, struct span ours)
{
    size_t at = common_start(recorded, ours);

    put_shown(why, "recorded: ", recorded, at);
    put_shown(why, "ours:     ", ours, at);
}

static void put_step(struct buf *why, const struct telling *t, size_t step)
{
    const struct told_request *request = &t->of->steps[step].request;

    buf_printf(why, "    step %zu, %.*s %.*s: ", step + 1, SPAN_ARG(request->method), SPAN_ARG(request->target));
}

/* ---- time stamps ---------------------------------------------------------------------------------------- */

/* Seconds as text, then nine digits: in this form byte order is the order of moments. */
enum { MOMENT_SIZE = 19 + 9 };

struct moments {
    char (*at)[MOMENT_SIZE];
    size_t n;
};

static struct moments moments_in(struct span text, struct arena *arena)
{
    static const struct names nobody;
    struct moments moments = { arena_alloc(arena, (text.n / 22 + 1) * MOMENT_SIZE), 0 };

    MUST(moments.at);
    for (size_t at = 0; at < text.n; at++) {
        struct token token = token_at(text, at, &nobody);
        if (token.kind != TOKEN_TIME)
            continue;
        char *moment = moments.at[moments.n++];
        memset(moment, '0', MOMENT_SIZE);
        memcpy(moment, text.p + at, 19);
        if (token.n > 20)
            memcpy(moment + 19, text.p + at + 20, token.n - 21);
        at += token.n;
    }
    return moments;
}

static int order_in(struct moments moments, size_t i, size_t k)
{
    return memcmp(moments.at[i], moments.at[k], MOMENT_SIZE);
}

bool times_agree(struct span recorded, struct span ours, struct buf *why)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct moments there = moments_in(recorded, &arena), here = moments_in(ours, &arena);

    if (there.n != here.n) {
        buf_printf(why, "%zu time stamps, recorded %zu\n", here.n, there.n);
        return false;
    }
    for (size_t i = 0; i < there.n; i++) {
        for (size_t k = 0; k < i; k++) {
            int a = order_in(there, k, i), b = order_in(here, k, i);
            if (!(a == 0 && b != 0) && !(a < 0 && b > 0) && !(a > 0 && b < 0))
                continue;
            buf_printf(why, "time stamps %zu and %zu\n      recorded: %.*s and %.*s\n      ours:     %.*s and %.*s\n",
                       k + 1, i + 1, MOMENT_SIZE, there.at[k], MOMENT_SIZE, there.at[i], MOMENT_SIZE, here.at[k],
                       MOMENT_SIZE, here.at[i]);
            return false;
        }
    }
    return true;
}

/* ---- nodes ---------------------------------------------------------------------------------------------- */

enum { ASKS_MAX = 8 }; /* of one node for one job */

/* What one node did for one job: its executions, in the order in which it was asked. */
struct deeds {
    size_t job, node;
    struct buf profile;
    const struct execution_told *executions[ASKS_MAX];
    size_t n;
    bool taken; /* matched with one of the recording */
};

struct all_deeds {
    const struct names *names;
    struct deeds at[EXECUTIONS_TOLD_MAX];
    size_t n;
};

static struct deeds *deeds_of(struct all_deeds *all, const struct execution_told *x)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->at[i].job == x->job && all->at[i].node == x->node)
            return &all->at[i];
    all->at[all->n] = (struct deeds){ .job = x->job, .node = x->node, .profile = buf_init(PART_MAX) };
    return &all->at[all->n++];
}

static struct all_deeds *all_deeds(const struct parts *parts)
{
    struct all_deeds *all = calloc(1, sizeof *all);

    MUST(all);
    all->names = &parts->telling->names;
    for (size_t i = 0; i < parts->n_executions; i++) {
        const struct execution_told *x = &parts->executions[i];
        struct deeds *deeds = deeds_of(all, x);
        MUST(deeds->n < ASKS_MAX);
        deeds->executions[deeds->n++] = x;
        buf_printf(&deeds->profile, "execution %zu:\n", deeds->n);
        buf_span(&deeds->profile, buf_view(&x->profile));
    }
    return all;
}

static void all_deeds_free(struct all_deeds *all)
{
    for (size_t i = 0; i < all->n; i++)
        buf_release(&all->at[i].profile);
    free(all);
}

static bool may_stand_for(const struct all_deeds *recorded, const struct deeds *x, const struct all_deeds *ours,
                          const struct deeds *y)
{
    return !y->taken && x->job == y->job && strcmp(recorded->names->kinds[x->node], ours->names->kinds[y->node]) == 0;
}

/* Our node of that kind that did the same, or else the one that did the most similar things. */
static struct deeds *match(const struct all_deeds *recorded, const struct deeds *x, struct all_deeds *ours, bool *same)
{
    struct deeds *best = NULL;
    size_t common = 0;

    *same = false;
    for (size_t i = 0; i < ours->n && !*same; i++) {
        struct deeds *y = &ours->at[i];
        if (!may_stand_for(recorded, x, ours, y))
            continue;
        size_t n = common_start(buf_view(&x->profile), buf_view(&y->profile));
        *same = span_eq(buf_view(&x->profile), buf_view(&y->profile));
        if (*same || !best || n > common) {
            best = y;
            common = n;
        }
    }
    return best;
}

/* Of deeds whose profiles are equal. */
static bool deeds_times_agree(const struct deeds *recorded, const struct deeds *ours, struct buf *why)
{
    for (size_t i = 0; i < recorded->n; i++)
        if (!times_agree(buf_view(&recorded->executions[i]->raw), buf_view(&ours->executions[i]->raw), why))
            return false;
    return true;
}

static bool deeds_agree(const struct all_deeds *recorded, const struct deeds *x, struct all_deeds *ours,
                        struct buf *why)
{
    bool same;
    struct deeds *y = match(recorded, x, ours, &same);

    buf_printf(why, "    job %zu, node %.*s: ", x->job + 1, SPAN_ARG(recorded->names->nodes[x->node]));
    if (y && same) {
        y->taken = true;
        return deeds_times_agree(x, y, why);
    }
    buf_printf(why, "no node of ours did the same%s\n", y ? "" : ", nor anything else");
    if (y)
        put_difference(why, buf_view(&x->profile), buf_view(&y->profile));
    return false;
}

static bool nodes_agree(const struct all_deeds *recorded, struct all_deeds *ours, struct buf *why)
{
    for (size_t i = 0; i < recorded->n; i++) {
        buf_clear(why);
        if (!deeds_agree(recorded, &recorded->at[i], ours, why))
            return false;
    }
    buf_clear(why);
    if (recorded->n != ours->n)
        buf_printf(why, "    %zu nodes did something, recorded %zu\n", ours->n, recorded->n);
    return recorded->n == ours->n;
}

static bool executions_agree(const struct parts *recorded, const struct parts *ours, struct buf *why)
{
    struct all_deeds *there = all_deeds(recorded), *here = all_deeds(ours);

    bool agree = nodes_agree(there, here, why);
    all_deeds_free(there);
    all_deeds_free(here);
    return agree;
}

/* ---- whole cases ---------------------------------------------------------------------------------------- */

static bool replies_agree(const struct parts *recorded, const struct parts *ours, struct buf *why)
{
    const struct telling *there = recorded->telling, *here = ours->telling;

    for (size_t i = 0; i < there->of->n_steps; i++) {
        if (!step_is_told(&there->of->steps[i]))
            continue;
        buf_clear(why);
        put_step(why, there, i);
        if (!heads_agree(there, here, i, why))
            return false;
        if (!span_eq(buf_view(&recorded->rest[i]), buf_view(&ours->rest[i]))) {
            buf_text(why, "body\n");
            put_difference(why, buf_view(&recorded->rest[i]), buf_view(&ours->rest[i]));
            return false;
        }
    }
    buf_clear(why);
    return true;
}

static bool parts_agree(const struct parts *recorded, const struct parts *ours, struct buf *why)
{
    if (!replies_agree(recorded, ours, why))
        return false;
    if (recorded->trouble.n || ours->trouble.n) {
        buf_printf(why, "    within %s telling: %.*s", ours->trouble.n ? "our" : "the recorded",
                   SPAN_ARG(buf_view(ours->trouble.n ? &ours->trouble : &recorded->trouble)));
        return false;
    }
    if (recorded->telling->names.n_jobs != ours->telling->names.n_jobs) {
        buf_printf(why, "    %zu jobs, recorded %zu\n", ours->telling->names.n_jobs, recorded->telling->names.n_jobs);
        return false;
    }
    if (!executions_agree(recorded, ours, why))
        return false;
    buf_text(why, "    outside the executions: ");
    return times_agree(buf_view(&recorded->raw_rest), buf_view(&ours->raw_rest), why);
}

bool tellings_agree(const char *release, const struct telling *recorded, const struct telling *ours, struct buf *why)
{
    bool asked_first = strcmp(release, "v0.3.25") == 0;
    struct parts *there = parts_of(recorded, asked_first), *here = parts_of(ours, asked_first);

    bool agree = parts_agree(there, here, why);
    parts_free(there);
    parts_free(here);
    return agree;
}
