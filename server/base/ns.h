/* The unit of time in the whole program. */
#ifndef MOCK_REQUESTER_BASE_NS_H
#define MOCK_REQUESTER_BASE_NS_H

#include <stdint.h>

typedef int64_t ns_t; /* nanoseconds: a moment since 1970 on the engine's clock (0 = the zero time), or a length */
#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_NEVER INT64_MAX

/* The kinds of engine clock; the clock itself is in world/clock.h. */
enum clock_kind { CLOCK_KIND_REAL, CLOCK_KIND_MANUAL, CLOCK_KIND_SCALED };

#define CLOCK_DEFAULT_START (INT64_C(1679475600) * NS_PER_SECOND) /* of a manual clock: 2023-03-22T09:00:00Z */
#define CLOCK_LAST (INT64_C(9214646400) * NS_PER_SECOND) /* 2262-01-01: later moments have no room in an ns_t */

#endif
