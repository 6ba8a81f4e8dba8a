#include "sim/listing.h"

#include "sim/store.h"

#include <stdlib.h>

static bool among(struct span tag, const struct span_list *tags)
{
    for (size_t i = 0; i < tags->n; i++)
        if (span_eq(tag, tags->at[i]))
            return true;
    return false;
}

/* The first of the job's annotations that is in either list decides (wire contract A5). */
static bool tags_fit(const struct list_query *query, const struct job *job)
{
    for (size_t i = 0; i < job->spec.annotations.n; i++) {
        if (among(job->spec.annotations.at[i], &query->include_tags))
            return true;
        if (among(job->spec.annotations.at[i], &query->exclude_tags))
            return false;
    }
    return query->include_tags.n == 0;
}

/* A job with the first bytes of its id: most comparisons need not look into the job. */
struct keyed {
    uint64_t begin;
    const struct job *job;
};

static uint64_t begin_of(struct span id)
{
    uint64_t begin = 0;

    for (size_t i = 0; i < sizeof begin; i++)
        begin = begin << 8 | (i < id.n ? (unsigned char)id.p[i] : 0);
    return begin;
}

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return span_cmp(x->job->id, y->job->id);
}

static bool sort_by_id(const struct job **jobs, size_t n, bool reverse)
{
    struct keyed *keyed = malloc((n + 1) * sizeof *keyed);

    if (!keyed)
        return false;
    for (size_t i = 0; i < n; i++)
        keyed[i] = (struct keyed){ begin_of(jobs[i]->id), jobs[i] };
    qsort(keyed, n, sizeof *keyed, compare_keyed);
    for (size_t i = 0; i < n; i++)
        jobs[reverse ? n - 1 - i : i] = keyed[i].job;
    free(keyed);
    return true;
}

/* Keeps `limit` drawn jobs, in their order (wire contract A5: the real requester cuts before it sorts). */
static size_t draw_subset(struct draw *ids, const struct job **jobs, size_t n, size_t limit)
{
    size_t left = limit < n ? limit : n, kept = 0;

    for (size_t i = 0; i < n && kept < left; i++)
        if (draw_below(ids, n - i) < left - kept)
            jobs[kept++] = jobs[i];
    return kept;
}

/* The list that holds the jobs of the query's client, or of all clients. */
static const struct store_list *list_of(const struct store *store, struct span client_id, size_t *n)
{
    static const struct store_list nothing;

    if (!client_id.n) {
        *n = store->n;
        return &store->all;
    }
    const struct store_client *client = store_client(store, client_id);
    *n = client ? client->n : 0;
    return client ? &client->jobs : &nothing;
}

/* The store keeps its jobs by CreatedAt; an order by id and a random subset must see all jobs. */
enum err listing_of(const struct store *store, struct draw *ids, const struct list_query *query,
                    const struct job ***out, size_t *n)
{
    bool of_client = query->client_id.n != 0;
    bool backwards = query->order == LIST_CREATED && query->reverse;
    bool by_id = query->order == LIST_ID;
    bool all = by_id || query->random_subset;
    size_t most;
    const struct store_list *list = list_of(store, query->client_id, &most);
    size_t limit = query->max_jobs > 0 && (uint64_t)query->max_jobs < most ? (size_t)query->max_jobs : most;
    const struct job **jobs = malloc(((all ? most : limit) + 1) * sizeof *jobs);

    if (!jobs)
        return ERR_NOMEM;
    *n = 0;
    for (const struct job *job = backwards ? list->last : list->first; job && (all || *n < limit);
         job = store_next(job, of_client, backwards))
        if (tags_fit(query, job))
            jobs[(*n)++] = job;
    if (query->random_subset)
        *n = draw_subset(ids, jobs, *n, limit);
    if (by_id && !sort_by_id(jobs, *n, query->reverse)) {
        free(jobs);
        return ERR_NOMEM;
    }
    if (*n > limit)
        *n = limit;
    *out = jobs;
    return ERR_OK;
}
