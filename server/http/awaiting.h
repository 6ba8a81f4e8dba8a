/* The control calls that wait, each in its worker's thread.
 *
 *   awaiting_init → (awaiting_serve → the reply is written → awaiting_ended) … → awaiting_settle → awaiting_release */
#ifndef MOCK_REQUESTER_HTTP_AWAITING_H
#define MOCK_REQUESTER_HTTP_AWAITING_H

#include "control/control.h"

#include <pthread.h>

enum { AWAITING_SETTLE_MS = 40 /* that replies of ended waits may take when the server stops */ };

struct awaiting {
    void (*leave)(void *context, struct control_call *call); /* leaves the call's world */
    void *context;
    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t settled;
    int under_way; /* calls that wait or whose reply is not written yet */
};

/* `leave` and `context` are set. */
void awaiting_init(struct awaiting *awaiting);
void awaiting_release(struct awaiting *awaiting);

/* Waits as long as the call does, and advances its world on time when no request comes. The call's world is entered, and
 * is entered again on return. `fd`: the client's socket, or -1. */
void awaiting_serve(struct awaiting *awaiting, struct control_call *call, int fd);
/* The reply of an exchange is over; does nothing unless it has waited. */
void awaiting_ended(struct awaiting *awaiting, const struct reply *reply);
/* Waits until the replies of all calls that waited are written, at most AWAITING_SETTLE_MS: world_stop has ended the
 * waits. */
void awaiting_settle(struct awaiting *awaiting);

#endif
