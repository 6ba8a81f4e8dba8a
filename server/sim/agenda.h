/* What will happen when: two heaps of things that fall due.
 *
 * Actions are what nodes and requester do; deadlines are housekeeping's, one a job at most. Of one moment
 * what was added first comes first; an action goes before a deadline.
 * A job counts the actions that point to it (job->link.timers); ACTION_RESTART has none. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_SIM_AGENDA_H
#define MOCK_REQUESTER_SIM_AGENDA_H

#include "sim/job.h"

/* A bid arrives (or the dial fails), a run ends, a publishing ends, a script goes on; the requester forgets
 * all (no job). */
enum action_kind { ACTION_BID, ACTION_RUN_END, ACTION_PUBLISH_END, ACTION_STEP, ACTION_RESTART, ACTION_KIND_COUNT };

struct action {
    ns_t due;
    uint64_t order; /* set when it is added */
    struct job *job;
    uint32_t execution; /* index */
    enum action_kind kind;
    bool timed_out; /* of an ACTION_RUN_END: the node's own time-out ended the run */
};

struct timeline {
    struct action *actions;
    size_t n_actions, room_actions;
    struct job **deadlines; /* by job->deadline */
    size_t n_deadlines, room_deadlines;
    uint64_t added;
};

void timeline_release(struct timeline *t);

/* False: no memory. */
bool timeline_add(struct timeline *t, const struct action *action);
/* Sets, moves or (NS_NEVER) removes the job's housekeeping deadline. False: no memory. */
bool timeline_set_deadline(struct timeline *t, struct job *job, ns_t due);

const struct action *timeline_peek(const struct timeline *t); /* the next action; NULL: none */
ns_t timeline_next(const struct timeline *t);        /* NS_NEVER: nothing */
ns_t timeline_next_action(const struct timeline *t); /* deadlines left out */

/* Takes out the next thing due at or before `now`: an action, or with *is_deadline set a job whose
 * housekeeping deadline has come. False: nothing is due. */
bool timeline_take(struct timeline *t, ns_t now, struct action *action, bool *is_deadline);

#endif
