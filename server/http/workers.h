/* The worker threads, and what each is doing.
 *
 * A worker serves one connection from accept to close. When all have one and more wait, workers_make_room closes the
 * connections that are cheapest to lose, called by the thread of room.c. */
#ifndef MOCK_REQUESTER_HTTP_WORKERS_H
#define MOCK_REQUESTER_HTTP_WORKERS_H

#include "http/tap.h"
#include "wire/reply.h"

#include <pthread.h>
#include <stdint.h>

/* What a connection is doing, in the order in which connections are closed to make room. */
enum worker_phase {
    PHASE_GOODBYE, /* its reply is sent; the client may still read it */
    PHASE_HEAD,    /* a part of a head has come */
    PHASE_SILENT,  /* never sent a byte */
    PHASE_BODY,    /* a part of a body has come */
    PHASE_WRITE,   /* the client does not take its reply */
    PHASE_KEPT,    /* waits for the next request: closed last, since clients do not send a POST again */
    PHASE_BUSY,    /* in a handler, held, or a stream: never closed */
    PHASE_NONE,    /* no connection */
};

/* Memory that a worker uses again for its next exchange, up to KEPT_MAX bytes of each. */
struct kept {
    struct buf request_body, out;
    struct reply_memory reply;
};
enum { KEPT_MAX = 8 * 1024 };

struct worker {
    struct http_server *server;
    struct tap tap;
    struct kept kept;
    int64_t waiting_ns; /* monotonic: since when it waits for a head */
    bool first;         /* that would be the connection's first */
    char remote[64];    /* "127.0.0.1:54321" */
    bool refused;       /* a request was answered by DOOR_ERROR: the connection is over */

    /* For other threads. */
    atomic_int phase;
    atomic_llong since_ns; /* os_clock_coarse: when the phase began */
    atomic_bool closed;    /* its connection was closed to make room */
    pthread_mutex_t lock;  /* held while the socket is used by another thread, and while it is given up */
};

void worker_init(struct worker *worker, struct http_server *server);
void worker_release(struct worker *worker);

void worker_opened(struct worker *worker);
/* The library closes the socket after this. */
void worker_closing(struct worker *worker);
void worker_enter(struct worker *worker, enum worker_phase phase);

/* Closes up to `wanted` connections, by phase and then by age, that have been in their phase for GRACE_MS. */
void workers_make_room(struct worker *workers, size_t n, int wanted);

#endif
