/* Moments as people write them: RFC 3339, `2023-03-22T09:00:00Z` or with an offset, `…T11:00:00.5+02:00`.
 *
 * Pure, any thread. (The time stamps of requests are read by wire/codec.h, with the real requester's words.) */
#ifndef MOCK_REQUESTER_BASE_MOMENT_H
#define MOCK_REQUESTER_BASE_MOMENT_H

#include "base/error.h"
#include "base/span.h"

#include <stdint.h>

/* *ns: nanoseconds since 1970; *zone: the offset, seconds east of UTC. ERR_INVALID: it is no moment, or
 * not one after 1970 began and before 2200 (so that later moments still fit, up to 2262); the error says
 * what to write. */
enum err moment_parse(struct span text, int64_t *ns, int *zone, struct error *error);

#endif
