/* The NODEs of a scenario file: tables and readers. For scenario.c and jobs.c. */
#ifndef MOCK_REQUESTER_SCENARIO_NODES_H
#define MOCK_REQUESTER_SCENARIO_NODES_H

#include "scenario/keys.h"

enum {
    SCENARIO_NODES_MAX = 10000,
    STDOUT_MAX = 2048, /* bytes of an output that a real executor keeps */
};

struct node_list {
    struct node *at;
    size_t n;
};

/* Good nodes named n0, n1 … `at` is NULL when there is no memory. A node's version is left empty: the
 * release's. */
struct node_list nodes_good(size_t n, struct arena *arena);

/* Reads an array of NODEs; *out is replaced, ids are left empty where the file gives none. */
void nodes_read(struct reading *r, const struct json_value *value, struct node_list *out);

#endif
