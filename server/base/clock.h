/* The engine's clock: real, scaled, or moved by hand. The only place that asks the system for the time.
 *
 * Thread: the engine's lock, but for clock_real and clock_monotonic. */
#ifndef MOCK_REQUESTER_BASE_CLOCK_H
#define MOCK_REQUESTER_BASE_CLOCK_H

#include "base/ns.h"

enum clock_kind { CLOCK_KIND_REAL, CLOCK_KIND_MANUAL, CLOCK_KIND_SCALED };

struct clock {
    enum clock_kind kind;
    double scale;     /* engine seconds a real second */
    ns_t base;        /* the engine's time … */
    ns_t base_steady; /* … when the steady clock stood here */
    ns_t last;        /* what was said last: time never goes back */
};

#define CLOCK_DEFAULT_START (INT64_C(1679475600) * NS_PER_SECOND) /* 2023-03-22T09:00:00Z */

/* `start` 0: now, or for a manual clock CLOCK_DEFAULT_START. */
struct clock clock_init(enum clock_kind kind, double scale, ns_t start);
ns_t clock_now(struct clock *clock);
/* A manual clock only. */
void clock_advance(struct clock *clock, ns_t by);
void clock_restart(struct clock *clock); /* back to where it began */
/* How many milliseconds of real time to wait until the clock shows `moment`, rounded up and at most a minute; -1: the
 * clock never does so by itself. */
int clock_ms_until(struct clock *clock, ns_t moment);

#define CLOCK_LAST (INT64_C(9214646400) * NS_PER_SECOND) /* 2262-01-01: later moments have no room in an ns_t */

ns_t clock_real(void);      /* wall time, any thread */
ns_t clock_monotonic(void); /* any thread */

#endif
