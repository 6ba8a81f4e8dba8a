/* All jobs: by id, by short id, by client, in order; and their maximum number and size.
 *
 * Owns the jobs. Orders are by CreatedAt, then by number of submission: a new job is appended in constant
 * time. Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_STORE_H
#define MOCK_REQUESTER_SIM_STORE_H

#include "base/table.h"
#include "sim/job.h"

/* A job with its links; what the lists of the store are made of. */
struct store_list {
    struct job *first, *last;
};

struct store_client {
    struct store_list jobs;
    size_t n;
};

struct store {
    struct table by_id;    /* → struct job * */
    struct table by_short; /* → struct store_list: the jobs whose ids begin so */
    struct table clients;  /* → struct store_client */
    struct store_list all, ended;
    struct job *forgotten; /* out of the store, to be freed; by link.next */
    size_t n, max;
    struct meter *meter; /* counts the bytes of the jobs, those of other stores included; NULL: no maximum */
    uint64_t last_number;
};

enum { SHORT_ID_SIZE = 8 };

void store_init(struct store *store, size_t max, struct meter *meter);
void store_release(struct store *store);

/* True if there is no room for one more: there are `max` jobs, or the meter is over its maximum. */
bool store_is_full(const struct store *store);

/* Counts the memory of a job that is going to be added with the store's meter. */
void store_count(const struct store *store, struct job *job);

/* Takes the job over and numbers it. False: no memory, or the id is there already; the job stays the
 * caller's. */
bool store_add(struct store *store, struct job *job);

/* Removes a job that has not ended; the caller owns it again. */
void store_remove(struct store *store, struct job *job);

/* Removes any job and marks it as forgotten; the caller owns it again, and frees it when nothing points to it any more. */
void store_forget(struct store *store, struct job *job);
/* Keeps a job that was forgotten and that nothing holds, until it is taken to be freed. */
void store_free_later(struct store *store, struct job *job);
struct job *store_take_forgotten(struct store *store); /* the first of them; NULL: there are none */
/* The job that ended first, which is the next to be forgotten; NULL: none has ended. */
struct job *store_first_ended(const struct store *store);

/* Notes that the job has reached a terminal state: from now on it may be forgotten. */
void store_ended(struct store *store, struct job *job);

struct job *store_get(const struct store *store, struct span id);
struct job *store_first_of_short(const struct store *store, struct span short_id);
/* Returns how many jobs have an id that begins with `prefix`, which has SHORT_ID_SIZE characters or more; a whole id is only
 * that job's. `*first`: the first of them. */
size_t store_alike(const struct store *store, struct span prefix, const struct job **first);
/* True if `n` jobs can be added without forgetting others. */
bool store_has_room(const struct store *store, size_t n);
const struct store_client *store_client(const struct store *store, struct span client_id); /* NULL: never seen */

/* Returns the next of all jobs or of one client's, forwards from `first` or backwards from `last`. */
struct job *store_next(const struct job *job, bool of_client, bool backwards);

#endif
