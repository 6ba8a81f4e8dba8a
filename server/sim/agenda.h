/* What is planned and what waits: the time line, actions that wait for a gate or for reads, and the gates.
 *
 * An action that can no longer change anything (its job is forgotten, its script was left, its execution has
 * moved on) is never returned, counted or waited for: it is dropped when it comes to the front.
 * Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_AGENDA_H
#define MOCK_REQUESTER_SIM_AGENDA_H

#include "sim/node.h"
#include "sim/timeline.h"

struct waiting; /* an action that waits for a gate or for reads */
struct gate;

struct agenda {
    struct timeline timeline;
    struct waiting *first, *last; /* in the order in which they began to wait */
    struct gate *gates;
    struct draw *ids; /* draws jitter; borrowed */
    size_t dead; /* about how many actions of forgotten jobs there are */
    uint32_t restart_plan; /* the number of the present one: an ACTION_RESTART of an earlier plan is void */
};

/* Drops all actions. Frees forgotten jobs that only these held. Gates stay. */
void agenda_clear(struct agenda *agenda);
/* Notes that the job is forgotten, which frees it if nothing holds it. Now and then removes the actions of forgotten jobs. */
void agenda_forgot(struct agenda *agenda, struct job *job);
/* Frees all that the agenda holds. */
void agenda_release(struct agenda *agenda);

/* ---- planning: without memory the action never happens, as if the node were silent ------------------------- */

/* Returns when a trigger of kind TRIGGER_TIME fires that counts from `from`, or NS_NEVER. Draws the
 * jitter. */
ns_t agenda_moment(struct agenda *agenda, const struct trigger *trigger, ns_t from);
/* `due` NS_NEVER: nothing is planned. `job` may be NULL. */
void agenda_plan_at(struct agenda *agenda, struct job *job, ns_t due, struct action action);
/* Plans the action for when the trigger fires; a time counts from `from`. The trigger is
 * borrowed as long as the action waits. */
void agenda_plan(struct agenda *agenda, struct job *job, const struct trigger *trigger, ns_t from, struct action action);
/* Plans restarts of the requester in place of those planned so far; a time counts from `from`. Borrowed. */
void agenda_plan_restarts(struct agenda *agenda, const struct trigger *triggers, size_t n, ns_t from);
/* Sets, moves or (NS_NEVER) removes the job's housekeeping deadline. */
void agenda_set_deadline(struct agenda *agenda, struct job *job, ns_t due);

/* ---- the time line -------------------------------------------------------------------------------------------- */

/* Removes the next entry due at or before `now`: an action, or (with *is_deadline set) the deadline of a job.
 * False: nothing is due. */
bool agenda_take(struct agenda *agenda, ns_t now, struct action *action, bool *is_deadline);
/* The planned actions of one job (NULL: of all, and restarts) that come first, in order; at most `room`. Returns how many.
 * Borrowed until the next call that changes the agenda. */
size_t agenda_upcoming(const struct agenda *agenda, const struct job *job, const struct action **actions, size_t room);
const struct action *agenda_peek(struct agenda *agenda); /* the next action; NULL if there is none */
ns_t agenda_next(struct agenda *agenda);                 /* actions and deadlines; NS_NEVER if there is none */

/* ---- what waits ------------------------------------------------------------------------------------------------- */

/* Counts a read of the job through this endpoint (a bit of trigger.of); actions whose wait ends are due at `now`. */
void agenda_count_read(struct agenda *agenda, const struct job *job, unsigned endpoint, ns_t now);

/* Returns how many actions wait for triggers of this kind, or for this gate. */
size_t agenda_waiting(const struct agenda *agenda, enum trigger_kind kind);
size_t agenda_gate_waiting(const struct agenda *agenda, struct span name);
/* The names of gates that an action waits for, each once, at most `room`; returns how many. */
size_t agenda_waiting_gates(const struct agenda *agenda, struct span *names, size_t room);

struct agenda_wait {
    const struct job *job; /* NULL: a restart */
    const struct trigger *trigger;
    uint32_t reads; /* reads that are still missing */
    const struct action *action; /* what waits; its `due` means nothing. Borrowed until the next call that changes the agenda */
};
/* The action that began to wait first. False: nothing waits. */
bool agenda_first_wait(const struct agenda *agenda, struct agenda_wait *wait);
/* What waits, of one job (NULL: of all, and restarts), in the order in which it began to wait; at most `room`. Returns how
 * many. */
size_t agenda_waits(const struct agenda *agenda, const struct job *job, struct agenda_wait *waits, size_t room);

/* ---- gates: they need no declaration ---------------------------------------------------------------------------- */

/* The gate stays open until agenda_close_gates; actions that wait for it are due at `now`. */
void agenda_open_gate(struct agenda *agenda, struct span name, ns_t now);
void agenda_close_gates(struct agenda *agenda);
bool agenda_gate_is_open(const struct agenda *agenda, struct span name);

#endif
