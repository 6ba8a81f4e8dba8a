/* The control API: everything under /__mock/. README.md beside this file describes the calls.
 *
 *   control_prepare → control_answer → (control_resume, as long as the call waits) → control_call_release
 *
 * control_rows (table.h) is the table of calls. control_prepare reads the body and parameters of a call; it needs no
 * lock. control_answer makes the reply. Control calls are never rate-limited, faulted or journalled. */
#ifndef MOCK_REQUESTER_CONTROL_CONTROL_H
#define MOCK_REQUESTER_CONTROL_CONTROL_H

#include "control/call.h"
#include "control/origin.h"
#include "wire/target.h"

/* The worlds that the calls act on, and the host names that may be used. */
struct control {
    struct worlds *worlds; /* borrowed */
    struct allowed_hosts hosts;
};

/* True if the decoded path belongs to the control API. */
bool control_serves(struct span path);
/* Reads the request; no lock, any thread. `request` and `reply` (initialised) must outlive the call; `target` need not. */
void control_prepare(const struct control *control, const struct request *request, const struct target *target, struct reply *reply,
                     struct control_call *c);
/* Makes the reply. The caller has entered c->world. */
void control_answer(struct control_call *c, ns_t now);

/* While c->wait is set: leave the world, wait until its waiter.wake_fd is readable or control_wait_ms are over, enter the
 * world again and call control_resume. `here`: false if the client has gone; then the call ends. */
int control_wait_ms(const struct control_call *c);
void control_resume(struct control_call *c, ns_t now, bool here);

/* A wait or stream that is left ends; then the caller has entered the world. */
void control_call_release(struct control_call *c);

#endif
