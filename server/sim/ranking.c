#include "sim/ranking.h"

#include "base/ascii.h"
#include "sim/capacity.h"
#include "sim/selector.h"

#include <stdlib.h>

/* Ranks of the real requester; below zero: not to be asked. Only sums are compared. */
enum { UNSUITABLE = -1, POSSIBLE = 0, PREFERRED = 10 };

/* The input of all rankers. */
struct question {
    const struct ranking *ranking;
    const struct job *job;
    struct capacity wanted;
};

static int rank_engine(const struct question *q, const struct node *node)
{
    if (!node->engines || !q->ranking->labels_known)
        return POSSIBLE;
    return node->engines & 1u << q->job->spec.engine ? PREFERRED : UNSUITABLE;
}

static const struct span FAVOUR = { "favour_", 7 };

static bool is_favour(const struct question *q, const struct node_selector *selector)
{
    return q->ranking->favours && span_starts(selector->key, FAVOUR);
}

static struct node_selector without_prefix(const struct node_selector *selector)
{
    struct node_selector wish = *selector;

    wish.key = span_of(selector->key.p + FAVOUR.n, selector->key.n - FAVOUR.n);
    return wish;
}

/* Every selector must hold; the node is preferred if every `favour_…` selector holds too. */
static int rank_labels(const struct question *q, const struct node *node)
{
    const struct selector_list *selectors = &q->job->spec.selectors;
    bool musts = false, wishes = false, wish_fits = true;

    for (size_t i = 0; i < selectors->n; i++) {
        if (is_favour(q, &selectors->at[i])) {
            struct node_selector wish = without_prefix(&selectors->at[i]);
            wishes = true;
            wish_fits = wish_fits && q->ranking->labels_known && selector_matches(&wish, &node->labels);
        } else if (!q->ranking->labels_known || !selector_matches(&selectors->at[i], &node->labels)) {
            return UNSUITABLE;
        } else {
            musts = true;
        }
    }
    return (musts ? PREFERRED : POSSIBLE) + (wishes && wish_fits ? PREFERRED : 0);
}

static int rank_resources(const struct question *q, const struct node *node)
{
    if (capacity_is_zero(&q->wanted))
        return POSSIBLE;
    return capacity_fits(&q->wanted, &node->max_job) ? PREFERRED : UNSUITABLE;
}

enum { VERSION_DIGITS = 9 }; /* of a number; more cannot be read */

/* "v0.3.25" → comparable numbers; a text that cannot be read is a development build, which is always new enough. */
static bool read_version(struct span text, long numbers[3])
{
    size_t at = 0;

    for (int i = 0; i < 3; i++) {
        if (at == text.n || text.p[at] != (i ? '.' : 'v'))
            return false;
        size_t begin = ++at;
        for (numbers[i] = 0; at < text.n && ascii_is_digit(text.p[at]) && at - begin < VERSION_DIGITS; at++)
            numbers[i] = numbers[i] * 10 + (text.p[at] - '0');
        if (at == begin)
            return false;
    }
    return true;
}

static int rank_version(const struct question *q, const struct node *node)
{
    long is[3], least[3];

    if (!read_version(node->version, is) || span_starts(node->version, SPAN("v0.0.0")))
        return POSSIBLE;
    MUST(read_version(span_text(q->ranking->min_version), least));
    for (int i = 0; i < 3; i++)
        if (is[i] != least[i])
            return is[i] < least[i] ? UNSUITABLE : PREFERRED;
    return PREFERRED;
}

/* A node that has run the job once already is asked last; one that ran it twice, is running it or refused it
 * is not asked again (pkg/requester/ranking/previous_executions.go). */
static int rank_previous(const struct question *q, const struct node *node)
{
    size_t before = 0;

    for (size_t i = 0; i < q->job->n_executions; i++) {
        const struct execution *x = q->job->executions[i];
        if (!span_eq(x->node_id, node->id))
            continue;
        before++;
        if (!execution_is_discarded(x->state) || x->state == EXECUTION_ASK_FOR_BID_REJECTED ||
            x->state == EXECUTION_RESULT_REJECTED)
            return UNSUITABLE;
    }
    if (before > 1)
        return UNSUITABLE;
    return before ? POSSIBLE : 3 * PREFERRED;
}

static int (*const rankers[])(const struct question *q, const struct node *node) = {
    rank_engine, rank_labels, rank_resources, rank_version, rank_previous,
};

static int rank_node(const struct question *q, const struct node *node)
{
    int sum = 0;

    for (size_t i = 0; i < sizeof rankers / sizeof rankers[0]; i++) {
        int rank = rankers[i](q, node);
        if (rank < 0)
            return UNSUITABLE;
        sum += rank;
    }
    return sum;
}

static enum err check_selectors(const struct question *q, struct arena *arena, struct buf *why)
{
    const struct selector_list *selectors = &q->job->spec.selectors;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < selectors->n; i++)
        err = selector_check(&selectors->at[i], arena, why);
    for (size_t i = 0; !err && i < selectors->n; i++)
        if (is_favour(q, &selectors->at[i])) {
            struct node_selector wish = without_prefix(&selectors->at[i]);
            err = selector_check(&wish, arena, why);
        }
    return err;
}

struct ranked {
    const struct node *node;
    int rank;
    uint64_t tie;
};

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return x->tie < y->tie ? -1 : x->tie > y->tie;
}

static size_t rank_all(const struct question *q, struct ranked *out)
{
    const struct ranking *r = q->ranking;
    size_t n = 0;

    for (size_t i = 0; i < r->n_nodes; i++) {
        int rank = rank_node(q, &r->nodes[i]);
        if (rank < 0)
            continue;
        out[n++] = (struct ranked){ .node = &r->nodes[i], .rank = rank, .tie = r->ties ? draw_next(r->ties) : i };
    }
    qsort(out, n, sizeof *out, compare_ranked);
    return n;
}

enum err ranking_of(const struct ranking *ranking, const struct job *job, const struct node ***ranked, size_t *n,
                    struct buf *why)
{
    struct question q = { .ranking = ranking, .job = job, .wanted = capacity_read(&job->spec.resources) };
    CLEANUP(arena_release) struct arena arena = { 0 };
    enum err err = check_selectors(&q, &arena, why);

    if (err)
        return err;
    struct ranked *all = calloc(ranking->n_nodes + 1, sizeof *all);
    const struct node **nodes = calloc(ranking->n_nodes + 1, sizeof *nodes);
    if (!all || !nodes) {
        free(all);
        free(nodes);
        return ERR_NOMEM;
    }
    *n = rank_all(&q, all);
    for (size_t i = 0; i < *n; i++)
        nodes[i] = all[i].node;
    free(all);
    *ranked = nodes;
    return ERR_OK;
}
