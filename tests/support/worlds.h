/* Programs, and worlds that play them, for tests. What goes wrong ends the test. */
#ifndef MOCK_REQUESTER_SUPPORT_WORLDS_H
#define MOCK_REQUESTER_SUPPORT_WORLDS_H

#include "support/network.h"
#include "world/worlds.h"

/* A program that was loaded from no file: a network, a manual clock, seed 1, signatures off. The nodes are copied, their
 * texts borrowed. Held once for the caller, who may change it before it is played. */
struct program *program_by_hand(const struct release *release, const struct node *nodes, size_t n);

/* What the text of one scenario file, `a.json`, comes to. */
struct program *program_of_text(const char *text, const struct program_settings *settings);

/* Starts the network as a world's: network->engine is the world's. Stop with network_stop after world_free. */
struct world *network_world(struct network *network, const struct release *release);

#endif
