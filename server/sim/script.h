/* Scripts: what a scenario file says of the jobs that match, a network of their own or a list of steps; and the
 * choice of the script that a job plays.
 *
 * A script is plain data, filled by scenario/jobs.c, and does not change. Jobs point to the script that they play, so
 * it must live as long as such jobs (sim/keeper.h). Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_SCRIPT_H
#define MOCK_REQUESTER_SIM_SCRIPT_H

#include "sim/match.h"
#include "sim/node.h"

enum step_kind { STEP_JOB, STEP_EXECUTION, STEP_FORGET };

enum { STATE_LEFT_OUT = -1 };

struct script_step {
    struct trigger after; /* counted from the previous step */
    enum step_kind kind;
    int state;           /* of the job or execution; STATE_LEFT_OUT: only the other fields are set */
    struct span comment; /* STEP_JOB */
    struct span node;    /* STEP_EXECUTION: a node's name or id; any other name makes one */
    struct span status;
    const struct run_output *output;
    const struct storage_spec *published;
    size_t line; /* in its file */
};

struct job_script {
    struct span name; /* may be empty */
    bool has_match;   /* else only an annotation selects it */
    struct job_match match;

    const struct node *nodes; /* the network of such a job … */
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

/* How far a script has been used. */
struct script_use {
    int64_t fitting; /* jobs that match apart from nth */
    size_t reached;  /* how many of its steps some job has reached */
};

enum { UNKNOWN_NAMES_MAX = 64, UNKNOWN_NAME_MAX = 128 /* bytes that are kept of one */ };

/* The scripts of the program that is played. */
struct scripts {
    const struct job_script *at; /* borrowed */
    size_t n;
    struct script_use *uses; /* of each */
    find_script_fn *find;    /* for `mock:NAME` that is none of them; NULL: there are no others */
    void *find_context;
    struct arena arena;
    struct span unknown[UNKNOWN_NAMES_MAX]; /* names of `mock:NAME` that no script has, each once */
    size_t n_unknown, last_unknown;         /* the latter: an index, of the one asked for last */
    uint64_t asked_in_vain;                 /* how often an unknown name was asked for */
};

/* Replaces the scripts; all counts are 0. False: no memory, and there are no scripts then. */
bool scripts_set(struct scripts *scripts, const struct job_script *at, size_t n);
/* As after scripts_set. */
void scripts_reset(struct scripts *scripts);
void scripts_release(struct scripts *scripts);

/* The script that the job plays: the one that an annotation `mock:NAME` names, else the first that matches;
 * NULL: none. */
const struct job_script *scripts_choose(struct scripts *scripts, const struct job_facts *facts);
/* Notes that a job has reached the script's n-th step, from 1. */
void scripts_note_step(struct scripts *scripts, const struct job_script *script, size_t step);

#endif
