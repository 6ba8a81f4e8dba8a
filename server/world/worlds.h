/* The worlds of the process: the default world, and one for each session, by client id.
 *
 *   worlds_init → worlds_add → worlds_hold … world_drop, an exchange at a time → worlds_remove → worlds_release
 *
 * The world of a session is counted (world_hold, world_drop): one that has left the table lives until the exchanges in
 * flight have given it back. The default world lives as long as the table and needs no counting.
 *
 * A session that was not held for its ttl, in real time, is removed when the table is next used. The jobs of all
 * sessions are in one index by their full ids, fed by struct world_index.
 *
 * Any thread. The table has a lock of its own, which may be taken while a world's lock is held, never the other way
 * round; without sessions no lock is taken. */
#ifndef MOCK_REQUESTER_WORLD_WORLDS_H
#define MOCK_REQUESTER_WORLD_WORLDS_H

#include "base/table.h"
#include "world/world.h"

#include <pthread.h>

enum {
    SESSIONS_MAX = 1000,             /* one more: worlds_add fails */
    SESSION_JOBS_MAX = 10 * 1000000, /* in the index; further ones are not found by their ids */
    CLIENT_ID_MAX = 256,             /* bytes of a session's client id */
};
#define SESSION_TTL_DEFAULT (600 * NS_PER_SECOND)
#define SESSION_TTL_MAX (24 * 3600 * NS_PER_SECOND)

struct worlds {
    struct world *first;      /* the default world */
    struct world_options common; /* of the worlds of sessions; set before requests are served */
    atomic_size_t n_sessions; /* in the table */
    pthread_mutex_t lock;     /* guards what follows */
    struct table sessions;    /* struct world * by client id */
    struct table jobs;        /* struct placed_job by id */
    int64_t swept_ns;         /* when expired sessions were last looked for */
    bool stopping;            /* takes no session any more */
};

/* Takes the default world over; it is freed if that fails (false). */
bool worlds_init(struct worlds *worlds, struct world *first);
/* Requires that no exchange is under way. */
void worlds_release(struct worlds *worlds);

struct world *worlds_default(const struct worlds *worlds); /* NULL before worlds_init */
size_t worlds_sessions(struct worlds *worlds);             /* how many are in the table */

/* The world of the session, held for the caller. NULL: there is no such session. */
struct world *worlds_hold(struct worlds *worlds, struct span client_id);
/* The only world that has the job of that full id, held. NULL: it is not in a session, or in several worlds. */
struct world *worlds_hold_of_job(struct worlds *worlds, struct span job_id);
/* All sessions' worlds, each held, in the order in which they were added; *all is yours to free. Returns their number;
 * 0 also without memory. */
size_t worlds_hold_all(struct worlds *worlds, struct world ***all);

enum worlds_answer { WORLDS_ADDED, WORLDS_EXISTS, WORLDS_FULL, WORLDS_STOPPING };

/* The options of a session's world: `common`, and what ties it to the table. `client_id` and `program` are borrowed. */
struct world_options worlds_options_for(struct worlds *worlds, struct span client_id, struct program *program);
/* Adds the world of a session: held by the table, and once for the caller. Only with WORLDS_ADDED it is taken over; else
 * the caller frees it. */
enum worlds_answer worlds_add(struct worlds *worlds, struct world *world, int64_t ttl);
/* Takes the session out of the table. Returns its world, held for the caller, who is to close it; NULL: no such session. */
struct world *worlds_remove(struct worlds *worlds, struct span client_id);

/* Removes the sessions that have expired at `now_ns` of the monotonic clock. */
void worlds_sweep(struct worlds *worlds, int64_t now_ns);
/* Ends what waits in all worlds; no session is added any more. */
void worlds_stop(struct worlds *worlds);

#endif
