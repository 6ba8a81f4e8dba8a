/* Casts: random networks, of which every outcome seen in ten runs was recorded.
 *
 * Which bid comes first is a race, so a cast is played with many seeds, straight on the engine: ties are
 * drawn and bids come within a millisecond. It agrees when the commonest recorded outcome comes up and
 * every outcome that comes up is recorded, or excused by name in casts-excused.txt, with the rule that
 * allows it. */
#ifndef MOCK_REQUESTER_REFERENCE_CASTS_H
#define MOCK_REQUESTER_REFERENCE_CASTS_H

#include "base/buf.h"
#include "base/error.h"

enum { CAST_SEEDS = 400 };

struct cast_counts {
    size_t casts, agree;
    size_t outcomes, come_up; /* recorded ones, and how many of them came up */
};

/* Plays all casts of a release. What disagrees is told in `why`, for people. `only`: a cast's name, NULL
 * for all. */
enum err casts_play(const char *release, const char *only, struct cast_counts *counts, struct buf *why,
                    struct error *error);

#endif
