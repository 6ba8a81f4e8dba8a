#include "http/awaiting.h"

#include "base/os_clock.h"
#include "http/sockets.h"
#include "world/wake.h"

#include <time.h>

void awaiting_init(struct awaiting *awaiting)
{
    pthread_condattr_t monotonic;

    pthread_mutex_init(&awaiting->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&awaiting->settled, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void awaiting_release(struct awaiting *awaiting)
{
    pthread_cond_destroy(&awaiting->settled);
    pthread_mutex_destroy(&awaiting->lock);
}

static void count(struct awaiting *awaiting, int by)
{
    pthread_mutex_lock(&awaiting->lock);
    awaiting->under_way += by;
    if (awaiting->under_way == 0)
        pthread_cond_broadcast(&awaiting->settled);
    pthread_mutex_unlock(&awaiting->lock);
}

void awaiting_serve(struct awaiting *awaiting, struct control_call *call, int fd)
{
    struct reply *reply = call->reply;

    if (!call->wait)
        return;
    reply->waited = true;
    count(awaiting, 1);
    sockets_spare(fd, true); /* a restart of the requester does not end the wait */
    while (call->wait) {
        int wake_fd = call->wait->waiter.wake_fd, ms = wake_sooner_ms(control_wait_ms(call), world_next_ms(call->world));
        awaiting->leave(awaiting->context, call);
        bool here = wake_sleep(wake_fd, fd, ms);
        reply->moment = world_enter(call->world);
        control_resume(call, reply->moment, here);
    }
    sockets_spare(fd, false);
}

void awaiting_ended(struct awaiting *awaiting, const struct reply *reply)
{
    if (reply->waited)
        count(awaiting, -1);
}

static struct timespec monotonic_after_ms(int ms)
{
    int64_t at = os_clock_monotonic() + ms * NS_PER_MS;

    return (struct timespec){ .tv_sec = at / NS_PER_SECOND, .tv_nsec = at % NS_PER_SECOND };
}

void awaiting_settle(struct awaiting *awaiting)
{
    struct timespec limit = monotonic_after_ms(AWAITING_SETTLE_MS);
    int error = 0;

    pthread_mutex_lock(&awaiting->lock);
    while (awaiting->under_way && error == 0)
        error = pthread_cond_timedwait(&awaiting->settled, &awaiting->lock, &limit);
    pthread_mutex_unlock(&awaiting->lock);
}
