#include "wire/json_time.h"

#include "base/ascii.h"
#include "wire/json_put.h"

#include <limits.h>
#include <stdlib.h>

static const int64_t SECOND = 1000000000;

/* ---- times ------------------------------------------------------------------------------------------------ */

struct civil {
    int year, month, day, hour, minute, second;
};

/* Days since 1970 of a date, and back: the year begins in March, so that a leap day is its last. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil civil_of(int64_t seconds)
{
    int64_t days = seconds / 86400, rest = seconds % 86400;

    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    int month = (int)(m < 10 ? m + 3 : m - 9);

    return (struct civil){ (int)(y + era * 400) + (month <= 2), month, (int)(of_year - (153 * m + 2) / 5 + 1),
                           (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60) };
}

static int days_in(int year, int month)
{
    return (int)(month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1));
}

/* The layout's pieces in order; `into` < 0: a literal. */
static const struct time_piece {
    const char *text;
    int into; /* index of the number read */
    size_t least, most; /* digits */
    int from, to;
    const char *name;
} time_pieces[] = {
    { "2006", 0, 4, 4, 0, 9999, "year" }, { "-", -1, 0, 0, 0, 0, NULL },       { "01", 1, 2, 2, 1, 12, "month" },
    { "-", -1, 0, 0, 0, 0, NULL },        { "02", 2, 2, 2, 0, 99, "day" },     { "T", -1, 0, 0, 0, 0, NULL },
    { "15", 3, 1, 2, 0, 23, "hour" },     { ":", -1, 0, 0, 0, 0, NULL },       { "04", 4, 2, 2, 0, 59, "minute" },
    { ":", -1, 0, 0, 0, 0, NULL },        { "05", 5, 2, 2, 0, 59, "second" },
};

enum { TIME_NUMBERS = 6 };

static bool is_digit(struct span text, size_t i)
{
    return i < text.n && ascii_is_digit(text.p[i]);
}

static int read_digits(struct span *text, size_t least, size_t most)
{
    size_t n = 0;
    int value = 0;

    while (n < most && is_digit(*text, n))
        value = value * 10 + (text->p[n++] - '0');
    if (n < least)
        return -1;
    *text = span_of(text->p + n, text->n - n);
    return value;
}

static bool read_piece(struct time_reader *r, const struct time_piece *piece, int numbers[TIME_NUMBERS])
{
    if (piece->into < 0) {
        bool there = span_starts(r->left, span_text(piece->text));
        if (there)
            r->left = span_of(r->left.p + 1, r->left.n - 1);
        else
            r->expected = piece->text;
        return there;
    }
    int value = read_digits(&r->left, piece->least, piece->most);
    if (value < 0)
        r->expected = piece->text;
    else if (value < piece->from || value > piece->to)
        r->range = piece->name;
    numbers[piece->into] = value;
    return !r->expected && !r->range;
}

static int64_t read_fraction(struct time_reader *r)
{
    int64_t ns = 0, unit = SECOND / 10;
    size_t n = 1;

    if (r->left.n < 2 || !strchr(".,", r->left.p[0]) || !is_digit(r->left, 1))
        return 0;
    for (; is_digit(r->left, n); n++, unit /= 10)
        ns += unit * (r->left.p[n] - '0');
    r->left = span_of(r->left.p + n, r->left.n - n);
    return ns;
}

/* Seconds east of UTC: `Z` or `+hh:mm`. */
static int64_t read_zone(struct time_reader *r)
{
    struct span t = r->left;

    if (t.n && t.p[0] == 'Z') {
        r->left = span_of(t.p + 1, t.n - 1);
        return 0;
    }
    struct span hours = t.n < 6 ? t : span_of(t.p + 1, 2), minutes = t.n < 6 ? t : span_of(t.p + 4, 2);
    int h = read_digits(&hours, 2, 2), m = read_digits(&minutes, 2, 2);
    if (t.n < 6 || t.p[3] != ':' || !strchr("+-", t.p[0]) || h < 0 || m < 0) {
        r->expected = "Z07:00";
        return 0;
    }
    r->left = span_of(t.p + 6, t.n - 6);
    return (t.p[0] == '-' ? -60 : 60) * (int64_t)(h * 60 + m);
}

/* The zero time and what is out of an int64_t's reach. */
static int64_t time_of(int64_t seconds, int64_t ns)
{
    if (seconds == days_of(1, 1, 1) * 86400 && ns == 0)
        return 0;
    if (seconds >= INT64_MAX / SECOND)
        return INT64_MAX;
    if (seconds <= INT64_MIN / SECOND)
        return INT64_MIN;
    return seconds * SECOND + ns;
}

int64_t json_read_time(struct time_reader *r)
{
    int n[TIME_NUMBERS] = { 0 };

    for (size_t i = 0; i < sizeof time_pieces / sizeof *time_pieces; i++)
        if (!read_piece(r, &time_pieces[i], n))
            return 0;
    int64_t ns = read_fraction(r);
    int64_t zone = read_zone(r);
    if (r->expected || r->left.n)
        return 0;
    if (n[2] < 1 || n[2] > days_in(n[0], n[1]))
        r->range = "day";
    return time_of(days_of(n[0], n[1], n[2]) * 86400 + n[3] * 3600 + n[4] * 60 + n[5] - zone, ns);
}

/* ---- printing ------------------------------------------------------------------------------------------------ */

static char *put_digits(char *to, int value, int width)
{
    for (int i = width; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

static char *put_byte(char *to, char c)
{
    *to = c;
    return to + 1;
}

static char *put_fraction(char *to, int ns)
{
    if (ns == 0)
        return to;
    to = put_digits(put_byte(to, '.'), ns, 9);
    while (to[-1] == '0')
        to--;
    return to;
}

static char *put_zone(char *to, int zone)
{
    int minutes = abs(zone) / 60;

    if (zone == 0)
        return put_byte(to, 'Z');
    to = put_digits(put_byte(to, zone < 0 ? '-' : '+'), minutes / 60, 2);
    return put_digits(put_byte(to, ':'), minutes % 60, 2);
}

void json_put_time(struct buf *out, int64_t ns, int zone)
{
    char text[64], *p = text;

    if (ns == 0) {
        buf_text(out, "\"0001-01-01T00:00:00Z\"");
        return;
    }
    int64_t seconds = ns / SECOND, rest = ns % SECOND;
    if (rest < 0) {
        rest += SECOND;
        seconds--;
    }
    struct civil c = civil_of(seconds + zone);
    p = put_digits(put_byte(p, '"'), c.year, 4);
    p = put_digits(put_byte(p, '-'), c.month, 2);
    p = put_digits(put_byte(p, '-'), c.day, 2);
    p = put_digits(put_byte(p, 'T'), c.hour, 2);
    p = put_digits(put_byte(p, ':'), c.minute, 2);
    p = put_digits(put_byte(p, ':'), c.second, 2);
    p = put_byte(put_zone(put_fraction(p, (int)rest), zone), '"');
    buf_add(out, text, (size_t)(p - text));
}
