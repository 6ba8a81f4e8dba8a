#include "sim/store.h"

#include <stdlib.h>

enum { BUCKETS_FIRST = 256 };

/* FNV-1a: ids are random and short; nobody gains by colliding a test double. */
static size_t hash(struct span s)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

static struct span short_of(struct span id)
{
    return span_of(id.p, id.n < SHORT_ID_SIZE ? id.n : SHORT_ID_SIZE);
}

bool store_init(struct store *store, size_t max)
{
    *store = (struct store){ .max = max, .buckets = BUCKETS_FIRST, .client_buckets = BUCKETS_FIRST };
    store->by_id = calloc(store->buckets, sizeof(struct job *));
    store->by_short = calloc(store->buckets, sizeof(struct job *));
    store->clients = calloc(store->client_buckets, sizeof(struct store_client *));
    return store->by_id && store->by_short && store->clients;
}

void store_release(struct store *store)
{
    for (struct job *job = store->all.first, *next; job; job = next) {
        next = job->link.next;
        job_free(job);
    }
    for (size_t i = 0; store->clients && i < store->client_buckets; i++)
        for (struct store_client *c = store->clients[i], *next; c; c = next) {
            next = c->next;
            free(c);
        }
    free(store->by_id);
    free(store->by_short);
    free(store->clients);
    *store = (struct store){ 0 };
}

/* ---- the two hash tables of jobs --------------------------------------------------------------------- */

static struct job **id_bucket(const struct store *store, struct span id)
{
    return &store->by_id[hash(id) & (store->buckets - 1)];
}

static struct job **short_bucket(const struct store *store, struct span id)
{
    return &store->by_short[hash(short_of(id)) & (store->buckets - 1)];
}

static void put_in_tables(struct store *store, struct job *job)
{
    struct job **bucket = id_bucket(store, job->id);

    job->link.next_by_id = *bucket;
    *bucket = job;
    bucket = short_bucket(store, job->id);
    job->link.next_by_short = *bucket;
    *bucket = job;
}

static void take_from_tables(struct store *store, struct job *job)
{
    struct job **at = id_bucket(store, job->id);

    while (*at != job)
        at = &(*at)->link.next_by_id;
    *at = job->link.next_by_id;
    at = short_bucket(store, job->id);
    while (*at != job)
        at = &(*at)->link.next_by_short;
    *at = job->link.next_by_short;
}

/* Doubles the tables when they are full; without memory the chains just get longer. */
static void grow_tables(struct store *store)
{
    if (store->n < store->buckets)
        return;
    struct job **by_id = calloc(store->buckets * 2, sizeof(struct job *));
    struct job **by_short = calloc(store->buckets * 2, sizeof(struct job *));
    if (!by_id || !by_short) {
        free(by_id);
        free(by_short);
        return;
    }
    free(store->by_id);
    free(store->by_short);
    store->by_id = by_id;
    store->by_short = by_short;
    store->buckets *= 2;
    for (struct job *job = store->all.first; job; job = job->link.next)
        put_in_tables(store, job);
}

struct job *store_get(const struct store *store, struct span id)
{
    struct job *job = *id_bucket(store, id);

    while (job && !span_eq(job->id, id))
        job = job->link.next_by_id;
    return job;
}

struct job *store_first_of_short(const struct store *store, struct span short_id)
{
    struct job *first = NULL;

    for (struct job *job = *short_bucket(store, short_id); job; job = job->link.next_by_short)
        if (span_starts(job->id, short_id) && (!first || job->number < first->number))
            first = job;
    return first;
}

/* ---- clients ------------------------------------------------------------------------------------------ */

static struct store_client *find_client(const struct store *store, struct span id)
{
    struct store_client *c = store->clients[hash(id) & (store->client_buckets - 1)];

    while (c && !span_eq(span_of(c->id, c->id_n), id))
        c = c->next;
    return c;
}

const struct store_client *store_client(const struct store *store, struct span client_id)
{
    return find_client(store, client_id);
}

static void grow_clients(struct store *store)
{
    if (store->n_clients < store->client_buckets)
        return;
    size_t wanted = store->client_buckets * 2;
    struct store_client **table = calloc(wanted, sizeof(struct store_client *));
    if (!table)
        return;
    for (size_t i = 0; i < store->client_buckets; i++)
        for (struct store_client *c = store->clients[i], *next; c; c = next) {
            struct store_client **bucket = &table[hash(span_of(c->id, c->id_n)) & (wanted - 1)];
            next = c->next;
            c->next = *bucket;
            *bucket = c;
        }
    free(store->clients);
    store->clients = table;
    store->client_buckets = wanted;
}

static struct store_client *client_of(struct store *store, struct span id)
{
    struct store_client *c = find_client(store, id);

    if (c)
        return c;
    grow_clients(store);
    c = calloc(1, sizeof *c + id.n);
    if (!c)
        return NULL;
    c->id_n = id.n;
    if (id.n)
        memcpy(c->id, id.p, id.n);
    struct store_client **bucket = &store->clients[hash(id) & (store->client_buckets - 1)];
    c->next = *bucket;
    *bucket = c;
    store->n_clients++;
    return c;
}

static void drop_client_if_empty(struct store *store, struct store_client *client)
{
    if (client->n)
        return;
    struct store_client **at = &store->clients[hash(span_of(client->id, client->id_n)) & (store->client_buckets - 1)];
    while (*at != client)
        at = &(*at)->next;
    *at = client->next;
    free(client);
    store->n_clients--;
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

bool store_add(struct store *store, struct job *job)
{
    struct store_client *client = store_get(store, job->id) ? NULL : client_of(store, job->client_id);

    if (!client)
        return false;
    job->number = ++store->last_number;
    grow_tables(store);
    put_in_tables(store, job);
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
    struct store_client *client = find_client(store, job->client_id);

    take_from_tables(store, job);
    unlink_from_all(&store->all, job);
    unlink_from_client(&client->jobs, job);
    client->n--;
    drop_client_if_empty(store, client);
    store->n--;
}

static void forget(struct store *store, struct job *job)
{
    store->ended.first = job->link.ended_next;
    if (!store->ended.first)
        store->ended.last = NULL;
    store_remove(store, job);
    job->link.forgotten = true;
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
    job->link.forgotten = true;
}

bool store_make_room(struct store *store, struct job **forgotten)
{
    *forgotten = NULL;
    if (store->n < store->max)
        return true;
    if (!store->ended.first)
        return false;
    *forgotten = store->ended.first;
    forget(store, *forgotten);
    return true;
}
