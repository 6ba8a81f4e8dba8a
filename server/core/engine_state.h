/* What an engine is made of. For the files of the core that are the engine (engine.c, scheduler.c,
 * ranking.c, rules_*.c); everyone else uses engine.h. */
#ifndef MOCK_REQUESTER_CORE_ENGINE_STATE_H
#define MOCK_REQUESTER_CORE_ENGINE_STATE_H

#include "core/engine.h"
#include "core/scheduler.h"
#include "core/store.h"
#include "core/timeline.h"

struct engine {
    const struct scheduler_rules *rules;
    struct scheduler_options options;
    struct arena arena; /* what lives as long as the engine: nodes, own id */
    struct node *nodes;
    size_t n_nodes;
    struct span requester_id, requester_key;
    struct id_source ids;
    struct store store;
    struct timeline timeline;
    ns_t start, now;
    void (*hear)(void *context, const struct job_event *event);
    void *hear_context;
};

void engine_emit(struct engine *engine, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now);

/* The moment a trigger fires that begins to wait at `from`; NS_NEVER. Draws the jitter. */
ns_t engine_trigger(struct engine *engine, const struct trigger *trigger, ns_t from);

#endif
