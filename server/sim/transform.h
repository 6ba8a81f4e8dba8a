/* Changes that the requester makes to a spec before the job exists (wire contract A4.3; pkg/requester/jobtransform). */
#ifndef MOCK_REQUESTER_SIM_TRANSFORM_H
#define MOCK_REQUESTER_SIM_TRANSFORM_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "sim/spec.h"

enum {
    INLINE_MAX = 5 * 1024,   /* inline storage above this, singly or together, moves to IPFS */
    TIMEOUT_DEFAULT = 1800,  /* seconds; for a Timeout ≤ 0 or too long for int64 nanoseconds */
};

/* Changes `spec` in place; new texts are in `arena`. ERR_INVALID: inline storage that cannot be read; appends the
 * client's text to `why`. ERR_NOMEM. */
enum err transform_spec(struct job_spec *spec, struct arena *arena, struct buf *why);

#endif
