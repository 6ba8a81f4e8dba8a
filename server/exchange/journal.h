/* The journal: the last exchanges of a world, in the order in which they were answered.
 *
 *   journal_new → journal_enter (when it is answered) → journal_end (when the reply is sent) → journal_free
 *
 * A ring: when it is full the oldest entry is overwritten and counted as dropped. Texts are cut at the caps below.
 * Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_JOURNAL_H
#define MOCK_REQUESTER_EXCHANGE_JOURNAL_H

#include "releases/endpoint.h"
#include "sim/job.h"

enum {
    JOURNAL_DEFAULT = 10000,
    JOURNAL_MAX = 10 * 1000 * 1000, /* exchanges; each costs some 150 bytes and its texts */
    JOURNAL_TARGET_MAX = 1024,      /* bytes kept of a target */
    JOURNAL_ID_MAX = 256,           /* of an id */
    JOURNAL_WORDS_MAX = 512,        /* of `answered_by` and of `refused` */
    JOURNAL_TEXTS = 6,
};

struct journal_entry {
    uint64_t number; /* from 1, never used twice */
    ns_t time;       /* the engine's */
    enum endpoint endpoint;
    struct span method, target, client_id, job_id;
    struct span answered_by; /* `scheduler`, `fault blip` …; may be empty */
    struct span refused;     /* the error text of the answer; empty: not refused */
    int status;              /* 0: no reply */
    const char *how;         /* how it ended; static. NULL: it has not ended */
    int64_t bytes;           /* written */
};

struct journal;

struct journal *journal_new(size_t size); /* NULL: no memory */
void journal_free(struct journal *journal);

/* Adds a copy of the entry and numbers it. Returns a ticket for journal_end; 0: size 0 or no memory. */
uint64_t journal_enter(struct journal *journal, const struct journal_entry *entry);
/* Records how the exchange ended. Does nothing if the entry was overwritten or cleared. `how` is static. */
void journal_end(struct journal *journal, uint64_t ticket, int status, const char *how, int64_t bytes);
void journal_clear(struct journal *journal); /* removes all entries; numbers continue */
void journal_reset(struct journal *journal); /* … and numbers start at 1 again */

uint64_t journal_first(const struct journal *journal); /* number of the oldest entry; last + 1: none */
uint64_t journal_last(const struct journal *journal);
uint64_t journal_dropped(const struct journal *journal); /* entries overwritten since it was cleared */
const struct journal_entry *journal_get(const struct journal *journal, uint64_t number); /* NULL: it is not there */

#endif
