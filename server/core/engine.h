/* The requester and its network as one pure thing: no I/O, no threads, no clock.
 *
 *   engine_new → engine_tick / engine_submit / engine_cancel / … → engine_free
 *
 * Every call says what time it is; time never goes back. What the network does between two calls is done
 * by engine_tick, in order of due time, each with the moment it was due as its time stamp, so it does not
 * matter how rarely it is called. Every call below ticks first, by itself.
 * One thread at a time: the edge holds one lock round it. */
#ifndef MOCK_REQUESTER_CORE_ENGINE_H
#define MOCK_REQUESTER_CORE_ENGINE_H

#include "base/error.h"
#include "core/ids.h"
#include "core/job.h"
#include "core/node.h"

struct scheduler_rules; /* core/scheduler.h: what one release does; a dialect names its own */

enum selection { SELECTION_DEFAULT, SELECTION_ACCEPT, SELECTION_WAIT, SELECTION_REJECT };

struct scheduler_options {
    int64_t overask; /* how many times the wanted nodes are asked; 0 = the release's own 3 */
    bool no_retry;
    enum selection selection;
    struct span reject_reason;
    bool ties_random; /* equal ranks: drawn; else in the order of the nodes */
    ns_t housekeeping; /* interval; 0 = 30 s */
    struct span approver; /* client id; empty: every approval is refused */
    ns_t labels_known; /* after the start; until then every selector fails; 0 = at once */
};

struct engine_options {
    const struct scheduler_rules *rules;
    struct scheduler_options scheduler;
    const struct node *nodes; /* copied; ids drawn where empty, in order */
    size_t n_nodes;
    struct id_source ids;
    size_t max_jobs; /* 0 = 100000 */
    ns_t start;      /* when the network began */
};

struct engine;

/* Texts in `options` are borrowed for the engine's life. */
enum err engine_new(const struct engine_options *options, struct engine **engine, struct error *error);
void engine_free(struct engine *engine);

void engine_tick(struct engine *engine, ns_t now);
ns_t engine_next_deadline(const struct engine *engine); /* NS_NEVER: nothing will happen by itself */

struct span engine_requester_id(const struct engine *engine);
struct span engine_requester_key(const struct engine *engine); /* base64 */
const struct node *engine_nodes(const struct engine *engine, size_t *n);
ns_t engine_start(const struct engine *engine);
struct span engine_approver(const struct engine *engine); /* client id; empty: nobody may approve */

/* Makes a job of a checked request (everything is copied) and starts it. ERR_OK: *job is in the store (it
 * may be Cancelled already, by policy). ERR_STATE: it could not be scheduled; *job stands in the store
 * all the same (or is NULL, where the release makes none) and the error has the text for the client. ERR_NOMEM: the store is full; *job is NULL. */
enum err engine_submit(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                       ns_t now, const struct job **job, struct error *error);

/* By full id only. NULL: unknown. Borrowed until the next call. */
const struct job *engine_job(struct engine *engine, struct span id, ns_t now);
/* As the reference's lookup: shorter than 8: none; exactly 8: the first job that begins so; else the
 * full id. */
const struct job *engine_find(struct engine *engine, struct span id_or_short, ns_t now);

/* ERR_STATE: it is in a terminal state. */
enum err engine_cancel(struct engine *engine, const struct job *job, struct span reason, ns_t now);

struct approval {
    bool should_bid, should_wait;
    struct span reason;
};
/* ERR_STATE: it is not Queued, or it could not be scheduled; the error has the client's text. */
enum err engine_approve(struct engine *engine, const struct job *job, const struct approval *approval, ns_t now,
                        struct error *error);

/* What the requester tells those who listen (the websocket), in its own names. */
enum job_event_name {
    EVENT_CREATED, EVENT_BID, EVENT_BID_ACCEPTED, EVENT_BID_REJECTED, EVENT_RESULTS_PROPOSED, EVENT_RESULTS_ACCEPTED,
    EVENT_RESULTS_REJECTED, EVENT_RESULTS_PUBLISHED, EVENT_COMPUTE_ERROR, EVENT_ERROR, EVENT_CANCELED, EVENT_NAME_COUNT
};

struct job_event {
    enum job_event_name name;
    const struct job *job;
    const struct execution *execution; /* NULL: the job as a whole */
    struct span status;
    ns_t time;
};

/* `hear` is called for each event, within whatever engine call made it. One listener; NULL: none. */
void engine_listen(struct engine *engine, void (*hear)(void *context, const struct job_event *event), void *context);

enum list_order { LIST_SUBMITTED, LIST_CREATED, LIST_ID };

struct list_query {
    struct span client_id; /* empty: everybody's */
    struct span_list include_tags, exclude_tags;
    int64_t max_jobs; /* ≤ 0: no limit */
    enum list_order order;
    bool reverse;
};

/* The first max_jobs of the sorted jobs that fit. *jobs is the caller's to free(3). */
enum err engine_list(struct engine *engine, const struct list_query *query, ns_t now, const struct job ***jobs, size_t *n);

#endif
