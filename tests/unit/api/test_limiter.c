#include "api/limiter.h"
#include "support/suite.h"

#include <stdio.h>

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)
#define NOW (INT64_C(1000) * SECOND)

static const char submit, list; /* two paths */
static const struct span HOME = { "127.0.0.1", 9 };

static int take_all(struct limiter *limiter, const void *path, struct span address, int64_t now)
{
    int remaining, n = 0;

    while (limiter_take(limiter, path, address, now, &remaining))
        n++;
    return n;
}

START_TEST(a_thousand_requests_pass_at_once_and_no_more)
{
    struct limiter *limiter = limiter_new();
    int remaining = -1;

    for (int i = 1; i <= 1000; i++) {
        ck_assert(limiter_take(limiter, &list, HOME, NOW, &remaining));
        ck_assert_int_eq(remaining, 1000 - i);
    }
    ck_assert(!limiter_take(limiter, &list, HOME, NOW, &remaining));

    ck_assert_int_eq(remaining, 0);
    limiter_free(limiter);
}
END_TEST

START_TEST(each_millisecond_gives_one_back)
{
    struct limiter *limiter = limiter_new();
    take_all(limiter, &list, HOME, NOW);

    ck_assert_int_eq(take_all(limiter, &list, HOME, NOW + MS / 2), 0);
    ck_assert_int_eq(take_all(limiter, &list, HOME, NOW + MS), 1);

    ck_assert_int_eq(take_all(limiter, &list, HOME, NOW + 11 * MS), 10);
    limiter_free(limiter);
}
END_TEST

START_TEST(what_is_not_used_does_not_pile_up)
{
    struct limiter *limiter = limiter_new();
    take_all(limiter, &list, HOME, NOW);

    ck_assert_int_eq(take_all(limiter, &list, HOME, NOW + 3600 * SECOND), 1000);
    limiter_free(limiter);
}
END_TEST

START_TEST(paths_and_addresses_have_buckets_of_their_own)
{
    struct limiter *limiter = limiter_new();
    take_all(limiter, &list, HOME, NOW);

    ck_assert_int_eq(take_all(limiter, &submit, HOME, NOW), 1000);
    ck_assert_int_eq(take_all(limiter, &list, SPAN("127.0.0.2"), NOW), 1000);
    ck_assert_int_eq(take_all(limiter, &list, SPAN("127.0.0.11"), NOW), 1000);
    ck_assert_int_eq(take_all(limiter, &list, SPAN("127.0.0.1"), NOW), 0);
    limiter_free(limiter);
}
END_TEST

START_TEST(however_many_ask_each_gets_something)
{
    struct limiter *limiter = limiter_new();
    char address[32];
    int remaining;

    for (int i = 0; i < 20000; i++) {
        snprintf(address, sizeof address, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        ck_assert(limiter_take(limiter, &list, span_text(address), NOW + i, &remaining));
        ck_assert_int_eq(remaining, 999);
    }
    limiter_free(limiter);
}
END_TEST

START_TEST(a_busy_client_is_not_forgotten_for_others)
{
    struct limiter *limiter = limiter_new();
    char address[32];
    int remaining;
    take_all(limiter, &list, HOME, NOW);

    for (int i = 0; i < 5000; i++) { /* in no time at all, each from elsewhere, HOME in between */
        snprintf(address, sizeof address, "10.0.%d.%d", i >> 8, i & 255);
        limiter_take(limiter, &list, span_text(address), NOW + 2 * i, &remaining);
        ck_assert(!limiter_take(limiter, &list, HOME, NOW + 2 * i + 1, &remaining));
    }
    limiter_free(limiter);
}
END_TEST

static const struct {
    const char *name;
    struct span address;
} addresses[] = {
    { "none", { NULL, 0 } },
    { "empty", { "", 0 } },
    { "IPv6", { "[2001:db8::ff00:42:8329]", 24 } },
    { "longer than any", { "[2001:0db8:0000:0000:0000:ff00:0042:8329%a-very-long-interface]", 63 } },
};

START_TEST(an_address_may_be_anything)
{
    struct limiter *limiter = limiter_new();

    ck_assert_msg(take_all(limiter, &list, addresses[_i].address, NOW) == 1000, "%s", addresses[_i].name);
    ck_assert_msg(take_all(limiter, &list, addresses[_i].address, NOW) == 0, "%s", addresses[_i].name);
    limiter_free(limiter);
}
END_TEST

START_TEST(time_that_seems_to_go_back_gives_nothing_and_takes_nothing)
{
    struct limiter *limiter = limiter_new();
    int remaining;
    limiter_take(limiter, &list, HOME, NOW, &remaining);

    ck_assert(limiter_take(limiter, &list, HOME, NOW - 10 * MS, &remaining));

    ck_assert_int_eq(remaining, 998);
    ck_assert_int_eq(take_all(limiter, &list, HOME, NOW), 998);
    limiter_free(limiter);
}
END_TEST

START_TEST(the_beginning_of_time_is_a_time)
{
    struct limiter *limiter = limiter_new();

    ck_assert_int_eq(take_all(limiter, &list, HOME, 1), 1000);
    limiter_free(limiter);
}
END_TEST

TEST_MAIN("limiter",
    TEST(a_thousand_requests_pass_at_once_and_no_more),
    TEST(each_millisecond_gives_one_back),
    TEST(what_is_not_used_does_not_pile_up),
    TEST(paths_and_addresses_have_buckets_of_their_own),
    TEST(however_many_ask_each_gets_something),
    TEST(a_busy_client_is_not_forgotten_for_others),
    TEST_EACH(an_address_may_be_anything, addresses),
    TEST(time_that_seems_to_go_back_gives_nothing_and_takes_nothing),
    TEST(the_beginning_of_time_is_a_time))
