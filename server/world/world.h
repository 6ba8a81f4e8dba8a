/* A world: one running network and all of its mutable state.
 *
 *   world_new (plays its first program) → world_enter … world_leave, an exchange at a time → world_free
 *
 * The lock of a world guards everything in it. It is never held while waiting, reading or writing, and no file is
 * opened under it. world_enter takes it and advances the engine to the clock's present moment, so that
 * every call that follows sees the network as it is at that moment. */
#ifndef MOCK_REQUESTER_WORLD_WORLD_H
#define MOCK_REQUESTER_WORLD_WORLD_H

#include "exchange/expectation.h"
#include "exchange/fault.h"
#include "exchange/journal.h"
#include "exchange/verdict.h"
#include "scenario/program.h"
#include "wire/reply.h"
#include "world/bodies.h"
#include "world/clock.h"
#include "world/feed.h"
#include "world/held.h"
#include "world/lock.h"
#include "world/places.h"
#include "world/streams.h"
#include "world/waiting.h"

#include <stdatomic.h>

enum { WORLD_PIECE = 256 /* jobs or entries that are worked on under the lock at a time */ };

struct world;

/* Called for every move of a job or execution, as engine_watch reports it. Caller holds the world's lock: it must not
 * block. */
typedef void world_moved_fn(void *context, const struct world *world, const struct job *job, const struct history *entry);

/* Is told of the jobs of a session. Called under the world's lock; may take a lock of its own. */
struct world_index {
    void (*added)(void *context, struct world *world, struct span job_id);
    void (*forgotten)(void *context, struct world *world, struct span job_id);
    void *context;
};

/* What world/worlds.c keeps of the world of a session. */
struct membership {
    atomic_size_t holders;   /* the table of worlds is one */
    int64_t ttl;             /* ns of real time */
    _Atomic int64_t last_ns; /* of the monotonic clock: the last time that it was held */
    bool listed;             /* it is in the table; under the table's lock */
};

struct world {
    struct lock lock;
    const struct release *release; /* never changes, like the next four: any thread */
    int zone;                      /* of time stamps, seconds east of UTC */
    bool shows_real_time;          /* its clock is the system's */
    struct span client_id;         /* of the session; empty: the default world */
    struct world_places *places;   /* of all worlds */
    struct membership membership;
    struct world_index index;
    atomic_int signatures;         /* enum signatures, of the program; any thread */

    struct program *program;       /* held: the one played now; jobs hold their own */
    struct clock clock;
    struct engine *engine;
    struct journal *journal;
    struct expectations expectations;
    struct faults faults;
    struct verdict_notes verdict;
    struct held_list held;     /* replies that a fault holds back */
    struct stream_list streams; /* websockets of live events */
    struct feed feed;          /* what has happened, for readers of the control API */
    struct waiting waiting;    /* awaits and readers of the feed */
    world_moved_fn *moved;     /* NULL: none */
    void *moved_context;
    bool resetting;            /* within world_reset */
    struct bodies bodies;      /* of jobs read lately */
    uint64_t unknown_names;    /* submits that asked for an unknown script, as far as the log has warned of them */
    bool restarted;            /* the requester has restarted since world_restarted was last asked */
    struct { ns_t second; char text[HTTP_DATE_SIZE]; } date; /* of the last second that world_date was asked for */
    bool closed;               /* the session has ended; exchanges in flight finish */
    struct shipped_scripts *catalogue; /* for `mock:NAME`; NULL: none */
    struct world_places own_places;
};

struct world_options {
    struct program *program; /* the first one; the world holds it itself */
    size_t max_jobs;         /* 0: the engine's default */
    struct meter *memory;    /* counts the bytes of the jobs of all worlds that share it; NULL: they have no maximum */
    size_t journal;          /* exchanges that the journal keeps; 0: JOURNAL_DEFAULT */
    struct journal_budget *journal_budget; /* of the process; NULL: JOURNAL_BYTES_DEFAULT for this world alone */
    bool catalogue;          /* `mock:NAME` that the program does not have is looked up in the catalogue */
    world_moved_fn *moved;       /* NULL: none */
    void *moved_context;
    struct span client_id;   /* of the session; empty: the default world */
    struct world_places *places; /* shared with other worlds; NULL: its own */
    struct world_index index;    /* all NULL: none */
};

/* Makes a world: starts its clock and loads the jobs of the program's fixtures. ERR_INVALID: a fixture does not
 * fit; the error names file and place (`fixtures/a.json:3:1: …`). ERR_NOMEM. */
enum err world_new(const struct world_options *options, struct world **world, struct error *error);
/* Requires that no thread uses the world, no stream is open and no reply is held. NULL is fine. */
void world_free(struct world *world);

/* The world of a session is counted: it is freed with its last holder. For the default world, and for NULL, these do
 * nothing. Any thread; world_drop without the world's lock. world_hold returns the world; the caller holds it already. */
struct world *world_hold(struct world *world);
void world_drop(struct world *world);
void world_drop_unused(struct world *world); /* … and it does not count as used: its time to live goes on */

/* Ends what waits in the world and its streams, at the end of its session: held replies are sent. Takes the lock. */
void world_close(struct world *world);
/* Ends what waits in the world, at the end of the process: held replies are not sent. Takes the lock. */
void world_stop(struct world *world);

/* Takes the lock and advances the engine. Returns the world's present moment. */
ns_t world_enter(struct world *world);
void world_leave(struct world *world);
/* Lets the exchanges that wait for the lock go first, then advances the engine. For work on many jobs or entries: call it
 * between pieces of about WORLD_PIECE of them. What was borrowed from the world may be gone afterwards, except jobs that
 * are held (engine_list) and programs (program_hold). Caller holds the lock. Returns the world's present moment. */
ns_t world_pause(struct world *world);

/* The HTTP date of a moment; valid until the next call. Caller holds the lock. */
const char *world_date(struct world *world, ns_t now);

/* Returns the program that is played now, held for the caller. Takes the lock. */
struct program *world_program(struct world *world);

/* Makes the program take effect, and takes a hold of it: the one way a scenario is put into force. Its network, scripts
 * and scheduler options are for jobs submitted from now on; faults, gates, expectations and the verdict start anew;
 * restarts are planned, counted from now. ERR_NOMEM: it plays what could be taken over. Caller holds the lock. */
enum err world_play(struct world *world, struct program *program, struct error *error);

/* The parts that a reset resets. */
struct world_reset {
    bool jobs, journal, faults, gates, clock; /* the clock: a manual one only */
};
/* Caller holds the lock. */
void world_reset(struct world *world, const struct world_reset *what);

/* Moves a manual clock by `by` ns. Caller holds the lock. Returns the new moment. */
ns_t world_advance(struct world *world, ns_t by);

/* Returns in how many milliseconds of real time the engine has something to do; -1: nothing is planned. Caller
 * holds the lock. */
int world_next_ms(struct world *world);

/* True once after each restart of the default world's requester: connections that were open then are to be closed. A
 * restart in a session ends its streams only, as other connections may serve other sessions. Caller holds the lock. */
bool world_restarted(struct world *world);

/* Returns the reasons for a bad verdict, in the arena. Caller holds the lock. */
struct reasons world_judge(struct world *world, struct arena *arena);

#endif
