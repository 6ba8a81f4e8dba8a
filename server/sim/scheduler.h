/* What the requester does with a job, release by release.
 *
 *   engine ──start/cancel/time out──▶ scheduler.c ──what follows──▶ struct scheduler_rules (rules_*.c)
 *                ▲                         │
 *                └──────── time line ◀─────┘   bids, ends of runs and of publishing
 *
 * scheduler.c has what both releases share: who is asked, what a node's answer changes, how a job is
 * stopped. What follows from a change is the release's: struct scheduler_rules, the one place where they
 * differ. Sources: pkg/requester of v0.3.24 and v0.3.25. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_SIM_SCHEDULER_H
#define MOCK_REQUESTER_SIM_SCHEDULER_H

#include "sim/engine.h"
#include "sim/agenda.h"

struct scheduler_rules {
    const char *release;
    const char *min_version; /* nodes older than this are not asked */
    int64_t overask;         /* how many times the wanted nodes are asked */
    bool overask_is_option;  /* … unless the options say otherwise */
    bool short_is_final;     /* too few nodes: the job ends in Error; else it stays New */
    bool favours;            /* selectors `favour_…` are wishes */
    bool unreachable_fails;  /* an ask that cannot be delivered fails its execution; else it stays AskForBid */
    bool no_policy;          /* the requester refuses nothing by itself */
    bool short_makes_no_job; /* too few nodes: the job never was */
    bool sharded;            /* the execution plan of a spec names its shards: one */
    const char *result_mark; /* a result is called job-<id><mark><node> */

    /* What follows when a node's answer has been written down. */
    void (*bid_came)(struct engine *engine, struct job *job, struct execution *x, bool accepted, ns_t now);
    void (*run_ended)(struct engine *engine, struct job *job, ns_t now);
    void (*publish_ended)(struct engine *engine, struct job *job, ns_t now);
    void (*execution_failed)(struct engine *engine, struct job *job, const struct execution *x, ns_t now);

    /* Housekeeping: when is a new job looked at, what then; and may a job still be cancelled. */
    ns_t (*deadline)(const struct engine *engine, const struct job *job);
    void (*deadline_came)(struct engine *engine, struct job *job, ns_t now);
    bool (*is_over)(const struct job *job);
};

extern const struct scheduler_rules rules_v0_3_24;
extern const struct scheduler_rules rules_v0_3_25;
extern const struct scheduler_rules rules_documented; /* v0.3.19 */

/* ---- for the engine --------------------------------------------------------------------------------- */

/* Queued → New → InProgress, and asks. ERR_STATE with the client's text when it cannot be scheduled. */
enum err scheduler_start(struct engine *engine, struct job *job, ns_t now, struct error *error);
void scheduler_act(struct engine *engine, const struct action *action);
/* Ends a job that is under way: Cancelled for a user, else Error; live executions are cancelled. */
void scheduler_stop(struct engine *engine, struct job *job, struct span reason, bool user, ns_t now);
/* As the requester's queue does: a Queued job is cancelled, others are stopped. */
void scheduler_cancel(struct engine *engine, struct job *job, struct span reason, bool user, ns_t now);

/* For a job that comes from elsewhere: an execution goes on from where it stands. It has a node. */
void resume_ask(struct engine *engine, struct job *job, struct execution *x, ns_t now);
void resume_run(struct engine *engine, struct job *job, struct execution *x, ns_t now);
void resume_publish(struct engine *engine, struct job *job, struct execution *x, ns_t now);

/* ---- for the rules ------------------------------------------------------------------------------------ */

int64_t wanted_nodes(const struct job *job); /* max(Concurrency, MinBids) */
int64_t wanted_confidence(const struct job *job); /* 0 means Concurrency */
size_t count_executions(const struct job *job, bool (*fits)(const struct execution *x));

/* Asks the `n` nodes; stops at one whose execution cannot be made (it stands unanswered already). */
void ask_nodes(struct engine *engine, struct job *job, const struct node *const *nodes, size_t n, ns_t now);
void accept_bid(struct engine *engine, struct job *job, struct execution *x, ns_t now);
void reject_bid(struct engine *engine, struct job *job, struct execution *x, ns_t now);
/* Accepts or rejects every pending bid once MinBids are in. */
void decide_bids(struct engine *engine, struct job *job, ns_t now);

enum verified { VERIFIED_NOT_YET, VERIFIED_SOME, VERIFIED_NONE, VERIFIED_ERROR };
/* Judges the waiting results once Concurrency of them are there. `*why`: the verifier's error. */
enum verified verify_results(struct engine *engine, struct job *job, struct span *why, ns_t now);
/* The first look of housekeeping at which more than `length` has gone since `from`; NS_NEVER. */
ns_t look_after(const struct engine *engine, ns_t from, ns_t length);
ns_t timeout_of(const struct job *job); /* Spec.Timeout */
/* v0.3.20 and later: a job older than its Timeout is stopped. */
ns_t deadline_by_timeout(const struct engine *engine, const struct job *job);
void time_out(struct engine *engine, struct job *job, ns_t now);
/* What the job asks to be published, under this CID or (empty) one of its own; NULL: nothing. */
const struct storage_spec *published_result(struct engine *engine, struct job *job, const struct execution *x,
                                            struct span cid);
void end_job(struct engine *engine, struct job *job, enum job_state state, struct span comment, ns_t now);

#endif
