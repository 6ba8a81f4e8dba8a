/* The operating system's limits that keep a process from starting threads. */
#ifndef MOCK_REQUESTER_HTTP_LIMITS_H
#define MOCK_REQUESTER_HTTP_LIMITS_H

#include "base/buf.h"

/* Appends those that are set, with their values: `ulimit -u 100, pids.max 64`; `no limit is set` if none is. */
void limits_put(struct buf *out);

/* Returns how many of `wanted` threads could be started now. None of them is left. */
int limits_count_threads(int wanted);

#endif
