#include "exchange/expectation.h"

#include "base/error.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BUCKETS_FIRST = 64 };

/* A text with a number: how far a client got; or, with no number, a job that is meant. */
struct noted {
    struct noted *next; /* in the bucket */
    size_t reached;
    size_t n;
    char text[];
};

struct noted_set {
    struct noted **buckets;
    size_t n_buckets, n;
};

struct tally {
    int64_t seen;      /* times, or the longest way */
    int64_t submitted; /* jobs that fit all but `nth` */
    struct noted_set clients, jobs;
    size_t unfollowed;
};

/* ---- sets of texts --------------------------------------------------------------------------------------- */

static size_t bucket_of(const struct noted_set *set, struct span text)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    return (size_t)h & (set->n_buckets - 1);
}

static struct noted *find(const struct noted_set *set, struct span text)
{
    struct noted *noted = set->n_buckets ? set->buckets[bucket_of(set, text)] : NULL;

    while (noted && !span_eq(span_of(noted->text, noted->n), text))
        noted = noted->next;
    return noted;
}

static void put(struct noted_set *set, struct noted *noted)
{
    struct noted **bucket = &set->buckets[bucket_of(set, span_of(noted->text, noted->n))];

    noted->next = *bucket;
    *bucket = noted;
}

/* Without memory for more buckets the chains grow. */
static bool grow(struct noted_set *set)
{
    struct noted_set more = { .n_buckets = set->n_buckets ? set->n_buckets * 2 : BUCKETS_FIRST };

    more.buckets = calloc(more.n_buckets, sizeof(struct noted *));
    if (!more.buckets)
        return set->n_buckets > 0;
    for (size_t i = 0; i < set->n_buckets; i++)
        for (struct noted *noted = set->buckets[i], *next; noted; noted = next) {
            next = noted->next;
            put(&more, noted);
        }
    free(set->buckets);
    set->buckets = more.buckets;
    set->n_buckets = more.n_buckets;
    return true;
}

/* NULL: the cap is met, or there is no memory. */
static struct noted *find_or_add(struct noted_set *set, struct span text, size_t max)
{
    struct noted *noted = find(set, text);

    if (noted || set->n >= max || (set->n >= set->n_buckets && !grow(set)))
        return noted;
    noted = calloc(1, sizeof *noted + text.n);
    if (!noted)
        return NULL;
    noted->n = text.n;
    if (text.n)
        memcpy(noted->text, text.p, text.n);
    put(set, noted);
    set->n++;
    return noted;
}

static void set_release(struct noted_set *set)
{
    for (size_t i = 0; i < set->n_buckets; i++)
        for (struct noted *noted = set->buckets[i], *next; noted; noted = next) {
            next = noted->next;
            free(noted);
        }
    free(set->buckets);
    *set = (struct noted_set){ 0 };
}

/* ---- life ------------------------------------------------------------------------------------------------ */

bool expectations_init(struct expectations *e, const struct expectation *at, size_t n)
{
    *e = (struct expectations){ .at = at, .tallies = calloc(n + 1, sizeof(struct tally)) };
    e->n = e->tallies ? n : 0;
    return e->tallies;
}

void expectations_clear(struct expectations *e)
{
    for (size_t i = 0; i < e->n; i++) {
        set_release(&e->tallies[i].clients);
        set_release(&e->tallies[i].jobs);
        e->tallies[i] = (struct tally){ 0 };
    }
}

void expectations_release(struct expectations *e)
{
    expectations_clear(e);
    free(e->tallies);
    *e = (struct expectations){ 0 };
}

/* ---- exchanges ------------------------------------------------------------------------------------------- */

/* With `nth` the jobs that are meant are remembered when they are submitted. */
static bool fits_job(const struct job_match *match, struct tally *tally, const struct exchange_facts *facts, bool made_job)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct job_facts job = { facts->job_client, facts->spec };

    if (!facts->spec || !match_job(match, &job, &arena, NULL))
        return false;
    if (!match->nth_first)
        return true;
    if (made_job && match_nth(match, ++tally->submitted) && !find_or_add(&tally->jobs, facts->job_id, EXPECT_JOBS_MAX))
        tally->unfollowed++;
    return find(&tally->jobs, facts->job_id) != NULL;
}

static bool fits(const struct exchange_match *match, struct tally *tally, const struct exchange_facts *facts, bool made_job)
{
    bool job = !match->has_job || fits_job(&match->job, tally, facts, made_job);

    return job && (!match->client_id.p || span_eq(match->client_id, facts->client_id));
}

/* Who claims to be nobody but names a job counts as the job's client. */
static struct span client_of(const struct exchange_facts *facts)
{
    return facts->client_id.n ? facts->client_id : facts->job_client;
}

static void go_on(const struct expectation *x, struct tally *tally, const struct exchange_facts *facts)
{
    struct noted *client = find(&tally->clients, client_of(facts));
    size_t reached = client ? client->reached : 0;

    if (reached >= x->n_sequence || x->sequence[reached] != facts->endpoint)
        return;
    client = find_or_add(&tally->clients, client_of(facts), EXPECT_CLIENTS_MAX);
    if (!client) {
        tally->unfollowed++;
        return;
    }
    client->reached++;
    if ((int64_t)client->reached > tally->seen)
        tally->seen = (int64_t)client->reached;
}

static void note(const struct expectation *x, struct tally *tally, const struct exchange_facts *facts, bool made_job)
{
    if (!fits(&x->match, tally, facts, made_job))
        return;
    if (x->sequence)
        go_on(x, tally, facts);
    else
        tally->seen += x->endpoint == facts->endpoint;
}

void expectations_note(struct expectations *e, const struct exchange_facts *facts, bool made_job)
{
    for (size_t i = 0; i < e->n; i++)
        note(&e->at[i], &e->tallies[i], facts, made_job);
}

/* ---- the verdict ----------------------------------------------------------------------------------------- */

struct expectation_verdict expectation_verdict(const struct expectations *e, size_t index)
{
    const struct expectation *x = &e->at[index];
    const struct tally *tally = &e->tallies[index];
    bool met = x->sequence ? tally->seen == (int64_t)x->n_sequence : tally->seen >= x->least && tally->seen <= x->most;

    return (struct expectation_verdict){ met, tally->seen, tally->unfollowed };
}

static void put_times(struct buf *out, const char *before, int64_t times)
{
    buf_printf(out, "%s%" PRId64 " time%s", before, times, times == 1 ? "" : "s");
}

static void put_sequence(struct buf *out, const struct expectation *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? ", " : "", endpoint_name(x->sequence[i]));
}

static void put_count(struct buf *out, const struct expectation *x)
{
    buf_text(out, endpoint_name(x->endpoint));
    if (x->most == 0)
        buf_text(out, " never");
    else if (x->least == x->most)
        put_times(out, " ", x->least);
    else if (x->most == EXPECT_NO_LIMIT)
        put_times(out, " at least ", x->least);
    else
        put_times(out, " at most ", x->most);
}

void expectation_put(struct buf *out, const struct expectation *x)
{
    if (!x->sequence) {
        put_count(out, x);
        return;
    }
    put_sequence(out, x, x->n_sequence);
    buf_text(out, " in this order");
}

void expectation_put_seen(struct buf *out, const struct expectations *e, size_t index)
{
    const struct expectation *x = &e->at[index];
    const struct tally *tally = &e->tallies[index];

    if (!x->sequence)
        put_times(out, "came ", tally->seen);
    else if (tally->seen == 0)
        buf_text(out, "no client began it");
    else {
        buf_text(out, "came as far as ");
        put_sequence(out, x, (size_t)tally->seen);
        buf_printf(out, " (%" PRId64 " of %zu)", tally->seen, x->n_sequence);
    }
    if (tally->unfollowed)
        buf_printf(out, "; %zu not followed", tally->unfollowed);
}
