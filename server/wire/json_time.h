/* Times as Go's time.Time reads and writes them in JSON: RFC 3339 with up to nine digits of a second.
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_TIME_H
#define MOCK_REQUESTER_WIRE_JSON_TIME_H

#include "base/span.h"

#include <stdint.h>

/* What is left to read, and what is wrong with it. */
struct time_reader {
    struct span left;
    const char *expected; /* the piece of the layout that is not at `left` */
    const char *range;    /* the piece whose number is out of range */
};

/* Returns the nanoseconds since 1970 of reader->left (without quotes). Valid if nothing is expected, out of range or
 * left afterwards. */
int64_t json_read_time(struct time_reader *reader);

#endif
