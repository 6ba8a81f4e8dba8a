/* A thread that advances the engine on time when no request comes; only a scenario with restarts needs it. */
#ifndef MOCK_REQUESTER_HTTP_TICKER_H
#define MOCK_REQUESTER_HTTP_TICKER_H

#include <pthread.h>
#include <stdbool.h>

struct ticker {
    pthread_t thread;
    int stop_fd;
    bool runs;
    int (*tick)(void *context); /* advances; returns in how many ms to call again; -1: never */
    void *context;
};

/* `tick` and `context` are set. False: no thread could be started. */
bool ticker_start(struct ticker *ticker);
void ticker_stop(struct ticker *ticker); /* does nothing if it does not run */

#endif
