#include "base/nearest.h"
#include "support/suite.h"

#include <stdlib.h>

static const struct row {
    const char *wanted, *best; /* NULL: none */
} rows[] = {
    { "aftr", "after" },    { "after", "after" }, { "AFTER", "after" },
    { "exit-code", "exit_code" }, { "jit", "jitter" },  { "j", NULL },
    { "", NULL },           { "zebra", NULL },    { "of", "of" },
    { "ofter", "after" },
    { "afterafterafterafterafterafterafterafterafter", NULL },
};

START_TEST(a_slip_of_the_pen_finds_its_name)
{
    static const char *const names[] = { "after", "jitter", "exit_code", "of" };
    struct nearest near = nearest_to(rows[_i].wanted);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        nearest_try(&near, names[i]);

    if (rows[_i].best)
        ck_assert_msg(near.best && strcmp(near.best, rows[_i].best) == 0, "%s: %s", rows[_i].wanted,
                      near.best ? near.best : "none");
    else
        ck_assert_msg(!near.best, "%s: %s", rows[_i].wanted, near.best);
}
END_TEST

START_TEST(of_equally_near_names_the_first_stays)
{
    struct nearest near = nearest_to("boy");

    nearest_try(&near, "toy");
    nearest_try(&near, "joy");

    ck_assert_str_eq(near.best, "toy");
}
END_TEST

TEST_MAIN("nearest",
    TEST_EACH(a_slip_of_the_pen_finds_its_name, rows),
    TEST(of_equally_near_names_the_first_stays))
