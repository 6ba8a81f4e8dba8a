#include "releases/release.h"

const struct release *const releases[] = { RELEASE_LIST(RELEASE_ADDRESS) NULL };
