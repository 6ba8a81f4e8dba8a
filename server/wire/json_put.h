/* Texts, numbers and times as Go's JSON library prints them. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_PUT_H
#define MOCK_REQUESTER_WIRE_JSON_PUT_H

#include "base/buf.h"

#include <stdint.h>

void json_put_string(struct buf *out, struct span text); /* with quotes and Go's escapes */
void json_put_int(struct buf *out, int64_t value);
void json_put_float(struct buf *out, double value);        /* finite; in the shortest form that reads back */
void json_put_time(struct buf *out, int64_t ns, int zone); /* RFC 3339 with quotes; `zone`: seconds east of UTC */

/* True if a and b are the same number: the two zeros are, nothing else that differs is. */
static inline bool json_same_number(double a, double b)
{
    return a <= b && a >= b;
}

#endif
