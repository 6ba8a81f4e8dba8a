/* UTF-8. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_UTF8_H
#define MOCK_REQUESTER_BASE_UTF8_H

#include "base/span.h"

#include <stdint.h>

/* Returns the length of the well-formed character at `p`, of at most `n` bytes (n > 0); 0 if there is none: overlong
 * forms, surrogates and what lies above U+10FFFF are not well-formed. */
size_t utf8_length(const char *p, size_t n);

/* As utf8_length; also reads the code point. */
size_t utf8_read(const char *p, size_t n, uint32_t *rune);

/* Writes a code point, surrogates too, in up to 4 bytes; returns how many. */
size_t utf8_put(char *to, uint32_t rune);

/* Returns the first `max` bytes of the text, fewer where a character would be cut in two. */
struct span utf8_cut(struct span text, size_t max);

#endif
