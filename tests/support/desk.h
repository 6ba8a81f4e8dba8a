/* The requester API and the control API before one world, without a socket: a request in, a reply out.
 *
 *   desk_open → (desk_ask …) → desk_close
 *
 * The clock is manual, the seed 1, signatures are off. What goes wrong ends the test. One thread. */
#ifndef MOCK_REQUESTER_SUPPORT_DESK_H
#define MOCK_REQUESTER_SUPPORT_DESK_H

#include "api/api.h"

struct desk;

/* `scenario`: the text of one scenario file; NULL: the default network. */
struct desk *desk_open(const char *scenario);
void desk_close(struct desk *desk);

/* Asks the API that the path belongs to. The reply is complete and belongs to the desk, until the next call. A target
 * that no API takes (target_read refuses it) is answered with status 0, and so is a control call that waits or that becomes a
 * stream: its client hangs up at once. Memory that is lacking leads to an incomplete
 * reply, never to the end of the test. */
const struct reply *desk_ask(struct desk *desk, struct span method, struct span target, struct span body);

/* A submit of a job that any script and node takes; `annotation` may be "". */
struct buf desk_job(const char *annotation);

#endif
