/* Every recorded exchange, played again (README.md). One process: groups are played one after the other and
 * their replies kept, because the test that changes bytes compares with them once more. */
#include "reference/casts.h"
#include "reference/played.h"
#include "reference/suites.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what is played ----------------------------------------------------------------------------------- */

static const char *const releases[] = { "v0.3.25", "v0.3.24" };
static const char *const groups[] = {
    "http",   "decode",           "unknown-job",  "envelope", "payload-bytes", "submit",
    "list",   "not-enough-nodes", "finished-job", "ranking",  "lifecycle",     "policy",
    "websocket",
};

enum {
    RELEASES = sizeof releases / sizeof releases[0],
    GROUPS = sizeof groups / sizeof groups[0],
};

static struct played played[RELEASES][GROUPS];
static struct cast_counts casts[RELEASES];
static struct excuses deviations;
static struct clients clients;

/* Of v0.3.24 no streams were recorded: they are those of v0.3.25. */
static bool is_recorded(const char *release, const char *group)
{
    return strcmp(group, "websocket") != 0 || strcmp(release, "v0.3.25") == 0;
}

static struct played *group_of(int index)
{
    struct played *p = &played[index / GROUPS][index % GROUPS];
    const char *release = releases[index / GROUPS], *group = groups[index % GROUPS];
    struct error error;

    if (!p->recording.group && is_recorded(release, group))
        ck_assert_msg(played_load(p, release, group, &error) == ERR_OK, "%s", error.text);
    return p;
}

START_TEST(every_recorded_case_agrees_with_itself)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    played_compare_with_itself(group_of(_i), &why);

    ck_assert_msg(why.n == 0, "%.*s", SPAN_ARG(buf_view(&why)));
}
END_TEST

START_TEST(every_case_is_answered_as_recorded)
{
    struct played *p = group_of(_i);
    struct error error;

    if (!played_is_wanted(groups[_i % GROUPS]))
        return;
    int failed = played_play(p, &clients, &deviations, &error);

    ck_assert_msg(failed >= 0, "%s", error.text);
    ck_assert_msg(failed == 0, "%s: %d cases disagree", groups[_i % GROUPS], failed);
}
END_TEST

START_TEST(every_deviation_that_is_listed_deviates)
{
    CLEANUP(buf_release) struct buf stale = buf_init(WHY_MAX);

    if (!played_is_all())
        return;
    ck_assert_msg(excuses_put_stale(&deviations, "", &stale) == 0, "deviations.txt:\n%.*s", SPAN_ARG(buf_view(&stale)));
}
END_TEST

START_TEST(every_cast_comes_to_a_recorded_outcome)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);
    struct error error;

    if (!played_is_wanted("casts"))
        return;
    enum err err = casts_play(releases[_i], getenv("REFERENCE_CASE"), &casts[_i], &why, &error);

    printf("%.*s", SPAN_ARG(buf_view(&why)));
    fflush(stdout);

    ck_assert_msg(err == ERR_OK, "%s", error.text);
    ck_assert_msg(why.n == 0, "%s: %zu of %zu casts disagree, or an excuse is stale", releases[_i],
                  casts[_i].casts - casts[_i].agree, casts[_i].casts);
}
END_TEST

START_TEST(one_changed_byte_in_any_recorded_body_fails_its_case)
{
    CLEANUP(buf_release) struct buf why = buf_init(WHY_MAX);

    if (played_is_wanted(groups[_i % GROUPS]))
        played_changes_are_noticed(group_of(_i), &why);

    ck_assert_msg(why.n == 0, "%.*s", SPAN_ARG(buf_view(&why)));
}
END_TEST

/* ---- main --------------------------------------------------------------------------------------------------- */

static void print_counts(size_t release)
{
    size_t cases = 0, agree = 0;

    printf("  ");
    for (size_t i = 0; i < GROUPS; i++) {
        const struct played *p = &played[release][i];
        cases += p->cases;
        agree += p->agree;
        if (is_recorded(releases[release], groups[i]))
            printf("%s %zu/%zu, ", groups[i], p->agree, p->cases);
    }
    printf("casts %zu/%zu (%zu of %zu recorded outcomes come up)", casts[release].agree, casts[release].casts,
           casts[release].come_up, casts[release].outcomes);
    putchar('\n');
    printf("reference %s: %zu of %zu cases agree\n", releases[release], agree + casts[release].agree,
           cases + casts[release].casts);
}

static void release_all(void)
{
    for (int i = 0; i < RELEASES * GROUPS; i++)
        played_release(&played[i / GROUPS][i % GROUPS]);
    excuses_release(&deviations);
    clients_release(&clients);
}

static Suite *reference_suite(void)
{
    Suite *suite = suite_create("reference");
    TCase *all = tcase_create("all");

    suite_add_tcase(suite, all);
    tcase_add_loop_test(all, every_recorded_case_agrees_with_itself, 0, RELEASES * GROUPS);
    tcase_add_loop_test(all, every_case_is_answered_as_recorded, 0, RELEASES * GROUPS);
    tcase_add_test(all, every_deviation_that_is_listed_deviates);
    tcase_add_loop_test(all, every_cast_comes_to_a_recorded_outcome, 0, RELEASES);
    tcase_add_loop_test(all, one_changed_byte_in_any_recorded_body_fails_its_case, 0, RELEASES * GROUPS);
    return suite;
}

int main(void)
{
    struct error error;

    if (clients_load(&clients, &error) != ERR_OK || excuses_load("deviations.txt", &deviations, &error) != ERR_OK) {
        fprintf(stderr, "test_reference: %s\n", error.text);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(normal_suite());
    srunner_add_suite(runner, compare_suite());
    srunner_add_suite(runner, reference_suite());
    srunner_set_fork_status(runner, CK_NOFORK); /* groups share what was played */
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (size_t i = 0; i < RELEASES; i++)
        print_counts(i);
    release_all();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
