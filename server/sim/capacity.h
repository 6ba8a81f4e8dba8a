/* How much a job asks for, and whether that is within a node's limits.
 *
 * As the real requester reads it (pkg/compute/capacity of both releases, with k8sresource and datasize): lower
 * case, blanks taken out, each `i` made a `b`; CPU like `500m` or `0.5`; bytes like `10mb` or, from `10Mi`,
 * `10mb`, in powers of 1024; GPU a plain number, nothing taken out. A text that cannot be read,
 * and a value that is too large or negative, count as 0. Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_CAPACITY_H
#define MOCK_REQUESTER_SIM_CAPACITY_H

#include "sim/spec.h"

struct capacity {
    double cpu;            /* cores, in steps of a thousandth */
    uint64_t memory, disk; /* bytes */
    uint64_t gpu;
};

struct capacity capacity_read(const struct resources *resources);

bool capacity_is_zero(const struct capacity *capacity);

/* True if no amount of `want` is above `max`. An empty text of `max` is no limit; one that cannot be read is
 * a limit of 0. */
bool capacity_fits(const struct capacity *want, const struct resources *max);

#endif
