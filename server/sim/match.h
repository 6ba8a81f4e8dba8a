/* Decides whether a job matches (the MATCH of scenario files), and if not, why. Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_MATCH_H
#define MOCK_REQUESTER_SIM_MATCH_H

#include "base/arena.h"
#include "sim/spec.h"

#include <stdint.h>

/* A job matches if it meets all conditions given; a text whose `p` is NULL is not given. */
struct job_match {
    struct span client_id;
    struct span annotation; /* any of the job's */
    struct span engine;     /* without regard to case */
    struct span image;      /* glob: `*` and `?` */
    struct span entrypoint; /* glob over its words joined by a blank */
    int64_t nth_first, nth_last; /* of the jobs that meet the others, from 1; 0 = any */
};

/* The `match` of faults and expectations: the exchange's client and job. All given must match; an exchange
 * that names no job matches no `job`. */
struct exchange_match {
    struct span client_id; /* as the request claims it; p NULL: not given */
    bool has_job;
    struct job_match job;
};

/* The facts of a job that conditions are compared with. */
struct job_facts {
    struct span client_id;
    const struct job_spec *spec;
};

struct match_miss {
    int failed;            /* conditions that are not met */
    const char *condition; /* the first of them: "client_id" … */
    struct span wanted, got;
};

/* True if the job meets all conditions but nth. `*miss` (may be NULL): those not met, texts perhaps in `arena`. */
bool match_job(const struct job_match *match, const struct job_facts *facts, struct arena *arena, struct match_miss *miss);

/* True if nth selects the `count`-th (from 1) of the jobs that meet the other conditions. */
bool match_nth(const struct job_match *match, int64_t count);

/* `*` any bytes, `?` one byte. */
bool match_glob(struct span pattern, struct span text);

const char *engine_name(int engine); /* "Docker"; the unknown one's is "" */

#endif
