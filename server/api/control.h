/* The control API: everything under /__mock/, for tests and for people at a prompt.
 *
 * One table (control.c) says what there is. A call is served in two steps, as those of the mocked API are:
 * its body and parameters are read by any thread, and it is answered under the engine's lock. It is never
 * rate-limited, faulted or journalled. JSON in and out; every error is
 *
 *   {"error": {"key": "unknown-gate", "message": "there is no gate \"og\"", "hint": "did you mean \"go\"?"}}
 *
 * What is answered, all 200 (`null` where there is nothing to say; moments are RFC 3339, lengths `1m30s`):
 *
 *   GET health     {"status":"ok", "version", "dialect", "scenario", "seed", "uptime", "clock": CLOCK}
 *   GET clock      CLOCK = {"kind": "real"|"manual"|"scaled", "scale", "now", "start", "elapsed", "idle": does
 *                  nothing but housekeeping lie ahead, "next": {"at", "in"} the next thing that will happen,
 *                  "waiting": {"gates", "reads"} how many things wait for those}
 *   POST clock/advance {"by": "10s"} | {"to": "next"} | {"until": "idle"}
 *                  {"advanced", "happened": how many things did, "clock": CLOCK}
 *   GET gates      {"gates": [GATE …]}, by name
 *   POST gates/{name}  GATE = {"name", "open", "waiting": how many things wait for it}, and "released": how
 *                  many did; to open an open one changes nothing
 *   GET requests?endpoint=&client_id=&job_id=&since=&limit=
 *                  {"requests": [{"number", "time", "endpoint", "method", "target", "client_id", "job_id",
 *                  "status", "end": `complete`, `client gone` …, "bytes", "answered_by", "refused"} …],
 *                  "matched": how many fit, "last": the number to ask `since` next time, "dropped"}.
 *                  `since`: those after that number, or at and after that moment. `limit` takes the first
 *                  after `since`; without `since` the last. job_id: whole, or its first 8 characters
 *   DELETE requests    {"deleted"}; expectations start anew as well
 *   GET verdict    {"ok": would --strict be content, "reasons": [{"kind", "text", "file", "line"} …],
 *                  "expectations": [{"expected", "met", "seen", "came", "file", "line"} …]}
 *   POST reset     {"what": ["jobs", "journal", "faults", "gates", "clock"]}: {"reset": […], "clock": CLOCK} */
#ifndef MOCK_REQUESTER_API_CONTROL_H
#define MOCK_REQUESTER_API_CONTROL_H

#include "wire/json_out.h"
#include "api/routes.h"
#include "scenario/reading.h"
#include "wire/target.h"

enum { CONTROL_STEPS_MAX = 1000000 /* moments that one `until` may go through; then: never-idle */ };

struct control_call {
    struct api *api;
    struct call *call;
    const struct control_row *row;
    struct span name;  /* what stands for {name} in the path */
    struct span query; /* raw */
    void *input;       /* what `prepare` read, in call->arena */
    ns_t now;
};

struct control_row {
    const char *method;
    const char *path; /* one that ends in {name} takes any name */
    void (*prepare)(struct control_call *c); /* NULL: nothing to read. Any thread */
    void (*answer)(struct control_call *c);  /* the engine's lock is held */
    const char *summary;
    const char *form; /* an example of its body, for hints; NULL: it takes none */
};

extern const struct control_row control_rows[];
extern const size_t n_control_rows;

/* Is the path (decoded) one of the control API's, and is there one? */
bool control_serves(const struct api *api, struct span path);
void control_prepare(struct api *api, struct call *call, const struct target *target);
void control_answer(struct api *api, struct call *call, ns_t now);

/* ---- handlers ------------------------------------------------------------------------------------------- */
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

/* ---- what they share: control.c --------------------------------------------------------------------------- */

/* The reply is this error. `hint` NULL: none. */
void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Reads the body by its shape into `input`. False: it was refused. `may_be_empty`: then nothing is read. */
bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty);

/* One parameter of the query; false: refuse it, the text says what it wants. */
struct control_parameter {
    const char *name;
    bool (*read)(struct control_call *c, struct span value, void *input);
    const char *wants;
};
extern const struct control_parameter control_no_parameters[];
/* Reads the query by a table with an end of NULL. False: it was refused. */
bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input);

/* The body to write to: status 200, application/json. */
struct json_out control_begin(struct control_call *c);
void control_put_clock(struct control_call *c, struct json_out *out, const char *key);

#endif
