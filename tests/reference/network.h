/* From the names and options of a recording to a network for the engine. */
#ifndef MOCK_REQUESTER_REFERENCE_NETWORK_H
#define MOCK_REQUESTER_REFERENCE_NETWORK_H

#include "sim/engine.h"
#include "reference/recording.h"

/* Which node's bid comes first is a race. A recorded case tells how its race went, and it is let go that
 * way again: kinds of nodes answer their first ask a microsecond apart, in the order of the recording. */
enum network_manner {
    NETWORK_AS_RECORDED,
    NETWORK_RACING, /* bids come within a millisecond, what bad nodes do at once takes up to half of one; ties are drawn
                     */
};

/* Rules, nodes, scheduler options and ids by `seed`. All bytes in `arena`; `approver` is borrowed. What a
 * node's name stands for is told by the table in network.c; a name without a row is a broken promise.
 * Options: `-over N` how many times the wanted nodes are asked, `-retry=false`, `-hk 1s` the housekeeping
 * interval, `-sel bid|wait|reject` the requester's selection policy. */
struct engine_options network_options(const struct told_network *network, const char *release,
                                      enum network_manner manner, struct span approver, uint64_t seed,
                                      struct arena *arena);

#endif
