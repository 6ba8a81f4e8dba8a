/* The worlds of the process, by client id: the default one, which every exchange without a session of its own belongs
 * to. Sessions add further ones. */
#ifndef MOCK_REQUESTER_WORLD_WORLDS_H
#define MOCK_REQUESTER_WORLD_WORLDS_H

#include "world/world.h"

struct worlds {
    struct world *first; /* the default world; owned */
};

/* Takes the default world over. */
void worlds_init(struct worlds *worlds, struct world *first);
void worlds_release(struct worlds *worlds);

/* Any thread. */
struct world *worlds_default(const struct worlds *worlds);

#endif
