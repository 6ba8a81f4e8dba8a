/* The key `scheduler` of a scenario file. */
#ifndef MOCK_REQUESTER_SCENARIO_SCHEDULING_H
#define MOCK_REQUESTER_SCENARIO_SCHEDULING_H

#include "scenario/keys.h"

extern const struct shape scheduler_shape; /* of a struct scheduler_options */

#endif
