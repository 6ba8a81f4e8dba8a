/* From the names and options of a recording to a network for the engine. */
#ifndef MOCK_REQUESTER_REFERENCE_NETWORK_H
#define MOCK_REQUESTER_REFERENCE_NETWORK_H

#include "core/engine.h"
#include "reference/recording.h"

enum network_manner {
    NETWORK_IN_ORDER, /* bids come at once, ties go by the order of the nodes */
    NETWORK_RACING,   /* bids come within a millisecond, ties are drawn */
};

/* Rules, nodes, scheduler options and ids by `seed`. All bytes in `arena`; `approver` is borrowed. What
 * names and options mean is told in README.md; a name that it does not tell is a broken promise. */
struct engine_options network_options(const struct told_network *network, const char *release, enum network_manner manner,
                                      struct span approver, uint64_t seed, struct arena *arena);

#endif
