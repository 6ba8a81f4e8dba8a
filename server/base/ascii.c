#include "base/ascii.h"

bool ascii_number(struct span digits, uint64_t *value)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < digits.n; i++)
        if (!ascii_is_digit(digits.p[i]) || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)(digits.p[i] - '0'), &sum))
            return false;
    *value = sum;
    return digits.n > 0;
}

int ascii_percent(struct span text, size_t at)
{
    if (text.n < 3 || at > text.n - 3 || text.p[at] != '%')
        return -1;
    int high = ascii_hex(text.p[at + 1]), low = ascii_hex(text.p[at + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

enum { ESCAPE_SIZE = 6 };

/* The 16 bits of one `\u0041`. */
static int32_t unit_at(struct span text, size_t at)
{
    int32_t unit = 0;

    if (text.n < ESCAPE_SIZE || at > text.n - ESCAPE_SIZE || text.p[at] != '\\' || text.p[at + 1] != 'u')
        return -1;
    for (size_t i = at + 2; i < at + ESCAPE_SIZE; i++) {
        int digit = ascii_hex(text.p[i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

int32_t ascii_unicode(struct span text, size_t *at)
{
    int32_t unit = unit_at(text, *at);

    if (unit < 0)
        return -1;
    *at += ESCAPE_SIZE;
    int32_t low = unit >= 0xd800 && unit < 0xdc00 ? unit_at(text, *at) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return unit;
    *at += ESCAPE_SIZE;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

bool ascii_size(struct span text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = { { "KiB", 1024 }, { "MiB", 1024 * 1024 }, { "GiB", 1024 * 1024 * 1024 } };
    enum { UNIT_SIZE = 3 };
    uint64_t n;

    if (text.n <= UNIT_SIZE || !ascii_number(span_of(text.p, text.n - UNIT_SIZE), &n))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_is(span_of(text.p + text.n - UNIT_SIZE, UNIT_SIZE), units[i].name))
            return !__builtin_mul_overflow(n, units[i].bytes, bytes);
    return false;
}

bool ascii_list_has(struct span list, struct span token)
{
    for (bool more = true; more;) {
        const char *comma = list.n ? memchr(list.p, ',', list.n) : NULL;
        size_t n = comma ? (size_t)(comma - list.p) : list.n;

        if (span_eq_nocase(span_trim(span_of(list.p, n)), token))
            return true;
        more = comma != NULL;
        list = more ? span_of(comma + 1, list.n - n - 1) : list;
    }
    return false;
}
