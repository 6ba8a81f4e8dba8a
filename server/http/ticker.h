/* A thread that advances the engine on time when no request comes; only a scenario with restarts needs it. */
#ifndef MOCK_REQUESTER_HTTP_TICKER_H
#define MOCK_REQUESTER_HTTP_TICKER_H

#include <pthread.h>
#include <stdbool.h>

struct ticker {
    pthread_t thread;
    int stop_fd;
    bool runs;
    int (*tick)(void *context); /* does it, and says in how many ms there is more; -1: never */
    void *context;
};

/* `tick` and `context` are set. False: no thread could be had. */
bool ticker_start(struct ticker *ticker);
void ticker_stop(struct ticker *ticker); /* does nothing to one that does not run */

#endif
