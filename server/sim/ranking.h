/* Which nodes are asked, and in which order (wire contract B4; pkg/requester/ranking). */
#ifndef MOCK_REQUESTER_SIM_RANKING_H
#define MOCK_REQUESTER_SIM_RANKING_H

#include "sim/engine_state.h"

/* The nodes that may run the job, best first; ties by the order of nodes or drawn. `*ranked` is the
 * caller's to free(3). ERR_INVALID: a malformed selector, with the validator's text. ERR_NOMEM. */
enum err rank_nodes(struct engine *engine, const struct job *job, ns_t now, const struct node ***ranked, size_t *n,
                    struct error *error);

/* `not enough nodes to run job. requested: N, available: M` */
enum err too_few_nodes(int64_t requested, size_t available, struct error *error);

#endif
