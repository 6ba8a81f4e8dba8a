/* What the requester makes of a spec before the job exists (wire contract A4.3; pkg/requester/jobtransform). */
#ifndef MOCK_REQUESTER_SIM_TRANSFORM_H
#define MOCK_REQUESTER_SIM_TRANSFORM_H

#include "base/arena.h"
#include "sim/spec.h"

enum {
    INLINE_MAX = 5 * 1024,   /* inline storage above this, singly or together, moves to IPFS */
    TIMEOUT_DEFAULT = 1800,  /* seconds; for a Timeout ≤ 0 or too long for int64 nanoseconds */
};

/* Changes `spec` in place; lists that change are copied into `arena`. False: no memory. */
bool transform_spec(struct job_spec *spec, struct arena *arena);

#endif
