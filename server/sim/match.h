/* Does a job fit a matcher, and if not, why (the MATCH of scenario files). Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_MATCH_H
#define MOCK_REQUESTER_SIM_MATCH_H

#include "base/arena.h"
#include "sim/spec.h"

#include <stdint.h>

/* All conditions given must fit; a text whose `p` is NULL is not given. */
struct job_match {
    struct span client_id;
    struct span annotation; /* any of the job's */
    struct span engine;     /* without regard to case */
    struct span image;      /* glob: `*` and `?` */
    struct span entrypoint; /* glob over its words joined by a blank */
    int64_t nth_first, nth_last; /* of the jobs that fit the rest, from 1; 0 = any */
};

/* The `match` of faults and expectations: whose exchange, and about which job. All given must fit; an exchange
 * that names no job fits no `job`. */
struct exchange_match {
    struct span client_id; /* as the request claims it; p NULL: not given */
    bool has_job;
    struct job_match job;
};

/* What a matcher looks at. */
struct job_facts {
    struct span client_id;
    const struct job_spec *spec;
};

struct match_miss {
    int failed;            /* conditions that do not hold */
    const char *condition; /* the first of them: "client_id" … */
    struct span wanted, got;
};

/* All conditions but nth. `*miss` (may be NULL) says what does not fit; texts in it may lie in `arena`. */
bool match_job(const struct job_match *match, const struct job_facts *facts, struct arena *arena, struct match_miss *miss);

/* Is the `count`-th job that fits the rest (from 1) wanted? */
bool match_nth(const struct job_match *match, int64_t count);

/* `*` any bytes, `?` one byte. */
bool match_glob(struct span pattern, struct span text);

const char *engine_name(int engine); /* "Docker"; the unknown one's is "" */

#endif
