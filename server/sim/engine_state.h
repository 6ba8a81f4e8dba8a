/* What an engine is made of. For the files of the core that are the engine (engine.c, scheduler.c,
 * ranking.c, rules_*.c); everyone else uses engine.h. */
#ifndef MOCK_REQUESTER_SIM_ENGINE_STATE_H
#define MOCK_REQUESTER_SIM_ENGINE_STATE_H

#include "sim/engine.h"
#include "sim/scheduler.h"
#include "sim/script.h"
#include "sim/store.h"
#include "sim/agenda.h"

/* An action that waits for answers or a gate, not for a moment. */
struct waiting {
    struct waiting *next;
    struct action action; /* `due` is set when it comes */
    const struct trigger *trigger;
    uint32_t reads_left;
};

struct gate {
    struct gate *next;
    struct span name;
    bool open;
};

/* What became of a script so far. */
struct script_use {
    int64_t fitting; /* jobs that fit it but for nth */
    size_t reached;  /* its steps that some job has come to */
};

enum { UNKNOWN_NAMES_MAX = 64, UNKNOWN_NAME_MAX = 128 /* bytes that are kept of one */ };

struct engine {
    const struct scheduler_rules *rules;
    struct scheduler_options options;
    struct arena arena; /* what lives as long as the engine: nodes, own id */
    struct node *nodes;
    size_t n_nodes;
    struct span requester_id, requester_key;
    struct draw ids, ids_at_start; /* the latter: once the nodes had theirs */
    struct store store;
    struct timeline timeline;
    ns_t start, now;
    ns_t labels_known; /* the moment */
    struct waiting *waiting;
    size_t waiting_reads; /* of them, those that wait for answers */
    struct gate *gates;
    const struct job_script *scripts;
    size_t n_scripts;
    struct script_use *script_uses; /* of each */
    find_script_fn *find_script;
    void *find_script_context;
    struct span unknown_names[UNKNOWN_NAMES_MAX]; /* of `mock:NAME`, each once */
    size_t n_unknown_names;
    size_t last_unknown;    /* of those, the one asked for last */
    uint64_t asked_in_vain; /* how often one was asked for */
    uint64_t happened; /* actions and deadlines so far */
    void (*restarted)(void *context); /* all jobs have been forgotten */
    void *restarted_context;
    void (*hear)(void *context, const struct job_event *event);
    void *hear_context;
};

void engine_emit(struct engine *engine, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now);

/* Puts the action where its trigger says: on the time line, counted from `from`, or among those that wait.
 * Without memory it never happens: the node falls silent, which is what it would look like. */
void engine_plan(struct engine *engine, struct job *job, const struct trigger *trigger, ns_t from, struct action action);
void engine_plan_at(struct engine *engine, struct job *job, ns_t due, struct action action);

/* The job has come to its step `job->step`, counted from 1. */
void engine_note_step(struct engine *engine, const struct job *job);

/* The job is unknown from here on; freed when nothing points to it. */
void engine_forget(struct engine *engine, struct job *job);

/* The network that plays for the job: its script's or the engine's. */
const struct node *job_nodes(const struct engine *engine, const struct job *job);
size_t job_nodes_count(const struct engine *engine, const struct job *job);

#endif
