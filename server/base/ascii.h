/* Characters and short notations in ASCII: classes, hexadecimal digits, numbers, `%41`, `\u0041`, token lists.
 * Locale plays no part. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_ASCII_H
#define MOCK_REQUESTER_BASE_ASCII_H

#include "base/span.h"

#include <stdint.h>

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_letter(char c)
{
    return ascii_is_lower((char)(c | 0x20));
}

static inline bool ascii_is_alphanumeric(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c);
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline char ascii_upper(char c)
{
    return ascii_is_lower(c) ? (char)(c & ~0x20) : c;
}

/* Returns the value of a hexadecimal digit of either case; -1 if it is none. */
static inline int ascii_hex(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads decimal digits. False if there are none, if anything else is among them, or if they pass 64 bits. */
bool ascii_number(struct span digits, uint64_t *value);

/* Reads a size with its unit, `64KiB`, `512MiB` or `2GiB`, in bytes. False if it is none, or passes 64 bits. */
bool ascii_size(struct span text, uint64_t *bytes);

/* Returns the byte that `%41` at text[at] means; -1 if there is no such escape. */
int ascii_percent(struct span text, size_t at);

/* Returns the code point that `\u0041` at text[*at] means and moves *at behind it; -1 if there is no such escape.
 * Two escapes that are the halves of a surrogate pair are taken together; a half without the other is returned as
 * it is, 0xd800 to 0xdfff. */
int32_t ascii_unicode(struct span text, size_t *at);

static inline bool ascii_is_surrogate(int32_t code)
{
    return (code & ~0x7ff) == 0xd800;
}

/* True if the token is in the list, `a, b`: commas between, blanks around and case do not count. */
bool ascii_list_has(struct span list, struct span token);

#endif
