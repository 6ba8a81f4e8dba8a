/* Random numbers and what is made from them: ids, references, CIDs, ties. Seeded, or from the system.
 *
 * Thread: the owner's lock. */
#ifndef MOCK_REQUESTER_BASE_DRAW_H
#define MOCK_REQUESTER_BASE_DRAW_H

#include "base/span.h"

#include <stdint.h>

struct draw {
    bool seeded;
    uint64_t state; /* of the seeded generator (SplitMix64) */
};

struct draw draw_of_system(void);        /* getrandom(2) */
struct draw draw_of_seed(uint64_t seed); /* the same draws for the same seed */

uint64_t draw_next(struct draw *source);
/* Returns a number below n, all equally likely; n > 0. */
uint64_t draw_below(struct draw *source, uint64_t n);

enum { UUID_SIZE = 36, CID_SIZE = 46 };
void draw_uuid(struct draw *source, char out[UUID_SIZE + 1]); /* version 4, lower case, formatted by libuuid */
void draw_cid(struct draw *source, char out[CID_SIZE + 1]);   /* a valid CIDv0, `Qm…`; node ids have the same form */

#endif
