/* Lists the jobs of a store that match a query. Pure; caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_LISTING_H
#define MOCK_REQUESTER_SIM_LISTING_H

#include "base/draw.h"
#include "base/error.h"
#include "sim/job.h"

struct store;

enum list_order { LIST_SUBMITTED, LIST_CREATED, LIST_ID };

struct list_query {
    struct span client_id; /* empty: of all clients */
    struct span_list include_tags, exclude_tags;
    int64_t max_jobs; /* ≤ 0: no limit */
    enum list_order order;
    bool reverse;
    bool random_subset; /* max_jobs is applied before sorting, to jobs drawn at random, as in the real requester */
};

/* Returns the first max_jobs of the sorted jobs that match. *jobs is the caller's to free(3); the jobs are the store's.
 * ERR_NOMEM. */
enum err listing_of(const struct store *store, struct draw *ids, const struct list_query *query,
                    const struct job ***jobs, size_t *n);

#endif
