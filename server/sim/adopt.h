/* Adds jobs that were not submitted here: recorded elsewhere, or written by hand.
 * Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_ADOPT_H
#define MOCK_REQUESTER_SIM_ADOPT_H

#include "base/error.h"
#include "sim/job.h"

struct scheduler;

/* One entry of the history, at job level (no node) or of one node's execution. */
struct adopted_entry {
    struct span node_id, reference;
    int level, previous, next; /* enum history_level; states of that level */
    int64_t version;
    struct span comment;
    ns_t time;
};

struct adopted {
    struct span id, client_id, api_version, requester_id, requester_key;
    ns_t created_at;
    const struct job_spec *spec;
    int state; /* enum job_state */
    int64_t version;
    ns_t created, updated;
    const struct execution *executions; /* NULL: null on the wire, not []. `index`, `ask` and `node` are set by adopt_job */
    size_t n_executions;
    const struct adopted_entry *history; /* none: the shortest lawful path is used */
    size_t n_history;
};

/* Everything is copied; times stay as written. A job that has not ended goes on from the states of its executions,
 * with the node of the same id (none: it stays silent), its time-outs counted from `now`. ERR_STATE: its id
 * is there already. ERR_INVALID: a history entry of an execution that the job does not have. ERR_NOMEM. */
enum err adopt_job(struct scheduler *s, const struct adopted *adopted, ns_t now, struct error *error);

#endif
