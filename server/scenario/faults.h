/* The FAULTs of a scenario file. */
#ifndef MOCK_REQUESTER_SCENARIO_FAULTS_H
#define MOCK_REQUESTER_SCENARIO_FAULTS_H

#include "exchange/fault.h"
#include "scenario/keys.h"

enum {
    FAULT_BODY_MAX = 64 * 1024 * 1024, /* of a reply read from a file */
    TRICKLE_BYTES_MAX = 1024 * 1024 * 1024,
};

struct fault_list {
    struct fault *at; /* in the reading's arena */
    size_t n;
};

/* Reads one fault or an array of them, to be added at run time: each has a name, and may have a `ttl`. They are in the
 * reading's arena. */
void faults_read_added(struct reading *r, const struct json_value *value, struct fault_list *list);

/* Reads the array; its elements go before those of `list`. Two of one name are an error. */
void faults_read(struct reading *r, const struct json_value *value, struct fault_list *list);

#endif
