/* The JOBs of a scenario file: scripts for the jobs that match. For scenario.c. */
#ifndef MOCK_REQUESTER_SCENARIO_JOBS_H
#define MOCK_REQUESTER_SCENARIO_JOBS_H

#include "scenario/keys.h"
#include "sim/script.h"

enum { SCENARIO_JOBS_MAX = 10000, SCENARIO_STEPS_MAX = 100000 };

struct script_list {
    struct job_script *at;
    size_t n;
};

/* Reads an array of JOBs; *out is replaced. Nodes' ids and versions are left empty where the file gives
 * none. */
void jobs_read(struct reading *r, const struct json_value *value, struct script_list *out);

#endif
