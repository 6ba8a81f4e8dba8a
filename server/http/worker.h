/* The HTTP server's state, and its caps. */
#ifndef MOCK_REQUESTER_HTTP_WORKER_H
#define MOCK_REQUESTER_HTTP_WORKER_H

#include "http/http.h"
#include "http/budget.h"
#include "http/workers.h"
#include "world/held.h"
#include "world/waiting.h"

struct library;

enum {
    STREAMS_MAX = 16, /* event streams that may be open */
    FREE_MIN = 48,    /* workers for everything else: with fewer free, connections are not kept */
    WORKERS = HELD_MAX + STREAMS_MAX + AWAITS_MAX + WATCHERS_MAX + FREE_MIN,
    WORKERS_MIN = WORKERS / 8, /* with fewer the server does not start */

    BODIES_MAX = 128 * 1024 * 1024, /* bytes of all bodies in flight together */
    BODIES_WAIT_MS = 5000,          /* for a turn; then 503 */
    HEAD_MAX = 32 * 1024,   /* request line and headers: over it 431 */
    SILENCE_MS = 10 * 1000, /* for a first head to arrive; for a read or write to make progress */
    IDLE_MS = 20 * 1000,    /* between two requests */
    BODY_MS = 20 * 1000,    /* for head and body together */
    TIMER_SLACK_MS = 50,    /* how much earlier than its time-out the library may give up */
};

struct http_server {
    struct http_options options;
    struct library *library;
    int port;
    atomic_int open; /* connections, each with a worker of its own */
    atomic_int n_workers; /* that have started */
    atomic_bool stopping;
    int stop_fd; /* an eventfd, written when the server stops */
    struct worker workers[WORKERS];
    struct tap accepting; /* of the thread that accepts */
    struct budget bodies;
    int room_fd; /* an eventfd, written when all workers have a connection */
    pthread_t room;
    bool room_runs;

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t started; /* a worker has */
    int planned;   /* workers that will start, as far as is known */
    char log[512]; /* the library's first log line while it starts */
};

#endif
