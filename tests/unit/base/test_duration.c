#include "base/duration.h"
#include "support/suite.h"

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)

/* ---- reading ------------------------------------------------------------------------------------------------ */

static const struct good {
    const char *text;
    int64_t ns;
} good[] = {
    { "250ms", 250 * MS },
    { "2s", 2 * SECOND },
    { "1m30s", 90 * SECOND },
    { "1h", HOUR },
    { "1h2m3s4ms5us6ns", HOUR + 123 * SECOND + 4 * MS + 5006 },
    { "1.5s", 1500 * MS },
    { ".5s", 500 * MS },
    { "1.s", SECOND },
    { "0s", 0 },
    { "00.0h", 0 },
    { "10\xc2\xb5s", 10000 },
    { "10\xce\xbcs", 10000 },
    { "30s1h", HOUR + 30 * SECOND },
    { "0.3333333333333333333h", HOUR / 3 },
    { "1.0000000000000000000000000000009s", SECOND },
    { "2562047h47m16.854775807s", INT64_MAX },
    { "9223372036854775807ns", INT64_MAX },
};

START_TEST(lengths_are_read_as_go_reads_them)
{
    struct error error = { 0 };
    int64_t ns = -1;

    ck_assert_msg(!duration_parse(span_text(good[_i].text), &ns, &error), "%s: %s", good[_i].text, error.text);
    ck_assert_msg(ns == good[_i].ns, "%s: %lld", good[_i].text, (long long)ns);
}
END_TEST

#define NO(text, why) "\"" text "\" is no duration: " why
#define WRITE "such as \"250ms\", \"2s\" or \"1m30s\""
#define LONGEST "the longest there is is 2562047h47m16.854775807s"

static const struct bad {
    const char *text, *why;
} bad[] = {
    { "", "the duration is empty: write it " WRITE },
    { "5", NO("5", "a number lacks its unit; write it " WRITE) },
    { "0", NO("0", "a number lacks its unit; write it " WRITE) },
    { "1m30", NO("1m30", "a number lacks its unit; write it " WRITE) },
    { "1.2.3s", NO("1.2.3s", "a number lacks its unit; write it " WRITE) },
    { "soon", NO("soon", "write numbers with units, " WRITE) },
    { ".s", NO(".s", "write numbers with units, " WRITE) },
    { " 1s", NO(" 1s", "write numbers with units, " WRITE) },
    { "1s ", NO("1s ", "unknown unit \"s \", want ns, us, ms, s, m or h") },
    { "3d", NO("3d", "unknown unit \"d\", want ns, us, ms, s, m or h") },
    { "1S", NO("1S", "unknown unit \"S\", want ns, us, ms, s, m or h") },
    { "-1s", NO("-1s", "it may have no sign") },
    { "+1s", NO("+1s", "it may have no sign") },
    { "2562047h47m16.854775808s", NO("2562047h47m16.854775808s", LONGEST) },
    { "9223372036854775808ns", NO("9223372036854775808ns", LONGEST) },
    { "99999999999999999999999h", NO("99999999999999999999999h", LONGEST) },
    { "2000000h2000000h", NO("2000000h2000000h", LONGEST) },
};

START_TEST(what_is_no_length_is_refused_with_advice)
{
    struct error error = { 0 };
    int64_t ns = -1;

    ck_assert_msg(duration_parse(span_text(bad[_i].text), &ns, &error) == ERR_INVALID, "%s", bad[_i].text);
    ck_assert_str_eq(error.text, bad[_i].why);
    ck_assert(ns == -1);
}
END_TEST

/* ---- printing ----------------------------------------------------------------------------------------------- */

static const struct printed {
    int64_t ns;
    const char *text;
} printed[] = {
    { 0, "0s" },
    { 1, "1ns" },
    { 999, "999ns" },
    { 1000, "1\xc2\xb5s" },
    { 1100, "1.1\xc2\xb5s" },
    { 2200000, "2.2ms" },
    { 499 * MS, "499ms" },
    { 999999999, "999.999999ms" },
    { SECOND, "1s" },
    { 1500 * MS, "1.5s" },
    { SECOND + 1, "1.000000001s" },
    { 60 * SECOND, "1m0s" },
    { 90 * SECOND, "1m30s" },
    { 2 * HOUR, "2h0m0s" },
    { HOUR + 1800 * SECOND, "1h30m0s" },
    { HOUR + 5 * MS, "1h0m0.005s" },
    { 888888 * HOUR + 53 * 60 * SECOND + 20 * SECOND, "888888h53m20s" },
    { -SECOND, "-1s" },
    { -1, "-1ns" },
    { INT64_MAX, "2562047h47m16.854775807s" },
    { INT64_MIN, "-2562047h47m16.854775808s" },
};

START_TEST(lengths_are_printed_as_go_prints_them)
{
    CLEANUP(buf_release) struct buf out = buf_init(100);

    duration_format(&out, printed[_i].ns);

    ck_assert_str_eq(out.p, printed[_i].text);
}
END_TEST

TEST_MAIN("duration",
    TEST_EACH(lengths_are_read_as_go_reads_them, good),
    TEST_EACH(what_is_no_length_is_refused_with_advice, bad),
    TEST_EACH(lengths_are_printed_as_go_prints_them, printed))
