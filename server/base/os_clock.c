#include "base/os_clock.h"

#include <time.h>

static ns_t read_clock(clockid_t which)
{
    struct timespec t;

    clock_gettime(which, &t);
    return (ns_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

ns_t os_clock_real(void)
{
    return read_clock(CLOCK_REALTIME);
}

ns_t os_clock_coarse(void)
{
    return read_clock(CLOCK_MONOTONIC_COARSE);
}

ns_t os_clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
