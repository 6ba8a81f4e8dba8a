/* The journal: a ring that counts what it drops, and whose tickets never complete another's entry. */
#include "exchange/journal.h"
#include "support/suite.h"

#include <stdio.h>

static uint64_t enter(struct journal *journal, const char *target)
{
    return journal_enter(journal, &(struct journal_entry){ .time = 5,
                                                           .endpoint = ENDPOINT_STATES,
                                                           .method = SPAN("POST"),
                                                           .target = span_text(target),
                                                           .status = 200 });
}

static void assert_target(const struct journal *journal, uint64_t number, const char *target)
{
    const struct journal_entry *entry = journal_get(journal, number);

    ck_assert_ptr_nonnull(entry);
    ck_assert_uint_eq(entry->number, number);
    ck_assert_msg(span_is(entry->target, target), "%.*s", SPAN_ARG(entry->target));
}

START_TEST(an_entry_is_in_flight_until_it_is_ended)
{
    struct journal *journal = journal_new(4);

    uint64_t ticket = enter(journal, "/a");
    ck_assert_ptr_null(journal_get(journal, 1)->how);
    journal_end(journal, ticket, 503, "client gone", 77);

    ck_assert_str_eq(journal_get(journal, 1)->how, "client gone");
    ck_assert_int_eq(journal_get(journal, 1)->status, 503);
    ck_assert_int_eq(journal_get(journal, 1)->bytes, 77);
    journal_free(journal);
}
END_TEST

START_TEST(the_oldest_gives_way_and_is_counted)
{
    struct journal *journal = journal_new(3);
    char target[16];

    for (int i = 1; i <= 10; i++) {
        snprintf(target, sizeof target, "/%d", i);
        enter(journal, target);
    }

    ck_assert_uint_eq(journal_first(journal), 8);
    ck_assert_uint_eq(journal_last(journal), 10);
    ck_assert_uint_eq(journal_dropped(journal), 7);
    ck_assert_ptr_null(journal_get(journal, 7));
    assert_target(journal, 8, "/8");
    assert_target(journal, 10, "/10");
    journal_free(journal);
}
END_TEST

START_TEST(a_big_one_grows_as_it_is_used)
{
    struct journal *journal = journal_new(JOURNAL_MAX);
    char target[16];

    for (int i = 1; i <= 2000; i++) {
        snprintf(target, sizeof target, "/%d", i);
        enter(journal, target);
    }

    ck_assert_uint_eq(journal_dropped(journal), 0);
    assert_target(journal, 1, "/1");
    assert_target(journal, 2000, "/2000");
    journal_free(journal);
}
END_TEST

START_TEST(one_of_size_0_takes_nothing)
{
    struct journal *journal = journal_new(0);

    ck_assert_uint_eq(enter(journal, "/a"), 0);
    journal_end(journal, 0, 200, "complete", 1);

    ck_assert_uint_eq(journal_last(journal), 0);
    journal_free(journal);
}
END_TEST

START_TEST(numbers_go_on_when_it_is_cleared)
{
    struct journal *journal = journal_new(2);

    enter(journal, "/a");
    enter(journal, "/b");
    enter(journal, "/c");
    journal_clear(journal);
    enter(journal, "/d");

    ck_assert_uint_eq(journal_first(journal), 4);
    ck_assert_uint_eq(journal_dropped(journal), 0);
    assert_target(journal, 4, "/d");
    journal_free(journal);
}
END_TEST

START_TEST(a_ticket_of_before_a_reset_completes_nothing)
{
    struct journal *journal = journal_new(2);

    uint64_t old = enter(journal, "/a");
    journal_reset(journal);
    enter(journal, "/b");
    journal_end(journal, old, 500, "client gone", 1);

    ck_assert_uint_eq(journal_last(journal), 1);
    ck_assert_ptr_null(journal_get(journal, 1)->how);
    journal_free(journal);
}
END_TEST

START_TEST(a_ticket_of_an_entry_that_is_gone_completes_nothing)
{
    struct journal *journal = journal_new(1);

    uint64_t old = enter(journal, "/a");
    enter(journal, "/b");
    journal_end(journal, old, 500, "client gone", 1);

    ck_assert_ptr_null(journal_get(journal, 2)->how);
    journal_free(journal);
}
END_TEST

START_TEST(long_texts_are_cut_where_a_character_ends)
{
    struct journal *journal = journal_new(1);
    char target[JOURNAL_TARGET_MAX + 8];

    memset(target, 'a', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    memcpy(target + JOURNAL_TARGET_MAX - 1, "\xc3\xa4", 2);
    enter(journal, target);

    ck_assert_uint_eq(journal_get(journal, 1)->target.n, JOURNAL_TARGET_MAX - 1);
    journal_free(journal);
}
END_TEST

TEST_MAIN("journal",
    TEST(an_entry_is_in_flight_until_it_is_ended),
    TEST(the_oldest_gives_way_and_is_counted),
    TEST(a_big_one_grows_as_it_is_used),
    TEST(one_of_size_0_takes_nothing),
    TEST(numbers_go_on_when_it_is_cleared),
    TEST(a_ticket_of_before_a_reset_completes_nothing),
    TEST(a_ticket_of_an_entry_that_is_gone_completes_nothing),
    TEST(long_texts_are_cut_where_a_character_ends))
