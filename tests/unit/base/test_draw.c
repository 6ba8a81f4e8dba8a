#include "base/draw.h"
#include "support/suite.h"

/* ---- draws ------------------------------------------------------------------------------------------------- */

START_TEST(a_seed_draws_what_splitmix64_draws)
{
    struct draw ids = draw_of_seed(1234567);

    ck_assert(draw_next(&ids) == UINT64_C(6457827717110365317));
    ck_assert(draw_next(&ids) == UINT64_C(3203168211198807973));
    ck_assert(draw_next(&ids) == UINT64_C(9817491932198370423));
}
END_TEST

START_TEST(the_system_never_draws_the_same_twice)
{
    struct draw ids = draw_of_system();

    ck_assert(draw_next(&ids) != draw_next(&ids));
}
END_TEST

static const uint64_t limits[] = { 1, 2, 3, 10, UINT64_C(1) << 32, (UINT64_C(1) << 63) + 1, UINT64_MAX };

START_TEST(draws_stay_below_their_limit)
{
    struct draw ids = draw_of_seed(1);

    for (int i = 0; i < 1000; i++)
        ck_assert(draw_below(&ids, limits[_i]) < limits[_i]);
}
END_TEST

START_TEST(draws_are_even)
{
    struct draw ids = draw_of_seed(1);
    int count[3] = { 0 };

    for (int i = 0; i < 30000; i++)
        count[draw_below(&ids, 3)]++;

    for (int i = 0; i < 3; i++)
        ck_assert_msg(count[i] > 9500 && count[i] < 10500, "%d of 30000", count[i]);
}
END_TEST

/* ---- ids --------------------------------------------------------------------------------------------------- */

static void assert_uuid(const char *uuid)
{
    ck_assert_uint_eq(strlen(uuid), UUID_SIZE);
    ck_assert_uint_eq(strspn(uuid, "0123456789abcdef-"), UUID_SIZE);
    ck_assert_int_eq(uuid[8], '-');
    ck_assert_int_eq(uuid[14], '4');
    ck_assert_ptr_nonnull(strchr("89ab", uuid[19]));
}

START_TEST(uuids_are_of_version_4_and_lower_case)
{
    struct draw ids = draw_of_system();
    char uuid[UUID_SIZE + 1];

    for (int i = 0; i < 100; i++) {
        draw_uuid(&ids, uuid);
        assert_uuid(uuid);
    }
}
END_TEST

START_TEST(a_seed_means_the_same_ids_everywhere)
{
    struct draw ids = draw_of_seed(1);
    char uuid[UUID_SIZE + 1], cid[CID_SIZE + 1];

    draw_uuid(&ids, uuid);
    draw_cid(&ids, cid);

    ck_assert_str_eq(uuid, "910a2dec-8902-4cc1-beeb-8da1658eec67");
    ck_assert_str_eq(cid, "Qmf4zPWuEBfPBbbaDVGmosxFyeu7hXAJnh43AMAedeq1if");
}
END_TEST

START_TEST(cids_have_46_characters_and_begin_with_Qm)
{
    struct draw ids = draw_of_system();
    char cid[CID_SIZE + 1];

    for (int i = 0; i < 100; i++) {
        draw_cid(&ids, cid);
        ck_assert_uint_eq(strlen(cid), CID_SIZE);
        ck_assert_int_eq(strncmp(cid, "Qm", 2), 0);
    }
}
END_TEST

START_TEST(ids_of_one_source_differ)
{
    struct draw ids = draw_of_seed(7);
    char a[UUID_SIZE + 1], b[UUID_SIZE + 1];

    draw_uuid(&ids, a);
    draw_uuid(&ids, b);

    ck_assert_str_ne(a, b);
}
END_TEST

TEST_MAIN("draw",
    TEST(a_seed_draws_what_splitmix64_draws),
    TEST(the_system_never_draws_the_same_twice),
    TEST_EACH(draws_stay_below_their_limit, limits),
    TEST(draws_are_even),
    TEST(uuids_are_of_version_4_and_lower_case),
    TEST(a_seed_means_the_same_ids_everywhere),
    TEST(cids_have_46_characters_and_begin_with_Qm),
    TEST(ids_of_one_source_differ))
