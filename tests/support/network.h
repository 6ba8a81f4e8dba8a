/* A small network driven by hand: nodes of known characters, an engine, a clock that only the test moves.
 *
 *   network_start → (network_submit, network_pass …, story_of, standing_of) → network_stop
 *
 * A node's id is its name, so that what is told of it can be read. Nothing is random but what the options
 * say: ids come from seed 1. */
#ifndef MOCK_REQUESTER_SUPPORT_NETWORK_H
#define MOCK_REQUESTER_SUPPORT_NETWORK_H

#include "base/buf.h"
#include "sim/engine.h"
#include "sim/scheduler.h"

enum character {
    GOOD,           /* bids at once, runs 200 ms, publishes after 300 ms */
    NOOP_PUBLISHER, /* publishes nothing */
    REJECTS,        /* `not enough capacity available` */
    FAILS_RUN,      /* `exit status 1`, after 200 ms */
    FAILS_FIRST,    /* fails its first run of a job alone */
    FAILS_PUBLISH,  /* `no space` */
    BAD_RESULT,     /* is refused by the verifier */
    VERIFIER_ERROR, /* `verifier broke` */
    UNREACHABLE,    /* `failed to dial` */
    SILENT,         /* never bids */
    LATE_BID,       /* bids after 5 s */
    SLOW,           /* runs 20 s */
    HANGS,          /* never ends its run */
    CHARACTER_COUNT
};

const char *character_name(enum character character);
struct node node_of(enum character character, const char *name);

/* A docker job that every character can be asked for, with a time-out of 1800 s. */
struct job_spec spec_of(int64_t concurrency, int64_t confidence, int64_t min_bids);

enum { NETWORK_NODES_MAX = 16, TELLING_MAX = 1024 * 1024 };

struct network {
    struct node *nodes;
    size_t n_nodes;
    struct scheduler_options options;
    size_t max_jobs;
    struct meter *meter; /* NULL: bytes are not counted */
    struct engine *engine;
    ns_t now;
    enum err err;       /* of the last submit … */
    struct error error; /* … with its text */
    struct buf told;    /* what story_of and standing_of point to */
};

/* A network with these characters: nodes `n1`, `n2` …; change it before network_start. */
struct network network_of(size_t n, const enum character *characters);
#define NETWORK(...)                                                                                               \
    network_of(sizeof((enum character[]){ __VA_ARGS__ }) / sizeof(enum character), (enum character[]){ __VA_ARGS__ })
void network_start(struct network *network, const struct scheduler_rules *rules);
void network_stop(struct network *network);

/* engine_submit with its text, cut, in `error` (may be NULL). */
enum err submit_with_error(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                           ns_t now, const struct job **job, struct error *error);

/* The job, whatever engine_submit said; its answer is in `err` and `error`. */
const struct job *network_submit(struct network *network, const struct job_spec *spec);
void network_pass(struct network *network, ns_t by); /* time; by 0: what is due now is done */

/* The history, a line an entry: `job v2 New>Queued 'comment'`, `n1 v1 New>AskForBid`; a `+` after the node's
 * name: the entry has the execution's reference; `n1#2`: the node's second execution. Until the next call. */
const char *story_of(struct network *network, const struct job *job);
/* The states: `InProgress v4` and a line an execution, `n1 Failed v2 'status'`; a `+` as above, `!` for a
 * published result, `o` for a run output, `c` and `r` for what the verifier said. Until the next call. */
const char *standing_of(struct network *network, const struct job *job);

/* What every job's story begins with when it can be scheduled. */
#define STARTED "job v1 New>New 'Job created'\njob v2 New>Queued\njob v3 Queued>New\njob v4 New>InProgress\n"

#endif
