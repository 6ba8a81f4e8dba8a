/* Do two tellings of a case agree? Heads line by line, bodies as telling.h takes them apart. */
#ifndef MOCK_REQUESTER_REFERENCE_COMPARE_H
#define MOCK_REQUESTER_REFERENCE_COMPARE_H

#include "reference/telling.h"

/* `release`: v0.3.25 asks all nodes before the first bid. False: `why` says where they part, for people. */
bool tellings_agree(const char *release, const struct telling *recorded, const struct telling *ours, struct buf *why);

/* Status line, interim replies, headers and framing of one reply. `method`: the request's. */
bool heads_agree(const struct telling *recorded, const struct telling *ours, size_t step, struct buf *why);

/* Appends where two texts part, with some of what stands around. */
void put_difference(struct buf *why, struct span recorded, struct span ours);

/* Time stamps of two raw texts whose normal forms are equal: what is one moment in the recording is one
 * moment in ours, and what comes later there does not come earlier here. */
bool times_agree(struct span recorded, struct span ours, struct buf *why);

#endif
