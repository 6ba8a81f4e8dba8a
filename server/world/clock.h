/* The clock of a world: the system's, scaled, or moved by hand.
 *
 * Thread: the world's lock. */
#ifndef MOCK_REQUESTER_WORLD_CLOCK_H
#define MOCK_REQUESTER_WORLD_CLOCK_H

#include "base/ns.h"

struct clock {
    enum clock_kind kind;
    double scale;     /* engine seconds a real second */
    ns_t base;        /* the engine's time at … */
    ns_t base_steady; /* … this time of the monotonic clock */
    ns_t last;        /* the last time returned: time never goes back */
};

/* `start` 0: now, or for a manual clock CLOCK_DEFAULT_START. */
struct clock clock_init(enum clock_kind kind, double scale, ns_t start);
ns_t clock_now(struct clock *clock);
/* A manual clock only. */
void clock_advance(struct clock *clock, ns_t by);
void clock_restart(struct clock *clock); /* back to its start */
/* How many milliseconds of real time to wait until the clock shows `moment`, rounded up and at most a minute; -1: the
 * clock never does so by itself. */
int clock_ms_until(struct clock *clock, ns_t moment);

#endif
