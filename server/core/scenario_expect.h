/* EXPECTATION of scenario files. */
#ifndef MOCK_REQUESTER_CORE_SCENARIO_EXPECT_H
#define MOCK_REQUESTER_CORE_SCENARIO_EXPECT_H

#include "core/expect.h"
#include "core/reading.h"

struct expectation_list {
    struct expectation *at; /* in the reading's arena */
    size_t n;
};

/* Reads the array; what it has goes before what stands in `list` already. */
void read_expectations(struct reading *r, const struct json_value *value, struct expectation_list *list);

#endif
