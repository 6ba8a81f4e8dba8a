/* A job: its states, its executions, its history, and the one way to change them.
 *
 *   job_new → job_move / execution_new / execution_move … → job_free
 *
 * The tables in job.c say which moves are lawful; a move that they forbid is a bug of this program and stops
 * it. Each move counts the version up by one, writes a history entry and stamps the times, the
 * real requester's own quirk included (wire contract B1). All bytes of a job live in its arena.
 *
 * Knows nothing of JSON, of releases or of the clock: `now` is a parameter. Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_JOB_H
#define MOCK_REQUESTER_SIM_JOB_H

#include "base/arena.h"
#include "base/ns.h"
#include "sim/keeper.h"
#include "sim/spec.h"
#include "sim/watch.h"

#include <stdint.h>

/* Values in the order of v0.3.25's pkg/model (the order is never on the wire). */
enum job_state {
    JOB_NEW, JOB_IN_PROGRESS, JOB_CANCELLED, JOB_ERROR, JOB_COMPLETED, JOB_COMPLETED_PARTIALLY, JOB_QUEUED, JOB_STATE_COUNT
};

enum execution_state {
    EXECUTION_NEW, EXECUTION_ASK_FOR_BID, EXECUTION_ASK_FOR_BID_ACCEPTED, EXECUTION_ASK_FOR_BID_REJECTED,
    EXECUTION_BID_ACCEPTED, EXECUTION_BID_REJECTED, EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_ACCEPTED,
    EXECUTION_RESULT_REJECTED, EXECUTION_COMPLETED, EXECUTION_FAILED, EXECUTION_CANCELLED, EXECUTION_STATE_COUNT
};

/* Sets of execution states. */
#define EXECUTION_BIT(state) (1u << (state))
/* No longer count for the job: rejected, failed, cancelled. */
#define EXECUTIONS_DISCARDED                                                                                       \
    (EXECUTION_BIT(EXECUTION_ASK_FOR_BID_REJECTED) | EXECUTION_BIT(EXECUTION_BID_REJECTED) |                       \
     EXECUTION_BIT(EXECUTION_RESULT_REJECTED) | EXECUTION_BIT(EXECUTION_FAILED) | EXECUTION_BIT(EXECUTION_CANCELLED))
#define EXECUTIONS_TERMINAL (EXECUTIONS_DISCARDED | EXECUTION_BIT(EXECUTION_COMPLETED))
/* The bid was accepted and the execution has not failed. */
#define EXECUTIONS_ACTIVE                                                                                          \
    (EXECUTION_BIT(EXECUTION_BID_ACCEPTED) | EXECUTION_BIT(EXECUTION_WAITING_VERIFICATION) |                       \
     EXECUTION_BIT(EXECUTION_RESULT_ACCEPTED) | EXECUTION_BIT(EXECUTION_COMPLETED))
#define EXECUTIONS_ALL (EXECUTION_BIT(EXECUTION_STATE_COUNT) - 1)
#define EXECUTIONS_NOT_DISCARDED (EXECUTIONS_ALL & ~EXECUTIONS_DISCARDED)

enum history_level { HISTORY_UNDEFINED, HISTORY_JOB, HISTORY_EXECUTION, HISTORY_LEVEL_COUNT };

struct run_output {
    struct span stdout_text, stderr_text, runner_error;
    bool stdout_truncated, stderr_truncated;
    int64_t exit_code;
};

struct verification {
    bool complete, result;
};

struct job_script; /* sim/script.h */
struct waiting; /* sim/agenda.c */
struct node; /* sim/node.h: the simulated compute node that runs an execution */

struct execution {
    struct span job_id, node_id;
    struct span reference; /* "" until the node accepts the ask */
    int state;             /* enum execution_state */
    struct span status, proposal;
    struct verification verification;
    const struct storage_spec *published; /* NULL: nothing */
    const struct run_output *output;      /* NULL: left out */
    int64_t version;
    ns_t created, updated; /* as shown: see the time stamps in wire contract B1 */
    uint32_t index;        /* its place among the job's executions */
    uint32_t ask;          /* the n-th ask of this job to this node, from 0 */
    const struct node *node; /* NULL: the node is not in the network and stays silent */
};

struct history {
    struct span comment;
    ns_t time;
    int64_t version;
    uint32_t execution; /* index, at execution level */
    uint8_t level, previous, next; /* enum history_level; states of that level */
    bool has_reference; /* the execution had its reference when this was written */
};

/* A node outside the network that a step names: its name and the id that answers show. */
struct stranger {
    struct stranger *next;
    struct span name, id;
};

struct job {
    struct keeper *keeper; /* of its nodes and script; NULL: they outlive it */
    const struct engine_watch *watch; /* hears of its moves; NULL: none */
    struct span id, api_version, client_id;
    ns_t created_at;
    struct span requester_id, requester_key; /* base64 */
    struct job_spec spec;

    int state; /* enum job_state */
    int64_t version;
    ns_t created, updated, timeout_at; /* TimeoutAt is never set by these releases */
    struct execution **executions; /* pointer and count adjacent: the layout of a list in wire/codec.h */
    size_t n_executions, room_executions;
    uint32_t first_bid; /* no execution before this one is in AskForBidAccepted */
    uint32_t counts[2][EXECUTION_STATE_COUNT]; /* of executions: [has a reference][state]; see job_count */
    struct history *history;
    size_t n_history, room_history;

    struct arena arena;
    struct meter *meter; /* of its memory apart from the arena, `counted` bytes; NULL: it is not counted */
    size_t counted;
    const struct job_script *script; /* NULL: the scheduler and the network play */
    size_t step;                     /* index of the script's next step */
    bool left_script;                /* a cancel or an approval has ended its steps */
    struct stranger *strangers;      /* nodes that only its steps name */
    ns_t last_stamp;
    uint64_t number;      /* the n-th job submitted, from 1: the order of lists */
    ns_t deadline;        /* housekeeping's, NS_NEVER when none */

    /* private to the store and the agenda */
    struct {
        struct job *short_next;                    /* jobs with the same short id */
        struct job *next, *previous;               /* all jobs */
        struct job *client_next, *client_previous; /* one client's */
        struct job *ended_next;
        size_t deadline_slot;   /* place among the deadlines */
        uint32_t holds;         /* actions and callers that point here */
        uint32_t readers;       /* callers that read it without the engine lock */
        struct waiting *waits;  /* its actions that wait for a gate or for reads, the first that began first */
        bool ended;             /* among those that may be forgotten */
        bool forgotten;         /* removed from the store: freed when no longer held */
    } link;
};

/* A job in state New, version 1, with its `Job created` entry. Everything is copied. NULL when there is
 * no memory. */
struct job *job_new(struct span id, struct span client_id, struct span api_version, const struct job_spec *spec, ns_t now);
/* Holds `keeper`, which owns the job's nodes and script, until the job is freed. NULL: they outlive the job. */
void job_keep(struct job *job, struct keeper *keeper);
/* Reports the job as added and its last history entry to the watch, and every entry that follows. `watch` must outlive the job. */
void job_watch(struct job *job, const struct engine_watch *watch);
/* Reports that the job has left the store. */
void job_tell_forgotten(const struct job *job);
void job_free(struct job *job); /* NULL is allowed */
void job_free_all(struct job *first); /* … and those after it by link.next */
/* Counts the job's memory, present and to come, with the meter. `extra`: bytes kept for it elsewhere. */
void job_count_memory(struct job *job, struct meter *meter, size_t extra);
/* Marks a job that is out of the store as forgotten. What readers keep of it is no longer counted. */
void job_forget(struct job *job);
/* Frees a job that is forgotten and no longer held. One that only actions hold keeps no more than its struct. NULL is
 * allowed. */
void job_free_if_forgotten(struct job *job);

/* A caller reads the job without the engine's lock until job_take_back, also if it is forgotten. */
void job_lend(const struct job *job);
void job_take_back(const struct job *job); /* frees it if it is forgotten and no longer held */

bool job_is_terminal(const struct job *job);
/* Moves the job, counts its version, records the entry. `comment` is copied; empty = none. */
void job_move(struct job *job, enum job_state next, struct span comment, ns_t now);

/* What one move sets besides the state. Zero fields leave the old value: the real requester's merge quirk. */
struct execution_change {
    struct span reference, status, proposal;
    struct verification verification;
    const struct storage_spec *published; /* in the job's arena */
    const struct run_output *output;      /* in the job's arena */
};

/* A new execution in AskForBid, version 1. Refused (NULL) when one with the same node and no reference
 * is there already: the real requester's identity is job, node and reference (B1). */
struct execution *execution_new(struct job *job, struct span node_id, const struct node *node, ns_t now);
/* The same where only the first `others` executions of the job can be with the same node: those after them were made in one
 * round, with another node each. */
struct execution *execution_new_after(struct job *job, size_t others, struct span node_id, const struct node *node, ns_t now);
void execution_move(struct job *job, struct execution *x, enum execution_state next, const struct execution_change *change,
                    ns_t now);

bool execution_is_terminal(int state);
bool execution_is_discarded(int state);

/* How many of the job's executions are in one of these states (EXECUTION_BIT). Costs the same for any number of
 * executions. */
int64_t job_count(const struct job *job, unsigned states);
/* … and have a reference, which they get when the node accepts the ask. */
int64_t job_count_bids(const struct job *job, unsigned states);
/* Adds an execution that was not made by execution_new to the counts. */
void job_count_add(struct job *job, const struct execution *x);

bool job_may_move(int from, int to); /* by the state tables */
bool execution_may_move(int from, int to);
/* Moves against the state tables: for scripts with `"unlawful": true`. */
void job_force(struct job *job, enum job_state next, struct span comment, ns_t now);
void execution_force(struct job *job, struct execution *x, enum execution_state next, const struct execution_change *change,
                     ns_t now);

const char *job_state_name(int state);
const char *execution_state_name(int state);

/* The name of the execution's compute node: in the network, or as a step names it. Empty: it has none. */
struct span execution_node_name(const struct job *job, const struct execution *x);

/* ---- of the move that a history entry records: right as long as it is the last of its execution ------------------ */

/* When the move was made. The entry of an execution has the time of the move before (wire contract B1). */
ns_t history_moment(const struct job *job, const struct history *entry);
/* Of a job: the entry's comment. Of an execution: its status. */
struct span history_comment(const struct job *job, const struct history *entry);

#endif
