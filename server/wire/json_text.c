#include "wire/json_text.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdint.h>

enum { CHARACTER_MAX = 4 };

bool json_text_is_plain(struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;

    while (p < end) {
        if (*p == '\\')
            return false;
        size_t n = (signed char)*p >= 0 ? 1 : utf8_length(p, (size_t)(end - p));
        if (!n)
            return false;
        p += n;
    }
    return true;
}

enum { REPLACEMENT = 0xfffd };

/* Writes the character at raw[*at] and moves behind it; returns its bytes. */
static size_t next_character(struct span raw, size_t *at, char to[CHARACTER_MAX])
{
    static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    const char *p = raw.p + *at;
    int32_t code = ascii_unicode(raw, at);

    if (code >= 0)
        return utf8_put(to, ascii_is_surrogate(code) ? REPLACEMENT : (uint32_t)code);
    if (*p == '\\') {
        const char *letter = strchr(letters, p[1]);
        *to = letter ? bytes[letter - letters] : p[1];
        *at += 2;
        return 1;
    }
    size_t n = utf8_length(p, raw.n - *at);
    if (n)
        memcpy(to, p, n);
    *at += n ? n : 1;
    return n ? n : utf8_put(to, REPLACEMENT);
}

size_t json_text_unquote(struct span raw, char *to)
{
    size_t n = 0;

    for (size_t at = 0; at < raw.n;)
        n += next_character(raw, &at, to + n);
    return n;
}

/* An escape never means more bytes than it takes; a bad byte becomes three. */
size_t json_text_max(struct span raw)
{
    size_t n = raw.n;

    for (size_t i = 0; i < raw.n; i++)
        n += (signed char)raw.p[i] < 0 ? 2 : 0;
    return n;
}

bool json_text_equal(struct span raw_a, struct span raw_b)
{
    size_t a = 0, b = 0;

    while (a < raw_a.n && b < raw_b.n) {
        char x[CHARACTER_MAX], y[CHARACTER_MAX];
        size_t n = next_character(raw_a, &a, x);
        if (n != next_character(raw_b, &b, y) || memcmp(x, y, n) != 0)
            return false;
    }
    return a == raw_a.n && b == raw_b.n;
}

bool json_text_is(struct span raw, struct span text)
{
    for (size_t at = 0; at < raw.n;) {
        char x[CHARACTER_MAX];
        size_t n = next_character(raw, &at, x);
        if (n > text.n || memcmp(x, text.p, n) != 0)
            return false;
        text = span_of(text.p + n, text.n - n);
    }
    return text.n == 0;
}
