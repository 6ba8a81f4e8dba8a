#include "http/budget.h"

#include "base/os_clock.h"

#include <time.h>

void budget_init(struct budget *budget, size_t bytes)
{
    pthread_mutex_init(&budget->lock, NULL);
    pthread_cond_init(&budget->freed, NULL);
    budget->left = bytes;
    budget->stopping = false;
}

void budget_release(struct budget *budget)
{
    pthread_cond_destroy(&budget->freed);
    pthread_mutex_destroy(&budget->lock);
}

bool budget_take(struct budget *budget, size_t bytes, int wait_ms)
{
    int64_t until_ns = os_clock_monotonic() + wait_ms * NS_PER_MS;
    struct timespec until = { .tv_sec = until_ns / NS_PER_SECOND, .tv_nsec = until_ns % NS_PER_SECOND };
    int late = 0;

    pthread_mutex_lock(&budget->lock);
    while (budget->left < bytes && !late && !budget->stopping)
        late = pthread_cond_clockwait(&budget->freed, &budget->lock, CLOCK_MONOTONIC, &until);
    bool taken = budget->left >= bytes && !budget->stopping;
    budget->left -= taken ? bytes : 0;
    pthread_mutex_unlock(&budget->lock);
    return taken;
}

void budget_give(struct budget *budget, size_t bytes)
{
    if (bytes == 0)
        return;
    pthread_mutex_lock(&budget->lock);
    budget->left += bytes;
    pthread_cond_broadcast(&budget->freed);
    pthread_mutex_unlock(&budget->lock);
}

void budget_stop(struct budget *budget)
{
    pthread_mutex_lock(&budget->lock);
    budget->stopping = true;
    pthread_cond_broadcast(&budget->freed);
    pthread_mutex_unlock(&budget->lock);
}
