/* Bytes that all request bodies in flight may take together. A body that needs more waits for its turn. */
#ifndef MOCK_REQUESTER_HTTP_BUDGET_H
#define MOCK_REQUESTER_HTTP_BUDGET_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct budget {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    size_t left;
    bool stopping;
};

void budget_init(struct budget *budget, size_t bytes);
void budget_release(struct budget *budget);
/* Takes `bytes`, waiting up to `wait_ms` until others give back. False: there was no turn, or the server stops. */
bool budget_take(struct budget *budget, size_t bytes, int wait_ms);
void budget_give(struct budget *budget, size_t bytes);
/* Ends every wait, now and from now on. */
void budget_stop(struct budget *budget);

#endif
