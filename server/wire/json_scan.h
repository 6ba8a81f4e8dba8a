/* Reads JSON as Go's encoding/json scanner does, and fails with its texts.
 *
 * One pass, no recursion, no heap, nesting up to 10000: about 1.3 KB of stack. */
#ifndef MOCK_REQUESTER_WIRE_JSON_SCAN_H
#define MOCK_REQUESTER_WIRE_JSON_SCAN_H

#include "base/error.h"
#include "base/span.h"

/* Finds the first JSON value in `text`. Leading white space is skipped, what follows the value is not read (a number
 * ends at the next byte that is not part of it, or at the end). On ERR_OK `*value` is the value's own bytes. ERR_INVALID: error->text is `EOF`, `unexpected EOF` or a syntax error such as
 * `invalid character 'b' looking for beginning of object key string`; `*cut` (may be NULL):
 * true if the text ended too early. */
enum err json_scan(struct span text, struct span *value, bool *cut, struct error *error);

/* The length of the value that begins at text.p[0], in text that json_scan has accepted. */
size_t json_skip(struct span text);

#endif
