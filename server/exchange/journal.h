/* The journal: the last exchanges of a world, in the order in which they were answered, with heads and bodies.
 *
 *   journal_new → journal_enter (when it is answered) → journal_end (if it ends otherwise) → journal_free
 *
 * Bounded twice. By number: a full journal overwrites its oldest entry. By bytes: a journal whose memory exceeds its
 * share of the budget drops its oldest bodies, then its oldest entries, but never its newest entry. What is dropped is
 * counted. Texts are cut at the caps below. An entry with all its texts is one allocation. Thread: the world's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_JOURNAL_H
#define MOCK_REQUESTER_EXCHANGE_JOURNAL_H

#include "releases/endpoint.h"
#include "sim/job.h"
#include "wire/request.h"

#include <stdatomic.h>

enum {
    JOURNAL_DEFAULT = 10000,
    JOURNAL_MAX = 10 * 1000 * 1000,     /* exchanges; each costs some 400 bytes, its heads and its bodies */
    JOURNAL_BYTES_DEFAULT = 32 << 20,   /* of all worlds */
    JOURNAL_BODY_MAX = 16 * 1024,       /* bytes kept of a body */
    JOURNAL_HEAD_MAX = 16 * 1024,       /* of a head; more: the headers that fit */
    JOURNAL_TARGET_MAX = 1024,          /* of a target */
    JOURNAL_ID_MAX = 256,               /* of an id */
    JOURNAL_WORDS_MAX = 512,            /* of `answered_by`, `source`, `near_miss` and `refused` */
};

/* Bytes that the journals of all worlds may use together; each has an equal share. */
struct journal_budget {
    size_t max;
    atomic_size_t journals; /* that share it */
};

/* One side of an exchange. */
struct journal_message {
    struct span head;   /* its headers as lines `Name: value` CR LF, in order; see journal_next_header */
    struct span body;   /* as it is kept … */
    size_t length;      /* … and its whole length */
    bool head_cut;      /* headers are missing */
};

struct journal_entry {
    uint64_t number; /* from 1, never used twice */
    ns_t time;       /* the world's */
    ns_t duration;   /* from the request's arrival until the reply is handed to the writer, in real time, or with a manual
                      * clock in the world's: from the answer until the end */
    enum endpoint endpoint;
    int status;      /* 0: no reply */
    const char *how; /* how it ended; static. NULL: it has not ended */
    int64_t bytes;   /* written */
    struct span method, target, client_id, job_id;
    struct span answered_by; /* `scheduler`, `fault blip` …; may be empty */
    struct span source;      /* the step or fault that answered: `flaky.json:14`; may be empty */
    struct span near_miss;   /* why the first fault did not apply; may be empty */
    struct span refused;     /* the error text of the answer; empty: not refused */
    /* A refused signature; sha256 empty: none was refused. */
    size_t signed_length;                  /* of the bytes that were verified */
    struct span sha256, key_id, claimed_id; /* their SHA-256 in hex; the key's client id; the payload's */
    struct journal_message request, reply;
    bool evicted; /* the bodies were dropped */
};

/* What journal_enter copies into the entry's messages. */
struct journal_content {
    const struct header *headers; /* of the request */
    size_t n_headers;
    struct span request_body;
    struct span reply_head; /* lines, as struct journal_message has them */
    struct span reply_body;
};

/* How an exchange ended. */
struct journal_end {
    int status;
    const char *how; /* static */
    int64_t bytes;
    ns_t duration;
    struct span reply_head; /* replaces the entry's if it has the same length: with a later Date */
};

struct journal;

/* `budget` is borrowed; NULL: JOURNAL_BYTES_DEFAULT for this journal alone. NULL: no memory. */
struct journal *journal_new(size_t size, struct journal_budget *budget);
void journal_free(struct journal *journal);

/* Adds a copy of the entry and of the content (NULL: none) and numbers it; the entry's own messages are not read.
 * Returns a ticket for journal_find and journal_end; 0: size 0 or no memory. */
uint64_t journal_enter(struct journal *journal, const struct journal_entry *entry, const struct journal_content *content);
/* NULL: the entry was overwritten or cleared. */
const struct journal_entry *journal_find(const struct journal *journal, uint64_t ticket);
/* Records how the exchange ended. Does nothing if journal_find returns NULL. */
void journal_end(struct journal *journal, uint64_t ticket, const struct journal_end *end);
void journal_clear(struct journal *journal); /* removes all entries; numbers continue */
void journal_reset(struct journal *journal); /* … and numbers start at 1 again */
/* Drops what exceeds the present share of the budget, as journal_enter does. */
void journal_fit(struct journal *journal);

uint64_t journal_first(const struct journal *journal); /* number of the oldest entry; last + 1: none */
uint64_t journal_last(const struct journal *journal);
uint64_t journal_epoch(const struct journal *journal);   /* how often the numbers have started again */
uint64_t journal_dropped(const struct journal *journal); /* entries dropped since it was cleared */
uint64_t journal_evicted(const struct journal *journal); /* entries whose bodies were dropped since it was cleared */
size_t journal_bytes(const struct journal *journal);     /* allocated, this struct itself not counted */
const struct journal_entry *journal_get(const struct journal *journal, uint64_t number); /* NULL: it is not there */

/* Takes the first header off the lines of a head. False: there is none. */
bool journal_next_header(struct span *lines, struct header *header);

#endif
