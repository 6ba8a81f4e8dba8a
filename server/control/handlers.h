/* The handlers of the control API's calls, by the file that has them. The prepare_… read the request, any thread; the
 * answer_… word the reply, with c->world entered. */
#ifndef MOCK_REQUESTER_CONTROL_HANDLERS_H
#define MOCK_REQUESTER_CONTROL_HANDLERS_H

#include "control/call.h"

enum { CONTROL_STEPS_MAX = 1000000 /* moments that one `until` may go through; then: never-idle */ };

void answer_health(struct control_call *c);   /* control_clock.c */
void answer_clock(struct control_call *c);
void prepare_advance(struct control_call *c);
void answer_advance(struct control_call *c);
void answer_gates(struct control_call *c);    /* control_gates.c */
void answer_open_gate(struct control_call *c);
void prepare_requests(struct control_call *c); /* control_journal.c */
void answer_requests(struct control_call *c);
void answer_delete_requests(struct control_call *c);
void answer_verdict(struct control_call *c);
void prepare_reset(struct control_call *c);   /* control_reset.c */
void answer_reset(struct control_call *c);

void control_put_clock(struct control_call *c, struct json_out *out, const char *key);

#endif
