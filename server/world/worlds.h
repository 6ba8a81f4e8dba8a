/* The worlds of the process, by client id. One so far: the default world, which every exchange without a session of its
 * own belongs to. The table does not change while requests are served: any thread. */
#ifndef MOCK_REQUESTER_WORLD_WORLDS_H
#define MOCK_REQUESTER_WORLD_WORLDS_H

#include "base/table.h"
#include "world/world.h"

struct worlds {
    struct table by_client; /* struct world *, owned; the default world's client id is empty */
};

/* Takes the default world over; it is freed if there is no memory (false). */
bool worlds_init(struct worlds *worlds, struct world *first);
void worlds_release(struct worlds *worlds);

/* NULL: none has the client id. */
struct world *worlds_find(const struct worlds *worlds, struct span client_id);
struct world *worlds_default(const struct worlds *worlds); /* NULL before worlds_init */

#endif
