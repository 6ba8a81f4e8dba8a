#include "world/waiting.h"

#include "world/wake.h"

#include <unistd.h>

static void wake(struct waiter *waiter)
{
    if (!waiter->woken)
        wake_send(waiter->wake_fd);
    waiter->woken = true;
}

bool waiter_begin(struct waiting *waiting, struct waiter *waiter)
{
    waiter->wake_fd = wake_new();
    if (waiter->wake_fd < 0)
        return false;
    waiter->list = waiting;
    waiter->end = waiting->end;
    waiter->woken = false;
    waiter->next = waiting->first;
    waiting->first = waiter;
    if (waiter->end != WAITER_OPEN)
        wake(waiter);
    return true;
}

void waiter_end(struct waiter *waiter)
{
    if (!waiter->list)
        return;
    struct waiter **at = &waiter->list->first;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
    waiter->list = NULL;
    close(waiter->wake_fd);
}

void waiter_rest(struct waiter *waiter)
{
    waiter->woken = false;
}

void waiting_hear(struct waiting *waiting, const struct feed_event *event)
{
    for (struct waiter *waiter = waiting->first; waiter; waiter = waiter->next)
        if (!(waiter->once && waiter->woken) && waiter->hears(waiter->context, event))
            wake(waiter);
}

static void finish(struct waiter *waiter, enum waiter_end why)
{
    if (waiter->end == WAITER_OPEN)
        waiter->end = why;
    wake(waiter);
}

void waiting_reset_jobs(struct waiting *waiting)
{
    for (struct waiter *waiter = waiting->first; waiter; waiter = waiter->next)
        if (waiter->for_jobs)
            finish(waiter, WAITER_RESET);
}

void waiting_finish(struct waiting *waiting, enum waiter_end why)
{
    waiting->end = why;
    for (struct waiter *waiter = waiting->first; waiter; waiter = waiter->next)
        finish(waiter, why);
}
