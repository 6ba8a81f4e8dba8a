/* The real requester's readers of amounts, with their quirks; the header has a summary of the rules. */
#include "sim/capacity.h"

#include "base/ascii.h"

#include <stdlib.h>

enum {
    NUMBER_MAX = 1024, /* bytes of an amount that are read; longer ones count as nothing */
    MILLI = 1000,
};

#define TWO_TO_63 9223372036854775808.0

/* ---- all amounts ---------------------------------------------------------------------------------------- */

/* Lower case, no blanks, `i` made `b`. The two letters outside ASCII whose small forms are ASCII count:
 * the Kelvin sign, and the capital I with a dot. `out` has room for text.n bytes and a NUL. */
static size_t sanitize(struct span text, char *out)
{
    static const struct span kelvin = { "\xe2\x84\xaa", 3 }, dotted_i = { "\xc4\xb0", 2 };
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++) {
        struct span rest = span_of(text.p + i, text.n - i);
        char c = text.p[i];

        if (span_starts(rest, kelvin)) {
            c = 'k';
            i += kelvin.n - 1;
        } else if (span_starts(rest, dotted_i)) {
            c = 'i';
            i += dotted_i.n - 1;
        } else if (c >= 'A' && c <= 'Z') {
            c = ascii_lower(c);
        }
        if (c != ' ')
            out[n++] = c == 'i' ? 'b' : c;
    }
    out[n] = '\0';
    return n;
}

/* The digits at the front; false when they pass 64 bits. */
static bool read_digits(struct span text, size_t *at, uint64_t *value)
{
    uint64_t v = 0;

    for (; *at < text.n && ascii_is_digit(text.p[*at]); ++*at) {
        unsigned digit = (unsigned)(text.p[*at] - '0');

        if (v > (UINT64_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

/* ---- bytes: c2h5oh/datasize ----------------------------------------------------------------------------- */

/* Its longer names with an `i` (kilo, giga) are out of reach, for the `i` has become a `b`. */
static const struct {
    const char *name;
    int shift;
} byte_units[] = {
    { "", 0 },   { "b", 0 },   { "byte", 0 },
    { "k", 10 }, { "kb", 10 },
    { "m", 20 }, { "mb", 20 }, { "mega", 20 }, { "megabyte", 20 }, { "megabytes", 20 },
    { "g", 30 }, { "gb", 30 },
    { "t", 40 }, { "tb", 40 }, { "tera", 40 }, { "terabyte", 40 }, { "terabytes", 40 },
    { "p", 50 }, { "pb", 50 }, { "peta", 50 }, { "petabyte", 50 }, { "petabytes", 50 },
    { "e", 60 }, { "eb", 60 },
};

static uint64_t scaled(uint64_t value, struct span unit)
{
    for (size_t i = 0; i < sizeof byte_units / sizeof byte_units[0]; i++)
        if (span_is(unit, byte_units[i].name))
            return value > UINT64_MAX >> byte_units[i].shift ? 0 : value << byte_units[i].shift;
    return 0;
}

static uint64_t read_bytes(struct span text)
{
    char clean[NUMBER_MAX + 1];
    uint64_t value;
    size_t at = 0;

    if (text.n == 0 || text.n > NUMBER_MAX)
        return 0;
    text = span_of(clean, sanitize(text, clean));
    if (!read_digits(text, &at, &value) || at == 0)
        return 0;
    return scaled(value, span_trim(span_of(text.p + at, text.n - at)));
}

/* ---- CPU: BTBurke/k8sresource ----------------------------------------------------------------------------- */

/* `500m`: read as by Go's Atoi; a negative value counts as 0, so `+` is the only useful sign. */
static double read_millicores(struct span text)
{
    size_t sign = text.n && text.p[0] == '+', at = sign;
    uint64_t value;

    if (!read_digits(text, &at, &value) || at == sign || at < text.n || value > INT64_MAX)
        return 0;
    return (double)value / MILLI;
}

/* Go's rule for `_` in a number: only between digits, or between `0x` and a digit. */
static bool underscores_stand_well(struct span text)
{
    char before = '^';
    size_t i = text.n && text.p[0] == '+';
    bool hex = text.n - i >= 2 && text.p[i] == '0' && text.p[i + 1] == 'x';

    if (hex) {
        before = '0';
        i += 2;
    }
    for (; i < text.n; i++) {
        char c = text.p[i];
        char kind = ascii_is_digit(c) || (hex && ascii_hex(c) >= 0 && !(c >= 'A' && c <= 'F')) ? '0' : c == '_' ? '_' : '!';

        if ((kind == '_' && before != '0') || (kind == '!' && before == '_'))
            return false;
        before = kind;
    }
    return before != '_';
}

static size_t without_underscores(struct span text, char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '_')
            out[n++] = text.p[i];
    out[n] = '\0';
    return n;
}

/* strtod reads all that Go's ParseFloat does, and more: words, blanks in front, hexadecimal without an
 * exponent. */
static bool is_go_float(struct span text)
{
    static const struct span allowed = { "0123456789abcdefpx+-._", 22 };
    struct span hex = { "0x", 2 };
    size_t sign = text.n && text.p[0] == '+';

    for (size_t i = 0; i < text.n; i++)
        if (!memchr(allowed.p, text.p[i], allowed.n))
            return false;
    if (text.n == sign || !(ascii_is_digit(text.p[sign]) || text.p[sign] == '.'))
        return false;
    if (span_starts(span_of(text.p + sign, text.n - sign), hex) && !memchr(text.p, 'p', text.n))
        return false;
    return underscores_stand_well(text);
}

/* `0.5`: cut to whole thousandths, as Go's conversion to int does; a value that does not fit into an int counts as 0,
 * and so does a negative one. */
static double read_cores(struct span text)
{
    char plain[NUMBER_MAX + 1];
    char *end;

    if (!is_go_float(text))
        return 0;
    size_t n = without_underscores(text, plain);
    double value = strtod(plain, &end);
    if (end != plain + n || !(value * MILLI < TWO_TO_63))
        return 0;
    return (double)(int64_t)(value * MILLI) / MILLI;
}

static double read_cpu(struct span text)
{
    char clean[NUMBER_MAX + 1];

    if (text.n == 0 || text.n > NUMBER_MAX)
        return 0;
    text = span_of(clean, sanitize(text, clean));
    if (text.n && text.p[text.n - 1] == 'm')
        return read_millicores(span_of(text.p, text.n - 1));
    return read_cores(text);
}

static uint64_t read_gpu(struct span text)
{
    uint64_t value;
    size_t at = 0;

    return read_digits(text, &at, &value) && at == text.n ? value : 0;
}

/* ---- capacities -------------------------------------------------------------------------------------------- */

struct capacity capacity_read(const struct resources *resources)
{
    return (struct capacity){
        .cpu = read_cpu(resources->cpu),
        .memory = read_bytes(resources->memory),
        .disk = read_bytes(resources->disk),
        .gpu = read_gpu(resources->gpu),
    };
}

bool capacity_is_zero(const struct capacity *capacity)
{
    return !(capacity->cpu > 0) && !capacity->memory && !capacity->disk && !capacity->gpu;
}

bool capacity_fits(const struct capacity *want, const struct resources *max)
{
    struct capacity limit = capacity_read(max);

    return (max->cpu.n == 0 || want->cpu <= limit.cpu) && (max->memory.n == 0 || want->memory <= limit.memory) &&
           (max->disk.n == 0 || want->disk <= limit.disk) && (max->gpu.n == 0 || want->gpu <= limit.gpu);
}
