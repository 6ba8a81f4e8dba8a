/* Everything that is drawn: ids, references, CIDs, ties. One generator, seeded or the system's.
 *
 * Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_BASE_DRAW_H
#define MOCK_REQUESTER_BASE_DRAW_H

#include "base/span.h"

#include <stdint.h>

struct id_source {
    bool seeded;
    uint64_t state; /* of the seeded generator (SplitMix64) */
};

struct id_source ids_of_system(void);           /* getrandom(2) */
struct id_source ids_of_seed(uint64_t seed);    /* the same draws for the same seed */

uint64_t ids_draw(struct id_source *source);
/* Even over 0 … n-1; n ≥ 1. */
uint64_t ids_below(struct id_source *source, uint64_t n);

enum { UUID_SIZE = 36, CID_SIZE = 46 };
void ids_uuid(struct id_source *source, char out[UUID_SIZE + 1]); /* version 4, lower case, formatted by libuuid */
void ids_cid(struct id_source *source, char out[CID_SIZE + 1]);   /* a valid CIDv0, `Qm…`; node ids have the same form */

#endif
