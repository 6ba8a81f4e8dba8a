#include "support/suite.h"

#include <stdlib.h>

enum { TIMEOUT_S = 100 }; /* below that of ctest, which does not name the test */

static TCase *group_add(Suite *suite, const struct suite_row *row)
{
    TCase *group = tcase_create(row->group);

    tcase_set_timeout(group, TIMEOUT_S);
    if (row->setup)
        tcase_add_checked_fixture(group, row->setup, row->teardown);
    suite_add_tcase(suite, group);
    return group;
}

int suite_run(const char *name, const struct suite_row *rows, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *group = NULL;

    for (size_t i = 0; i < n; i++) {
        if (rows[i].group || !group)
            group = group_add(suite, rows[i].group ? &rows[i] : &(struct suite_row){ .group = name });
        if (rows[i].test)
            tcase_add_loop_test(group, rows[i].test, 0, rows[i].times);
    }
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
