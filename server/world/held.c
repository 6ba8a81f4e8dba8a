#include "world/held.h"

#include "sim/engine.h"
#include "world/wake.h"

#include <unistd.h>

struct held {
    struct held *next;
    const struct reply_wait *wait;
    int wake_fd;
};

/* ---- places --------------------------------------------------------------------------------------------------- */

bool held_take_place(struct held_list *list, struct reply_fate *fate)
{
    fate->wait.round = fate->trickle.round = list->round;
    return places_take(list->places);
}

void held_give_place(struct held_list *list)
{
    places_give(list->places);
}

/* ---- waking --------------------------------------------------------------------------------------------------- */

static bool is_over(const struct held_list *list, const struct reply_wait *wait)
{
    return list->stopping || list->letting_go || wait->round != list->round || (wait->gate.p && engine_gate_is_open(list->engine, wait->gate)) ||
           (wait->until != NS_NEVER && clock_now(list->clock) >= wait->until);
}

void held_wake(struct held_list *list)
{
    for (const struct held *held = list->first; held; held = held->next)
        if (is_over(list, held->wait))
            wake_send(held->wake_fd);
}

ns_t held_next(struct held_list *list)
{
    ns_t now = clock_now(list->clock), next = NS_NEVER;

    for (const struct held *held = list->first; held; held = held->next)
        if (held->wait->until > now && held->wait->until < next)
            next = held->wait->until;
    return next;
}

size_t held_at_gate(const struct held_list *list, struct span gate)
{
    size_t n = 0;

    for (const struct held *held = list->first; held; held = held->next)
        n += held->wait->gate.p && span_eq(held->wait->gate, gate);
    return n;
}

void held_send_all(struct held_list *list)
{
    list->round++;
    held_wake(list);
}

void held_stop(struct held_list *list)
{
    list->stopping = true;
    held_wake(list);
}

void held_let_go(struct held_list *list)
{
    list->letting_go = true;
    held_wake(list);
}

/* ---- waiting -------------------------------------------------------------------------------------------------- */

static void link_held(struct held_list *list, struct held *held)
{
    held->next = list->first;
    list->first = held;
}

static void unlink_held(struct held_list *list, struct held *held)
{
    struct held **at = &list->first;

    while (*at != held)
        at = &(*at)->next;
    *at = held->next;
}

/* Caller holds the lock; it is released while waiting. */
static bool wait_linked(struct held_list *list, const struct held *held, int fd)
{
    bool here = true;

    while (here && !is_over(list, held->wait)) {
        int ms = clock_ms_until(list->clock, held->wait->until);
        lock_give(list->lock);
        here = wake_sleep(held->wake_fd, fd, ms);
        lock_take(list->lock);
    }
    return here && !list->stopping;
}

bool held_wait(struct held_list *list, const struct reply_wait *wait, int fd)
{
    struct held held = { .wait = wait, .wake_fd = wake_new() };

    if (held.wake_fd < 0)
        return false;
    lock_take(list->lock);
    link_held(list, &held);
    bool came = wait_linked(list, &held, fd);
    unlink_held(list, &held);
    lock_give(list->lock);
    close(held.wake_fd);
    return came;
}

bool held_wait_piece(struct held_list *list, struct reply_trickle *trickle, int fd)
{
    struct reply_wait wait = { .on = true, .until = NS_NEVER, .round = trickle->round };

    lock_take(list->lock);
    if (trickle->since == 0)
        trickle->since = clock_now(list->clock);
    if (trickle->every.kind == TRIGGER_GATE)
        wait.gate = trickle->every.gate;
    else
        wait.until = trickle->since = engine_trigger(list->engine, &trickle->every, trickle->since);
    lock_give(list->lock);
    return held_wait(list, &wait, fd);
}
