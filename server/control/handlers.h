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
void prepare_advance(struct control_call *c);  /* advance.c */
void answer_advance(struct control_call *c);
extern const struct control_parameter control_jobs_parameters[]; /* jobs.c */
void prepare_jobs(struct control_call *c);
void answer_jobs(struct control_call *c);
void answer_job(struct control_call *c);       /* job.c */
void prepare_add_jobs(struct control_call *c);
void answer_add_jobs(struct control_call *c);
void answer_fixture(struct control_call *c);
extern const struct control_parameter control_upcoming_parameters[]; /* upcoming.c */
void prepare_upcoming(struct control_call *c);
void answer_upcoming(struct control_call *c);
void prepare_scenarios(struct control_call *c); /* scenario.c */
void answer_gates(struct control_call *c);    /* gates.c */
void answer_open_gate(struct control_call *c);
extern const struct control_parameter control_requests_parameters[]; /* journal.c */
void prepare_requests(struct control_call *c);
void answer_requests(struct control_call *c);
void answer_delete_requests(struct control_call *c);
void answer_exchange(struct control_call *c); /* exchange.c */
/* The row of an exchange in the journal. `corrected`: in a second event of the stream. */
void control_put_exchange_row(struct control_call *c, struct json_out *out, const struct journal_entry *e, bool corrected);
void answer_verdict(struct control_call *c);
void answer_faults(struct control_call *c);   /* faults.c */
void prepare_add_faults(struct control_call *c);
void answer_add_faults(struct control_call *c);
void prepare_switch_fault(struct control_call *c);
void answer_switch_fault(struct control_call *c);
void answer_remove_fault(struct control_call *c);
void answer_remove_faults(struct control_call *c);
void answer_scenario(struct control_call *c); /* scenario.c */
void prepare_replace_scenario(struct control_call *c);
void answer_replace_scenario(struct control_call *c);
void prepare_sessions(struct control_call *c); /* sessions.c */
void prepare_add_session(struct control_call *c);
void answer_add_session(struct control_call *c);
void prepare_session(struct control_call *c);
void answer_session(struct control_call *c);
void prepare_end_session(struct control_call *c);
extern const struct choice control_reset_parts[]; /* reset.c: the value of each is its bit in enum feed_reset */
void prepare_reset(struct control_call *c);
void answer_reset(struct control_call *c);

void prepare_await_job(struct control_call *c); /* await_job.c */
void answer_await_job(struct control_call *c);
void prepare_await_requests(struct control_call *c); /* await_requests.c */
void answer_await_requests(struct control_call *c);

extern const struct control_parameter control_stream_parameters[]; /* stream.c */
void prepare_stream(struct control_call *c);
void answer_stream(struct control_call *c);

void control_put_gate_row(struct control_call *c, struct json_out *out, struct span name); /* gates.c */
/* ---- what several calls print, and the stream: caller holds the world's lock --------------------------------- */

/* A job's row of GET /__mock/jobs. */
void control_put_job_row(struct control_call *c, struct json_out *out, const struct job *job);
/* A job as GET /__mock/jobs/{id} answers. */
void control_put_job(struct control_call *c, struct json_out *out, const char *key, const struct job *job);
/* What a job waits for: a list of {"gate"} and {"reads", "of"}. */
void control_put_waits(struct control_call *c, struct json_out *out, const char *key, const struct job *job);
/* What is planned for a job and what it waits for, as in GET /__mock/clock/upcoming. */
void control_put_upcoming(struct control_call *c, struct json_out *out, const char *key, const struct job *job);
/* Returns the job of an id or of its first 8 characters or more. NULL: the reply is 404 or 409. */
const struct job *control_find_job(struct control_call *c, struct span id);
/* The next moment at which something happens, housekeeping included; and without it. NS_NEVER: none is planned. */
ns_t control_next(struct control_call *c);
ns_t control_next_action(struct control_call *c);
/* The row of a fault in GET /__mock/faults. Caller has entered the world. */
void control_put_fault_row(struct world *world, struct json_out *out, const struct fault *fault);
void control_put_clock(struct control_call *c, struct json_out *out, const char *key);
/* The seed of c->world, as text: it may be above 2^53. */
void control_put_seed(struct control_call *c, struct json_out *out);

#endif
