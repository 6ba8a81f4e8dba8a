/* What the requester does with a job, release by release.
 *
 *   engine ──start/cancel/act──▶ scheduler.c ──what follows──▶ struct scheduler_rules (releases/)
 *      ▲                              │
 *      └─────────── agenda ◀──────────┘   bids, ends of runs and of publishing
 *
 * scheduler.c has what the releases share: which nodes are asked, what a node's answer changes, how a job is
 * stopped. What follows from a change is in struct scheduler_rules, the one place where releases differ.
 * Sources: pkg/requester/scheduler.go and scheduler_state.go of v0.3.24 and v0.3.25.
 * Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_SCHEDULER_H
#define MOCK_REQUESTER_SIM_SCHEDULER_H

#include "base/draw.h"
#include "base/buf.h"
#include "base/error.h"
#include "sim/agenda.h"
#include "sim/events.h"
#include "sim/scheduler_options.h"
#include "sim/store.h"

struct scheduler_rules;

/* All that the scheduler works on. The engine owns it. */
struct scheduler {
    const struct scheduler_rules *rules;
    struct scheduler_options options;
    const struct node *nodes;
    size_t n_nodes;
    struct keeper *keeper; /* of the nodes and scripts; NULL: they outlive all jobs */
    struct span requester_id, requester_key; /* the key in base64 */
    struct draw ids;
    struct store store;
    struct agenda agenda;
    struct events events;
    struct engine_watch watch; /* of every job */
    ns_t start;        /* of the network */
    ns_t labels_known; /* the moment, if options.labels_known is a time */
};

struct scheduler_rules {
    const char *release;
    const char *min_version; /* nodes older than this are not asked */
    int64_t overask;         /* this many times the wanted nodes are asked */
    bool overask_is_option;  /* … unless the options say otherwise */
    bool short_is_final;     /* too few nodes: the job ends in Error; else it stays New */
    bool favours;            /* selectors `favour_…` are preferences */
    bool unreachable_fails;  /* an ask that cannot be delivered fails its execution; else it stays AskForBid */
    bool no_policy;          /* the requester has no policy: it refuses no job and leaves none Queued */
    bool short_makes_no_job; /* too few nodes: the job is not stored */
    bool sharded;            /* the execution plan of a spec names its shards: one */
    const char *result_mark; /* a result is named job-<id><mark><node> */

    /* Called when a node's answer has been recorded. */
    void (*bid_came)(struct scheduler *s, struct job *job, struct execution *x, bool accepted, ns_t now);
    void (*run_ended)(struct scheduler *s, struct job *job, ns_t now);
    void (*publish_ended)(struct scheduler *s, struct job *job, ns_t now);
    void (*execution_failed)(struct scheduler *s, struct job *job, const struct execution *x, ns_t now);

    /* Housekeeping: the moment at which it looks at a new job, and what it does then. */
    ns_t (*deadline)(const struct scheduler *s, const struct job *job);
    void (*deadline_came)(struct scheduler *s, struct job *job, ns_t now);
    /* True if the job can no longer be cancelled. */
    bool (*is_over)(const struct job *job);
};

/* ---- for engine.c, steps.c and adopt.c ------------------------------------------------------------------ */

/* Queued → New → InProgress, and asks nodes. ERR_STATE if it cannot be scheduled; puts the client's text into `why`, which is empty. */
enum err scheduler_start(struct scheduler *s, struct job *job, ns_t now, struct buf *why);
/* Performs an action of an execution that agenda_take has returned. */
void scheduler_act(struct scheduler *s, const struct action *action);
/* As the requester's queue does: a Queued job becomes Cancelled, others are stopped. */
void scheduler_cancel(struct scheduler *s, struct job *job, struct span reason, bool user, ns_t now);
/* Plans the node's next action for an execution that was not started here. The execution has a node. */
void scheduler_resume(struct scheduler *s, struct job *job, struct execution *x, ns_t now);
/* Returns the network of jobs of that script: the script's own, else the engine's. */
const struct node *scheduler_nodes(const struct scheduler *s, const struct job *job, size_t *n);
/* Removes the job from the store; frees it when it is no longer held. */
void scheduler_forget(struct scheduler *s, struct job *job);
/* The same, but a job that nothing holds is freed later: store_free_later. */
void scheduler_forget_later(struct scheduler *s, struct job *job);
/* Forgets jobs, those that ended first, until the store has room for one more. False: it is full of jobs that have not
 * ended, or other worlds' jobs take the memory. */
bool scheduler_make_room(struct scheduler *s);

/* Returns the result that the job publishes, under this CID or (if empty) a drawn one. In the job's arena; NULL:
 * none. */
const struct storage_spec *scheduler_result(struct scheduler *s, struct job *job, const struct execution *x, struct span cid);

/* ---- for the rules ---------------------------------------------------------------------------------------- */

/* The nodes that may run the job, best first; see ranking_of. */
enum err scheduler_rank(struct scheduler *s, const struct job *job, ns_t now, const struct node ***ranked, size_t *n,
                        struct buf *why);
/* Asks the `n` nodes; stops at a node that has not answered an earlier ask of this job. */
void scheduler_ask(struct scheduler *s, struct job *job, const struct node *const *nodes, size_t n, ns_t now);
/* Accepts or rejects every pending bid once MinBids are in. */
void scheduler_decide_bids(struct scheduler *s, struct job *job, ns_t now);

enum verified { VERIFIED_NOT_YET, VERIFIED_SOME, VERIFIED_NONE, VERIFIED_ERROR };
/* Judges the waiting results once Concurrency of them are there. `*why`: the verifier's error. */
enum verified scheduler_verify(struct scheduler *s, struct job *job, struct span *why, ns_t now);

/* Ends the job; its executions keep their states. */
void scheduler_end(struct scheduler *s, struct job *job, enum job_state state, struct span comment, ns_t now);
/* Ends a job that is under way: Cancelled for a user, else Error; live executions become Cancelled. */
void scheduler_stop(struct scheduler *s, struct job *job, struct span reason, bool user, ns_t now);

/* The first run of housekeeping at which more than `length` has passed since `from`; NS_NEVER. */
ns_t scheduler_next_look(const struct scheduler *s, ns_t from, ns_t length);
/* v0.3.20 and later: housekeeping stops a job older than its Timeout. */
ns_t scheduler_deadline(const struct scheduler *s, const struct job *job);
void scheduler_time_out(struct scheduler *s, struct job *job, ns_t now);

#endif
