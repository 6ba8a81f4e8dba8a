#include "support/suite.h"
#include "wire/json_scan.h"

#include <stdlib.h>

#define TEXT(literal) { "" literal, sizeof(literal) - 1 }

/* ---- good values -------------------------------------------------------------------------------------- */

static const struct good {
    struct span text;
    const char *value;
} good[] = {
    { TEXT("{}"), "{}" },
    { TEXT(" \n\t\r{} "), "{}" },
    { TEXT("{} {}"), "{}" },
    { TEXT("{} xx"), "{}" },
    { TEXT("[]]"), "[]" },
    { TEXT("3"), "3" },
    { TEXT("3 "), "3" },
    { TEXT("3}"), "3" },
    { TEXT("-0.5e-10,"), "-0.5e-10" },
    { TEXT("0E+1"), "0E+1" },
    { TEXT("01"), "0" },
    { TEXT("nulls"), "null" },
    { TEXT("\"x\"y"), "\"x\"" },
    { TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00aF\""), "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00aF\"" },
    { TEXT("\"\x7f\xff\""), "\"\x7f\xff\"" },
    { TEXT("{\"a\" : [ 1 , { \"b\" : null } , true , false ] }"),
      "{\"a\" : [ 1 , { \"b\" : null } , true , false ] }" },
    { TEXT("{\"]\":\"}\\\"{\"}}"), "{\"]\":\"}\\\"{\"}" },
};

START_TEST(the_first_value_is_found)
{
    struct span value;
    struct error error = { 0 };

    enum err err = json_scan(good[_i].text, &value, NULL, &error);

    ck_assert_msg(err == ERR_OK, "%s: %s", good[_i].text.p, error.text);
    ck_assert_msg(span_is(value, good[_i].value), "%s: %.*s", good[_i].text.p, SPAN_ARG(value));
}
END_TEST

START_TEST(a_good_value_is_passed_over_to_its_end)
{
    struct span value;
    struct error error;

    ck_assert_int_eq(json_scan(good[_i].text, &value, NULL, &error), ERR_OK);
    size_t n = json_skip(value);

    ck_assert_msg(n == value.n, "%s: %zu", good[_i].text.p, n);
}
END_TEST

/* ---- bad ones ----------------------------------------------------------------------------------------- */

static const struct bad {
    struct span text;
    bool cut;
    const char *message;
} bad[] = {
    { TEXT(""), true, "EOF" },
    { TEXT("  \n"), true, "EOF" },
    { TEXT("{\"a\":1"), true, "unexpected EOF" },
    { TEXT("{\"id\":\"abc"), true, "unexpected EOF" },
    { TEXT("{\"max_jobs\":\"x\","), true, "unexpected EOF" },
    { TEXT("["), true, "unexpected EOF" },
    { TEXT("-"), true, "unexpected EOF" },
    { TEXT("1."), true, "unexpected EOF" },
    { TEXT("1e"), true, "unexpected EOF" },
    { TEXT("1e+"), true, "unexpected EOF" },
    { TEXT("nul"), true, "unexpected EOF" },
    { TEXT("\"\\"), true, "unexpected EOF" },
    { TEXT("\"\\u12"), true, "unexpected EOF" },
    { TEXT("{bad"), false, "invalid character 'b' looking for beginning of object key string" },
    { TEXT("{\"a\":1,}"), false, "invalid character '}' looking for beginning of object key string" },
    { TEXT("{'a':1}"), false, "invalid character '\\'' looking for beginning of object key string" },
    { TEXT("[1,]"), false, "invalid character ']' looking for beginning of value" },
    { TEXT("{\"a\":}"), false, "invalid character '}' looking for beginning of value" },
    { TEXT("]"), false, "invalid character ']' looking for beginning of value" },
    { TEXT("+1"), false, "invalid character '+' looking for beginning of value" },
    { TEXT("\xef\xbb\xbf{}"), false, "invalid character '\xc3\xaf' looking for beginning of value" },
    { TEXT("\0"), false, "invalid character '\\x00' looking for beginning of value" },
    { TEXT("\x1f"), false, "invalid character '\\x1f' looking for beginning of value" },
    { TEXT("\a"), false, "invalid character '\\a' looking for beginning of value" },
    { TEXT("\b"), false, "invalid character '\\b' looking for beginning of value" },
    { TEXT("\v"), false, "invalid character '\\v' looking for beginning of value" },
    { TEXT("\f"), false, "invalid character '\\f' looking for beginning of value" },
    { TEXT("\x7f"), false, "invalid character '\\x7f' looking for beginning of value" },
    { TEXT("\x80"), false, "invalid character '\\u0080' looking for beginning of value" },
    { TEXT("\xa0"), false, "invalid character '\\u00a0' looking for beginning of value" },
    { TEXT("\xad"), false, "invalid character '\\u00ad' looking for beginning of value" },
    { TEXT("\xff"), false, "invalid character '\xc3\xbf' looking for beginning of value" },
    { TEXT("\\"), false, "invalid character '\\\\' looking for beginning of value" },
    { TEXT("{\"id\" 3}"), false, "invalid character '3' after object key" },
    { TEXT("{\"id\":\"a\" \"b\":1}"), false, "invalid character '\"' after object key:value pair" },
    { TEXT("{\"max_jobs\":01}"), false, "invalid character '1' after object key:value pair" },
    { TEXT("[1 2]"), false, "invalid character '2' after array element" },
    { TEXT("{\"id\":\"a\nb\"}"), false, "invalid character '\\n' in string literal" },
    { TEXT("\"\0\""), false, "invalid character '\\x00' in string literal" },
    { TEXT("\"\t\""), false, "invalid character '\\t' in string literal" },
    { TEXT("\"\r\""), false, "invalid character '\\r' in string literal" },
    { TEXT("{\"id\":\"\\x\"}"), false, "invalid character 'x' in string escape code" },
    { TEXT("\"\\\0\""), false, "invalid character '\\x00' in string escape code" },
    { TEXT("\"\\u12g4\""), false, "invalid character 'g' in \\u hexadecimal character escape" },
    { TEXT("{\"max_jobs\":-}"), false, "invalid character '}' in numeric literal" },
    { TEXT("[1.]"), false, "invalid character ']' after decimal point in numeric literal" },
    { TEXT("[1ex]"), false, "invalid character 'x' in exponent of numeric literal" },
    { TEXT("[1e-]"), false, "invalid character ']' in exponent of numeric literal" },
    { TEXT("nope"), false, "invalid character 'o' in literal null (expecting 'u')" },
    { TEXT("nux"), false, "invalid character 'x' in literal null (expecting 'l')" },
    { TEXT("nulx"), false, "invalid character 'x' in literal null (expecting 'l')" },
    { TEXT("tx"), false, "invalid character 'x' in literal true (expecting 'r')" },
    { TEXT("trx"), false, "invalid character 'x' in literal true (expecting 'u')" },
    { TEXT("trux"), false, "invalid character 'x' in literal true (expecting 'e')" },
    { TEXT("fx"), false, "invalid character 'x' in literal false (expecting 'a')" },
    { TEXT("fax"), false, "invalid character 'x' in literal false (expecting 'l')" },
    { TEXT("falx"), false, "invalid character 'x' in literal false (expecting 's')" },
    { TEXT("falsx"), false, "invalid character 'x' in literal false (expecting 'e')" },
};

START_TEST(a_bad_text_is_refused_in_the_references_words)
{
    struct span value = { NULL, 0 };
    struct error error = { 0 };
    bool cut;

    enum err err = json_scan(bad[_i].text, &value, &cut, &error);

    ck_assert_msg(err == ERR_INVALID, "%s", bad[_i].message);
    ck_assert_str_eq(error.text, bad[_i].message);
    ck_assert_msg(cut == bad[_i].cut, "%s", bad[_i].message);
    ck_assert_ptr_null(value.p);
}
END_TEST

/* ---- deep ones ---------------------------------------------------------------------------------------- */

/* `depth` containers, each in the one before, and all closed again. */
static char *nested(size_t depth, const char *open, char close)
{
    size_t n = strlen(open);
    char *text = malloc(depth * (n + 1) + 1);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < depth; i++) {
        memcpy(text + i * n, open, n);
        text[depth * n + i] = close;
    }
    text[depth * (n + 1)] = '\0';
    return text;
}

static const struct deep {
    const char *name, *open;
    char close;
    size_t depth;
    const char *message;
} deep[] = {
    { "10000 arrays", "[", ']', 10000, NULL },
    { "10001 arrays", "[", ']', 10001, "invalid character '[' exceeded max depth" },
    { "a million arrays", "[", ']', 1000000, "invalid character '[' exceeded max depth" },
    { "10001 objects, which end in a hole", "{\"a\":", '}', 10001, "invalid character '{' exceeded max depth" },
    { "a hundred objects with a hole", "{\"a\":", '}', 100, "invalid character '}' looking for beginning of value" },
};

START_TEST(ten_thousand_containers_may_stand_in_each_other_and_no_more)
{
    char *bytes = nested(deep[_i].depth, deep[_i].open, deep[_i].close);
    struct span text = span_text(bytes), value = { NULL, 0 };
    struct error error = { 0 };

    enum err err = json_scan(text, &value, NULL, &error);

    ck_assert_msg(err == (deep[_i].message ? ERR_INVALID : ERR_OK), "%s: %s", deep[_i].name, error.text);
    ck_assert_str_eq(error.text, deep[_i].message ? deep[_i].message : "");
    ck_assert_msg(err || (value.n == text.n && json_skip(text) == text.n), "%s", deep[_i].name);
    free(bytes);
}
END_TEST

START_TEST(every_prefix_of_a_value_is_cut_short_and_read_no_further)
{
    const char text[] = "{\"a\\u00e9\": [-1.5e+3, true, false, null, {\"b\": \"\\n\"}], \"c\": {}}";

    for (size_t n = 0; n < sizeof text - 1; n++) {
        char *prefix = malloc(n + 1); /* its own block, so that the sanitizer sees a step too far */
        struct span value;
        struct error error = { 0 };
        bool cut;
        memcpy(prefix, text, n);
        ck_assert_int_eq(json_scan(span_of(prefix, n), &value, &cut, &error), ERR_INVALID);
        ck_assert_msg(cut, "%zu: %s", n, error.text);
        ck_assert_str_eq(error.text, n ? "unexpected EOF" : "EOF");
        free(prefix);
    }
}
END_TEST

TEST_MAIN("json_scan",
    TEST_EACH(the_first_value_is_found, good),
    TEST_EACH(a_good_value_is_passed_over_to_its_end, good),
    TEST_EACH(a_bad_text_is_refused_in_the_references_words, bad),
    TEST_EACH(ten_thousand_containers_may_stand_in_each_other_and_no_more, deep),
    TEST(every_prefix_of_a_value_is_cut_short_and_read_no_further))
