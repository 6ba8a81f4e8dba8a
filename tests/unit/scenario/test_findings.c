#include "scenario/findings.h"
#include "support/suite.h"

static struct finding finding_at(size_t line, size_t column, const char *message)
{
    return (struct finding){ .file = SPAN("a.json"), .place = { line, column }, .message = span_text(message) };
}

static const char *lines_of(const struct findings *findings)
{
    static struct buf out;

    buf_release(&out);
    out = buf_init(FINDINGS_TEXT_MAX);
    findings_put(&out, findings);
    return out.p ? out.p : "";
}

/* ---- one line ------------------------------------------------------------------------------------------- */

static const struct worded {
    const char *name;
    struct finding finding;
    const char *line;
} worded[] = {
    { "a key with a hint",
      { .file = { "x/flaky.json", 12 }, .place = { 14, 9 }, .pointer = { "/jobs/0/steps/2", 15 },
        .key = FINDING_UNKNOWN_KEY, .message = { "unknown key \"aftr\"", 18 },
        .hint = { "did you mean \"after\"?", 21 } },
      "x/flaky.json:14:9: unknown key \"aftr\" in /jobs/0/steps/2 (did you mean \"after\"?)\n" },
    { "the root", { .file = { "a", 1 }, .place = { 3, 3 }, .pointer = { "", 0 }, .message = { "no", 2 } }, "a:3:3: no in /\n" },
    { "the text itself", { .file = { "a", 1 }, .place = { 1, 2 }, .message = { "bad number", 10 } }, "a:1:2: bad number\n" },
    { "control characters",
      { .file = { "a\nb", 3 }, .place = { 1, 1 }, .pointer = { "/\x1b", 2 }, .message = { "c\td\x7f", 4 } },
      "a?b:1:1: c?d? in /?\n" },
};

START_TEST(a_finding_is_one_line)
{
    const struct worded *row = &worded[_i];
    struct findings findings = { 0 };

    findings_add(&findings, &row->finding);

    ck_assert_msg(strcmp(lines_of(&findings), row->line) == 0, "%s:\n got  %s want %s", row->name, lines_of(&findings),
                  row->line);
    findings_release(&findings);
}
END_TEST

START_TEST(every_key_has_a_name)
{
    for (int key = 0; key < FINDING_KEY_COUNT; key++)
        ck_assert_msg(finding_key_name((enum finding_key)key) != NULL, "key %d", key);
    ck_assert_str_eq(finding_key_name(FINDING_UNKNOWN_KEY), "unknown-key");
}
END_TEST

/* ---- many ------------------------------------------------------------------------------------------------ */

START_TEST(texts_are_copied)
{
    char message[] = "gone";
    struct findings findings = { 0 };
    struct finding finding = finding_at(1, 1, message);

    findings_add(&findings, &finding);
    memset(message, 'x', sizeof message - 1);

    ck_assert_str_eq(lines_of(&findings), "a.json:1:1: gone\n");
    findings_release(&findings);
}
END_TEST

START_TEST(sorting_goes_by_place_and_leaves_equals_and_earlier_files_alone)
{
    static const struct {
        size_t line, column;
        const char *message;
    } given[] = { { 9, 9, "other file" }, { 2, 1, "d" }, { 1, 5, "b" }, { 1, 5, "c" }, { 1, 2, "a" } };
    struct findings findings = { 0 };

    for (size_t i = 0; i < ROWS(given); i++) {
        struct finding finding = finding_at(given[i].line, given[i].column, given[i].message);
        findings_add(&findings, &finding);
    }
    findings_sort(&findings, 1);

    ck_assert_str_eq(lines_of(&findings), "a.json:9:9: other file\na.json:1:2: a\na.json:1:5: b\na.json:1:5: c\n"
                                          "a.json:2:1: d\n");
    findings_release(&findings);
}
END_TEST

START_TEST(above_the_cap_they_are_only_counted)
{
    struct findings findings = { 0 };
    struct finding finding = finding_at(1, 1, "again");

    for (size_t i = 0; i < FINDINGS_MAX + 5; i++)
        findings_add(&findings, &finding);

    ck_assert_uint_eq(findings.n, FINDINGS_MAX);
    ck_assert_uint_eq(findings.dropped, 5);
    ck_assert_ptr_nonnull(strstr(lines_of(&findings), "\n5 more errors are not shown\n"));
    findings_release(&findings);
}
END_TEST

START_TEST(none_are_no_text)
{
    struct findings findings = { 0 };

    ck_assert_str_eq(lines_of(&findings), "");
    findings_release(&findings);
    findings_release(NULL);
}
END_TEST

TEST_MAIN("findings",
    TEST_EACH(a_finding_is_one_line, worded),
    TEST(every_key_has_a_name),
    TEST(texts_are_copied),
    TEST(sorting_goes_by_place_and_leaves_equals_and_earlier_files_alone),
    TEST(above_the_cap_they_are_only_counted),
    TEST(none_are_no_text))
