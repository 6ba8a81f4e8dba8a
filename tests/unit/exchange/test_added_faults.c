/* Faults that are added, switched and removed while a world runs. */
#include "exchange/fault.h"
#include "releases/release.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdlib.h>

#define SECONDS(n) ((n) * NS_PER_SECOND)

struct desk {
    struct network network;
    struct faults faults;
    struct arena arena;
    struct near_miss miss;
    ns_t now;
};

static struct desk *desk_open(void)
{
    struct desk *desk = calloc(1, sizeof *desk);

    ck_assert_ptr_nonnull(desk);
    desk->network = NETWORK(GOOD);
    network_start(&desk->network, &rules_v0_3_25);
    faults_init(&desk->faults, desk->network.engine, 0);
    return desk;
}

static void desk_close(struct desk *desk)
{
    faults_release(&desk->faults);
    network_stop(&desk->network);
    arena_release(&desk->arena);
    free(desk);
}

/* A keeper that counts its holders. */
struct counter {
    struct keeper keeper;
    int held;
};

static void hold(struct keeper *keeper)
{
    ((struct counter *)(void *)keeper)->held++;
}

static void let_go(struct keeper *keeper)
{
    ((struct counter *)(void *)keeper)->held--;
}

static struct fault named(const char *name)
{
    return (struct fault){ .name = span_text(name), .on = ENDPOINTS_ALL, .count = FAULT_NO_LIMIT, .to = NS_NEVER, .chance = 1 };
}

static const struct fault *taker(struct desk *desk)
{
    static const struct exchange_facts livez = { .endpoint = ENDPOINT_LIVEZ };

    return faults_choose(&desk->faults, &livez, desk->now, &desk->arena, &desk->miss);
}

START_TEST(faults_added_at_run_time_stand_in_front_in_their_order)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault loaded = named("loaded"), added[] = { named("a"), named("b") };
    added[0].count = added[1].count = 1;
    faults_add(&desk->faults, &loaded, false);

    ck_assert_int_eq(faults_insert(&desk->faults, added, 2, &counter.keeper, 0), ERR_OK);

    ck_assert_ptr_eq(taker(desk), &added[0]);
    ck_assert_ptr_eq(taker(desk), &added[1]);
    ck_assert_ptr_eq(taker(desk), &loaded);
    desk_close(desk);
}
END_TEST

START_TEST(a_fault_added_at_run_time_is_owned_until_it_is_removed)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault loaded = named("loaded"), added[] = { named("a"), named("b"), named("c") };
    faults_add(&desk->faults, &loaded, false);
    faults_insert(&desk->faults, added, 3, &counter.keeper, 0);

    ck_assert_int_eq(counter.held, 3);
    ck_assert_uint_eq(faults_remove_added(&desk->faults, faults_find(&desk->faults, SPAN("b"))), 1);
    ck_assert_int_eq(counter.held, 2);
    ck_assert_uint_eq(faults_remove_added(&desk->faults, &loaded), 0);
    ck_assert_uint_eq(faults_remove_all_added(&desk->faults), 2);
    ck_assert_int_eq(counter.held, 0);
    ck_assert_ptr_eq(taker(desk), &loaded);
    desk_close(desk);
}
END_TEST

START_TEST(a_fault_added_at_run_time_counts_its_time_from_then)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault added = named("a");
    added.from = SECONDS(1);
    added.to = SECONDS(2);

    faults_insert(&desk->faults, &added, 1, &counter.keeper, SECONDS(10));

    desk->now = SECONDS(10);
    ck_assert_ptr_null(taker(desk));
    desk->now = SECONDS(11);
    ck_assert_ptr_eq(taker(desk), &added);
    desk->now = SECONDS(12);
    ck_assert_ptr_null(taker(desk));
    desk_close(desk);
}
END_TEST

START_TEST(a_fault_is_removed_when_its_ttl_has_passed)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault added = named("a");
    added.ttl = SECONDS(30);

    faults_insert(&desk->faults, &added, 1, &counter.keeper, SECONDS(10));

    desk->now = SECONDS(40) - 1;
    ck_assert_ptr_eq(taker(desk), &added);
    desk->now = SECONDS(40);
    ck_assert_ptr_null(taker(desk));
    ck_assert_int_eq(counter.held, 0);
    desk_close(desk);
}
END_TEST

START_TEST(a_fault_that_is_off_counts_nothing)
{
    struct desk *desk = desk_open();
    struct fault loaded = named("loaded");
    loaded.count = 1;
    faults_add(&desk->faults, &loaded, false);

    faults_switch(&desk->faults, &loaded, false);
    ck_assert_ptr_null(taker(desk));
    faults_switch(&desk->faults, &loaded, true);

    ck_assert_int_eq(faults_report(&desk->faults, &loaded).seen, 0);
    ck_assert_ptr_eq(taker(desk), &loaded);
    struct fault_report report = faults_report(&desk->faults, &loaded);
    ck_assert(report.on && !report.added && report.seen == 1 && report.fired == 1 && report.left == 0);
    desk_close(desk);
}
END_TEST

START_TEST(a_reset_removes_what_was_added_and_switches_the_rest_on)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault loaded = named("loaded"), added = named("a");
    faults_add(&desk->faults, &loaded, false);
    faults_insert(&desk->faults, &added, 1, &counter.keeper, 0);
    faults_switch(&desk->faults, &loaded, false);

    faults_reset(&desk->faults, 0);

    ck_assert_ptr_null(faults_find(&desk->faults, SPAN("a")));
    ck_assert_ptr_eq(taker(desk), &loaded);
    desk_close(desk);
}
END_TEST

START_TEST(more_faults_than_a_thousand_are_not_added)
{
    struct desk *desk = desk_open();
    struct counter counter = { .keeper = { hold, let_go } };
    struct fault added = named("a");
    for (int i = 0; i < FAULTS_ADDED_MAX; i++)
        ck_assert_int_eq(faults_insert(&desk->faults, &added, 1, &counter.keeper, 0), ERR_OK);

    ck_assert_int_eq(faults_insert(&desk->faults, &added, 1, &counter.keeper, 0), ERR_STATE);

    ck_assert_int_eq(counter.held, FAULTS_ADDED_MAX);
    desk_close(desk);
}
END_TEST

TEST_MAIN("added faults",
          TEST(faults_added_at_run_time_stand_in_front_in_their_order),
          TEST(a_fault_added_at_run_time_is_owned_until_it_is_removed),
          TEST(a_fault_added_at_run_time_counts_its_time_from_then),
          TEST(a_fault_is_removed_when_its_ttl_has_passed),
          TEST(a_fault_that_is_off_counts_nothing),
          TEST(a_reset_removes_what_was_added_and_switches_the_rest_on),
          TEST(more_faults_than_a_thousand_are_not_added))
