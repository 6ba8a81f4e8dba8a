#include "http/ticker.h"

#include "world/wake.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

/* Waits until the time has passed or the thread is woken; a `ms` below 0 has no end. */
static void wait(const struct ticker *ticker, int ms)
{
    struct pollfd polled = { .fd = ticker->wake_fd, .events = POLLIN };

    if (poll(&polled, 1, ms) > 0 && !atomic_load(&ticker->stopping))
        wake_clear(ticker->wake_fd);
}

/* What is planned meanwhile wakes the thread after its rest. */
static void rest(const struct ticker *ticker)
{
    struct pollfd polled = { .fd = ticker->stop_fd, .events = POLLIN };

    poll(&polled, 1, ticker->rest_ms);
}

static void *run(void *context)
{
    struct ticker *ticker = context;

    while (!atomic_load(&ticker->stopping)) {
        int ms = ticker->tick(ticker->context);
        rest(ticker);
        if (ms < 0 || ms > ticker->rest_ms)
            wait(ticker, ms < 0 ? ms : ms - ticker->rest_ms);
    }
    return NULL;
}

void ticker_look(struct ticker *ticker, int64_t next)
{
    int64_t before = atomic_load(&ticker->next);

    while (ticker->runs && next < before)
        if (atomic_compare_exchange_weak(&ticker->next, &before, next)) {
            wake_send(ticker->wake_fd);
            return;
        }
}

static bool open_fds(struct ticker *ticker)
{
    ticker->wake_fd = wake_new();
    ticker->stop_fd = wake_new();
    return ticker->wake_fd >= 0 && ticker->stop_fd >= 0;
}

static void close_fds(const struct ticker *ticker)
{
    if (ticker->wake_fd >= 0)
        close(ticker->wake_fd);
    if (ticker->stop_fd >= 0)
        close(ticker->stop_fd);
}

/* The thread blocks all signals. */
bool ticker_start(struct ticker *ticker)
{
    sigset_t all, before;

    if (open_fds(ticker)) {
        atomic_store(&ticker->next, INT64_MIN);
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        ticker->runs = pthread_create(&ticker->thread, NULL, run, ticker) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!ticker->runs)
        close_fds(ticker);
    return ticker->runs;
}

void ticker_stop(struct ticker *ticker)
{
    if (!ticker->runs)
        return;
    atomic_store(&ticker->stopping, true);
    wake_send(ticker->stop_fd);
    wake_send(ticker->wake_fd);
    pthread_join(ticker->thread, NULL);
    close_fds(ticker);
    ticker->runs = false;
}
