/* What waits for events of a world: awaits and readers of the feed.
 *
 *   waiter_begin → (leave the world, wake_sleep on wake_fd, enter it, look) … → waiter_end
 *
 * Each event is shown to each waiter as it is added to the feed, within the engine call or the answer that causes it: a
 * state that is passed within one advance is seen. A waiter that does not want an event is not woken. A world's waiters
 * cost an event one call each; a world without any costs nothing. Thread: the world's lock. */
#ifndef MOCK_REQUESTER_WORLD_WAITING_H
#define MOCK_REQUESTER_WORLD_WAITING_H

#include "world/feed.h"

enum {
    AWAITS_MAX = 32,  /* control calls that may wait, in the process; one more: 503 `too-many-waiting` */
    WATCHERS_MAX = 8, /* streams of the control API, in the process; one more: 503 `too-many-streams` */
};

/* Why a wait has ended before what it waits for has come. */
enum waiter_end { WAITER_OPEN, WAITER_RESET, WAITER_GONE, WAITER_STOPPING };

struct waiter {
    struct waiter *next;
    struct waiting *list;
    int wake_fd; /* readable when the waiter is to look */
    bool woken;  /* since waiter_rest */
    enum waiter_end end;
    /* True if the waiter is to be woken. Not called again until waiter_rest, if `once`. Must not change the world. */
    bool (*hears)(void *context, const struct feed_event *event);
    void *context;
    bool once;      /* one wake-up is enough: it looks at the feed itself */
    bool for_jobs;  /* a reset of jobs ends the wait */
};

struct waiting {
    struct waiter *first;
    enum waiter_end end; /* of every wait from now on, if not WAITER_OPEN */
};

/* `hears`, `context`, `once` and `for_jobs` are set; the waiter keeps its place in memory. False: no descriptor. */
bool waiter_begin(struct waiting *waiting, struct waiter *waiter);
void waiter_end(struct waiter *waiter); /* of one that has not begun: does nothing */
/* The waiter has looked at everything so far. */
void waiter_rest(struct waiter *waiter);

void waiting_hear(struct waiting *waiting, const struct feed_event *event);
/* Ends the waits for jobs, of awaits that wait now. */
void waiting_reset_jobs(struct waiting *waiting);
/* Ends all waits, now and from now on: the session is deleted (WAITER_GONE), or the server stops (WAITER_STOPPING). */
void waiting_finish(struct waiting *waiting, enum waiter_end why);

#endif
