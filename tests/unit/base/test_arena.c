/* Memory that is freed all at once: how it is laid out, counted and limited. */
#include "base/arena.h"
#include "base/error.h"
#include "support/suite.h"

#include <stdint.h>

START_TEST(memory_is_zeroed_and_aligned)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    for (int i = 0; i < 1000; i++) {
        arena_span(&arena, SPAN("x"));
        uint64_t *p = ARENA_NEW(&arena, uint64_t);
        ck_assert_uint_eq((uintptr_t)p % 16, 0);
        ck_assert_uint_eq(*p, 0);
        *p = UINT64_MAX;
    }
}
END_TEST

START_TEST(texts_are_packed)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    struct span a = arena_span(&arena, SPAN("a")), b = arena_span(&arena, SPAN("b"));

    ck_assert_ptr_eq(b.p, a.p + 2);
    ck_assert_str_eq(a.p, "a");
}
END_TEST

START_TEST(little_of_a_large_arena_is_unused)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    size_t asked = 0;

    for (; asked < 20u << 20; asked += 1600)
        ck_assert_ptr_nonnull(arena_alloc(&arena, 1600));

    ck_assert_uint_lt(arena.size, asked + asked / 8);
}
END_TEST

START_TEST(a_meter_counts_what_there_is_and_what_comes)
{
    struct meter first = { 0 }, second = { 0 };
    struct arena arena = { 0 };
    arena_alloc(&arena, 10);

    arena_count(&arena, &first);
    arena_alloc(&arena, 100000);
    ck_assert_uint_eq(meter_used(&first), arena.size);
    ck_assert_uint_gt(arena.size, 100000);
    arena_count(&arena, &second);

    ck_assert_uint_eq(meter_used(&first), 0);
    ck_assert_uint_eq(meter_used(&second), arena.size);
    arena_release(&arena);
    ck_assert_uint_eq(meter_used(&second), 0);
}
END_TEST

START_TEST(above_its_maximum_an_arena_is_as_without_memory)
{
    struct arena arena = { .max = 4096 };

    ck_assert_ptr_nonnull(arena_alloc(&arena, 2000));
    ck_assert_ptr_null(arena_alloc(&arena, 3000));

    ck_assert(arena.failed);
    ck_assert_uint_le(arena.size, 4096);
    arena_release(&arena);
}
END_TEST

START_TEST(memory_that_is_used_again_is_zeroed)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    unsigned char *first = arena_alloc(&arena, 100);

    memset(first, 'x', 100);
    arena_alloc(&arena, 5000);
    arena_reuse(&arena, 1024);
    unsigned char *again = arena_alloc(&arena, 100);

    ck_assert_ptr_eq(again, first);
    for (int i = 0; i < 100; i++)
        ck_assert_uint_eq(again[i], 0);
}
END_TEST

START_TEST(no_more_than_asked_is_kept_to_be_used_again)
{
    struct arena arena = { 0 };

    arena_alloc(&arena, 5000);
    arena_reuse(&arena, 1024);

    ck_assert_uint_eq(arena.size, 0);
    ck_assert_ptr_null(arena.blocks);
}
END_TEST

TEST_MAIN("arena",
          TEST(memory_is_zeroed_and_aligned),
          TEST(texts_are_packed),
          TEST(little_of_a_large_arena_is_unused),
          TEST(a_meter_counts_what_there_is_and_what_comes),
          TEST(above_its_maximum_an_arena_is_as_without_memory),
          TEST(memory_that_is_used_again_is_zeroed),
          TEST(no_more_than_asked_is_kept_to_be_used_again))
