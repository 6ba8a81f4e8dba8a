/* Time as the whole program counts it. */
#ifndef MOCK_REQUESTER_BASE_NS_H
#define MOCK_REQUESTER_BASE_NS_H

#include <stdint.h>

typedef int64_t ns_t; /* nanoseconds: a moment since 1970 on the engine's clock (0 = the zero time), or a length */
#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define NS_NEVER INT64_MAX

#endif
