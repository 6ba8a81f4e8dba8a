#include "releases/release.h"

const struct dialect *const dialects[] = { &dialect_v0_3_25, &dialect_v0_3_24, &dialect_documented, NULL };

const struct dialect *dialect_find(struct span name)
{
    for (size_t i = 0; dialects[i]; i++)
        if (span_is(name, dialects[i]->name))
            return dialects[i];
    return NULL;
}
