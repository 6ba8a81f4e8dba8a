#include "base/moment.h"
#include "support/suite.h"

#define SECOND INT64_C(1000000000)
#define NINE INT64_C(1679475600) /* 2023-03-22T09:00:00Z */

static const struct good {
    const char *text;
    int64_t ns;
    int zone;
} good[] = {
    { "2023-03-22T09:00:00Z", NINE * SECOND, 0 },
    { "2023-03-22T11:00:00+02:00", NINE * SECOND, 7200 },
    { "2023-03-22T03:30:00-05:30", NINE * SECOND, -19800 },
    { "2023-03-22T09:00:00.25Z", NINE * SECOND + SECOND / 4, 0 },
    { "2023-03-22T09:00:00.0000000019Z", NINE * SECOND + 1, 0 },
    { "1970-01-01T00:00:00.5Z", SECOND / 2, 0 },
    { "2024-02-29T00:00:00Z", INT64_C(1709164800) * SECOND, 0 },
    { "2199-12-31T23:59:59Z", INT64_C(7258118399) * SECOND, 0 },
};

START_TEST(a_moment_is_read_with_its_zone)
{
    int64_t ns = 0;
    int zone = 1;
    struct error error = { 0 };

    ck_assert_msg(moment_parse(span_text(good[_i].text), &ns, &zone, &error) == ERR_OK, "%s: %s", good[_i].text, error.text);
    ck_assert_msg(ns == good[_i].ns && zone == good[_i].zone, "%s: %lld %d", good[_i].text, (long long)ns, zone);
}
END_TEST

static const char *const bad[] = {
    "", "2023", "2023-03-22", "2023-03-22 09:00:00Z", "2023-03-22T09:00:00", "2023-03-22t09:00:00z",
    "2023-02-29T09:00:00Z", "2023-13-01T09:00:00Z", "2023-00-01T09:00:00Z", "2023-01-00T09:00:00Z",
    "2023-03-22T24:00:00Z", "2023-03-22T09:60:00Z", "2023-03-22T09:00:60Z", "2023-03-22T09:00:00.Z",
    "2023-03-22T09:00:00+2:00", "2023-03-22T09:00:00+02:60", "2023-03-22T09:00:00+24:00", "2023-03-22T09:00:00Zx",
    "+023-03-22T09:00:00Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
};

START_TEST(what_is_no_moment_is_refused_and_writes_nothing)
{
    int64_t ns = 7;
    int zone = 8;
    struct error error = { 0 };

    ck_assert_msg(moment_parse(span_text(bad[_i]), &ns, &zone, &error) == ERR_INVALID, "%s", bad[_i]);
    ck_assert_msg(ns == 7 && zone == 8 && strstr(error.text, "wants a moment") == error.text, "%s: %s", bad[_i], error.text);
}
END_TEST

TEST_MAIN("moment",
    TEST_EACH(a_moment_is_read_with_its_zone, good),
    TEST_EACH(what_is_no_moment_is_refused_and_writes_nothing, bad))
