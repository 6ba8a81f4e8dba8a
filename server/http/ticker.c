#include "http/ticker.h"

#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *run(void *context)
{
    struct ticker *ticker = context;
    struct pollfd polled = { .fd = ticker->stop_fd, .events = POLLIN };

    do {
        int ms = ticker->tick(ticker->context);
        poll(&polled, 1, ms);
    } while (!polled.revents);
    return NULL;
}

/* The thread blocks all signals. */
bool ticker_start(struct ticker *ticker)
{
    sigset_t all, before;

    ticker->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (ticker->stop_fd < 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ticker->runs = pthread_create(&ticker->thread, NULL, run, ticker) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!ticker->runs)
        close(ticker->stop_fd);
    return ticker->runs;
}

void ticker_stop(struct ticker *ticker)
{
    uint64_t one = 1;

    if (!ticker->runs)
        return;
    (void)!write(ticker->stop_fd, &one, sizeof one);
    pthread_join(ticker->thread, NULL);
    close(ticker->stop_fd);
    ticker->runs = false;
}
