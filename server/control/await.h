/* Calls that wait: what jobs/await and requests/await share.
 *
 *   prepare_await_… reads the body → answer_await_… → await_start → (world left and entered again) … → control_resume
 *
 * Whether it has come is decided within the event itself (waiter.hears); the call is answered when its thread has entered
 * the world again. */
#ifndef MOCK_REQUESTER_CONTROL_AWAIT_H
#define MOCK_REQUESTER_CONTROL_AWAIT_H

#include "control/call.h"
#include "sim/match.h"

#define AWAIT_WITHIN_DEFAULT (5 * NS_PER_SECOND)
#define AWAIT_WITHIN_MAX (300 * NS_PER_SECOND)

/* Reads `within`, a length up to AWAIT_WITHIN_MAX, into an ns_t. */
key_reader await_within_reader;

/* Answers at once if `look` does, or waits for up to `within` of real time. The fields of `wait` that call.h names are set. */
void await_start(struct control_call *c, struct control_wait *wait, ns_t within);

/* Ends the wait of a call that waits, without a reply. */
void control_end_wait(struct control_call *c);

/* True if the job fits, `nth` counted over all jobs that are there. */
bool await_fits(const struct engine *engine, const struct job_match *match, const struct job *job);

/* `5s`, in the call's arena. */
const char *await_length(struct control_call *c, ns_t length);

#endif
