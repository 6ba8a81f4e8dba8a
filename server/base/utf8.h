/* UTF-8, one character at a time. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_UTF8_H
#define MOCK_REQUESTER_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Length of the well-formed sequence at `p`, of at most `n` bytes (n > 0); 0 when there is none. */
size_t utf8_length(const char *p, size_t n);

/* Writes the sequence of a code point, up to 4 bytes; how many. */
size_t utf8_put(char *to, uint32_t rune);

#endif
