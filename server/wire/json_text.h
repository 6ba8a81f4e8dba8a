/* Decodes JSON strings as Go does: a byte that is no UTF-8 and a lone surrogate become U+FFFD.
 *
 * `raw` is the inside of a string that json_scan has accepted: without the quotes, escapes as they are.
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_TEXT_H
#define MOCK_REQUESTER_WIRE_JSON_TEXT_H

#include "base/span.h"

/* True if `raw` means its own bytes: no escapes, all of it UTF-8. */
bool json_text_is_plain(struct span raw);

/* The most bytes that json_text_unquote can write. */
size_t json_text_max(struct span raw);

/* Writes what `raw` means to `to`; returns the number of bytes. */
size_t json_text_unquote(struct span raw, char *to);

/* True if both mean the same text. */
bool json_text_equal(struct span raw_a, struct span raw_b);

/* True if `raw` means these bytes. */
bool json_text_is(struct span raw, struct span text);

#endif
