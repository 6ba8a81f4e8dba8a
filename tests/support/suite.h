/* The main() of a test program. A test file ends with its list:
 *
 *   TEST_MAIN("steps",
 *       TEST(a_gate_holds_a_step),
 *       TEST_EACH(a_bad_step_is_refused, bad_steps),
 *       TEST_GROUP("restart", .setup = open_network, .teardown = close_network),
 *       TEST(a_restart_forgets_steps))
 *
 * Where rows are counted at run time, write main() and call suite_run. */
#ifndef MOCK_REQUESTER_SUPPORT_SUITE_H
#define MOCK_REQUESTER_SUPPORT_SUITE_H

#include <check.h>
#include <stddef.h>

#define ROWS(table) (sizeof(table) / sizeof *(table))

struct suite_row {
    const char *group; /* not NULL: the rows that follow belong to this group; no test */
    void (*setup)(void), (*teardown)(void); /* of a group: around each of its tests; both or neither */
    const TTest *test;
    int times; /* _i counts from 0 */
};

#define TEST_GROUP(...) { .group = __VA_ARGS__ }
#define TEST_TIMES(name, n) { .test = (name), .times = (int)(n) }
#define TEST(name) TEST_TIMES(name, 1)
/* Once for each row of a table, which the test finds by _i. */
#define TEST_EACH(name, table) TEST_TIMES(name, ROWS(table))

/* Runs the tests, each in a process of its own; the exit code of the program. */
int suite_run(const char *name, const struct suite_row *rows, size_t n);

#define TEST_MAIN(name, ...)                                                                                          \
    int main(void)                                                                                                    \
    {                                                                                                                 \
        const struct suite_row suite_rows[] = { __VA_ARGS__ };                                                        \
                                                                                                                      \
        return suite_run(name, suite_rows, ROWS(suite_rows));                                                         \
    }

#endif
