#include "base/error.h"
#include "base/quote.h"
#include "support/suite.h"

static const struct quoted {
    struct span text;
    const char *quoted;
} quoted[] = {
    { { NULL, 0 }, "\"\"" },
    { { "abc", 3 }, "\"abc\"" },
    { { "\"\\'", 3 }, "\"\\\"\\\\'\"" },
    { { "\a\b\f\n\r\t\v", 7 }, "\"\\a\\b\\f\\n\\r\\t\\v\"" },
    { { "\0\x1f\x7f", 3 }, "\"\\x00\\x1f\\x7f\"" },
    { { "\xc3\xa9\xe2\x98\xba\xf0\x9f\x98\x80", 9 }, "\"\xc3\xa9\xe2\x98\xba\xf0\x9f\x98\x80\"" },
    { { "\xc2\xa0\xc2\xad", 4 }, "\"\\u00a0\\u00ad\"" },         /* a blank that is not ASCII's; a soft hyphen */
    { { "\xe2\x80\xa8\xee\x80\x80", 6 }, "\"\\u2028\\ue000\"" }, /* a line separator; private use */
    { { "\xf3\xa0\x80\x81\xf4\x8f\xbf\xbf", 8 }, "\"\\U000e0001\\U0010ffff\"" },
    { { "\xef\xbf\xbd", 3 }, "\"\xef\xbf\xbd\"" },               /* U+FFFD itself */
    /* no UTF-8: each byte for itself */
    { { "\xff", 1 }, "\"\\xff\"" },
    { { "\x80z", 2 }, "\"\\x80z\"" },
    { { "\xc3", 1 }, "\"\\xc3\"" },
    { { "\xc0\x80", 2 }, "\"\\xc0\\x80\"" },
    { { "\xe2\x98", 2 }, "\"\\xe2\\x98\"" },
    { { "\xe0\x80\x80", 3 }, "\"\\xe0\\x80\\x80\"" },
    { { "\xed\xa0\x80", 3 }, "\"\\xed\\xa0\\x80\"" },
    { { "\xf4\x90\x80\x80", 4 }, "\"\\xf4\\x90\\x80\\x80\"" },
};

START_TEST(texts_are_quoted_as_go_quotes_them)
{
    CLEANUP(buf_release) struct buf out = buf_init(100);

    buf_quote(&out, quoted[_i].text);

    ck_assert_str_eq(out.p, quoted[_i].quoted);
}
END_TEST

START_TEST(quoting_stops_at_the_buffers_maximum)
{
    CLEANUP(buf_release) struct buf out = buf_init(4);

    buf_quote(&out, SPAN("abcdefgh"));

    ck_assert(out.failed);
    ck_assert_uint_le(out.n, 4);
}
END_TEST

TEST_MAIN("quote",
    TEST_EACH(texts_are_quoted_as_go_quotes_them, quoted),
    TEST(quoting_stops_at_the_buffers_maximum))
