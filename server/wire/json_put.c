#include "wire/json_put.h"

#include "base/error.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How a byte goes into a string: unchanged, as \u00XX, by the character it begins, or (any other
 * value) as that letter after a backslash. */
enum escape { ESCAPE_NONE, ESCAPE_HEX, ESCAPE_UTF8 };

#define HEX_4 ESCAPE_HEX, ESCAPE_HEX, ESCAPE_HEX, ESCAPE_HEX
static const char escapes[256] = {
    [0x00] = HEX_4, HEX_4, /* to 07 */
    [0x08] = ESCAPE_HEX, 't', 'n', ESCAPE_HEX, ESCAPE_HEX, 'r', ESCAPE_HEX, ESCAPE_HEX,
    [0x10] = HEX_4, HEX_4, HEX_4, HEX_4, /* to 1f */
    ['"'] = '"', ['\\'] = '\\', ['<'] = ESCAPE_HEX, ['>'] = ESCAPE_HEX, ['&'] = ESCAPE_HEX,
};

static enum escape escape_of(char c)
{
    return (signed char)c < 0 ? ESCAPE_UTF8 : (enum escape)escapes[(unsigned char)c];
}

/* The escape for the character at `p`, in `out`; "" if it needs none. `*n`: the bytes of the character. */
static const char *escape_text(const char *p, size_t left, size_t *n, char out[8])
{
    static const char hex[] = "0123456789abcdef";
    enum escape escape = escape_of(*p);

    *n = escape == ESCAPE_UTF8 ? utf8_length(p, left) : 1;
    out[0] = '\0';
    if (escape == ESCAPE_UTF8 && *n == 0) {
        *n = 1;
        return "\\ufffd";
    }
    if (escape == ESCAPE_UTF8 && *n == 3 && (memcmp(p, "\u2028", 3) == 0 || memcmp(p, "\u2029", 3) == 0))
        return p[2] & 1 ? "\\u2029" : "\\u2028";
    if (escape == ESCAPE_HEX)
        memcpy(out, (char[]){ '\\', 'u', '0', '0', hex[*p >> 4], hex[*p & 15], '\0' }, 7);
    else if (escape != ESCAPE_UTF8)
        memcpy(out, (char[]){ '\\', (char)escape, '\0' }, 3);
    return out;
}

void json_put_string(struct buf *out, struct span text)
{
    const char *p = text.p, *end = text.n ? p + text.n : p, *run = p;
    char room[8];

    buf_char(out, '"');
    while (p < end) {
        if (escape_of(*p) == ESCAPE_NONE) {
            p++;
            continue;
        }
        size_t n;
        const char *escaped = escape_text(p, (size_t)(end - p), &n, room);
        if (*escaped) {
            buf_add(out, run, (size_t)(p - run));
            buf_text(out, escaped);
            run = p + n;
        }
        p += n;
    }
    buf_add(out, run, (size_t)(p - run));
    buf_char(out, '"');
}

void json_put_int(struct buf *out, int64_t value)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--p = '-';
    buf_add(out, p, (size_t)(digits + sizeof digits - p));
}

enum { FLOAT_DIGITS = 17, FLOAT_TEXT = 40 };

/* The shortest decimal that reads back as `value`, as d.ddde±xx; returns its number of digits. A power
 * of two has more room above it than below: there the next decimal up may do where the nearest does not. */
static int shortest(double value, char out[FLOAT_TEXT])
{
    for (int digits = 1; digits < FLOAT_DIGITS; digits++) {
        char *last = out + (digits > 1 ? digits : 0);
        snprintf(out, FLOAT_TEXT, "%.*e", digits - 1, value);
        if (json_same_number(strtod(out, NULL), value))
            return digits;
        *last = (char)(*last + (*last < '9'));
        if (json_same_number(strtod(out, NULL), value))
            return digits;
    }
    snprintf(out, FLOAT_TEXT, "%.*e", FLOAT_DIGITS - 1, value);
    return FLOAT_DIGITS;
}

static void put_exponent_form(struct buf *out, struct span mantissa, int exponent)
{
    buf_span(out, mantissa);
    buf_text(out, exponent < 0 ? "e-" : "e+");
    json_put_int(out, exponent < 0 ? -exponent : exponent);
}

/* `digits` without point, the first one worth 10^exponent. */
static void put_plain_form(struct buf *out, struct span digits, int exponent)
{
    int n = (int)digits.n;

    if (exponent < 0)
        buf_add(out, "0.000000", (size_t)(1 - exponent));
    for (int i = 0; i < n; i++) {
        if (i == exponent + 1 && exponent >= 0)
            buf_char(out, '.');
        buf_char(out, digits.p[i]);
    }
    for (int i = n; i <= exponent; i++)
        buf_char(out, '0');
}

void json_put_float(struct buf *out, double value)
{
    double size = fabs(value);
    char text[FLOAT_TEXT], plain[FLOAT_TEXT];

    MUST(isfinite(value));
    if (signbit(value))
        buf_char(out, '-');
    if (size < 1e15 && json_same_number(size, trunc(size))) {
        json_put_int(out, (int64_t)size);
        return;
    }
    int digits = shortest(size, text), exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (size < 1e-6 || size >= 1e21) {
        put_exponent_form(out, span_of(text, digits == 1 ? 1 : (size_t)digits + 1), exponent);
        return;
    }
    plain[0] = text[0];
    memcpy(plain + 1, text + 2, (size_t)digits - 1);
    put_plain_form(out, span_of(plain, (size_t)digits), exponent);
}
