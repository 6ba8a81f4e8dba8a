/* What a scenario file says of the jobs that match: a network of their own, or a time line step by step.
 *
 * Plain data, made by the loader; nothing in it changes. Jobs that play a script keep pointing to it, so
 * it lives as long as the engine. */
#ifndef MOCK_REQUESTER_SIM_SCRIPT_H
#define MOCK_REQUESTER_SIM_SCRIPT_H

#include "sim/match.h"
#include "sim/node.h"

enum step_kind { STEP_JOB, STEP_EXECUTION, STEP_FORGET };

enum { STATE_LEFT_OUT = -1 };

struct script_step {
    struct trigger after; /* from the step before */
    enum step_kind kind;
    int state;           /* of the job or execution; STATE_LEFT_OUT: only what else is named is set */
    struct span comment; /* STEP_JOB */
    struct span node;    /* STEP_EXECUTION: a node's name or id; any other name makes one */
    struct span status;
    const struct run_output *output;
    const struct storage_spec *published;
    size_t line; /* in its file */
};

struct job_script {
    struct span name; /* may be empty */
    bool has_match;   /* else it is taken by annotation alone */
    struct job_match match;

    const struct node *nodes; /* the whole network of such a job … */
    size_t n_nodes;
    bool has_nodes;
    const struct script_step *steps; /* … or its steps */
    size_t n_steps;
    bool start_queued; /* submit stops at Queued */
    bool unlawful;     /* steps may break the state tables */

    struct span file; /* as the user wrote it */
    size_t line;
};

/* The script that an annotation `mock:NAME` asks for, or NULL. */
typedef const struct job_script *find_script_fn(void *context, struct span name);

#endif
