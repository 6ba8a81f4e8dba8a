/* Times as the reference's JSON has them: RFC 3339 with up to nine digits of a second. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_TIME_H
#define MOCK_REQUESTER_WIRE_JSON_TIME_H

#include "base/span.h"

#include <stdint.h>

/* What is left to read, and what was wrong with it. */
struct time_reader {
    struct span left;
    const char *expected; /* the layout's piece that does not stand at `left` */
    const char *range;    /* the piece whose number is out of range */
};

/* Nanoseconds since 1970 of reader->left (without quotes). All is well when nothing is expected, out of
 * range or left. */
int64_t json_read_time(struct time_reader *reader);

#endif
