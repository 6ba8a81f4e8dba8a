#include "world/worlds.h"

void worlds_init(struct worlds *worlds, struct world *first)
{
    *worlds = (struct worlds){ .first = first };
}

void worlds_release(struct worlds *worlds)
{
    world_free(worlds->first);
    *worlds = (struct worlds){ 0 };
}

struct world *worlds_default(const struct worlds *worlds)
{
    return worlds->first;
}
