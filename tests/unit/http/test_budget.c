#include "http/budget.h"
#include "support/suite.h"

static struct budget budget;

static void setup(void)
{
    budget_init(&budget, 10);
}

static void teardown(void)
{
    budget_release(&budget);
}

START_TEST(what_is_left_is_taken_at_once)
{
    ck_assert(budget_take(&budget, 6, 0));
    ck_assert(budget_take(&budget, 4, 0));
}
END_TEST

START_TEST(without_a_turn_nothing_is_taken)
{
    ck_assert(!budget_take(&budget, 11, 0));
    ck_assert(budget_take(&budget, 10, 0));
}
END_TEST

static void *give_all(void *context)
{
    (void)context;
    budget_give(&budget, 10);
    return NULL;
}

START_TEST(who_waits_gets_what_others_give_back)
{
    pthread_t other;

    ck_assert(budget_take(&budget, 10, 0));
    ck_assert(pthread_create(&other, NULL, give_all, NULL) == 0);

    ck_assert(budget_take(&budget, 10, 60000));
    pthread_join(other, NULL);
}
END_TEST

static void *stop(void *context)
{
    (void)context;
    budget_stop(&budget);
    return NULL;
}

START_TEST(stop_ends_the_wait)
{
    pthread_t other;

    ck_assert(pthread_create(&other, NULL, stop, NULL) == 0);

    ck_assert(!budget_take(&budget, 11, 60000));
    pthread_join(other, NULL);
}
END_TEST

TEST_MAIN("budget",
    TEST_GROUP("of ten", .setup = setup, .teardown = teardown),
    TEST(what_is_left_is_taken_at_once),
    TEST(without_a_turn_nothing_is_taken),
    TEST(who_waits_gets_what_others_give_back),
    TEST(stop_ends_the_wait))
