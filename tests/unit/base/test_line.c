/* Lines of text in columns. */
#include "base/line.h"
#include "base/ns.h"
#include "support/suite.h"

#include <stdio.h>

static struct line line;

static const char *text(void)
{
    static char copy[LINE_ROOM + 1];

    snprintf(copy, sizeof copy, "%.*s", SPAN_ARG(line_view(&line)));
    return copy;
}

static void clear(void)
{
    line_clear(&line);
}

static const struct row {
    struct span from;
    size_t max;
    const char *to;
} rows[] = {
    { { "plain", 5 }, 10, "plain" },
    { { "plain", 5 }, 5, "plain" },
    { { "plain", 5 }, 4, "plai\xe2\x80\xa6" },
    { { "a\nb\x1b[31m\x7f", 9 }, 20, "a?b?[31m?" },
    { { "a\0b", 3 }, 20, "a?b" },
    { { "\xc3\xa4\xc3\xb6\xc3\xbc", 6 }, 2, "\xc3\xa4\xc3\xb6\xe2\x80\xa6" },
    { { "\xc2\x9b" "31m", 5 }, 20, "?31m" },
    { { "\xff\xc3", 2 }, 20, "??" },
    { { "", 0 }, 0, "" },
};

START_TEST(a_text_is_cut_by_characters_and_moves_no_cursor)
{
    line_span(&line, rows[_i].from, rows[_i].max);

    ck_assert_str_eq(text(), rows[_i].to);
}
END_TEST

START_TEST(columns_count_characters_and_no_escape_sequences)
{
    line_escape(&line, "\x1b[31m");
    line_span(&line, SPAN("\xc3\xa4"), 10);
    line_pad(&line, 4);
    line_char(&line, '|');

    ck_assert_str_eq(text(), "\x1b[31m\xc3\xa4   |");
}
END_TEST

START_TEST(a_column_that_is_passed_still_gets_a_blank)
{
    line_text(&line, "abcdef");
    line_pad(&line, 4);
    line_number(&line, 120);

    ck_assert_str_eq(text(), "abcdef 120");
}
END_TEST

START_TEST(a_full_line_still_ends)
{
    for (int i = 0; i < LINE_ROOM; i++)
        line_text(&line, "abc");
    line_pad(&line, 2 * LINE_ROOM);
    line_span(&line, SPAN("\xc3\xa4 tail"), 100);
    line_end(&line);

    ck_assert_uint_le(line.n, LINE_ROOM);
    ck_assert_int_eq(line.at[line.n - 1], '\n');
}
END_TEST

static const struct moment {
    int64_t ns;
    const char *text;
} moments[] = {
    { INT64_C(1679475600) * NS_PER_SECOND, "2023-03-22T09:00:00.000Z" },
    { INT64_C(1679475600) * NS_PER_SECOND + 999999999, "2023-03-22T09:00:00.999Z" },
    { INT64_C(1679475601) * NS_PER_SECOND + 7 * NS_PER_MS, "2023-03-22T09:00:01.007Z" },
    { 0, "1970-01-01T00:00:00.000Z" },
    { CLOCK_LAST, "2262-01-01T00:00:00.000Z" },
};

START_TEST(moments_are_of_fixed_width)
{
    for (size_t i = 0; i < ROWS(moments); i++) {
        line_clear(&line);
        line_time(&line, moments[i].ns);
        ck_assert_str_eq(text(), moments[i].text);
        ck_assert_uint_eq(line.column, LINE_TIME);
    }
}
END_TEST

TEST_MAIN("line",
    TEST_GROUP("a line", .setup = clear),
    TEST_EACH(a_text_is_cut_by_characters_and_moves_no_cursor, rows),
    TEST(columns_count_characters_and_no_escape_sequences),
    TEST(a_column_that_is_passed_still_gets_a_blank),
    TEST(a_full_line_still_ends),
    TEST(moments_are_of_fixed_width))
