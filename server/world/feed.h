/* The feed: the last FEED_MAX events of a world, numbered from 1, for the readers of the control API's stream.
 *
 * An event is a small record; control/stream.c renders it when a reader takes it. What it is about (an exchange, a job, a
 * gate, a fault) is looked up then by number or name; what may have changed or gone by then is in the record. Numbers are
 * never used twice in a world; a reset does not touch the feed. Memory grows with the events. Without memory an event is
 * lost, and all before it count as dropped. Thread: the world's lock. */
#ifndef MOCK_REQUESTER_WORLD_FEED_H
#define MOCK_REQUESTER_WORLD_FEED_H

#include "sim/job.h"

enum {
    FEED_MAX = 10 * 1000,   /* events kept; above that the oldest is dropped */
    FEED_NAME_MAX = 256,    /* bytes kept of an id or name, and … */
    FEED_COMMENT_MAX = 256, /* … of a comment */
};

enum feed_kind {
    FEED_EXCHANGE, FEED_JOB, FEED_EXECUTION, FEED_CLOCK, FEED_GATE, FEED_FAULT, FEED_SCENARIO, FEED_RESET, FEED_KIND_COUNT
};

/* What a reset has reset; a bit each. */
enum feed_reset { FEED_RESET_JOBS = 1, FEED_RESET_JOURNAL = 2, FEED_RESET_FAULTS = 4, FEED_RESET_GATES = 8, FEED_RESET_CLOCK = 16 };

struct feed_event {
    uint64_t number;
    ns_t time; /* on the world's clock */
    enum feed_kind kind;
    struct span name; /* id of the job; name of the gate or fault */
    struct span node; /* name of the execution's compute node, or its id */
    struct span comment; /* of the history entry, or the execution's status */
    int64_t value;    /* number of the exchange; version of the job or execution; enum feed_reset bits */
    uint32_t execution; /* index */
    uint8_t previous, next; /* states of the job or execution */
    bool corrected;   /* of an exchange: it ended otherwise than reported before */
    bool forgotten;   /* of a job: it has left the world */
    char *texts;      /* holds the texts; owned, and used again by the event that takes its place in the ring */
    uint32_t room;    /* bytes of it */
};

struct feed {
    struct feed_event *at; /* a ring: number n is at (n - 1) % FEED_MAX */
    size_t room;
    uint64_t first, last; /* first 0: nothing has happened yet */
    /* Called with each event that is added, its texts whole. NULL: none. Must not change the world. */
    void (*added)(void *context, const struct feed_event *event);
    void *context;
};

void feed_release(struct feed *feed); /* a zeroed one is an empty feed */

void feed_add_exchange(struct feed *feed, ns_t now, uint64_t number, bool corrected);
void feed_add_move(struct feed *feed, const struct job *job, const struct history *entry);
void feed_add_forgotten(struct feed *feed, const struct job *job);
void feed_add_clock(struct feed *feed, ns_t now);
void feed_add_gate(struct feed *feed, ns_t now, struct span name);
void feed_add_fault(struct feed *feed, ns_t now, struct span name); /* empty: several have changed */
void feed_add_scenario(struct feed *feed, ns_t now);
void feed_add_reset(struct feed *feed, ns_t now, unsigned what); /* enum feed_reset bits */

uint64_t feed_last(const struct feed *feed); /* 0: nothing has happened yet */
/* Returns the first event after that number; NULL: none has come. `*lost`: how many in between were dropped. Borrowed until
 * the next event. */
const struct feed_event *feed_next(const struct feed *feed, uint64_t number, uint64_t *lost);

#endif
