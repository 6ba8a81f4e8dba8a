/* What was asked and what became of it: the last exchanges, in the order in which the engine saw them.
 *
 *   journal_new → journal_enter (when it is answered) → journal_end (when the edge is done) → journal_free
 *
 * A ring: above its size the oldest gives way and is counted as dropped. Texts are cut at the caps below.
 * Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_JOURNAL_H
#define MOCK_REQUESTER_EXCHANGE_JOURNAL_H

#include "releases/endpoint.h"
#include "sim/job.h"

enum {
    JOURNAL_DEFAULT = 10000,
    JOURNAL_MAX = 10 * 1000 * 1000, /* exchanges; each costs some 150 bytes and its texts */
    JOURNAL_TARGET_MAX = 1024,      /* bytes of a target that are kept */
    JOURNAL_ID_MAX = 256,           /* of an id */
    JOURNAL_WORDS_MAX = 512,        /* of who answered, and of why it was refused */
    JOURNAL_TEXTS = 6,
};

struct journal_entry {
    uint64_t number; /* from 1, never used twice */
    ns_t time;       /* the engine's */
    enum endpoint endpoint;
    struct span method, target, client_id, job_id;
    struct span answered_by; /* `scheduler`, `fault blip` …; empty: nothing to say */
    struct span refused;     /* why, in the words of the answer; empty: it was not */
    int status;              /* 0: no reply */
    const char *how;         /* it ended; static. NULL: it has not yet */
    int64_t bytes;           /* written */
};

struct journal;

struct journal *journal_new(size_t size); /* NULL: no memory */
void journal_free(struct journal *journal);

/* Copies what the entry says and numbers it. The ticket is for journal_end; 0: there is no room at all. */
uint64_t journal_enter(struct journal *journal, const struct journal_entry *entry);
/* Does nothing when the entry is gone meanwhile. `how` is static. */
void journal_end(struct journal *journal, uint64_t ticket, int status, const char *how, int64_t bytes);
void journal_clear(struct journal *journal); /* numbers go on, so that nothing of before can be taken for new */
void journal_reset(struct journal *journal); /* … or begin at 1 again */

uint64_t journal_first(const struct journal *journal); /* the oldest that is still there; last + 1: none */
uint64_t journal_last(const struct journal *journal);
uint64_t journal_dropped(const struct journal *journal); /* for want of room, since it was cleared */
const struct journal_entry *journal_get(const struct journal *journal, uint64_t number); /* NULL: not there */

#endif
