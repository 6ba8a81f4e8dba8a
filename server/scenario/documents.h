/* Scenarios in the body of a request: a scenario, {"name": "stuck-askforbid"} for one that ships, or a list of both.
 *
 * They name no files: `body_file` and `fixtures` are the finding no-files-here; those of scenarios that ship are found
 * among the files that ship. Not for sharing between threads. */
#ifndef MOCK_REQUESTER_SCENARIO_DOCUMENTS_H
#define MOCK_REQUESTER_SCENARIO_DOCUMENTS_H

#include "scenario/keys.h"
#include "scenario/scenario.h"

enum { DOCUMENTS_MAX = 16 /* in one list; more are a finding */ };

struct documents {
    struct scenario_file files[DOCUMENTS_MAX]; /* their texts are in the reading's arena */
    size_t n;
    bool given;
};

/* Fills the struct documents at key->offset. A list may be empty. */
key_reader documents_read;

/* A text that has the value at the same line and column as the whole text has it, in the arena: so findings in it have the
 * right places. */
struct span documents_place_text(struct reading *r, const struct json_value *value);

#endif
