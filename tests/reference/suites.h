/* The replayer's own tests, in the same program. */
#ifndef MOCK_REQUESTER_REFERENCE_SUITES_H
#define MOCK_REQUESTER_REFERENCE_SUITES_H

#include <check.h>

Suite *normal_suite(void);  /* the normal form */
Suite *compare_suite(void); /* what counts as the same, and what does not */

#endif
