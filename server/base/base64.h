/* Base64 as Go reads and writes it. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_BASE64_H
#define MOCK_REQUESTER_BASE_BASE64_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* Standard base64 with padding. Decoding ignores CR and LF, as Go's does; on failure
 * `illegal base64 data at input byte N`. */
void base64_encode(struct buf *out, struct span bytes);
enum err base64_decode(struct span text, struct arena *arena, struct span *bytes, struct error *error);

#endif
