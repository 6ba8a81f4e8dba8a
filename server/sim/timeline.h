/* Two heaps of things that fall due: actions, and one housekeeping deadline per job.
 *
 * Entries of the same moment come in the order in which they were added; an action comes before a deadline.
 * Each action holds its job (job->link.holds); an ACTION_RESTART has no job.
 * Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_TIMELINE_H
#define MOCK_REQUESTER_SIM_TIMELINE_H

#include "sim/job.h"

/* A bid arrives (or the dial fails), a run ends, a publishing ends, the next step of a script is due; the
 * requester restarts and forgets all jobs (no job). */
enum action_kind { ACTION_BID, ACTION_RUN_END, ACTION_PUBLISH_END, ACTION_STEP, ACTION_RESTART, ACTION_KIND_COUNT };

struct action {
    ns_t due;
    uint64_t order; /* set by timeline_add */
    struct job *job;
    uint32_t execution; /* index */
    enum action_kind kind;
    bool timed_out; /* of an ACTION_RUN_END: the job's time-out ends the run */
};

struct timeline {
    struct action *actions;
    size_t n_actions, room_actions;
    struct job **deadlines; /* by job->deadline */
    size_t n_deadlines, room_deadlines;
    uint64_t added;
    struct meter *meter; /* counts the two arrays; NULL: nothing does */
};

void timeline_release(struct timeline *t);

/* False: no memory. */
bool timeline_add(struct timeline *t, const struct action *action);
/* Sets, moves or (NS_NEVER) removes the job's housekeeping deadline. False: no memory. */
bool timeline_set_deadline(struct timeline *t, struct job *job, ns_t due);

const struct action *timeline_peek(const struct timeline *t); /* the next action; NULL if there is none */
ns_t timeline_next(const struct timeline *t);                 /* of both heaps; NS_NEVER if both are empty */

/* Removes the next action, which is there, and returns it; its job is no longer held. */
struct action timeline_take_action(struct timeline *t);
/* Removes all actions that `keeps` returns false for; their jobs are no longer held, and freed if they are forgotten. */
void timeline_sweep(struct timeline *t, bool (*keeps)(const void *context, const struct action *action), const void *context);
/* Removes the next entry due at or before `now`: an action, or (with *is_deadline set) the deadline of a job.
 * False: nothing is due. */
bool timeline_take(struct timeline *t, ns_t now, struct action *action, bool *is_deadline);

#endif
