/* Recorded random exchanges of the full v0.3.25, played again (README.md). The cases that are answered
 * otherwise today are listed in more-open.txt, which may only become shorter. */
#include "reference/played.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define RELEASE "v0.3.25"

static const char *const groups[] = {
    "more/decode-random", "more/envelope-random",  "more/submit-random", "more/signature-random", "more/inline",
    "more/jobs-1",        "more/jobs-3",           "more/wasm-run",      "more/http-raw",         "more/websocket-raw",
};

enum { GROUPS = sizeof groups / sizeof groups[0] };

static struct played played[GROUPS];
static struct excuses open_cases;
static struct clients clients;

static struct played *group_of(int index)
{
    struct played *p = &played[index];
    struct error error;

    if (!p->recording.group)
        ck_assert_msg(played_load(p, RELEASE, groups[index], &error) == ERR_OK, "%s", error.text);
    return p;
}

START_TEST(every_recorded_case_agrees_with_itself)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    played_compare_with_itself(group_of(_i), &why);

    ck_assert_msg(why.n == 0, "%.*s", SPAN_ARG(buf_view(&why)));
}
END_TEST

START_TEST(every_case_that_is_not_listed_is_answered_as_recorded)
{
    struct played *p = group_of(_i);
    struct error error;

    if (!played_is_wanted(groups[_i]))
        return;
    int failed = played_play(p, &clients, &open_cases, &error);

    ck_assert_msg(failed >= 0, "%s", error.text);
    ck_assert_msg(failed == 0, "%s: %d cases disagree", groups[_i], failed);
}
END_TEST

START_TEST(every_case_that_is_listed_disagrees)
{
    CLEANUP(buf_release) struct buf stale = buf_init(WHY_MAX);

    if (!played_is_all())
        return;
    ck_assert_msg(excuses_put_stale(&open_cases, "", &stale) == 0, "more-open.txt:\n%.*s", SPAN_ARG(buf_view(&stale)));
}
END_TEST

START_TEST(one_changed_byte_in_any_recorded_body_fails_its_case)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    if (played_is_wanted(groups[_i]))
        played_changes_are_noticed(group_of(_i), &why);

    ck_assert_msg(why.n == 0, "%.*s", SPAN_ARG(buf_view(&why)));
}
END_TEST

static void print_counts(void)
{
    size_t cases = 0, agree = 0;

    for (size_t i = 0; i < GROUPS; i++) {
        cases += played[i].cases;
        agree += played[i].agree;
        printf("%s%s %zu/%zu", i ? ", " : "  ", groups[i], played[i].agree, played[i].cases);
    }
    printf("\nreference more " RELEASE ": %zu of %zu cases agree\n", agree, cases);
}

static Suite *more_suite(void)
{
    Suite *suite = suite_create("reference more");
    TCase *all = tcase_create("all");

    suite_add_tcase(suite, all);
    tcase_add_loop_test(all, every_recorded_case_agrees_with_itself, 0, GROUPS);
    tcase_add_loop_test(all, every_case_that_is_not_listed_is_answered_as_recorded, 0, GROUPS);
    tcase_add_test(all, every_case_that_is_listed_disagrees);
    tcase_add_loop_test(all, one_changed_byte_in_any_recorded_body_fails_its_case, 0, GROUPS);
    return suite;
}

int main(void)
{
    struct error error;

    if (clients_load(&clients, &error) != ERR_OK || excuses_load("more-open.txt", &open_cases, &error) != ERR_OK) {
        fprintf(stderr, "test_reference_more: %s\n", error.text);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(more_suite());
    srunner_set_fork_status(runner, CK_NOFORK); /* the tests share what was played */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    print_counts();
    for (size_t i = 0; i < GROUPS; i++)
        played_release(&played[i]);
    excuses_release(&open_cases);
    clients_release(&clients);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
