/* Equality of JSON values. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_EQUAL_H
#define MOCK_REQUESTER_WIRE_JSON_EQUAL_H

#include "base/span.h"

/* True if both are the same value: numbers by their value, objects in any order. Both were accepted
 * by json_scan. Values nested deeper than 64 are never equal. */
bool json_equal(struct span a, struct span b);

#endif
