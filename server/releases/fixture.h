/* Fixture files: jobs as list, states and events print them, loaded into an engine.
 *
 *   {"jobs": [{"Job": {…}, "State": {…}, "History": [{…}]}]}
 *
 *   fixture_load (text → jobs), or fixture_read → fixture_add;  fixture_put_job (job → text)
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

/* Jobs read from a text that fixture_load has accepted. */
struct fixture {
    struct adopted *at;
    size_t n;
};

/* Reads the jobs into `arena`, which they borrow from, as from `text`. ERR_INVALID, ERR_NOMEM. Pure. */
enum err fixture_read(struct span text, struct arena *arena, struct fixture *fixture, struct error *error);
/* Adds all jobs, or none: those added before the first that cannot be added are forgotten. ERR_STATE: its id is there
 * already. ERR_INVALID. ERR_NOMEM: there are too many jobs, or no memory. Caller holds the engine's lock. */
enum err fixture_add(struct engine *engine, const struct fixture *fixture, ns_t now, struct error *error);

/* Appends the job as an entry of a fixture, without its closing brace: further keys may follow. `zone`: of time stamps,
 * seconds east of UTC. */
void fixture_put_job(struct buf *out, const struct job *job, int zone);

#endif
