/* The bounded hash table: keys of any bytes, values in place, what a full table does. */
#include "base/table.h"
#include "support/suite.h"

#include <stdint.h>
#include <stdio.h>

enum { MANY = 10000 };

static struct table table;

static void setup(void)
{
    table = table_init(sizeof(int64_t), MANY, TABLE_REFUSES);
}

static void teardown(void)
{
    table_release(&table);
}

static struct span numbered(int i)
{
    static char text[32];

    return span_of(text, (size_t)snprintf(text, sizeof text, "key %d", i));
}

static void put(struct span key, int64_t value)
{
    int64_t *at = table_add(&table, key);

    ck_assert_ptr_nonnull(at);
    *at = value;
}

static int64_t get(struct span key)
{
    const int64_t *at = table_get(&table, key);

    return at ? *at : -1;
}

START_TEST(an_empty_table_has_no_key)
{
    ck_assert_ptr_null(table_get(&table, SPAN("")));
    table_remove(&table, SPAN(""));
    ck_assert_uint_eq(table.n, 0);
}
END_TEST

START_TEST(a_new_value_is_zeroed)
{
    ck_assert_int_eq(*(int64_t *)table_add(&table, SPAN("a")), 0);
}
END_TEST

START_TEST(a_key_is_added_once)
{
    put(SPAN("a"), 1);
    put(SPAN("a"), 2);

    ck_assert_int_eq(get(SPAN("a")), 2);
    ck_assert_uint_eq(table.n, 1);
}
END_TEST

START_TEST(a_key_may_be_empty_or_hold_a_nul)
{
    put(SPAN(""), 1);
    put(SPAN("a\0b"), 2);
    put(SPAN("a\0c"), 3);

    ck_assert_int_eq(get(SPAN("")), 1);
    ck_assert_int_eq(get(SPAN("a\0b")), 2);
    ck_assert_int_eq(get(SPAN("a\0c")), 3);
    ck_assert_int_eq(get(SPAN("a")), -1);
}
END_TEST

START_TEST(many_keys_are_found_and_keep_the_address_of_their_values)
{
    put(numbered(0), 0);
    const void *first = table_get(&table, numbered(0));
    for (int i = 1; i < MANY; i++)
        put(numbered(i), i);

    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(get(numbered(i)), i);
    ck_assert_ptr_eq(table_get(&table, numbered(0)), first);
}
END_TEST

START_TEST(a_removed_key_is_gone_and_the_others_stay)
{
    for (int i = 0; i < MANY; i++)
        put(numbered(i), i);
    for (int i = 0; i < MANY; i += 2)
        table_remove(&table, numbered(i));

    ck_assert_uint_eq(table.n, MANY / 2);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(get(numbered(i)), i % 2 ? i : -1);
}
END_TEST

START_TEST(a_full_table_refuses_new_keys_alone)
{
    table.max = 2;
    put(SPAN("a"), 1);
    put(SPAN("b"), 2);

    ck_assert_ptr_null(table_add(&table, SPAN("c")));
    ck_assert_ptr_nonnull(table_add(&table, SPAN("a")));
    table_remove(&table, SPAN("a"));
    ck_assert_ptr_nonnull(table_add(&table, SPAN("c")));
}
END_TEST

START_TEST(a_full_table_that_forgets_forgets_the_key_added_first)
{
    table = table_init(sizeof(int64_t), 2, TABLE_FORGETS);
    put(SPAN("a"), 1);
    put(SPAN("b"), 2);
    put(SPAN("a"), 3);
    put(SPAN("c"), 4);

    ck_assert_int_eq(get(SPAN("a")), -1);
    ck_assert_int_eq(get(SPAN("b")), 2);
    ck_assert_int_eq(get(SPAN("c")), 4);
}
END_TEST

START_TEST(a_released_table_is_empty_and_can_be_used_again)
{
    put(SPAN("a"), 1);
    table_release(&table);
    ck_assert_int_eq(get(SPAN("a")), -1);

    put(SPAN("a"), 2);
    ck_assert_int_eq(get(SPAN("a")), 2);
}
END_TEST

TEST_MAIN("table",
    TEST_GROUP("table", .setup = setup, .teardown = teardown),
    TEST(an_empty_table_has_no_key),
    TEST(a_new_value_is_zeroed),
    TEST(a_key_is_added_once),
    TEST(a_key_may_be_empty_or_hold_a_nul),
    TEST(many_keys_are_found_and_keep_the_address_of_their_values),
    TEST(a_removed_key_is_gone_and_the_others_stay),
    TEST(a_full_table_refuses_new_keys_alone),
    TEST(a_full_table_that_forgets_forgets_the_key_added_first),
    TEST(a_released_table_is_empty_and_can_be_used_again))
