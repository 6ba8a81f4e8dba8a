/* Which nodes are asked to run a job, and in which order (wire contract B4; pkg/requester/ranking and
 * pkg/requester/nodestore, v0.3.24 and v0.3.25). Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_RANKING_H
#define MOCK_REQUESTER_SIM_RANKING_H

#include "base/buf.h"
#include "base/error.h"
#include "sim/node.h"

/* What the ranking depends on besides the job. All borrowed. */
struct ranking {
    const struct node *nodes;
    size_t n_nodes;
    const char *min_version; /* nodes older than this are not asked */
    bool favours;            /* selectors `favour_…` are preferences */
    bool labels_known;       /* false: every selector fails, and no node is known to lack an engine */
    struct draw *ties;  /* orders nodes of equal rank at random; NULL: they keep their order */
};

/* The nodes that may run the job, best first. `*ranked` is the caller's to free(3). ERR_INVALID: a malformed
 * selector; appends the validator's text to `why`. ERR_NOMEM. */
enum err ranking_of(const struct ranking *ranking, const struct job *job, const struct node ***ranked, size_t *n,
                    struct buf *why);

#endif
