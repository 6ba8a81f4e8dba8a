/* State that the files of http.h share: the server, and its worker threads. Each worker serves one connection at a
 * time; its fields belong to its thread. */
#ifndef MOCK_REQUESTER_HTTP_WORKER_H
#define MOCK_REQUESTER_HTTP_WORKER_H

#include "http/http.h"
#include "http/tap.h"
#include "world/held.h"

#include <pthread.h>
#include <stdatomic.h>

struct library;

enum {
    STREAMS_MAX = 16, /* event streams that may be open */
    FREE_MIN = 48,    /* workers for everything else: with fewer free, connections are not kept */
    WORKERS = HELD_MAX + STREAMS_MAX + FREE_MIN,

    HEAD_MAX = 32 * 1024,   /* request line and headers: over it 431 */
    SILENCE_MS = 10 * 1000, /* for a first head to arrive; for a read or write to make progress */
    IDLE_MS = 20 * 1000,    /* between two requests */
    BODY_MS = 20 * 1000,    /* for head and body together */
    TIMER_SLACK_MS = 50,    /* how much earlier than its time-out the library may give up */
};

struct worker {
    struct http_server *server;
    struct tap tap;
    int64_t waiting_ns; /* monotonic: since when it waits for a head */
    bool first;         /* that would be the connection's first */
    bool refused;       /* a request was answered by DOOR_ERROR: the connection is over */
};

struct http_server {
    struct http_options options;
    struct library *library;
    int port;
    atomic_int open; /* connections, each with a worker of its own */
    atomic_int n_workers;
    atomic_bool stopping;
    int stop_fd; /* an eventfd, written when the server stops */
    struct worker workers[WORKERS];
    struct tap accepting; /* of the thread that accepts */

    pthread_mutex_t lock; /* for what follows */
    char log[512]; /* the library's first log line while it starts */
};

#endif
