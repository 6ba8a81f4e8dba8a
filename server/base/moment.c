#include "base/moment.h"

#include "base/ascii.h"

#include <time.h>

enum { SHOWN_MAX = 64, MINUTE = 60, HOUR = 60 * MINUTE };
#define SECOND INT64_C(1000000000)
#define LATEST INT64_C(7258118400) /* 2200-01-01 in seconds */
#define SHOWN(text) (int)((text).n < SHOWN_MAX ? (text).n : SHOWN_MAX), ((text).p ? (text).p : "")

/* `9`: a digit; anything else must match. */
static bool has_form(struct span text, const char *form)
{
    size_t n = strlen(form);

    if (text.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool fits = form[i] == '9' ? ascii_is_digit(text.p[i]) : text.p[i] == form[i];
        if (!fits)
            return false;
    }
    return true;
}

static int number_at(struct span text, size_t at, size_t digits)
{
    int value = 0;

    for (size_t i = at; i < at + digits; i++)
        value = value * 10 + (text.p[i] - '0');
    return value;
}

/* `.5` at the front of what is left, as nanoseconds; finer digits are dropped. */
static bool take_fraction(struct span *left, int64_t *ns)
{
    size_t n = 1;
    int64_t unit = SECOND;

    *ns = 0;
    if (!left->n || left->p[0] != '.')
        return true;
    for (; n < left->n && ascii_is_digit(left->p[n]); n++) {
        unit /= 10;
        *ns += unit * (left->p[n] - '0');
    }
    *left = span_of(left->p + n, left->n - n);
    return n > 1;
}

static bool read_zone(struct span left, int *zone)
{
    *zone = 0;
    if (span_eq(left, SPAN("Z")))
        return true;
    if (left.n != sizeof "+99:99" - 1 || !(has_form(left, "+99:99") || has_form(left, "-99:99")))
        return false;
    int hours = number_at(left, 1, 2), minutes = number_at(left, 4, 2);
    *zone = (left.p[0] == '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
    return hours < 24 && minutes < 60;
}

/* Seconds since 1970 of the date and time at the front; false: there is no such day or hour. */
static bool read_civil(struct span text, int64_t *seconds)
{
    struct tm civil = { .tm_year = number_at(text, 0, 4) - 1900,
                        .tm_mon = number_at(text, 5, 2) - 1,
                        .tm_mday = number_at(text, 8, 2),
                        .tm_hour = number_at(text, 11, 2),
                        .tm_min = number_at(text, 14, 2),
                        .tm_sec = number_at(text, 17, 2) };
    struct tm given = civil;

    *seconds = timegm(&civil); /* timegm turns an impossible date into another one */
    return civil.tm_mon == given.tm_mon && civil.tm_mday == given.tm_mday && civil.tm_hour == given.tm_hour &&
           civil.tm_min == given.tm_min && civil.tm_sec == given.tm_sec;
}

static bool read_moment(struct span text, int64_t *seconds, int64_t *ns, int *zone)
{
    static const char form[] = "9999-99-99T99:99:99";

    if (!has_form(text, form) || !read_civil(text, seconds))
        return false;
    struct span left = span_of(text.p + sizeof form - 1, text.n - (sizeof form - 1));
    if (!take_fraction(&left, ns) || !read_zone(left, zone))
        return false;
    *seconds -= *zone;
    return true;
}

enum err moment_parse(struct span text, int64_t *ns, int *zone, struct error *error)
{
    int64_t seconds = 0, fraction = 0;
    int offset = 0;

    if (!read_moment(text, &seconds, &fraction, &offset))
        return error_set(error, ERR_INVALID, "wants a moment like 2023-03-22T09:00:00Z (RFC 3339), not \"%.*s\"",
                         SHOWN(text));
    if (seconds < 0 || (seconds == 0 && fraction == 0) || seconds >= LATEST)
        return error_set(error, ERR_INVALID, "wants a moment after 1970 began and before 2200, not \"%.*s\"", SHOWN(text));
    *ns = seconds * SECOND + fraction;
    *zone = offset;
    return ERR_OK;
}
