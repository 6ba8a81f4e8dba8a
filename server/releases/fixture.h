/* Fixture files: jobs as list, states and events answer with them, taken into an engine.
 *
 *   {"jobs": [{"Job": {…}, "State": {…}, "History": [{…}]}]}
 *
 * The objects are those of v0.3.24 and v0.3.25; unknown keys in them are passed over, so a recorded list
 * answer loads as it is. (Here and not in the core, because it needs the tables of the wire.) */
#ifndef MOCK_REQUESTER_RELEASES_FIXTURE_H
#define MOCK_REQUESTER_RELEASES_FIXTURE_H

#include "base/json.h"
#include "sim/engine.h"

enum { FIXTURE_JOBS_MAX = 1000000 };

/* Takes every job of the text in, or stops at the first that cannot be (those before it are in). The error
 * has no place; `*where` has (untouched when there is none to tell). Caller holds the engine's lock. */
enum err fixture_load(struct engine *engine, struct span text, ns_t now, struct json_place *where, struct error *error);

#endif
