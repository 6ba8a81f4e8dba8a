/* How a submit makes a job: transform, store, script or policy. Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_SUBMIT_H
#define MOCK_REQUESTER_SIM_SUBMIT_H

#include "sim/scheduler.h"
#include "sim/script.h"

struct submission {
    struct span client_id, api_version;
    const struct job_spec *spec;
};

/* See engine_submit. The store has room. `id`: of the job, also if none is made. */
enum err submit_job(struct scheduler *s, struct scripts *scripts, const struct submission *submission,
                    char id[UUID_SIZE + 1], ns_t now, struct job **out, struct buf *why);

#endif
