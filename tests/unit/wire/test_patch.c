/* JSON Patch: each operation of RFC 6902 on the bytes of an answer; what no operation touches stays as it was. */
#include "support/suite.h"
#include "wire/json_equal.h"
#include "wire/patch.h"

static const struct row {
    const char *about, *text;
    struct patch_operation operations[3];
    const char *wanted; /* NULL: it fails … */
    const char *error;  /* … and says so */
} rows[] = {
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define ADD(p, v) { .kind = PATCH_ADD, .path = TEXT(p), .value = TEXT(v) }
#define REMOVE(p) { .kind = PATCH_REMOVE, .path = TEXT(p) }
#define REPLACE(p, v) { .kind = PATCH_REPLACE, .path = TEXT(p), .value = TEXT(v) }
#define MOVE(f, p) { .kind = PATCH_MOVE, .path = TEXT(p), .from = TEXT(f) }
#define COPY(f, p) { .kind = PATCH_COPY, .path = TEXT(p), .from = TEXT(f) }
#define TEST_OP(p, v) { .kind = PATCH_TEST, .path = TEXT(p), .value = TEXT(v) }
    { "add a member", "{\"a\":1}\n", { ADD("/b", "2") }, "{\"a\":1,\"b\":2}\n", NULL },
    { "add to nothing", "{}", { ADD("/b", "2") }, "{\"b\":2}", NULL },
    { "add to an empty array", "[ ]", { ADD("/-", "2") }, "[2 ]", NULL },
    { "add over a member", "{\"a\":1,\"b\":3}", { ADD("/a", "2") }, "{\"a\":2,\"b\":3}", NULL },
    { "add before an element", "[1,3]", { ADD("/1", "2") }, "[1,2,3]", NULL },
    { "add behind the last", "[1,2]", { ADD("/2", "3") }, "[1,2,3]", NULL },
    { "add at the end", "[1,2]", { ADD("/-", "3") }, "[1,2,3]", NULL },
    { "add far behind", "[1,2]", { ADD("/3", "3") }, NULL, "operation 1, add /3: the array has no such index" },
    { "add where nothing is", "{}", { ADD("/a/b", "3") }, NULL, "operation 1, add /a/b: nothing is there" },
    { "add into a number", "{\"a\":1}", { ADD("/a/b", "3") }, NULL,
      "operation 1, add /a/b: what is on the way has no members" },
    { "add the whole", " {\"a\":1}\n", { ADD("", "[]") }, " []\n", NULL },
    { "a key in escapes", "{\"a\\u002fb\":{\"m~n\":1}}", { REPLACE("/a~1b/m~0n", "2") }, "{\"a\\u002fb\":{\"m~n\":2}}", NULL },
    { "a key of two units", "{\"\\ud83d\\ude00\":1}", { REPLACE("/\xf0\x9f\x98\x80", "2") }, "{\"\\ud83d\\ude00\":2}", NULL },
    { "an empty key", "{\"\":1}", { REPLACE("/", "2") }, "{\"\":2}", NULL },
    { "a new key is escaped", "{}", { ADD("/\"\n", "2") }, "{\"\\\"\\n\":2}", NULL },
    { "remove the first", "{\"a\":1, \"b\":2}", { REMOVE("/a") }, "{\"b\":2}", NULL },
    { "remove the last", "{\"a\":1 , \"b\":2 }", { REMOVE("/b") }, "{\"a\":1  }", NULL },
    { "remove the only", "{ \"a\":1}", { REMOVE("/a") }, "{}", NULL },
    { "remove an element", "[1,[2],3]", { REMOVE("/1") }, "[1,3]", NULL },
    { "remove what is not there", "[1]", { REMOVE("/1") }, NULL, "operation 1, remove /1: nothing is there" },
    { "remove the whole", "[1]", { REMOVE("") }, NULL, "operation 1, remove : the whole cannot be removed" },
    { "an index with a zero", "[1,2]", { REMOVE("/01") }, NULL, "operation 1, remove /01: there is no such index" },
    { "replace nothing", "{}", { REPLACE("/a", "1") }, NULL, "operation 1, replace /a: nothing is there" },
    { "numbers stay as they are", "{\"a\":1.50,\"b\":9007199254740993,\"c\":1E400}", { REPLACE("/a", "-0.0e0") },
      "{\"a\":-0.0e0,\"b\":9007199254740993,\"c\":1E400}", NULL },
    { "strings stay as they are", "{\"a\":\"\\u003c\\/\",\"b\":0}", { REMOVE("/b") }, "{\"a\":\"\\u003c\\/\"}", NULL },
    { "move a member", "{\"a\":{\"x\":1.0},\"b\":{}}", { MOVE("/a/x", "/b/y") }, "{\"a\":{},\"b\":{\"y\":1.0}}", NULL },
    { "move an element", "[1,2,3]", { MOVE("/0", "/2") }, "[2,3,1]", NULL },
    { "move to itself", "[1,2]", { MOVE("/0", "/0") }, "[1,2]", NULL },
    { "copy a member", "{\"a\":[1, 2]}", { COPY("/a", "/b") }, "{\"a\":[1, 2],\"b\":[1, 2]}", NULL },
    { "copy the whole", "{\"a\":1}", { COPY("", "/b") }, "{\"a\":1,\"b\":{\"a\":1}}", NULL },
    { "test passes", "{\"a\":{\"x\":1,\"y\":[true,null]}}", { TEST_OP("/a", "{\"y\": [true, null], \"x\": 1.0}") },
      "{\"a\":{\"x\":1,\"y\":[true,null]}}", NULL },
    { "test fails", "{\"a\":1}", { ADD("/b", "2"), TEST_OP("/a", "2") }, NULL, "operation 2, test /a: it is another value" },
    { "each sees the one before", "[]", { ADD("/-", "{}"), ADD("/0/a", "[]"), ADD("/0/a/-", "1") }, "[{\"a\":[1]}]", NULL },
    { "no JSON", "OK", { REMOVE("/a") }, NULL,
      "the answer is not JSON: invalid character 'O' looking for beginning of value" },
    { "two values", "{} {}", { REMOVE("/a") }, NULL, "the answer is not JSON: something follows the value" },
    { "nothing", "", { REMOVE("/a") }, NULL, "the answer is not JSON: EOF" },
};

START_TEST(each_operation_does_what_the_standard_says)
{
    const struct row *row = &rows[_i];
    struct buf out = buf_init(4096);
    struct error error = { .text = "" };
    size_t n = 0;

    while (n < 3 && row->operations[n].path.p)
        n++;
    enum err err = patch_apply(span_text(row->text), row->operations, n, &out, &error);

    ck_assert_msg((err == ERR_OK) == (row->wanted != NULL), "%s: %s", row->about, error.text);
    if (row->wanted)
        ck_assert_msg(span_is(buf_view(&out), row->wanted), "%s: %.*s", row->about, SPAN_ARG(buf_view(&out)));
    else
        ck_assert_msg(strcmp(error.text, row->error) == 0 && out.n == 0, "%s: %s", row->about, error.text);
    buf_release(&out);
}
END_TEST

/* Each copy doubles the text: 24 of them would make 128 MiB of it. */
START_TEST(a_patch_stops_where_the_text_grows_past_64_MiB)
{
    struct patch_operation doublings[24];
    struct buf out = buf_init(256 * 1024 * 1024);
    struct error error = { .text = "" };

    for (size_t i = 0; i < 24; i++)
        doublings[i] = (struct patch_operation)COPY("", "/-");
    enum err err = patch_apply(SPAN("[0,1,2]"), doublings, 24, &out, &error);

    ck_assert_int_eq(err, ERR_INVALID);
    ck_assert_str_eq(error.text, "operation 24, copy /-: the patched body is longer than 67108864 bytes");
    ck_assert_uint_eq(out.n, 0);
    buf_release(&out);
}
END_TEST

static const struct pair {
    const char *a, *b;
    bool equal;
} pairs[] = {
    { "1", "1.0", true },       { "100", "1e2", true },          { "0.001", "1E-3", true },     { "-0", "0", true },
    { "0.0", "0e7", true },     { "1", "-1", false },            { "10", "1", false },          { "105", "15", false },
    { "1.05", "105e-2", true }, { "12.0", "1.2e+1", true },      { "12", "1.2", false },        { "9007199254740993", "9007199254740992", false },
    { "\"a\"", "\"\\u0061\"", true }, { "\"a\"", "\"A\"", false }, { "\"1\"", "1", false },     { "\"\\u0000\"", "\"\"", false },
    { "true", "true", true },   { "true", "false", false },      { "null", "false", false },    { "[]", "{}", false },
    { "[1,2]", "[2,1]", false }, { "[1,2]", "[1]", false },      { "[[]]", "[[ ]]", true },
    { "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true },          { "{\"a\":1}", "{\"b\":1}", false },
    { "{\"a\":1}", "{\"a\":1,\"b\":1}", false },
};

START_TEST(values_are_equal_by_what_they_mean)
{
    const struct pair *pair = &pairs[_i];
    struct span a = span_text(pair->a), b = span_text(pair->b);

    ck_assert_msg(json_equal(a, b) == pair->equal, "%s and %s", pair->a, pair->b);
    ck_assert_msg(json_equal(b, a) == pair->equal, "%s and %s", pair->b, pair->a);
}
END_TEST

TEST_MAIN("patch",
    TEST_EACH(each_operation_does_what_the_standard_says, rows),
    TEST(a_patch_stops_where_the_text_grows_past_64_MiB),
    TEST_EACH(values_are_equal_by_what_they_mean, pairs))
