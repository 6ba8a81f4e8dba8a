/* Fixture files: jobs as list, states and events print them, loaded into an engine.
 *
 *   {"jobs": [{"Job": {…}, "State": {…}, "History": [{…}]}]}
 *
 * The objects are those of v0.3.24 and v0.3.25. Unknown keys are ignored, so a recorded list answer loads
 * unchanged. */
#ifndef MOCK_REQUESTER_RELEASES_FIXTURE_H
#define MOCK_REQUESTER_RELEASES_FIXTURE_H

#include "base/json.h"
#include "sim/engine.h"

enum { FIXTURE_JOBS_MAX = 1000000 };

/* Loads every job of the text, or stops at the first that cannot be loaded (those before it are kept). `*where` is the
 * place of the error; unchanged if it has none. Caller holds the engine's lock. */
enum err fixture_load(struct engine *engine, struct span text, ns_t now, struct json_place *where, struct error *error);

#endif
