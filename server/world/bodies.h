/* The encoded bodies of jobs that were read lately, so that reading a job again costs a copy.
 *
 * A body depends on the job as it is: each change of a job gives it a new stamp (struct job, last_stamp) and a history
 * entry, but a step that only sets what an execution publishes or prints; that is seen by the number of the job's next step.
 * One slot a job and encoder, found by the job's number; another job may take it. Nothing is kept in the job.
 * Thread: the world's lock. */
#ifndef MOCK_REQUESTER_WORLD_BODIES_H
#define MOCK_REQUESTER_WORLD_BODIES_H

#include "releases/release.h"

enum {
    BODIES_KEPT = 64,
    BODIES_KEPT_BY_SESSION = 4, /* there may be 1000 sessions */
    BODY_KEPT_MAX = 16 * 1024, /* bytes; a longer one is encoded each time */
};

struct kept_body {
    put_job_fn *put; /* NULL: the slot is empty */
    const struct job *job;
    uint64_t number;
    size_t n_history;
    ns_t last_stamp;
    size_t step;
    struct buf text;
};

struct bodies {
    struct kept_body at[BODIES_KEPT];
    size_t room;      /* slots in use, at least 1 */
    uint64_t encoded; /* how often a body was encoded */
};

/* Appends put(job) to `out`. */
void bodies_put(struct bodies *bodies, put_job_fn *put, const struct job *job, int zone, struct buf *out);
/* Forgets all. Call it when the numbers of jobs start again. */
void bodies_clear(struct bodies *bodies); /* one that is zero but for `room` is empty */

#endif
