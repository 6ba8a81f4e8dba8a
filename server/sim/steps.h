/* Plays the steps of a script in place of scheduler and nodes; checks at load whether a script's steps
 * are lawful. Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_STEPS_H
#define MOCK_REQUESTER_SIM_STEPS_H

#include "sim/scheduler.h"
#include "sim/script.h"

/* Starts the script of a job that was just submitted: its first step begins to wait. */
void steps_begin(struct scheduler *s, struct job *job, ns_t now);
/* Performs the job's next step, which is due. */
void steps_play(struct scheduler *s, struct job *job, ns_t now);

/* Returns the index of the first step that the state tables forbid, or n_steps. `*why` (may be NULL) gets the
 * move: `Completed → InProgress`. */
size_t steps_check(const struct job_script *script, struct arena *arena, struct span *why);

#endif
