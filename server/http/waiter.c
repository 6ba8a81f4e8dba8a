#include "http/waiter.h"

#include "sim/engine.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LONGEST_POLL_MS = 60 * 1000 };

struct held {
    struct held *next;
    const struct reply_wait *wait;
    int wake_fd;
};

/* ---- places --------------------------------------------------------------------------------------------------- */

bool waiter_take_place(struct waiter *waiter)
{
    if (waiter->places == HELD_MAX)
        return false;
    waiter->places++;
    return true;
}

void waiter_give_back(struct waiter *waiter)
{
    MUST(waiter->places > 0);
    waiter->places--;
}

/* ---- waking --------------------------------------------------------------------------------------------------- */

static void wake(const struct held *held)
{
    uint64_t one = 1;

    (void)!write(held->wake_fd, &one, sizeof one);
}

static bool is_over(const struct waiter *waiter, const struct reply_wait *wait)
{
    return waiter->stopping || (wait->gate.p && engine_gate_is_open(waiter->engine, wait->gate)) ||
           (wait->until != NS_NEVER && clock_now(waiter->clock) >= wait->until);
}

void waiter_look(struct waiter *waiter)
{
    for (const struct held *held = waiter->first; held; held = held->next)
        if (is_over(waiter, held->wait))
            wake(held);
}

ns_t waiter_next(struct waiter *waiter)
{
    ns_t now = clock_now(waiter->clock), next = NS_NEVER;

    for (const struct held *held = waiter->first; held; held = held->next)
        if (held->wait->until > now && held->wait->until < next)
            next = held->wait->until;
    return next;
}

size_t waiter_at_gate(const struct waiter *waiter, struct span gate)
{
    size_t n = 0;

    for (const struct held *held = waiter->first; held; held = held->next)
        n += held->wait->gate.p && span_eq(held->wait->gate, gate);
    return n;
}

void waiter_stop(struct waiter *waiter)
{
    waiter->stopping = true;
    waiter_look(waiter);
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

static void link_held(struct waiter *waiter, struct held *held)
{
    held->next = waiter->first;
    waiter->first = held;
}

static void unlink_held(struct waiter *waiter, struct held *held)
{
    struct held **at = &waiter->first;

    while (*at != held)
        at = &(*at)->next;
    *at = held->next;
}

/* In real milliseconds, rounded up; -1: nothing but a wake ends it. */
static int milliseconds(const struct waiter *waiter, const struct reply_wait *wait)
{
    if (wait->until == NS_NEVER || waiter->clock->kind == CLOCK_KIND_MANUAL)
        return -1;
    double ms = (double)(wait->until - clock_now(waiter->clock)) / (double)NS_PER_MS / waiter->clock->scale;
    return ms < 0 ? 0 : ms > LONGEST_POLL_MS ? LONGEST_POLL_MS : (int)ms + 1;
}

/* False: the client is gone. */
static bool sleep_until_woken(const struct held *held, int fd, int ms)
{
    struct pollfd polled[] = { { .fd = fd, .events = POLLRDHUP }, { .fd = held->wake_fd, .events = POLLIN } };
    uint64_t count;

    if (poll(polled, 2, ms) <= 0)
        return true;
    if (polled[1].revents)
        (void)!read(held->wake_fd, &count, sizeof count);
    return polled[0].revents == 0;
}

/* The lock is held at the beginning and at the end. */
static bool wait_linked(struct waiter *waiter, const struct held *held, int fd)
{
    bool here = true;

    while (here && !is_over(waiter, held->wait)) {
        int ms = milliseconds(waiter, held->wait);
        pthread_mutex_unlock(waiter->lock);
        here = sleep_until_woken(held, fd, ms);
        pthread_mutex_lock(waiter->lock);
    }
    return here && !waiter->stopping;
}

bool waiter_wait(struct waiter *waiter, const struct reply_wait *wait, int fd)
{
    struct held held = { .wait = wait, .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };

    if (held.wake_fd < 0)
        return false;
    pthread_mutex_lock(waiter->lock);
    link_held(waiter, &held);
    bool came = wait_linked(waiter, &held, fd);
    unlink_held(waiter, &held);
    pthread_mutex_unlock(waiter->lock);
    close(held.wake_fd);
    return came;
}

bool waiter_wait_piece(struct waiter *waiter, struct reply_trickle *trickle, int fd)
{
    struct reply_wait wait = { .on = true, .until = NS_NEVER };

    pthread_mutex_lock(waiter->lock);
    if (trickle->since == 0)
        trickle->since = clock_now(waiter->clock);
    if (trickle->every.kind == TRIGGER_GATE)
        wait.gate = trickle->every.gate;
    else
        wait.until = trickle->since = engine_trigger(waiter->engine, &trickle->every, trickle->since);
    pthread_mutex_unlock(waiter->lock);
    return waiter_wait(waiter, &wait, fd);
}
