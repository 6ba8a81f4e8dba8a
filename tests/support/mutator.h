/* Seeded changes of texts, of the kinds that radamsa and zzuf make: flipped bits, other numbers, pieces that are left out,
 * copied, repeated or moved, and bytes and words that parsers trip over. The same seed gives the same changes. */
#ifndef MOCK_REQUESTER_SUPPORT_MUTATOR_H
#define MOCK_REQUESTER_SUPPORT_MUTATOR_H

#include "base/buf.h"
#include "base/draw.h"

enum { MUTANT_MAX = 1 << 20 };

/* The text with one to `changes` changes. The caller releases it. What goes wrong ends the test. */
struct buf mutant_of(struct draw *random, struct span text, size_t changes);

#endif
