#include "sim/store.h"

void store_init(struct store *store, size_t max, struct meter *meter)
{
    *store = (struct store){
        .max = max,
        .meter = meter,
        .by_id = table_init(sizeof(struct job *), SIZE_MAX, TABLE_REFUSES),
        .by_short = table_init(sizeof(struct store_list), SIZE_MAX, TABLE_REFUSES),
        .clients = table_init(sizeof(struct store_client), SIZE_MAX, TABLE_REFUSES),
    };
}

void store_release(struct store *store)
{
    job_free_all(store->all.first);
    job_free_all(store->forgotten);
    table_release(&store->by_id);
    table_release(&store->by_short);
    table_release(&store->clients);
    *store = (struct store){ 0 };
}

/* ---- the tables ------------------------------------------------------------------------------------------- */

static struct span short_of(struct span id)
{
    return span_of(id.p, id.n < SHORT_ID_SIZE ? id.n : SHORT_ID_SIZE);
}

struct job *store_get(const struct store *store, struct span id)
{
    struct job *const *job = table_get(&store->by_id, id);

    return job ? *job : NULL;
}

struct job *store_first_of_short(const struct store *store, struct span short_id)
{
    const struct store_list *alike = table_get(&store->by_short, short_id);

    return alike ? alike->first : NULL;
}

size_t store_alike(const struct store *store, struct span prefix, const struct job **first)
{
    const struct job *whole = store_get(store, prefix);
    size_t n = 0;

    *first = whole;
    if (whole || prefix.n < SHORT_ID_SIZE)
        return whole != NULL;
    for (const struct job *job = store_first_of_short(store, span_of(prefix.p, SHORT_ID_SIZE)); job; job = job->link.short_next)
        if (span_starts(job->id, prefix) && n++ == 0)
            *first = job;
    return n;
}

const struct store_client *store_client(const struct store *store, struct span client_id)
{
    return table_get(&store->clients, client_id);
}

/* Removes the job's keys from the tables, except those that other jobs share. */
static void remove_keys(struct store *store, const struct job *job)
{
    const struct store_client *client = store_client(store, job->client_id);

    table_remove(&store->by_id, job->id);
    if (!store_first_of_short(store, short_of(job->id)))
        table_remove(&store->by_short, short_of(job->id));
    if (client && client->n == 0)
        table_remove(&store->clients, job->client_id);
}

/* ---- the ordered lists ---------------------------------------------------------------------------------- */

static bool comes_after(const struct job *a, const struct job *b)
{
    return a->created_at > b->created_at || (a->created_at == b->created_at && a->number > b->number);
}

static void link_in_all(struct store_list *list, struct job *job)
{
    struct job *before = list->last;

    while (before && comes_after(before, job))
        before = before->link.previous;
    struct job *after = before ? before->link.next : list->first;
    job->link.previous = before;
    job->link.next = after;
    *(before ? &before->link.next : &list->first) = job;
    *(after ? &after->link.previous : &list->last) = job;
}

static void link_in_client(struct store_list *list, struct job *job)
{
    struct job *before = list->last;

    while (before && comes_after(before, job))
        before = before->link.client_previous;
    struct job *after = before ? before->link.client_next : list->first;
    job->link.client_previous = before;
    job->link.client_next = after;
    *(before ? &before->link.client_next : &list->first) = job;
    *(after ? &after->link.client_previous : &list->last) = job;
}

/* Adds the job to those with the same short id, in order of submission. */
static void link_in_alike(struct store_list *list, struct job *job)
{
    job->link.short_next = NULL;
    *(list->last ? &list->last->link.short_next : &list->first) = job;
    list->last = job;
}

static void unlink_from_alike(struct store_list *list, const struct job *job)
{
    struct job *before = NULL;

    for (struct job *at = list->first; at != job; at = at->link.short_next)
        before = at;
    *(before ? &before->link.short_next : &list->first) = job->link.short_next;
    if (list->last == job)
        list->last = before;
}

static void unlink_from_all(struct store_list *list, struct job *job)
{
    *(job->link.previous ? &job->link.previous->link.next : &list->first) = job->link.next;
    *(job->link.next ? &job->link.next->link.previous : &list->last) = job->link.previous;
}

static void unlink_from_client(struct store_list *list, struct job *job)
{
    *(job->link.client_previous ? &job->link.client_previous->link.client_next : &list->first) = job->link.client_next;
    *(job->link.client_next ? &job->link.client_next->link.client_previous : &list->last) = job->link.client_previous;
}

struct job *store_next(const struct job *job, bool of_client, bool backwards)
{
    if (of_client)
        return backwards ? job->link.client_previous : job->link.client_next;
    return backwards ? job->link.previous : job->link.next;
}

/* ---- in and out ------------------------------------------------------------------------------------------- */

/* What the tables keep for a job: three entries with their keys and places. */
static size_t size_in_tables(const struct job *job)
{
    enum { ENTRIES = 320 };

    return ENTRIES + job->client_id.n;
}

void store_count(const struct store *store, struct job *job)
{
    job_count_memory(job, store->meter, size_in_tables(job));
}

bool store_add(struct store *store, struct job *job)
{
    if (store_get(store, job->id))
        return false;
    struct job **by_id = table_add(&store->by_id, job->id);
    struct store_list *alike = table_add(&store->by_short, short_of(job->id));
    struct store_client *client = table_add(&store->clients, job->client_id);
    if (!by_id || !alike || !client) {
        remove_keys(store, job);
        return false;
    }
    *by_id = job;
    job->number = ++store->last_number;
    link_in_alike(alike, job);
    link_in_all(&store->all, job);
    link_in_client(&client->jobs, job);
    client->n++;
    store->n++;
    return true;
}

/* A job that a script takes out of a terminal state may end again: it keeps its place. */
void store_ended(struct store *store, struct job *job)
{
    if (job->link.ended)
        return;
    job->link.ended = true;
    *(store->ended.last ? &store->ended.last->link.ended_next : &store->ended.first) = job;
    store->ended.last = job;
}

void store_remove(struct store *store, struct job *job)
{
    struct store_client *client = table_get(&store->clients, job->client_id);

    unlink_from_alike(table_get(&store->by_short, short_of(job->id)), job);
    unlink_from_all(&store->all, job);
    unlink_from_client(&client->jobs, job);
    client->n--;
    remove_keys(store, job);
    store->n--;
}

static void take_from_ended(struct store *store, const struct job *job)
{
    struct job *before = NULL;

    for (struct job *at = store->ended.first; at; before = at, at = at->link.ended_next) {
        if (at != job)
            continue;
        *(before ? &before->link.ended_next : &store->ended.first) = at->link.ended_next;
        if (store->ended.last == at)
            store->ended.last = before;
        return;
    }
}

void store_forget(struct store *store, struct job *job)
{
    take_from_ended(store, job);
    store_remove(store, job);
    job_forget(job);
}

void store_free_later(struct store *store, struct job *job)
{
    job->link.next = store->forgotten;
    store->forgotten = job;
}

struct job *store_take_forgotten(struct store *store)
{
    struct job *first = store->forgotten;

    store->forgotten = NULL;
    return first;
}

struct job *store_first_ended(const struct store *store)
{
    return store->ended.first;
}

bool store_has_room(const struct store *store, size_t n)
{
    return store->n <= store->max && n <= store->max - store->n && !meter_is_over(store->meter);
}

bool store_is_full(const struct store *store)
{
    return store->n >= store->max || meter_is_over(store->meter);
}
