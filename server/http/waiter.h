/* Replies that are held back: until a moment of the engine's clock, until a gate opens, or for ever.
 *
 *   waiter_take_place → waiter_wait … → waiter_give_back
 *
 * Who waits is a worker thread in poll(2), on its client's socket and on an eventfd of its own: the client that
 * goes away, the moment, the gate and the stop each wake it at once. Whoever moves the clock or opens a gate
 * calls waiter_look. The lock is the engine's; nobody waits with it. */
#ifndef MOCK_REQUESTER_HTTP_WAITER_H
#define MOCK_REQUESTER_HTTP_WAITER_H

#include "base/clock.h"
#include "wire/exchange.h"

#include <pthread.h>

enum { HELD_MAX = 64 /* replies that may be held at once; one more is EMPTY_RESPONSE */ };

struct held;
struct engine;

struct waiter {
    pthread_mutex_t *lock;
    struct clock *clock;
    struct engine *engine;
    struct held *first;
    size_t places; /* that are taken */
    bool stopping;
};

/* Under the lock. */
bool waiter_take_place(struct waiter *waiter);
void waiter_give_back(struct waiter *waiter);
/* Wakes those whose time has come. */
void waiter_look(struct waiter *waiter);
/* The first moment after now that one waits for; NS_NEVER: there is none. */
ns_t waiter_next(struct waiter *waiter);
size_t waiter_at_gate(const struct waiter *waiter, struct span gate);
/* Nobody waits any more. */
void waiter_stop(struct waiter *waiter);

/* Without the lock. True: the time has come; false: the client is gone, or the server stops. `fd`: the
 * client's socket, or -1. */
bool waiter_wait(struct waiter *waiter, const struct reply_wait *wait, int fd);
/* … until the next piece of a trickling reply is due. */
bool waiter_wait_piece(struct waiter *waiter, struct reply_trickle *trickle, int fd);

#endif
