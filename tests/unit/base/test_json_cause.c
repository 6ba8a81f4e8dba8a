#include "base/json_cause.h"
#include "support/suite.h"

#define CASE(text, part) { { "" text, sizeof(text) - 1 }, part }

static const struct cause_case {
    struct span text;
    const char *part; /* of the cause; NULL: there is none */
} cases[] = {
    CASE("\xef\xbb\xbf{}", "byte order mark"),
    CASE("\xff\xfe{\0}\0", "UTF-16"),
    CASE("\xfe\xff\0{\0}", "UTF-16"),
    CASE("{\0}\0", "UTF-16"),
    CASE("version: 1\nnodes: []\n", "YAML"),
    CASE("---\nversion: 1\n", "YAML"),
    CASE("# mine\n\nversion: 1\n", "YAML"),
    CASE("\"version\": 1\n", "YAML"),
    CASE("- a\n- b\n", "YAML"),
    CASE("# mine\n{\"version\": 1}\n", "comments"),
    CASE("// mine\n{\"version\": 1}\n", "comments"),
    CASE("{\"version\": 1, // the only one\n \"seed\": 1}\n", "comments"),
    CASE("{\"version\": /* it */ 1}", "comments"),
    CASE("{\"version\": 1}\n# the end\n", "comments"),
    CASE("{\"version\": 1,\n}", "comma"),
    CASE("{\"nodes\": [1, 2, ]}", "comma"),
    CASE("{'version': 1}", "double quotes"),
    CASE("{\"name\": 'x'}", "double quotes"),
    CASE("{\"version\" 1}", NULL),
    CASE("{\"version\": 1", NULL),
    CASE("[1 2]", NULL),
    CASE("{]", NULL),
    CASE("nonsense", NULL),
    CASE("", NULL),
    CASE("#", "comments"),
};

START_TEST(a_text_that_is_no_json_has_its_cause)
{
    const struct cause_case *row = &cases[_i];
    struct json_place where = { 0, 0 };
    struct json *json = NULL;
    struct error error;

    ck_assert_int_eq(json_parse(row->text, JSON_STRICT, &json, &where, &error), ERR_INVALID);
    const char *cause = json_cause(row->text, where);

    ck_assert_msg((cause != NULL) == (row->part != NULL), "%s: %s", row->text.p, cause ? cause : "no cause");
    if (cause)
        ck_assert_msg(strstr(cause, row->part) != NULL, "%s: %s", row->text.p, cause);
}
END_TEST

TEST_MAIN("json_cause",
    TEST_EACH(a_text_that_is_no_json_has_its_cause, cases))
