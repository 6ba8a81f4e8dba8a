/* What was freed is given back to the system now and then. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/heap.h"
#include "support/suite.h"

START_TEST(a_little_is_not_given_back)
{
    heap_freed(HEAP_STEP - 1);

    ck_assert(!heap_settle());
}
END_TEST

START_TEST(much_is_given_back_once)
{
    for (int i = 0; i < 100; i++)
        heap_freed(HEAP_STEP / 100 + 1);

    ck_assert(heap_settle());
    ck_assert(!heap_settle());
}
END_TEST

START_TEST(a_large_buffer_and_a_counted_arena_report_what_they_free)
{
    struct buf buf = buf_init(2 * HEAP_STEP);
    struct arena arena = { 0 };
    struct meter meter = { 0 };
    ck_assert_ptr_nonnull(buf_reserve(&buf, HEAP_STEP));
    buf_release(&buf);
    ck_assert(heap_settle());

    arena_count(&arena, &meter);
    for (int i = 0; i < 2000; i++) {
        ck_assert_ptr_nonnull(arena_alloc(&arena, HEAP_STEP / 2000 + 1));
        arena_release(&arena);
    }

    ck_assert(heap_settle());
}
END_TEST

TEST_MAIN("heap",
          TEST(a_little_is_not_given_back),
          TEST(much_is_given_back_once),
          TEST(a_large_buffer_and_a_counted_arena_report_what_they_free))
