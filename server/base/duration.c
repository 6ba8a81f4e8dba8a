/* After Go's time.ParseDuration and Duration.String, to the nanosecond. */
#include "base/duration.h"

#include "base/ascii.h"

#include <inttypes.h>
#include <limits.h>

enum { SHOWN_MAX = 64 }; /* bytes of a bad text that an error quotes */

#define SUCH_AS "such as \"250ms\", \"2s\" or \"1m30s\""
#define SHOWN(text) (int)((text).n < SHOWN_MAX ? (text).n : SHOWN_MAX), (text).p

struct unit {
    struct span name;
    uint64_t ns;
};

#define UNIT(name, ns) { { "" name, sizeof(name) - 1 }, UINT64_C(ns) }
static const struct unit units[] = {
    UNIT("ns", 1),
    UNIT("us", 1000),
    UNIT("\xc2\xb5s", 1000), /* U+00B5, the micro sign */
    UNIT("\xce\xbcs", 1000), /* U+03BC, the Greek letter */
    UNIT("ms", 1000000),
    UNIT("s", 1000000000),
    UNIT("m", 60000000000),
    UNIT("h", 3600000000000),
};

static const struct unit *unit_find(struct span name)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (span_eq(units[i].name, name))
            return &units[i];
    return NULL;
}

/* ---- reading --------------------------------------------------------------------------------------------- */

static const uint64_t too_long = UINT64_C(1) << 63; /* one more than the longest there is */

/* The digits before the point; stays at `too_long` once there. */
static uint64_t read_whole(struct span text, size_t *at)
{
    uint64_t v = 0;

    for (; *at < text.n && ascii_is_digit(text.p[*at]); ++*at)
        v = v > too_long / 10 ? too_long : v * 10 + (uint64_t)(text.p[*at] - '0');
    return v < too_long ? v : too_long;
}

/* The digits behind the point, and ten to the power of how many of them count. */
static uint64_t read_fraction(struct span text, size_t *at, double *scale)
{
    uint64_t v = 0;
    bool full = false;

    for (*scale = 1; *at < text.n && ascii_is_digit(text.p[*at]); ++*at) {
        full = full || v > (too_long - 1) / 10;
        if (full)
            continue;
        v = v * 10 + (uint64_t)(text.p[*at] - '0');
        *scale *= 10;
    }
    return v;
}

static struct span read_unit(struct span text, size_t *at)
{
    size_t start = *at;

    while (*at < text.n && text.p[*at] != '.' && !ascii_is_digit(text.p[*at]))
        ++*at;
    return span_of(text.p + start, *at - start);
}

static enum err refuse(struct error *error, struct span text, const char *why)
{
    return error_set(error, ERR_INVALID, "\"%.*s\" is no duration: %s", SHOWN(text), why);
}

/* One number with its unit, in nanoseconds. */
static enum err read_part(struct span text, size_t *at, uint64_t *ns, struct error *error)
{
    size_t start = *at;
    uint64_t whole = read_whole(text, at), fraction = 0;
    double scale = 1;
    size_t digits = *at - start;

    if (*at < text.n && text.p[*at] == '.') {
        size_t point = ++*at;
        fraction = read_fraction(text, at, &scale);
        digits += *at - point;
    }
    if (digits == 0)
        return refuse(error, text, "write numbers with units, " SUCH_AS);
    struct span name = read_unit(text, at);
    if (name.n == 0)
        return refuse(error, text, "a number lacks its unit; write it " SUCH_AS);
    const struct unit *unit = unit_find(name);
    if (!unit)
        return error_set(error, ERR_INVALID,
                         "\"%.*s\" is no duration: unknown unit \"%.*s\", want ns, us, ms, s, m or h", SHOWN(text),
                         SHOWN(name));
    if (whole > too_long / unit->ns) {
        *ns = too_long;
        return ERR_OK;
    }
    *ns = whole * unit->ns + (uint64_t)((double)fraction * ((double)unit->ns / scale));
    return ERR_OK;
}

enum err duration_parse(struct span text, int64_t *ns, struct error *error)
{
    uint64_t sum = 0, part = 0;
    size_t at = 0;

    if (text.n == 0)
        return error_set(error, ERR_INVALID, "the duration is empty: write it " SUCH_AS);
    if (text.p[0] == '-' || text.p[0] == '+')
        return refuse(error, text, "it may have no sign");
    while (at < text.n) {
        enum err err = read_part(text, &at, &part, error);

        if (err)
            return err;
        sum += part;
        if (part >= too_long || sum >= too_long)
            return refuse(error, text, "the longest there is is 2562047h47m16.854775807s");
    }
    *ns = (int64_t)sum;
    return ERR_OK;
}

/* ---- printing ------------------------------------------------------------------------------------------- */

/* `v` counts 10^-places of the unit; zeros at the end are left out, and the point with them. */
static void put_decimal(struct buf *out, uint64_t v, int places, const char *unit)
{
    uint64_t one = 1;
    char digits[20];
    int n = places;

    for (int i = 0; i < places; i++)
        one *= 10;
    buf_printf(out, "%" PRIu64, v / one);
    v %= one;
    for (int i = places - 1; i >= 0; i--, v /= 10)
        digits[i] = (char)('0' + v % 10);
    while (n > 0 && digits[n - 1] == '0')
        n--;
    if (n > 0)
        buf_char(out, '.');
    buf_add(out, digits, (size_t)n);
    buf_text(out, unit);
}

/* Below a second Go takes the largest unit that leaves a whole number in front. */
static void put_below_second(struct buf *out, uint64_t ns)
{
    static const struct {
        uint64_t below;
        int places;
        const char *unit;
    } scales[] = { { 1, 0, "s" }, { 1000, 0, "ns" }, { 1000000, 3, "\xc2\xb5s" }, { UINT64_MAX, 6, "ms" } };
    size_t i = 0;

    while (ns >= scales[i].below)
        i++;
    put_decimal(out, ns, scales[i].places, scales[i].unit);
}

void duration_format(struct buf *out, int64_t ns)
{
    const uint64_t second = 1000000000, minute = 60 * second, hour = 60 * minute;
    uint64_t v = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;

    if (ns < 0)
        buf_char(out, '-');
    if (v < second) {
        put_below_second(out, v);
        return;
    }
    if (v >= hour)
        buf_printf(out, "%" PRIu64 "h", v / hour);
    if (v >= minute)
        buf_printf(out, "%" PRIu64 "m", v % hour / minute);
    put_decimal(out, v % minute, 9, "s");
}
