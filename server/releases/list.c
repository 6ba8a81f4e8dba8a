#include "releases/release.h"

#define ADDRESS(name) &release_##name,

const struct release *const releases[] = { RELEASE_LIST(ADDRESS) NULL };
