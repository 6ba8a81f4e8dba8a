/* A thread that advances the engine on time when no request comes: for scenarios with restarts, and for a log that shows
 * changes of state when they happen. */
#ifndef MOCK_REQUESTER_HTTP_TICKER_H
#define MOCK_REQUESTER_HTTP_TICKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ticker {
    pthread_t thread;
    int wake_fd, stop_fd;
    atomic_bool stopping;
    bool runs;
    int rest_ms; /* the least time between two calls of `tick` */
    int (*tick)(void *context); /* advances; returns in how many ms to call again; -1: never */
    void *context;
    _Atomic int64_t next; /* ns on the world's clock: what the thread waits for; set by `tick`, see ticker_look */
};

/* `rest_ms`, `tick` and `context` are set. False: no thread could be started. */
bool ticker_start(struct ticker *ticker);
void ticker_stop(struct ticker *ticker); /* does nothing if it does not run */

/* Something is planned for `next`: wakes the thread if it waits for something later. Any thread, cheap; does nothing if
 * it does not run. */
void ticker_look(struct ticker *ticker, int64_t next);

#endif
