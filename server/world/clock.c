#include "world/clock.h"

#include "base/error.h"
#include "base/os_clock.h"

enum { LONGEST_WAIT_MS = 60 * 1000 };

struct clock clock_init(enum clock_kind kind, double scale, ns_t start)
{
    if (start == 0)
        start = kind == CLOCK_KIND_MANUAL ? CLOCK_DEFAULT_START : os_clock_real();
    return (struct clock){ .kind = kind,
                           .scale = kind == CLOCK_KIND_SCALED ? scale : 1,
                           .base = start,
                           .base_steady = os_clock_monotonic(),
                           .last = start };
}

ns_t clock_now(struct clock *clock)
{
    if (clock->kind == CLOCK_KIND_MANUAL)
        return clock->last;
    ns_t gone = os_clock_monotonic() - clock->base_steady;
    if (clock->kind == CLOCK_KIND_SCALED)
        gone = (ns_t)((double)gone * clock->scale);
    ns_t now = clock->base + gone;
    if (now > clock->last)
        clock->last = now;
    return clock->last;
}

void clock_advance(struct clock *clock, ns_t by)
{
    MUST(clock->kind == CLOCK_KIND_MANUAL && by >= 0);
    clock->last += by;
}

void clock_restart(struct clock *clock)
{
    MUST(clock->kind == CLOCK_KIND_MANUAL);
    clock->last = clock->base;
}

int clock_ms_until(struct clock *clock, ns_t moment)
{
    if (moment == NS_NEVER || clock->kind == CLOCK_KIND_MANUAL)
        return -1;
    double ms = (double)(moment - clock_now(clock)) / (double)NS_PER_MS / clock->scale;
    return ms < 0 ? 0 : ms > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : (int)ms + 1;
}
