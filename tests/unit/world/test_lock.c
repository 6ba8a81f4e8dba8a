/* The lock of a world: who has it after a pause. */
#include "support/suite.h"
#include "world/lock.h"

#include <sched.h>
#include <stdatomic.h>

static struct lock lock;
static atomic_int taken; /* how often the other thread has had the lock */

static void start(void)
{
    lock_init(&lock);
    atomic_store(&taken, 0);
}

static void stop(void)
{
    lock_destroy(&lock);
}

static void *take_once(void *context)
{
    lock_take(&lock);
    atomic_fetch_add(&taken, 1);
    lock_give(&lock);
    return context;
}

static void await_waiting(void)
{
    while (!atomic_load(&lock.waiting))
        sched_yield();
}

START_TEST(a_thread_that_waits_has_the_lock_during_a_pause)
{
    pthread_t thread;

    lock_take(&lock);
    ck_assert_int_eq(pthread_create(&thread, NULL, take_once, NULL), 0);
    await_waiting();
    ck_assert_int_eq(atomic_load(&taken), 0);
    lock_pause(&lock);

    ck_assert_int_eq(atomic_load(&taken), 1);
    lock_give(&lock);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(a_pause_that_nobody_waits_for_keeps_the_lock)
{
    pthread_t thread;

    lock_take(&lock);
    lock_pause(&lock);
    ck_assert_int_eq(pthread_create(&thread, NULL, take_once, NULL), 0);
    await_waiting();

    ck_assert_int_eq(atomic_load(&taken), 0);
    lock_give(&lock);
    pthread_join(thread, NULL);
}
END_TEST

TEST_MAIN("lock",
          TEST_GROUP("lock", .setup = start, .teardown = stop),
          TEST(a_thread_that_waits_has_the_lock_during_a_pause),
          TEST(a_pause_that_nobody_waits_for_keeps_the_lock))
