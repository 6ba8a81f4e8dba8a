/* EXPECTATION of scenario files. */
#ifndef MOCK_REQUESTER_SCENARIO_EXPECTATIONS_H
#define MOCK_REQUESTER_SCENARIO_EXPECTATIONS_H

#include "exchange/expectation.h"
#include "scenario/keys.h"

struct expectation_list {
    struct expectation *at; /* in the reading's arena */
    size_t n;
};

/* Reads the array; its elements go before those of `list`. */
void expectations_read(struct reading *r, const struct json_value *value, struct expectation_list *list);

#endif
