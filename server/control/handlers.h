/* The handlers of the control API's calls, by file. prepare_… read the request, any thread; answer_… make the reply,
 * with c->world entered. */
#ifndef MOCK_REQUESTER_CONTROL_HANDLERS_H
#define MOCK_REQUESTER_CONTROL_HANDLERS_H

#include "control/call.h"

enum { CONTROL_STEPS_MAX = 1000000 /* moments that one `until` may pass; above that: never-idle */ };

void prepare_index(struct control_call *c);    /* index.c */
void prepare_openapi(struct control_call *c);
void answer_health(struct control_call *c);   /* clock.c */
void answer_clock(struct control_call *c);
void prepare_advance(struct control_call *c);
void answer_advance(struct control_call *c);
void answer_gates(struct control_call *c);    /* gates.c */
void answer_open_gate(struct control_call *c);
extern const struct control_parameter control_requests_parameters[]; /* journal.c */
void prepare_requests(struct control_call *c);
void answer_requests(struct control_call *c);
void answer_delete_requests(struct control_call *c);
void answer_exchange(struct control_call *c); /* exchange.c */
/* The row of an exchange in the journal. */
void control_put_exchange_row(struct control_call *c, struct json_out *out, const struct journal_entry *e);
void answer_verdict(struct control_call *c);
void prepare_reset(struct control_call *c);   /* reset.c */
void answer_reset(struct control_call *c);

void control_put_clock(struct control_call *c, struct json_out *out, const char *key);

#endif
