#include "base/utf8.h"

size_t utf8_length(const char *p, size_t n)
{
    static const struct {
        unsigned char first, last, low, high; /* first byte from-to, second byte from-to */
        size_t length;
    } rows[] = {
        { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
        { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
        { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
    };
    const unsigned char *u = (const unsigned char *)p;

    if (u[0] < 0x80)
        return 1;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        if (u[0] < rows[r].first || u[0] > rows[r].last)
            continue;
        size_t length = rows[r].length;
        if (length > n || u[1] < rows[r].low || u[1] > rows[r].high)
            return 0;
        for (size_t i = 2; i < length; i++)
            if (u[i] < 0x80 || u[i] > 0xbf)
                return 0;
        return length;
    }
    return 0;
}

size_t utf8_read(const char *p, size_t n, uint32_t *rune)
{
    static const unsigned char bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 }; /* of the code point in the first byte */
    size_t length = utf8_length(p, n);

    *rune = (unsigned char)p[0] & bits[length];
    for (size_t i = 1; i < length; i++)
        *rune = *rune << 6 | ((unsigned char)p[i] & 0x3f);
    return length;
}

size_t utf8_put(char *to, uint32_t rune)
{
    if (rune < 0x80) {
        to[0] = (char)rune;
        return 1;
    }
    size_t n = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n; i-- > 1; rune >>= 6)
        to[i] = (char)(0x80 | (rune & 0x3f));
    to[0] = (char)(lead[n] | rune);
    return n;
}

struct span utf8_cut(struct span text, size_t max)
{
    if (text.n <= max)
        return text;
    while (max > 0 && ((unsigned char)text.p[max] & 0xc0) == 0x80)
        max--;
    return span_of(text.p, max);
}
