#include "exchange/expectation.h"

#include "base/error.h"
#include "base/table.h"

#include <inttypes.h>
#include <stdlib.h>

struct tally {
    int64_t seen;      /* exchanges; of a sequence: most places reached */
    int64_t submitted; /* jobs that match apart from `nth` */
    struct table clients; /* → size_t: how far the client got in the sequence */
    struct table jobs;    /* those that `nth` selects; no values */
    size_t unfollowed;
};

/* ---- life ------------------------------------------------------------------------------------------------ */

bool expectations_init(struct expectations *e, const struct expectation *at, size_t n)
{
    *e = (struct expectations){ .at = at, .tallies = calloc(n + 1, sizeof(struct tally)) };
    e->n = e->tallies ? n : 0;
    for (size_t i = 0; i < e->n; i++) {
        e->tallies[i].clients = table_init(sizeof(size_t), EXPECT_CLIENTS_MAX, TABLE_REFUSES);
        e->tallies[i].jobs = table_init(0, EXPECT_JOBS_MAX, TABLE_REFUSES);
    }
    return e->tallies;
}

void expectations_clear(struct expectations *e)
{
    for (size_t i = 0; i < e->n; i++) {
        struct tally *tally = &e->tallies[i];
        table_release(&tally->clients);
        table_release(&tally->jobs);
        *tally = (struct tally){ .clients = tally->clients, .jobs = tally->jobs };
    }
}

void expectations_release(struct expectations *e)
{
    expectations_clear(e);
    free(e->tallies);
    *e = (struct expectations){ 0 };
}

/* ---- exchanges ------------------------------------------------------------------------------------------- */

/* True if the exchange is about a job that matches. Side effect: with `nth`, counts and remembers a submitted job. */
static bool fits_job(const struct job_match *match, struct tally *tally, const struct exchange_facts *facts, bool made_job)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct job_facts job = { facts->job_client, facts->spec };

    if (!facts->spec || !match_job(match, &job, &arena, NULL))
        return false;
    if (!match->nth_first)
        return true;
    if (made_job && match_nth(match, ++tally->submitted) && !table_add(&tally->jobs, facts->job_id))
        tally->unfollowed++;
    return table_get(&tally->jobs, facts->job_id) != NULL;
}

static bool fits(const struct exchange_match *match, struct tally *tally, const struct exchange_facts *facts, bool made_job)
{
    bool job = !match->has_job || fits_job(&match->job, tally, facts, made_job);

    return job && (!match->client_id.p || span_eq(match->client_id, facts->client_id));
}

/* A request without a client id that names a job counts for the job's client. */
static struct span client_of(const struct exchange_facts *facts)
{
    return facts->client_id.n ? facts->client_id : facts->job_client;
}

static void go_on(const struct expectation *x, struct tally *tally, const struct exchange_facts *facts)
{
    size_t *reached = table_get(&tally->clients, client_of(facts)), before = reached ? *reached : 0;

    if (before >= x->n_sequence || x->sequence[before] != facts->endpoint)
        return;
    reached = table_add(&tally->clients, client_of(facts));
    if (!reached) {
        tally->unfollowed++;
        return;
    }
    ++*reached;
    if ((int64_t)*reached > tally->seen)
        tally->seen = (int64_t)*reached;
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
