/* Replies that are held back: what ends their wait, and what does not. */
#include "support/suite.h"
#include "support/worlds.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct world *world;

static void start(void)
{
    struct program *program = program_by_hand(&release_v0_3_25, NULL, 0);

    ck_assert_int_eq(world_new(&(struct world_options){ .program = program }, &world, NULL), ERR_OK);
    program_drop(program);
}

static void stop(void)
{
    world_free(world);
}

/* ---- a thread that waits --------------------------------------------------------------------------------- */

struct wait_under_test {
    struct reply_wait wait;
    int fd;
    bool came;
    pthread_t thread;
};

static void *wait_for_it(void *context)
{
    struct wait_under_test *w = context;

    w->came = held_wait(&world->held, &w->wait, w->fd);
    return NULL;
}

static void begin(struct wait_under_test *w)
{
    ck_assert_int_eq(pthread_create(&w->thread, NULL, wait_for_it, w), 0);
}

static bool ended(struct wait_under_test *w)
{
    pthread_join(w->thread, NULL);
    return w->came;
}

/* True once the thread is among those that wait: then nothing but its condition ends it. */
static bool is_held(void)
{
    world_enter(world);
    bool held = world->held.first != NULL;
    world_leave(world);
    return held;
}

static void await_held(void)
{
    while (!is_held())
        sched_yield();
}

static void reset(void)
{
    world_enter(world);
    world_reset(world, &(struct world_reset){ .journal = true });
    world_leave(world);
}

/* ---- tests ----------------------------------------------------------------------------------------------- */

START_TEST(a_moment_that_has_come_holds_nothing)
{
    struct reply_wait wait = { .on = true, .until = 1 };

    ck_assert(held_wait(&world->held, &wait, -1));
}
END_TEST

START_TEST(a_reset_sends_what_is_held)
{
    struct wait_under_test w = { .wait = { .on = true, .until = NS_NEVER }, .fd = -1 };

    begin(&w);
    await_held();
    reset();

    ck_assert(ended(&w));
}
END_TEST

START_TEST(a_reply_that_was_made_before_a_reset_is_not_held_after_it)
{
    struct reply_fate fate = { .wait = { .on = true, .until = NS_NEVER },
                               .trickle = { .bytes = 1, .every = { .kind = TRIGGER_GATE, .gate = SPAN("never") } } };

    ck_assert(held_take_place(&world->held, &fate));
    reset();

    ck_assert(held_wait(&world->held, &fate.wait, -1));
    ck_assert(held_wait_piece(&world->held, &fate.trickle, -1));
    held_give_place(&world->held);
}
END_TEST

START_TEST(a_reply_that_was_made_after_a_reset_is_held)
{
    struct reply_fate fate = { .wait = { .on = true, .until = NS_NEVER } };
    struct wait_under_test w = { .fd = -1 };

    reset();
    ck_assert(held_take_place(&world->held, &fate));
    w.wait = fate.wait;
    begin(&w);

    await_held();
    reset();
    ck_assert(ended(&w));
    held_give_place(&world->held);
}
END_TEST

START_TEST(the_clock_ends_a_wait)
{
    struct wait_under_test w = { .fd = -1 };

    ns_t now = world_enter(world);
    world_leave(world);
    w.wait = (struct reply_wait){ .on = true, .until = now + NS_PER_SECOND };
    begin(&w);
    await_held();
    world_enter(world);
    ck_assert_int_eq(held_next(&world->held), now + NS_PER_SECOND);
    world_advance(world, NS_PER_SECOND);
    world_leave(world);

    ck_assert(ended(&w));
}
END_TEST

START_TEST(a_gate_ends_a_wait)
{
    struct wait_under_test w = { .fd = -1, .wait = { .on = true, .until = NS_NEVER, .gate = SPAN("go") } };

    begin(&w);
    await_held();
    ns_t now = world_enter(world);
    ck_assert_uint_eq(held_at_gate(&world->held, SPAN("go")), 1);
    ck_assert_uint_eq(held_at_gate(&world->held, SPAN("stop")), 0);
    engine_open_gate(world->engine, SPAN("go"), now);
    held_wake(&world->held);
    world_leave(world);

    ck_assert(ended(&w));
}
END_TEST

START_TEST(a_client_that_goes_away_ends_a_wait)
{
    struct wait_under_test w = { .wait = { .on = true, .until = NS_NEVER } };
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    w.fd = pair[0];
    begin(&w);
    await_held();
    close(pair[1]);

    ck_assert(!ended(&w));
    close(pair[0]);
}
END_TEST

START_TEST(the_stop_ends_every_wait)
{
    struct wait_under_test waiting[4] = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 }, { .fd = -1 } };

    for (size_t i = 0; i < ROWS(waiting); i++) {
        waiting[i].wait = (struct reply_wait){ .on = true, .until = NS_NEVER };
        begin(&waiting[i]);
    }
    world_enter(world);
    held_stop(&world->held);
    world_leave(world);

    for (size_t i = 0; i < ROWS(waiting); i++)
        ck_assert(!ended(&waiting[i]));
}
END_TEST

START_TEST(there_are_so_many_places_and_no_more)
{
    struct reply_fate fate = { .broken = BREAK_NOT };

    for (int i = 0; i < HELD_MAX; i++)
        ck_assert(held_take_place(&world->held, &fate));
    ck_assert(!held_take_place(&world->held, &fate));
    held_give_place(&world->held);
    ck_assert(held_take_place(&world->held, &fate));
}
END_TEST

TEST_MAIN("held",
          TEST_GROUP("held", .setup = start, .teardown = stop),
          TEST(a_moment_that_has_come_holds_nothing),
          TEST(a_reset_sends_what_is_held),
          TEST(a_reply_that_was_made_before_a_reset_is_not_held_after_it),
          TEST(a_reply_that_was_made_after_a_reset_is_held),
          TEST(the_clock_ends_a_wait),
          TEST(a_gate_ends_a_wait),
          TEST(a_client_that_goes_away_ends_a_wait),
          TEST(the_stop_ends_every_wait),
          TEST(there_are_so_many_places_and_no_more))
