/* Plays the steps of a script in place of scheduler and nodes; and judges at load whether a script's steps
 * are lawful. Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_STEPS_H
#define MOCK_REQUESTER_SIM_STEPS_H

#include "sim/scheduler.h"
#include "sim/script.h"

/* The job is as submit left it: the first step begins to wait. */
void steps_begin(struct scheduler *s, struct job *job, ns_t now);
/* The job's next step is due. */
void steps_play(struct scheduler *s, struct job *job, ns_t now);

/* The number of the first step that the state tables forbid, or n_steps. `*why` (may be NULL) says what it
 * would do: `Completed → InProgress`. */
size_t steps_check(const struct job_script *script, struct arena *arena, struct span *why);

#endif
