#include "world/worlds.h"

enum { WORLDS_MAX = 1 };

bool worlds_init(struct worlds *worlds, struct world *first)
{
    worlds->by_client = table_init(sizeof first, WORLDS_MAX, TABLE_REFUSES);
    struct world **entry = table_add(&worlds->by_client, SPAN(""));
    if (entry)
        *entry = first;
    else
        world_free(first);
    return entry;
}

void worlds_release(struct worlds *worlds)
{
    world_free(worlds_default(worlds));
    table_release(&worlds->by_client);
}

struct world *worlds_find(const struct worlds *worlds, struct span client_id)
{
    struct world *const *entry = table_get(&worlds->by_client, client_id);

    return entry ? *entry : NULL;
}

struct world *worlds_default(const struct worlds *worlds)
{
    return worlds_find(worlds, SPAN(""));
}
