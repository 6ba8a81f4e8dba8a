/* The system's clocks; no other file reads them. Any thread. */
#ifndef MOCK_REQUESTER_BASE_OS_CLOCK_H
#define MOCK_REQUESTER_BASE_OS_CLOCK_H

#include "base/ns.h"

ns_t os_clock_real(void);      /* wall time, CLOCK_REALTIME */
ns_t os_clock_coarse(void);    /* os_clock_monotonic as of the last tick of the system, some ms ago: costs little */
ns_t os_clock_monotonic(void); /* CLOCK_MONOTONIC, for lengths of time */

#endif
