/* Reads JSON as the reference's scanner does, and fails with its words.
 *
 * One pass, no recursion, no heap, nesting up to 10000: about 1.3 KB of stack. */
#ifndef MOCK_REQUESTER_WIRE_JSON_SCAN_H
#define MOCK_REQUESTER_WIRE_JSON_SCAN_H

#include "base/error.h"
#include "base/span.h"

/* Finds the first JSON value in `text`: leading white space skipped, what follows the value not looked
 * at (a number needs a byte after it or the end to be over). On ERR_OK `*value` is the value's own
 * bytes. ERR_INVALID: error->text is `EOF`, `unexpected EOF` or a syntax error such as
 * `invalid character 'b' looking for beginning of object key string`; `*cut` (may be NULL) says whether
 * more bytes might have helped. */
enum err json_scan(struct span text, struct span *value, bool *cut, struct error *error);

/* Where the value that begins at text.p[0] ends, for text that json_scan has found good: number of bytes. */
size_t json_skip(struct span text);

#endif
