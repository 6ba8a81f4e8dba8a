/* Guesses why a text is no JSON: for messages to people who wrote it by hand. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_JSON_CAUSE_H
#define MOCK_REQUESTER_BASE_JSON_CAUSE_H

#include "base/json.h"

/* `text` was refused by json_parse at `where`. Returns the likely cause, a static text such as
 * "JSON has no comments", or NULL if nothing known fits. */
const char *json_cause(struct span text, struct json_place where);

#endif
