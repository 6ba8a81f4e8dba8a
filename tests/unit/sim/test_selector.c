#include "sim/selector.h"

#include "base/buf.h"
#include "base/json.h"
#include "support/files.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 8 << 20, VALUES_MAX = 8 };

/* A selector written as a row: values end at the first NULL; `nil` says that the list was absent. */
struct written {
    const char *key, *op;
    const char *values[VALUES_MAX];
    bool nil;
};

struct read_selector {
    struct node_selector selector;
    struct span values[VALUES_MAX];
};

/* The selector points into `out`. */
static const struct node_selector *read_written(const struct written *w, struct read_selector *out)
{
    size_t n = 0;

    for (; w->values[n]; n++)
        out->values[n] = span_text(w->values[n]);
    out->selector = (struct node_selector){
        .key = span_text(w->key),
        .op = span_text(w->op),
        .values = { w->nil ? NULL : out->values, n },
    };
    return &out->selector;
}

static void json_freep(struct json **json)
{
    json_free(*json);
}

/* ---- the recordings ------------------------------------------------------------------------------------------ */

static struct node_selector selector_of(const struct json_value *from, struct span *values)
{
    const struct json_value *list = json_get(from, "Values");
    size_t n = 0;

    JSON_EACH (value, list)
        values[n++] = json_string(value);
    return (struct node_selector){
        .key = json_string(json_get(from, "Key")),
        .op = json_string(json_get(from, "Operator")),
        .values = { json_type(list) == JSON_ARRAY ? values : NULL, n },
    };
}

/* What submit answered when it was about a selector; empty when it was not. */
static struct span recorded_fault(const struct json_value *step)
{
    struct span body = span_trim(json_string(json_get(json_get(step, "response"), "body")));

    if (span_starts(body, SPAN("{")) || span_starts(body, SPAN("not enough nodes")))
        return span_of(body.p, 0);
    return body;
}

static size_t check_case(const struct json_value *recorded)
{
    const struct json_value *step = json_first(json_get(recorded, "steps"));
    struct span payload = json_string(json_get(json_get(json_get(step, "request"), "signed"), "payload"));
    CLEANUP(json_freep) struct json *json = NULL;
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span found = { NULL, 0 }, values[VALUES_MAX];
    size_t n = 0;

    ck_assert_int_eq(json_parse(payload, JSON_WITH_NUL, &json, NULL, NULL), ERR_OK);
    JSON_EACH (from, json_get(json_get(json_root(json), "Spec"), "NodeSelectors")) {
        struct node_selector selector = selector_of(from, values);

        if (!found.n)
            found = selector_fault(&selector, &arena);
        n++;
    }
    if (n)
        ck_assert_msg(span_eq(found, recorded_fault(step)), "%.*s: %.*s",
                      SPAN_ARG(json_string(json_get(recorded, "name"))), SPAN_ARG(found));
    return n;
}

static const char *const recordings[] = { TESTS_DIR "/reference/v0.3.24/ranking.json",
                                          TESTS_DIR "/reference/v0.3.25/ranking.json" };

START_TEST(every_recorded_selector_is_judged_as_the_reference_did)
{
    CLEANUP(buf_release) struct buf text = file_read(recordings[_i]);
    CLEANUP(json_freep) struct json *json = NULL;
    size_t n = 0;

    ck_assert_int_eq(json_parse(buf_view(&text), JSON_WITH_NUL, &json, NULL, NULL), ERR_OK);
    JSON_EACH (recorded, json_get(json_root(json), "cases"))
        n += check_case(recorded);

    ck_assert_uint_gt(n, 20);
}
END_TEST

/* ---- more faults --------------------------------------------------------------------------------------------- */

#define TEN "aaaaaaaaaa"
#define SIXTY_THREE TEN TEN TEN TEN TEN TEN "aaa"
#define NAME_MUST "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " \
                  "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " \
                  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
#define VALUE_MUST "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " \
                   "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or " \
                   "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
#define PREFIX_MUST "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, " \
                    "'-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for " \
                    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

static const struct fault {
    const char *name;
    struct written selector;
    const char *text;
} faults[] = {
    { "a key of 63 bytes", { SIXTY_THREE, "exists", { NULL }, true }, "" },
    { "a key of 64 bytes", { SIXTY_THREE "a", "exists", { NULL }, true },
      "key: Invalid value: \"" SIXTY_THREE "a\": name part must be no more than 63 characters" },
    { "a long key of bad letters", { SIXTY_THREE "-", "exists", { NULL }, true },
      "key: Invalid value: \"" SIXTY_THREE "-\": name part must be no more than 63 characters; name part " NAME_MUST },
    { "a prefix and a name", { "example.com/MyName", "exists", { NULL }, true }, "" },
    { "an empty prefix", { "/name", "exists", { NULL }, true },
      "key: Invalid value: \"/name\": prefix part must be non-empty" },
    { "an upper-case prefix", { "Example.com/name", "exists", { NULL }, true },
      "key: Invalid value: \"Example.com/name\": " PREFIX_MUST },
    { "a prefix with an empty label", { "a..b/name", "exists", { NULL }, true },
      "key: Invalid value: \"a..b/name\": " PREFIX_MUST },
    { "a prefix with a label that ends badly", { "a-.b/name", "exists", { NULL }, true },
      "key: Invalid value: \"a-.b/name\": " PREFIX_MUST },
    { "a prefix and no name", { "a/", "exists", { NULL }, true },
      "key: Invalid value: \"a/\": name part must be non-empty; name part " NAME_MUST },
    { "neither prefix nor name", { "/", "exists", { NULL }, true },
      "key: Invalid value: \"/\": prefix part must be non-empty; name part must be non-empty; name part " NAME_MUST },
    { "two slashes", { "a/b/c", "exists", { NULL }, true },
      "key: Invalid value: \"a/b/c\": a qualified name " NAME_MUST
      " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')" },
    { "a value of 63 bytes", { "k", "in", { SIXTY_THREE, NULL }, false }, "" },
    { "a value of 64 bytes", { "k", "in", { SIXTY_THREE "a", NULL }, false },
      "values[0][k]: Invalid value: \"" SIXTY_THREE "a\": must be no more than 63 characters" },
    { "a long value of bad letters", { "k", "in", { "ok", SIXTY_THREE "!", NULL }, false },
      "values[1][k]: Invalid value: \"" SIXTY_THREE "!\": must be no more than 63 characters; " VALUE_MUST },
    { "an empty value", { "k", "=", { "", NULL }, false }, "" },
    { "in with an empty list", { "k", "in", { NULL }, false },
      "values: Invalid value: []string{}: for 'in', 'notin' operators, values set can't be empty" },
    { "= with no list", { "k", "=", { NULL }, true },
      "values: Invalid value: []string(nil): exact-match compatibility requires one single value" },
    { "gt with no value", { "k", "gt", { NULL }, true },
      "values: Invalid value: []string(nil): for 'Gt', 'Lt' operators, exactly one value is required" },
    { "gt with two values, one no number", { "k", "lt", { "1", "x", NULL }, false },
      "[values: Invalid value: []string{\"1\", \"x\"}: for 'Gt', 'Lt' operators, exactly one value is required, "
      "values[1]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer]" },
    { "a negative number", { "k", "gt", { "-5", NULL }, false }, "values[0][k]: Invalid value: \"-5\": " VALUE_MUST },
    { "a number beyond 64 bits", { "k", "gt", { "9223372036854775808", NULL }, false },
      "values[0]: Invalid value: \"9223372036854775808\": for 'Gt', 'Lt' operators, the value must be an integer" },
    { "all at once", { "", "exists", { "a b", NULL }, false },
      "[key: Invalid value: \"\": name part must be non-empty; name part " NAME_MUST ", values: Invalid value: "
      "[]string{\"a b\"}: values set must be empty for exists and does not exist, values[0][]: Invalid value: \"a b\": "
      VALUE_MUST "]" },
    { "letters that Go escapes", { "k", "in\n", { NULL }, true },
      "operator: Unsupported value: \"in\\n\": supported values: \"in\", \"notin\", \"=\", \"==\", \"!=\", \"gt\", "
      "\"lt\", \"exists\", \"!\"" },
    { "letters that Go does not escape", { "\xc3\xa9\xe2\x80\x8b", "!", { NULL }, true },
      "key: Invalid value: \"\xc3\xa9\\u200b\": name part " NAME_MUST },
};

START_TEST(faults_are_told_in_the_validators_words)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct read_selector read;
    struct span fault = selector_fault(read_written(&faults[_i].selector, &read), &arena);

    ck_assert_msg(span_is(fault, faults[_i].text), "%s: %.*s", faults[_i].name, SPAN_ARG(fault));
}
END_TEST

START_TEST(a_fault_is_an_error_with_the_same_text)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct written written = { "k", "in", { NULL }, true };
    struct read_selector read;
    CLEANUP(buf_release) struct buf why = buf_init(SELECTOR_TEXT_MAX);

    ck_assert_int_eq(selector_check(read_written(&written, &read), &arena, &why), ERR_INVALID);
    ck_assert_str_eq(why.p,
                     "values: Invalid value: []string(nil): for 'in', 'notin' operators, values set can't be empty");
}
END_TEST

START_TEST(a_good_selector_is_no_error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct written written = { "k", "in", { "a", NULL }, false };
    struct read_selector read;

    CLEANUP(buf_release) struct buf why = buf_init(0);
    ck_assert_int_eq(selector_check(read_written(&written, &read), &arena, &why), ERR_OK);
}
END_TEST

START_TEST(a_million_faults_are_cut)
{
    enum { MANY = 1000000 };
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span *values = calloc(MANY, sizeof *values);
    struct node_selector selector = { .key = SPAN("k"), .op = SPAN("in"), .values = { values, MANY } };

    for (size_t i = 0; i < MANY; i++)
        values[i] = SPAN("!");
    struct span fault = selector_fault(&selector, &arena);
    free(values);

    ck_assert(span_starts(fault, SPAN("[values[0][k]: Invalid value: \"!\": a valid label")));
    ck_assert_uint_gt(fault.n, SELECTOR_TEXT_MAX - 1000);
    ck_assert_uint_le(fault.n, SELECTOR_TEXT_MAX);
}
END_TEST

/* ---- the meaning --------------------------------------------------------------------------------------------- */

static struct span_pair labels[] = {
    { { "env", 3 }, { "prod", 4 } },
    { { "cores", 5 }, { "8", 1 } },
    { { "low", 3 }, { "-8", 2 } },
    { { "empty", 5 }, { "", 0 } },
};

static const struct meaning {
    struct written selector;
    bool holds;
} meanings[] = {
    { { "env", "in", { "dev", "prod", NULL }, false }, true },
    { { "env", "in", { "dev", NULL }, false }, false },
    { { "zone", "in", { "", NULL }, false }, false },
    { { "env", "notin", { "dev", NULL }, false }, true },
    { { "env", "notin", { "prod", NULL }, false }, false },
    { { "zone", "notin", { "a", NULL }, false }, true },
    { { "env", "=", { "prod", NULL }, false }, true },
    { { "env", "==", { "Prod", NULL }, false }, false },
    { { "empty", "=", { "", NULL }, false }, true },
    { { "env", "!=", { "prod", NULL }, false }, false },
    { { "zone", "!=", { "a", NULL }, false }, true },
    { { "env", "exists", { NULL }, true }, true },
    { { "zone", "exists", { NULL }, true }, false },
    { { "env", "!", { NULL }, true }, false },
    { { "zone", "!", { NULL }, true }, true },
    { { "cores", "gt", { "7", NULL }, false }, true },
    { { "cores", "gt", { "8", NULL }, false }, false },
    { { "cores", "lt", { "9", NULL }, false }, true },
    { { "cores", "lt", { "8", NULL }, false }, false },
    { { "low", "lt", { "0", NULL }, false }, true },
    { { "env", "gt", { "0", NULL }, false }, false },
    { { "zone", "lt", { "0", NULL }, false }, false },
    { { "ENV", "exists", { NULL }, true }, false },
};

START_TEST(a_selector_holds_or_not)
{
    const struct span_map map = { labels, sizeof labels / sizeof labels[0] };
    const struct written *w = &meanings[_i].selector;
    struct read_selector read;

    ck_assert_msg(selector_matches(read_written(w, &read), &map) == meanings[_i].holds, "%s %s %s", w->key, w->op,
                  w->values[0] ? w->values[0] : "");
}
END_TEST

START_TEST(a_copy_with_another_key_asks_for_that_key)
{
    const struct span_map map = { labels, sizeof labels / sizeof labels[0] };
    struct written written = { "favour_env", "=", { "prod", NULL }, false };
    struct read_selector read;
    struct node_selector wish = *read_written(&written, &read);

    ck_assert(!selector_matches(&wish, &map));
    wish.key = SPAN("env");

    ck_assert(selector_matches(&wish, &map));
}
END_TEST

TEST_MAIN("selector",
    TEST_EACH(every_recorded_selector_is_judged_as_the_reference_did, recordings),
    TEST_EACH(faults_are_told_in_the_validators_words, faults),
    TEST(a_fault_is_an_error_with_the_same_text),
    TEST(a_good_selector_is_no_error),
    TEST(a_million_faults_are_cut),
    TEST_EACH(a_selector_holds_or_not, meanings),
    TEST(a_copy_with_another_key_asks_for_that_key))
