/* Notations in ASCII, and where a text may be cut. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "support/suite.h"

#define TEXT(literal) { "" literal, sizeof(literal) - 1 }

START_TEST(a_hexadecimal_digit_has_either_case)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    for (int c = -128; c < 128; c++) {
        const char *at = c ? strrchr(digits, c) : NULL;
        ck_assert_int_eq(ascii_hex((char)c), at ? (at - digits) % 16 : -1);
    }
}
END_TEST

START_TEST(letters_are_those_of_ascii_alone)
{
    for (int c = -128; c < 128; c++) {
        bool lower = c >= 'a' && c <= 'z', letter = lower || (c >= 'A' && c <= 'Z');
        ck_assert_int_eq(ascii_is_lower((char)c), lower);
        ck_assert_int_eq(ascii_is_letter((char)c), letter);
        ck_assert_int_eq(ascii_lower((char)c), letter && !lower ? c + 32 : c);
        ck_assert_int_eq(ascii_upper((char)c), lower ? c - 32 : c);
    }
}
END_TEST

static const struct number {
    struct span text;
    bool good;
    uint64_t value;
} numbers[] = {
    { TEXT("0"), true, 0 },
    { TEXT("007"), true, 7 },
    { TEXT("18446744073709551615"), true, UINT64_MAX },
    { TEXT("18446744073709551616"), false, 0 },
    { TEXT("99999999999999999999999"), false, 0 },
    { TEXT(""), false, 0 },
    { TEXT("-1"), false, 0 },
    { TEXT("1 "), false, 0 },
    { TEXT("1\0"), false, 0 },
};

START_TEST(a_number_is_digits_alone_within_64_bits)
{
    const struct number *row = &numbers[_i];
    uint64_t value = 0;

    ck_assert_msg(ascii_number(row->text, &value) == row->good, "%s", row->text.p);
    if (row->good)
        ck_assert_uint_eq(value, row->value);
}
END_TEST

static const struct percent {
    struct span text;
    size_t at;
    int byte;
} percents[] = {
    { TEXT("%41"), 0, 'A' },   { TEXT("x%fF"), 1, 0xff }, { TEXT("%00"), 0, 0 },  { TEXT("%4"), 0, -1 },
    { TEXT("%4g"), 0, -1 },    { TEXT("%41"), 1, -1 },    { TEXT(""), 0, -1 },    { TEXT("%41"), 7, -1 },
};

START_TEST(a_percent_escape_is_two_hexadecimal_digits)
{
    ck_assert_msg(ascii_percent(percents[_i].text, percents[_i].at) == percents[_i].byte, "%s", percents[_i].text.p);
}
END_TEST

static const struct unicode {
    struct span text;
    int32_t code;
    size_t taken;
} unicodes[] = {
    { TEXT("\\u0041z"), 'A', 6 },
    { TEXT("\\u0000"), 0, 6 },
    { TEXT("\\uFfFe"), 0xfffe, 6 },
    { TEXT("\\ud83d\\ude00"), 0x1f600, 12 },
    { TEXT("\\udbff\\udfff"), 0x10ffff, 12 },
    { TEXT("\\ud83d\\u0041"), 0xd83d, 6 },
    { TEXT("\\ud83d\\ud83d"), 0xd83d, 6 },
    { TEXT("\\ud83d\\ude0"), 0xd83d, 6 },
    { TEXT("\\ude00\\ud83d"), 0xde00, 6 },
    { TEXT("\\u004"), -1, 0 },
    { TEXT("\\u00g1"), -1, 0 },
    { TEXT("\\x0041"), -1, 0 },
    { TEXT("u0041"), -1, 0 },
    { TEXT(""), -1, 0 },
};

START_TEST(a_unicode_escape_is_taken_with_its_other_half)
{
    const struct unicode *row = &unicodes[_i];
    size_t at = 0;

    ck_assert_msg(ascii_unicode(row->text, &at) == row->code && at == row->taken, "%s: %zu", row->text.p, at);
    ck_assert_int_eq(ascii_is_surrogate(row->code), row->code >= 0xd800 && row->code <= 0xdfff);
}
END_TEST

static const struct list {
    struct span list;
    bool has;
} lists[] = {
    { TEXT("close"), true },  { TEXT("a, Close"), true }, { TEXT("a,\tCLOSE ,b"), true }, { TEXT(",close"), true },
    { TEXT("closed"), false }, { TEXT("a close"), false }, { TEXT(""), false },           { TEXT(",,"), false },
};

START_TEST(a_list_has_a_token_whatever_its_case_and_blanks)
{
    ck_assert_msg(ascii_list_has(lists[_i].list, SPAN("close")) == lists[_i].has, "%s", lists[_i].list.p);
}
END_TEST

static const struct {
    struct span text;
    bool good;
    uint64_t bytes;
} sizes[] = {
    { TEXT("1KiB"), true, 1024 },
    { TEXT("512MiB"), true, 512 * 1024 * 1024 },
    { TEXT("2GiB"), true, 2147483648 },
    { TEXT("0KiB"), true, 0 },
    { TEXT("512"), false, 0 },
    { TEXT("MiB"), false, 0 },
    { TEXT("1 MiB"), false, 0 },
    { TEXT("1mib"), false, 0 },
    { TEXT("1MB"), false, 0 },
    { TEXT("-1MiB"), false, 0 },
    { TEXT("1.5GiB"), false, 0 },
    { TEXT("18446744073709551615KiB"), false, 0 },
    { TEXT(""), false, 0 },
};

START_TEST(a_size_is_digits_and_a_unit)
{
    uint64_t bytes = 0;

    ck_assert_msg(ascii_size(sizes[_i].text, &bytes) == sizes[_i].good, "%s", sizes[_i].text.p);
    if (sizes[_i].good)
        ck_assert_uint_eq(bytes, sizes[_i].bytes);
}
END_TEST

START_TEST(a_text_is_cut_before_a_character_that_would_be_torn)
{
    static const size_t wanted[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };
    struct span text = SPAN("aé\xe2\x82\xac\xf0\x9f\x98\x80");

    for (size_t max = 0; max < ROWS(wanted); max++)
        ck_assert_uint_eq(utf8_cut(text, max).n, wanted[max]);
}
END_TEST

TEST_MAIN("ascii",
    TEST(a_hexadecimal_digit_has_either_case),
    TEST(letters_are_those_of_ascii_alone),
    TEST_EACH(a_number_is_digits_alone_within_64_bits, numbers),
    TEST_EACH(a_percent_escape_is_two_hexadecimal_digits, percents),
    TEST_EACH(a_unicode_escape_is_taken_with_its_other_half, unicodes),
    TEST_EACH(a_list_has_a_token_whatever_its_case_and_blanks, lists),
    TEST_EACH(a_size_is_digits_and_a_unit, sizes),
    TEST(a_text_is_cut_before_a_character_that_would_be_torn))
