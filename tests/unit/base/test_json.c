#include "base/buf.h"
#include "base/json.h"
#include "support/suite.h"

static void json_freep(struct json **json)
{
    json_free(*json);
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    struct json_place where = { 0 };
    struct error error = { 0 };

    ck_assert_msg(json_parse(span_text(text), JSON_STRICT, &json, &where, &error) == ERR_OK, "%s: %zu:%zu: %s", text,
                  where.line, where.column, error.text);
    return json;
}

static void assert_span(struct span s, const char *bytes, size_t n)
{
    ck_assert_msg(span_eq(s, span_of(bytes, n)), "got %zu bytes: %.*s", s.n, SPAN_ARG(s));
}

/* ---- what is refused, and where ----------------------------------------------------------------------- */

static const struct refused {
    const char *name, *text;
    size_t line, column;
    const char *message;
} refused[] = {
    { "nothing", "", 1, 1, "the text ends too early" },
    { "white space alone", " \n ", 2, 2, "the text ends too early" },
    { "an open array", "[1, 2", 1, 6, "the text ends too early" },
    { "an open object", "{\"a\": 1\n", 2, 1, "the text ends too early" },
    { "a key and no more", "{\"a\"", 1, 5, "the text ends too early" },
    { "an open string", "[\"ab", 1, 2, "string without an end" },
    { "an open string after a backslash", "\"\\", 1, 2, "bad escape in a string" },
    { "a trailing comma in an array", "[1,]", 1, 4, "expected a value" },
    { "a trailing comma in an object", "{\"a\":1,}", 1, 8, "expected a key in quotes" },
    { "a bare key", "{a: 1}", 1, 2, "expected a key in quotes" },
    { "no colon", "{\"a\" 1}", 1, 6, "expected ':'" },
    { "no comma in an array", "[1 2]", 1, 4, "expected ',' or ']'" },
    { "no comma in an object", "{\"a\":1 \"b\":2}", 1, 8, "expected ',' or '}'" },
    { "the wrong bracket", "[1}", 1, 3, "expected ',' or ']'" },
    { "a second value", "{} {}", 1, 4, "something follows the value" },
    { "garbage behind", "1x", 1, 2, "something follows the value" },
    { "half a word", "[tru]", 1, 2, "expected a value" },
    { "a comment", "// no\n1", 1, 1, "expected a value" },
    { "a byte order mark", "\xef\xbb\xbf{}", 1, 1, "expected a value" },
    { "a leading zero", "[01]", 1, 3, "expected ',' or ']'" },
    { "a point and no digit", "[1.]", 1, 2, "bad number" },
    { "a minus alone", "[-]", 1, 2, "bad number" },
    { "an exponent without digits", "[1e+]", 1, 2, "bad number" },
    { "a number beyond a double", "[1e999]", 1, 2, "number out of range" },
    { "a number the library would cut",
      "[1111111111111111111111111111111111111111111111111111111111111111]", 1, 2, "number with too many digits" },
    { "a raw line break in a string", "\"a\nb\"", 1, 3, "control character in a string" },
    { "an unknown escape", "[\"\\q\"]", 1, 3, "bad escape in a string" },
    { "a short unicode escape", "[\"\\u12\"]", 1, 3, "bad escape in a string" },
    { "a NUL escape", "[\"a\\u0000\"]", 1, 4, "\\u0000 in a string" },
    { "a NUL escape in a key", "{\"a\\u0000\":1}", 1, 4, "\\u0000 in a key" },
    { "a low surrogate alone", "[\"\\udc00\"]", 1, 3, "half a surrogate pair" },
    { "a high surrogate alone", "[\"\\ud83dx\"]", 1, 3, "half a surrogate pair" },
    { "two high surrogates", "[\"\\ud83d\\ud83d\"]", 1, 3, "half a surrogate pair" },
    { "a stray continuation byte", "[\"\x80\"]", 1, 3, "not UTF-8" },
    { "an overlong slash", "[\"\xc0\xaf\"]", 1, 3, "not UTF-8" },
    { "an overlong three", "[\"\xe0\x80\xaf\"]", 1, 3, "not UTF-8" },
    { "a surrogate in UTF-8", "[\"\xed\xa0\x80\"]", 1, 3, "not UTF-8" },
    { "above U+10FFFF", "[\"\xf4\x90\x80\x80\"]", 1, 3, "not UTF-8" },
    { "a cut character", "[\"\xe2\x82\"]", 1, 3, "not UTF-8" },
    { "a key twice", "{\"a\": 1,\n  \"b\": 2, \"a\": 3}", 2, 11, "key \"a\" stands twice in one object" },
    { "a key twice, spelt differently", "{\"\\u0061\\\"\": 1, \"a\\\"\" : 3}", 1, 17,
      "key \"a\\\"\" stands twice in one object" },
    { "a key twice, deep in", "[{\"x\": [{\"k\": 0, \"k\": 0}]}]", 1, 18, "key \"k\" stands twice in one object" },
};

START_TEST(a_bad_text_is_refused_with_its_place)
{
    const struct refused *row = &refused[_i];
    struct json *json = NULL;
    struct json_place where = { 0 };
    struct error error = { 0 };

    enum err err = json_parse(span_text(row->text), JSON_STRICT, &json, &where, &error);

    ck_assert_msg(err == ERR_INVALID && error.code == ERR_INVALID, "%s passed", row->name);
    ck_assert_msg(where.line == row->line && where.column == row->column && strcmp(error.text, row->message) == 0,
                  "%s: %zu:%zu: %s", row->name, where.line, where.column, error.text);
    ck_assert_msg(json == NULL, "%s: an output was written", row->name);
}
END_TEST

START_TEST(a_raw_nul_byte_is_refused)
{
    struct json *json = NULL;

    ck_assert_int_eq(json_parse(SPAN("\"a\0b\""), JSON_WITH_NUL, &json, NULL, NULL), ERR_INVALID);
    ck_assert_int_eq(json_parse(SPAN("1\0"), JSON_WITH_NUL, &json, NULL, NULL), ERR_INVALID);
}
END_TEST

static void nested(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buf_text(out, i % 2 ? "{\"a\":" : "[");
    buf_char(out, '1');
    for (size_t i = depth; i-- > 0;)
        buf_char(out, i % 2 ? '}' : ']');
}

START_TEST(sixty_four_lists_deep_is_read_and_one_more_refused)
{
    CLEANUP(buf_release) struct buf text = buf_init(4096);
    struct json *json = NULL;
    struct json_place where;
    struct error error;

    nested(&text, JSON_DEPTH_MAX);
    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, NULL, NULL), ERR_OK);
    json_free(json);

    buf_clear(&text);
    nested(&text, JSON_DEPTH_MAX + 1);
    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, &where, &error), ERR_INVALID);
    ck_assert_str_eq(error.text, "nested too deep");
    ck_assert_uint_eq(where.column, 64 / 2 * 6 + 1);
}
END_TEST

START_TEST(a_million_brackets_are_refused_without_recursion)
{
    CLEANUP(buf_release) struct buf text = buf_init(2000000);
    struct json *json = NULL;

    for (int i = 0; i < 1000000; i++)
        buf_char(&text, '[');

    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, NULL, NULL), ERR_INVALID);
}
END_TEST

START_TEST(a_long_object_with_a_key_twice_is_found_out_soon)
{
    CLEANUP(buf_release) struct buf text = buf_init(10000000);
    struct json *json = NULL;
    struct error error;

    buf_text(&text, "{");
    for (int i = 0; i < 200000; i++)
        buf_printf(&text, "\"%d\":0,", i);
    buf_text(&text, "\"77\":0}");

    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, NULL, &error), ERR_INVALID);
    ck_assert_str_eq(error.text, "key \"77\" stands twice in one object");
}
END_TEST

START_TEST(more_values_than_the_cap_are_refused)
{
    CLEANUP(buf_release) struct buf text = buf_init(4 * JSON_VALUES_MAX);
    struct json *json = NULL;
    struct error error;

    buf_text(&text, "[0");
    for (int i = 0; i < JSON_VALUES_MAX; i++)
        buf_text(&text, ",0");
    buf_text(&text, "]");

    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &json, NULL, &error), ERR_INVALID);
    ck_assert_str_eq(error.text, "too many values");
}
END_TEST

/* ---- what is read --------------------------------------------------------------------------------------- */

START_TEST(every_type_is_told)
{
    static const enum json_type types[] = {JSON_NULL,   JSON_BOOL,  JSON_BOOL,  JSON_NUMBER,
                                           JSON_STRING, JSON_ARRAY, JSON_OBJECT};
    CLEANUP(json_freep) struct json *json = parse(" [null, true, false, -1.5e1, \"x\", [], {}] ");
    size_t i = 0;

    JSON_EACH(value, json_root(json))
        ck_assert_int_eq(json_type(value), types[i++]);

    ck_assert_uint_eq(i, 7);
    ck_assert_uint_eq(json_count(json_root(json)), 7);
    ck_assert_str_eq(json_type_name(JSON_ARRAY), "an array");
}
END_TEST

START_TEST(a_member_is_found_by_its_exact_name)
{
    CLEANUP(json_freep) struct json *json = parse("{\"Key\": 1, \"key\": \"two\", \"\": true}");
    const struct json_value *root = json_root(json);

    ck_assert(json_number(json_get(root, "Key")) > 0.5);
    assert_span(json_string(json_get(root, "key")), "two", 3);
    ck_assert(json_true(json_get(root, "")));
    ck_assert_ptr_null(json_get(root, "KEY"));
    assert_span(json_key(json_first(root)), "Key", 3);
}
END_TEST

START_TEST(nothing_gives_nothing_all_the_way_down)
{
    CLEANUP(json_freep) struct json *json = parse("{\"a\": [1]}");
    const struct json_value *missing = json_get(json_get(json_root(json), "b"), "c");
    int64_t whole = 7;

    ck_assert_ptr_null(missing);
    ck_assert_int_eq(json_type(missing), JSON_NOTHING);
    ck_assert_ptr_null(json_first(missing));
    ck_assert_ptr_null(json_string(missing).p);
    ck_assert_ptr_null(json_raw(json, missing).p);
    ck_assert(!json_true(missing) && !json_integer(missing, &whole) && whole == 7);
    ck_assert_ptr_null(json_get(json_get(json_root(json), "a"), "x"));
    ck_assert_ptr_null(json_key(json_root(json)).p);
    ck_assert_ptr_null(json_root(NULL));
}
END_TEST

static const struct decoded {
    const char *text;
    struct span want;
} decoded[] = {
    { "\"\"", { "", 0 } },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", { "\"\\/\b\f\n\r\t", 8 } },
    { "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"", { "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10 } },
    { "\"h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", { "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10 } },
    { "\"\\u0000\"", { "\0", 1 } },
    { "\"a\\u0000b\\u0000\"", { "a\0b\0", 4 } },
};

START_TEST(a_string_comes_back_byte_for_byte)
{
    CLEANUP(json_freep) struct json *json = NULL;

    ck_assert_int_eq(json_parse(span_text(decoded[_i].text), JSON_WITH_NUL, &json, NULL, NULL), ERR_OK);

    assert_span(json_string(json_root(json)), decoded[_i].want.p, decoded[_i].want.n);
}
END_TEST

static const struct whole {
    const char *text;
    bool is;
    int64_t value;
} wholes[] = {
    { "0", true, 0 },
    { "-0", true, 0 },
    { "-12", true, -12 },
    { "1e3", true, 1000 },
    { "9007199254740991", true, 9007199254740991 },
    { "-9007199254740991", true, -9007199254740991 },
    { "9007199254740992", false, 0 },
    { "9007199254740993", false, 0 },
    { "1e300", false, 0 },
    { "1.5", false, 0 },
    { "\"1\"", false, 0 },
};

START_TEST(only_what_a_double_holds_exactly_is_a_whole_number)
{
    CLEANUP(json_freep) struct json *json = parse(wholes[_i].text);
    int64_t value = 77;

    bool is = json_integer(json_root(json), &value);

    ck_assert_msg(is == wholes[_i].is && value == (is ? wholes[_i].value : 77), "%s: %d, %lld", wholes[_i].text, is,
                  (long long)value);
}
END_TEST

/* ---- places --------------------------------------------------------------------------------------------- */

static void assert_place(struct json_place place, size_t line, size_t column)
{
    ck_assert_msg(place.line == line && place.column == column, "%zu:%zu", place.line, place.column);
}

START_TEST(a_value_knows_its_line_and_column_in_bytes)
{
    CLEANUP(json_freep) struct json *json =
        parse("{\n  \"\xc3\xa9\": [10,\n\t{\"deep\" :  true}],\n  \"z\\\\\": \"s\"\n}\n");
    const struct json_value *root = json_root(json), *list = json_first(root), *last = json_next(list);
    const struct json_value *deep = json_get(json_next(json_first(list)), "deep");

    assert_place(json_place(json, root), 1, 1);
    assert_place(json_key_place(json, list), 2, 3);
    assert_place(json_place(json, list), 2, 9);
    assert_place(json_place(json, json_first(list)), 2, 10);
    assert_place(json_key_place(json, deep), 3, 3);
    assert_place(json_place(json, deep), 3, 13);
    assert_place(json_key_place(json, last), 4, 3);
    assert_place(json_place(json, last), 4, 10);
}
END_TEST

START_TEST(places_are_right_all_through_a_long_text)
{
    enum { LINES = 10000 };
    struct buf text = buf_init(16 << 20);
    size_t line = 1, wrong = 0; /* an assertion a place takes too long under sanitizers */

    for (size_t i = 0; i < LINES; i++)
        buf_printf(&text, "%s%*s%d,%d", i ? ",\n" : "[", (int)(i % 11), "", 1, 2);
    buf_char(&text, ']');
    CLEANUP(json_freep) struct json *json = parse(text.p);
    for (const struct json_value *v = json_first(json_root(json)); v; v = json_next(json_next(v)), line++) {
        size_t column = (line - 1) % 11 + (line == 1) + 1;
        struct json_place first = json_place(json, v), second = json_place(json, json_next(v));
        wrong += first.line != line || first.column != column;
        wrong += second.line != line || second.column != column + 2;
    }

    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(line, LINES + 1);
    buf_release(&text);
}
END_TEST

START_TEST(a_value_shows_its_own_bytes)
{
    CLEANUP(json_freep) struct json *json =
        parse("{\"n\": 1.50 , \"s\":\"a\\\"]\\u0041\", \"l\":[ 1,{\"x\":\"]}\\\\\"} ],\"t\":true}");
    const struct json_value *root = json_root(json);

    assert_span(json_raw(json, json_get(root, "n")), "1.50", 4);
    assert_span(json_raw(json, json_get(root, "s")), "\"a\\\"]\\u0041\"", 12);
    assert_span(json_raw(json, json_get(root, "l")), "[ 1,{\"x\":\"]}\\\\\"} ]", 18);
    assert_span(json_raw(json, json_get(root, "t")), "true", 4);
    ck_assert(span_eq(json_raw(json, root), json_text(json)));
}
END_TEST

TEST_MAIN("json",
    TEST_GROUP("refused"),
    TEST_EACH(a_bad_text_is_refused_with_its_place, refused),
    TEST(a_raw_nul_byte_is_refused),
    TEST(sixty_four_lists_deep_is_read_and_one_more_refused),
    TEST(a_million_brackets_are_refused_without_recursion),
    TEST(a_long_object_with_a_key_twice_is_found_out_soon),
    TEST(more_values_than_the_cap_are_refused),
    TEST_GROUP("read"),
    TEST(every_type_is_told),
    TEST(a_member_is_found_by_its_exact_name),
    TEST(nothing_gives_nothing_all_the_way_down),
    TEST_EACH(a_string_comes_back_byte_for_byte, decoded),
    TEST_EACH(only_what_a_double_holds_exactly_is_a_whole_number, wholes),
    TEST_GROUP("places"),
    TEST(a_value_knows_its_line_and_column_in_bytes),
    TEST(places_are_right_all_through_a_long_text),
    TEST(a_value_shows_its_own_bytes))
