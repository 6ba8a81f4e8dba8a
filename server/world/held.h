/* Replies that a fault holds back: until a moment of the world's clock, until a gate opens, or for ever.
 *
 *   held_take_place → held_wait, held_wait_piece … → held_give_place
 *
 * A held reply keeps its worker thread in poll(2), on its client's socket and on an eventfd: the client's leaving,
 * the moment, the gate and the stop each end the wait at once. Code that moves the clock or opens a gate must call
 * held_wake. */
#ifndef MOCK_REQUESTER_WORLD_HELD_H
#define MOCK_REQUESTER_WORLD_HELD_H

#include "wire/reply.h"
#include "world/clock.h"
#include "world/lock.h"
#include "world/places.h"

enum { HELD_MAX = 64 /* replies that may be held at once; one more is EMPTY_RESPONSE */ };

struct held;
struct engine;

struct held_list {
    struct lock *lock; /* the world's, like the next two; borrowed */
    struct clock *clock;
    struct engine *engine;
    struct held *first;
    struct places *places; /* of all worlds; borrowed */
    unsigned round; /* how often held_send_all was called: waits of earlier rounds are over */
    bool stopping;
    bool letting_go; /* no wait lasts any longer: the session has ended */
};

/* ---- Caller holds the world's lock ------------------------------------------------------------------------ */

/* Takes a place for the reply, and sets the round of its waits. False: all are taken. */
bool held_take_place(struct held_list *list, struct reply_fate *fate);
void held_give_place(struct held_list *list);
/* Ends the waits of all replies that are made so far; they are sent. */
void held_send_all(struct held_list *list);
/* Wakes the threads whose wait is over. */
void held_wake(struct held_list *list);
/* Ends every wait, now and from now on; the replies are not sent. */
void held_stop(struct held_list *list);
/* Ends every wait, now and from now on; the replies are sent. */
void held_let_go(struct held_list *list);
/* Returns the first moment after now that a held reply waits for; NS_NEVER if there is none. */
ns_t held_next(struct held_list *list);
size_t held_at_gate(const struct held_list *list, struct span gate);

/* ---- Caller does not hold it ------------------------------------------------------------------------------ */

/* Waits. True: the wait is over. False: the client is gone, or the server stops. `fd`: the client's socket, or -1. */
bool held_wait(struct held_list *list, const struct reply_wait *wait, int fd);
/* The same, until the next piece of a trickling reply is due. */
bool held_wait_piece(struct held_list *list, struct reply_trickle *trickle, int fd);

#endif
