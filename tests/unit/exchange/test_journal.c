/* The journal: a ring that counts what it drops, and whose tickets never complete another's entry. */
#include "base/buf.h"
#include "base/error.h"
#include "exchange/journal.h"
#include "support/suite.h"

#include <stdio.h>

static uint64_t enter(struct journal *journal, const char *target)
{
    return journal_enter(journal, &(struct journal_entry){ .time = 5,
                                                           .endpoint = ENDPOINT_STATES,
                                                           .method = SPAN("POST"),
                                                           .target = span_text(target),
                                                           .status = 200 }, NULL);
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
    struct journal *journal = journal_new(4, NULL);

    uint64_t ticket = enter(journal, "/a");
    ck_assert_ptr_null(journal_get(journal, 1)->how);
    journal_end(journal, ticket, &(struct journal_end){ 503, "client gone", 77, 0, SPAN("") });

    ck_assert_str_eq(journal_get(journal, 1)->how, "client gone");
    ck_assert_int_eq(journal_get(journal, 1)->status, 503);
    ck_assert_int_eq(journal_get(journal, 1)->bytes, 77);
    journal_free(journal);
}
END_TEST

START_TEST(the_oldest_gives_way_and_is_counted)
{
    struct journal *journal = journal_new(3, NULL);
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
    struct journal *journal = journal_new(JOURNAL_MAX, NULL);
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
    struct journal *journal = journal_new(0, NULL);

    ck_assert_uint_eq(enter(journal, "/a"), 0);
    journal_end(journal, 0, &(struct journal_end){ 200, "complete", 1, 0, SPAN("") });

    ck_assert_uint_eq(journal_last(journal), 0);
    journal_free(journal);
}
END_TEST

START_TEST(numbers_go_on_when_it_is_cleared)
{
    struct journal *journal = journal_new(2, NULL);

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
    struct journal *journal = journal_new(2, NULL);

    uint64_t old = enter(journal, "/a");
    journal_reset(journal);
    enter(journal, "/b");
    journal_end(journal, old, &(struct journal_end){ 500, "client gone", 1, 0, SPAN("") });

    ck_assert_uint_eq(journal_last(journal), 1);
    ck_assert_ptr_null(journal_get(journal, 1)->how);
    journal_free(journal);
}
END_TEST

START_TEST(a_ticket_of_an_entry_that_is_gone_completes_nothing)
{
    struct journal *journal = journal_new(1, NULL);

    uint64_t old = enter(journal, "/a");
    enter(journal, "/b");
    journal_end(journal, old, &(struct journal_end){ 500, "client gone", 1, 0, SPAN("") });

    ck_assert_ptr_null(journal_get(journal, 2)->how);
    journal_free(journal);
}
END_TEST

START_TEST(long_texts_are_cut_where_a_character_ends)
{
    struct journal *journal = journal_new(1, NULL);
    char target[JOURNAL_TARGET_MAX + 8];

    memset(target, 'a', sizeof target - 1);
    target[sizeof target - 1] = '\0';
    memcpy(target + JOURNAL_TARGET_MAX - 1, "\xc3\xa4", 2);
    enter(journal, target);

    ck_assert_uint_eq(journal_get(journal, 1)->target.n, JOURNAL_TARGET_MAX - 1);
    journal_free(journal);
}
END_TEST

/* ---- heads and bodies --------------------------------------------------------------------------------------- */

static char filler[JOURNAL_BODY_MAX + 100];

static struct span fill(size_t n)
{
    memset(filler, 'b', sizeof filler);
    return span_of(filler, n);
}

static uint64_t enter_bodies(struct journal *journal, size_t request, size_t reply)
{
    const struct header headers[] = { { SPAN("Host"), SPAN("h:1") }, { SPAN("X-Empty"), SPAN("") } };

    return journal_enter(journal, &(struct journal_entry){ .method = SPAN("POST"), .target = SPAN("/a"), .status = 200 },
                         &(struct journal_content){ .headers = headers,
                                                    .n_headers = 2,
                                                    .request_body = fill(request),
                                                    .reply_head = SPAN("Date: D\r\nContent-Length: 3\r\n"),
                                                    .reply_body = fill(reply) });
}

static void assert_headers(struct span lines, const char *wanted)
{
    CLEANUP(buf_release) struct buf all = buf_init(1024);
    struct header header;

    while (journal_next_header(&lines, &header))
        buf_printf(&all, "[%.*s=%.*s]", SPAN_ARG(header.name), SPAN_ARG(header.value));
    ck_assert_str_eq(all.p, wanted);
    ck_assert_uint_eq(lines.n, 0);
}

START_TEST(both_heads_are_kept_in_order)
{
    struct journal *journal = journal_new(4, NULL);

    enter_bodies(journal, 3, 5);

    assert_headers(journal_get(journal, 1)->request.head, "[Host=h:1][X-Empty=]");
    assert_headers(journal_get(journal, 1)->reply.head, "[Date=D][Content-Length=3]");
    journal_free(journal);
}
END_TEST

START_TEST(a_long_body_is_cut_and_its_length_told)
{
    struct journal *journal = journal_new(4, NULL);

    enter_bodies(journal, JOURNAL_BODY_MAX, JOURNAL_BODY_MAX + 1);

    const struct journal_entry *entry = journal_get(journal, 1);
    ck_assert_uint_eq(entry->request.body.n, JOURNAL_BODY_MAX);
    ck_assert_uint_eq(entry->request.length, JOURNAL_BODY_MAX);
    ck_assert_uint_eq(entry->reply.body.n, JOURNAL_BODY_MAX);
    ck_assert_uint_eq(entry->reply.length, JOURNAL_BODY_MAX + 1);
    ck_assert_int_eq(entry->reply.body.p[JOURNAL_BODY_MAX - 1], 'b');
    journal_free(journal);
}
END_TEST

START_TEST(a_head_that_is_too_long_keeps_the_lines_that_fit)
{
    struct journal *journal = journal_new(1, NULL);
    struct buf head = buf_init(2 * JOURNAL_HEAD_MAX);

    while (head.n <= JOURNAL_HEAD_MAX)
        buf_text(&head, "Name: value\r\n");
    journal_enter(journal, &(struct journal_entry){ .status = 200 }, &(struct journal_content){ .reply_head = buf_view(&head) });

    const struct journal_entry *entry = journal_get(journal, 1);
    ck_assert(entry->reply.head_cut && !entry->request.head_cut);
    ck_assert_uint_eq(entry->reply.head.n, JOURNAL_HEAD_MAX / 13 * 13);
    journal_free(journal);
    buf_release(&head);
}
END_TEST

START_TEST(above_its_share_it_drops_its_oldest_bodies)
{
    struct journal_budget budget = { .max = 64 * 1024 };
    struct journal *journal = journal_new(100, &budget);

    for (int i = 0; i < 10; i++)
        enter_bodies(journal, 10, 10 * 1024);

    ck_assert_uint_eq(journal_dropped(journal), 0);
    ck_assert_uint_eq(journal_evicted(journal), 5);
    const struct journal_entry *oldest = journal_get(journal, 1), *newest = journal_get(journal, 10);
    ck_assert(oldest->evicted && !newest->evicted);
    ck_assert_uint_eq(oldest->request.body.n + oldest->reply.body.n, 0);
    ck_assert_uint_eq(oldest->reply.length, 10 * 1024);
    assert_headers(oldest->reply.head, "[Date=D][Content-Length=3]");
    assert_target(journal, 1, "/a");
    ck_assert_uint_eq(newest->reply.body.n, 10 * 1024);
    journal_free(journal);
}
END_TEST

START_TEST(without_bodies_to_drop_it_drops_its_oldest_entries)
{
    struct journal_budget budget = { .max = 16 * 1024 };
    struct journal *journal = journal_new(1000, &budget);

    for (int i = 0; i < 1000; i++)
        enter_bodies(journal, 0, 0);

    ck_assert_uint_gt(journal_dropped(journal), 900);
    ck_assert_uint_eq(journal_first(journal), journal_dropped(journal) + 1);
    ck_assert_uint_le(journal_bytes(journal), budget.max);
    journal_free(journal);
}
END_TEST

START_TEST(the_newest_stays_however_small_the_share)
{
    struct journal_budget budget = { .max = 1 };
    struct journal *journal = journal_new(10, &budget);

    enter_bodies(journal, 10, 10);
    enter_bodies(journal, 10, 10);

    ck_assert_uint_eq(journal_first(journal), 2);
    ck_assert(journal_get(journal, 2)->evicted);
    journal_free(journal);
}
END_TEST

START_TEST(each_world_has_an_equal_share)
{
    struct journal_budget budget = { .max = 128 * 1024 };
    struct journal *journal = journal_new(100, &budget), *other;

    for (int i = 0; i < 10; i++)
        enter_bodies(journal, 0, 10 * 1024);
    ck_assert_uint_eq(journal_evicted(journal), 0);
    other = journal_new(100, &budget);
    journal_fit(journal);

    ck_assert_uint_le(journal_bytes(journal), budget.max / 2);
    ck_assert_uint_eq(journal_evicted(journal), 5);
    journal_free(other);
    journal_free(journal);
    ck_assert_uint_eq(atomic_load(&budget.journals), 0);
}
END_TEST

START_TEST(its_memory_is_the_same_after_any_number_of_exchanges)
{
    struct journal_budget budget = { .max = 256 * 1024 };
    struct journal *journal = journal_new(16, &budget);

    for (int i = 0; i < 16; i++)
        enter_bodies(journal, 1000, 3000);
    size_t before = journal_bytes(journal);
    for (int i = 0; i < 100000; i++)
        enter_bodies(journal, 1000 - (size_t)i % 7, 3000 - (size_t)i % 5);

    ck_assert_uint_eq(journal_bytes(journal), before);
    ck_assert_uint_eq(journal_evicted(journal), 0);
    journal_free(journal);
}
END_TEST

START_TEST(a_later_date_replaces_the_one_that_was_entered)
{
    struct journal *journal = journal_new(4, NULL);

    uint64_t ticket = enter_bodies(journal, 0, 3);
    journal_end(journal, ticket, &(struct journal_end){ 200, "complete", 9, 5, SPAN("Date: E\r\nContent-Length: 3\r\n") });

    assert_headers(journal_get(journal, 1)->reply.head, "[Date=E][Content-Length=3]");
    ck_assert_int_eq(journal_get(journal, 1)->duration, 5);
    journal_free(journal);
}
END_TEST

START_TEST(entries_survive_that_it_grows_after_some_were_dropped)
{
    struct journal_budget budget = { .max = 80 * 1024 };
    struct journal *journal = journal_new(10000, &budget);
    char target[16];

    for (int i = 1; i <= 40; i++)
        enter_bodies(journal, 0, 0);
    budget.max = 10 * 1024;
    journal_fit(journal);
    ck_assert_uint_gt(journal_dropped(journal), 0);
    budget.max = 1 << 20;
    for (int i = 41; i <= 300; i++) {
        snprintf(target, sizeof target, "/%d", i);
        enter(journal, target);
    }

    assert_target(journal, 40, "/a");
    assert_target(journal, 41, "/41");
    assert_target(journal, 300, "/300");
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
    TEST(long_texts_are_cut_where_a_character_ends),
    TEST(both_heads_are_kept_in_order),
    TEST(a_long_body_is_cut_and_its_length_told),
    TEST(a_head_that_is_too_long_keeps_the_lines_that_fit),
    TEST(above_its_share_it_drops_its_oldest_bodies),
    TEST(without_bodies_to_drop_it_drops_its_oldest_entries),
    TEST(the_newest_stays_however_small_the_share),
    TEST(each_world_has_an_equal_share),
    TEST(its_memory_is_the_same_after_any_number_of_exchanges),
    TEST(a_later_date_replaces_the_one_that_was_entered),
    TEST(entries_survive_that_it_grows_after_some_were_dropped))
