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
#ifndef MOCK_REQUESTER_CONTROL_CONTROL_H
#define MOCK_REQUESTER_CONTROL_CONTROL_H

#include "control/call.h"
#include "control/origin.h"
#include "wire/target.h"

extern const struct control_row control_rows[];
extern const size_t n_control_rows;

/* What the calls are about, and who may make them. */
struct control {
    struct worlds *worlds; /* borrowed */
    struct allowed_hosts hosts;
};

/* True if the decoded path belongs to the control API. */
bool control_serves(struct span path);
/* Reads the request; no lock, any thread. `request` and `reply` (initialised) must outlive the call; `target` need not. */
void control_prepare(const struct control *control, const struct request *request, const struct target *target, struct reply *reply,
                     struct control_call *c);
/* Words the reply. The caller has entered c->world. */
void control_answer(struct control_call *c, ns_t now);
void control_call_release(struct control_call *c);

#endif
