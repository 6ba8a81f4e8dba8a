/* The simulated requester and its network: no I/O, no threads, no clock.
 *
 *   engine_new → engine_tick / engine_submit / engine_cancel / … → engine_free
 *
 * Every call is given the time, in ns; time never goes back. engine_tick performs what has become due since the
 * last call, in order of due time, each with the moment at which it was due as its time stamp, so the result does
 * not depend on how often it is called. Calls that take `now` tick first, unless they say otherwise.
 * Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_ENGINE_H
#define MOCK_REQUESTER_SIM_ENGINE_H

#include "base/buf.h"
#include "sim/adopt.h"
#include "sim/agenda.h"
#include "sim/events.h"
#include "sim/listing.h"
#include "sim/scheduler_options.h"
#include "sim/script.h"

struct store;
struct scheduler_rules; /* what differs by release: sim/scheduler.h */

struct engine_options {
    const struct scheduler_rules *rules;
    struct scheduler_options scheduler;
    const struct node *nodes; /* copied; ids drawn where empty, in order */
    size_t n_nodes;
    struct draw ids;
    size_t max_jobs; /* 0 = 100000 */
    struct meter *meter; /* counts the jobs' bytes; over its maximum a submit forgets ended jobs. Borrowed; NULL: no maximum */
    ns_t start;      /* the moment at which the network begins */

    const struct job_script *scripts; /* sim/script.h; the first that matches a job plays it. Borrowed */
    size_t n_scripts;
    find_script_fn *find_script; /* for a `mock:NAME` that is not among `scripts`; NULL: none */
    void *find_script_context;
};

struct engine;

/* Texts in `options` are borrowed for the engine's life. */
enum err engine_new(const struct engine_options *options, struct engine **engine, struct error *error);
void engine_free(struct engine *engine);

void engine_tick(struct engine *engine, ns_t now);
ns_t engine_next_deadline(struct engine *engine); /* NS_NEVER: nothing is planned */

struct span engine_requester_id(const struct engine *engine);
struct span engine_requester_key(const struct engine *engine); /* base64 */
const struct node *engine_nodes(const struct engine *engine, size_t *n);
ns_t engine_start(const struct engine *engine);
struct span engine_approver(const struct engine *engine); /* client id; empty: every approval is refused */

/* Makes a job of a checked request (everything is copied) and starts it. ERR_OK: *job is in the store (it
 * may be Cancelled already, by policy). ERR_STATE: it could not be scheduled; *job is in the store
 * (or NULL, where the release makes none) and the text for the client is appended to `why`, whole. ERR_INVALID: inline
 * storage cannot be read, the text likewise; *job is NULL. ERR_NOMEM: the store is full; *job is NULL. */
enum err engine_submit(struct engine *engine, struct span client_id, struct span api_version, const struct job_spec *spec,
                       ns_t now, const struct job **job, struct buf *why);

/* Returns the id that the last submit drew, even if it made no job. */
struct span engine_submitted_id(const struct engine *engine);

/* See adopt_job. */
enum err engine_adopt(struct engine *engine, const struct adopted *adopted, ns_t now, struct error *error);

/* By full id only. NULL: unknown. Borrowed until the next call. */
const struct job *engine_job(struct engine *engine, struct span id, ns_t now);
/* As the real requester's lookup: fewer than 8 characters: NULL; exactly 8: the first job whose id begins so; else
 * the full id. */
const struct job *engine_find(struct engine *engine, struct span id_or_short, ns_t now);

/* ERR_STATE: it is in a terminal state. */
enum err engine_cancel(struct engine *engine, const struct job *job, struct span reason, ns_t now);

struct approval {
    bool should_bid, should_wait;
    struct span reason;
};
/* ERR_STATE: it is not Queued, or it could not be scheduled; appends the client's text to `why`. */
enum err engine_approve(struct engine *engine, const struct job *job, const struct approval *approval, ns_t now,
                        struct buf *why);

/* ---- gates, reads, restarts -------------------------------------------------------------------- */

/* Counts a read of the job through this endpoint (a bit of trigger.of); actions whose wait ends are due at `now`.
 * Does not tick. */
void engine_told(struct engine *engine, const struct job *job, unsigned endpoint, ns_t now);

/* The gate stays open until engine_close_gates. Gates need no declaration. */
void engine_open_gate(struct engine *engine, struct span name, ns_t now);
void engine_close_gates(struct engine *engine);
bool engine_gate_is_open(const struct engine *engine, struct span name);
size_t engine_gate_waiting(const struct engine *engine, struct span name); /* how many steps and actions wait for it */
/* The names of gates that something waits for, each once; at most `room`. */
size_t engine_waiting_gates(const struct engine *engine, struct span *names, size_t room);

/* Back to the beginning: no job, nothing planned, no script used; gates stay as they are. Time may go back after it.
 * `redraw`: the seeded generator starts again. The caller must plan restarts again. */
void engine_begin_again(struct engine *engine, bool redraw);

/* Sets the scripts that jobs submitted from now on may play. Borrowed until the next call; jobs that play one keep its
 * keeper (engine_set_nodes). */
void engine_set_scripts(struct engine *engine, const struct job_script *scripts, size_t n);
/* Sets the network of jobs submitted from now on; each node has an id. Borrowed until the next call and, by jobs, for as long as
 * they hold `keeper` (NULL: the nodes and scripts outlive the engine). */
void engine_set_nodes(struct engine *engine, const struct node *nodes, size_t n, struct keeper *keeper);

/* Sets the scheduler's options; texts are borrowed until the next call. */
void engine_set_scheduler(struct engine *engine, const struct scheduler_options *scheduler);

/* Returns 64 bits from the engine's generator: for the chance of faults. */
uint64_t engine_draw(struct engine *engine);
/* Returns when a trigger fires that starts to wait at `from`, or NS_NEVER. Draws the jitter. */
ns_t engine_trigger(struct engine *engine, const struct trigger *trigger, ns_t from);

/* Forgets a job. */
void engine_forget(struct engine *engine, const struct job *job);
/* Forgets all jobs. Their memory is freed with those that engine_take_forgotten returns, or by the next call. */
void engine_forget_all(struct engine *engine);
/* Takes the jobs that engine_forget_all has forgotten; free them with job_free_all, which takes long where there are many,
 * and needs no engine lock. NULL: there are none. */
struct job *engine_take_forgotten(struct engine *engine);
/* Plans restarts of the requester, which forget all jobs, in place of those planned so far: each a time, counted from
 * `from`, or a gate. Borrowed until the next call. */
void engine_plan_restarts(struct engine *engine, const struct trigger *triggers, size_t n, ns_t from);
void engine_on_restart(struct engine *engine, void (*restarted)(void *context), void *context);

/* The moment of the next action, deadlines of housekeeping left out; NS_NEVER: the network is idle. */
ns_t engine_next_action(struct engine *engine);

/* How many steps and actions wait for triggers of this kind. */
size_t engine_waiting(const struct engine *engine, enum trigger_kind kind);
/* Returns the action that began to wait first, for a gate or for reads. */
bool engine_first_wait(const struct engine *engine, struct agenda_wait *wait); /* false: nothing waits */
/* True if the next action, if there is one, is the time-out of a run. */
bool engine_only_times_out(struct engine *engine);
/* How many actions and deadlines have been performed so far. */
uint64_t engine_happened(const struct engine *engine);

/* As engine_find, but does not tick. */
const struct job *engine_look(const struct engine *engine, struct span id_or_short);
/* The jobs, for reading: sim/store.h. Does not tick. */
const struct store *engine_store(const struct engine *engine);
/* What is planned and what waits, for reading. */
const struct agenda *engine_agenda(const struct engine *engine);

/* ---- for the verdict ------------------------------------------------------------------------------- */

size_t engine_job_count(const struct engine *engine);

const struct job_script *engine_scripts(const struct engine *engine, size_t *n);
/* Returns how many steps of that script (an index) some job has reached. */
size_t engine_steps_reached(const struct engine *engine, size_t script);
/* Unknown names in annotations `mock:NAME`, each once, at most UNKNOWN_NAMES_MAX. */
const struct span *engine_unknown_names(const struct engine *engine, size_t *n);
uint64_t engine_asked_in_vain(const struct engine *engine, struct span *name); /* how often, and the last one */

/* Reports every event to `listener`, within the engine call that causes it. One listener; NULL: none. */
void engine_listen(struct engine *engine, event_listener *listener, void *context);

/* Reports every move of a job or execution, and every job that is forgotten. Copied. One watch. */
void engine_watch(struct engine *engine, const struct engine_watch *watch);

/* Keeps the jobs' memory for a reader that does not hold the engine lock all the time, even if they are forgotten meanwhile,
 * until engine_let_go. They may change whenever the lock is not held. */
void engine_hold(struct engine *engine, const struct job *const *jobs, size_t n);
void engine_let_go(struct engine *engine, const struct job *const *jobs, size_t n);

/* The first max_jobs of the sorted jobs that fit. *jobs is the caller's to free(3). */
enum err engine_list(struct engine *engine, const struct list_query *query, ns_t now, const struct job ***jobs, size_t *n);

#endif
