/* Lengths of time in the notation of Go's time.Duration.
 *
 * Pure, any thread. A length is int64_t nanoseconds. */
#ifndef MOCK_REQUESTER_BASE_DURATION_H
#define MOCK_REQUESTER_BASE_DURATION_H

#include "base/buf.h"
#include "base/error.h"

/* Reads `250ms`, `1.5s`, `1m30s`, `1h`: numbers, each with a unit out of ns us µs ms s m h, as Go's
 * time.ParseDuration, but never with a sign and never without a unit (a bare `0` neither). Parts below a
 * nanosecond are dropped. ERR_INVALID: the error says what to write. */
enum err duration_parse(struct span text, int64_t *ns, struct error *error);

/* Appends the length as Go's time.Duration prints it: `2h0m0s`, `1m30s`, `1.5s`, `499ms`, `10µs`, `0s`,
 * `-1s`. */
void duration_format(struct buf *out, int64_t ns);

#endif
