/* The faults of a world: chooses the one that applies to an exchange, and reports near misses of the first.
 *
 *   faults_init → faults_add …, faults_insert … → faults_choose, an exchange at a time (faults_submitted after a submit)
 *   → faults_release
 *
 * A fault is plain data, filled by scenario/faults.c; api/faulting.c applies it to the reply. Faults are tried in
 * order; the first that matches and fires is chosen. A fault counts the exchanges that match it and that no
 * earlier one took; chance is drawn last. With `per` it counts the exchanges of each job or client separately, for
 * FAULT_KEYS_MAX of them: above that, the count of the one added first starts again. Thread: the engine's lock. */
#ifndef MOCK_REQUESTER_EXCHANGE_FAULT_H
#define MOCK_REQUESTER_EXCHANGE_FAULT_H

#include "base/json.h"
#include "wire/breakage.h"
#include "sim/engine.h"
#include "exchange/facts.h"
#include "sim/keeper.h"
#include "sim/match.h"
#include "wire/patch.h"

enum {
    FAULTS_MAX = 1000,        /* in one file */
    FAULTS_ADDED_MAX = 1000,  /* added at run time that are there at once; further ones are refused */
    FAULT_KEYS_MAX = 10000,   /* jobs or clients that one fault counts separately */
    FAULT_JOBS_MAX = 10000,   /* jobs that one fault's `nth` selects */
    FAULT_HEADERS_MAX = 32,   /* of one reply */
    FAULT_PATCH_MAX = 1000,   /* operations of one patch */
};
#define FAULT_NO_LIMIT INT64_MAX

enum fault_per { FAULT_PER_ALL, FAULT_PER_JOB, FAULT_PER_CLIENT };
enum fault_effect { EFFECT_USUAL, EFFECT_NONE, EFFECT_DONE }; /* whether the handler acts; usual: by kind */
enum fault_kind { FAULT_DELAYS_ONLY, FAULT_REPLIES, FAULT_PRESET, FAULT_BREAKS, FAULT_TRICKLES, FAULT_PATCHES };

/* A row each: constant, name, the function of api/presets.c that makes the reply, true if it comes from behind the rate
 * limit, how long it is held back. */
#define PRESET_LIST(X)                                                             \
    X(RATE_LIMITED, "rate-limited", rate_limited, false, 0)                        \
    X(HANDLER_TIMEOUT, "handler-timeout", handler_timeout, false, 0)               \
    X(WRITE_DEADLINE, "write-deadline", write_deadline, false, 20 * NS_PER_SECOND) \
    X(JOB_NOT_FOUND, "job-not-found", job_not_found, true, 0)                      \
    X(NOT_ENOUGH_NODES, "not-enough-nodes", not_enough_nodes, true, 0)             \
    X(LIST_EMPTY, "list-empty", list_empty, true, 0)                               \
    X(PLAIN_500, "plain-500", plain_500, true, 0)                                  \
    X(GATEWAY_HTML, "gateway-html", gateway_html, false, 0)                        \
    X(NULL_ERROR, "null-error", null_error, true, 0)                               \
    X(EMPTY_OBJECT_ERROR, "empty-object-error", empty_object_error, true, 0)       \
    X(EMPTY_200, "empty-200", empty_200, true, 0)                                  \
    X(BAD_JSON, "bad-json", bad_json, true, 0)                                     \
    X(TRUNCATED_CHUNK, "truncated-chunk", truncated_chunk, true, 0)

#define PRESET_CONSTANT(constant, name, make, limited, delay) PRESET_##constant,
enum preset { PRESET_LIST(PRESET_CONSTANT) PRESET_COUNT };

const char *preset_name(enum preset preset); /* "rate-limited" */

struct fault_header {
    struct span name;
    struct span value;
    bool absent; /* the header is removed, and none is added */
};

struct fault_reply {
    int64_t status;
    const struct fault_header *headers;
    size_t n_headers;
    struct span body;
    const char *type; /* Content-Type; NULL: none */
};

struct fault_trickle {
    int64_t bytes;        /* of the body in one piece */
    struct trigger every; /* a time or a gate, counted from the previous piece */
};

struct fault {
    struct span name; /* may be empty */
    unsigned on;      /* ENDPOINT_BIT each */
    struct exchange_match match;
    int per;             /* enum fault_per */
    int64_t skip, count; /* count FAULT_NO_LIMIT: all */
    ns_t from, to;       /* since the load or the last reset; to NS_NEVER: for good */
    double chance;       /* 1: always */
    ns_t ttl;            /* of one added at run time: it is removed after that; 0: never */
    struct trigger delay; /* a time or a gate */
    int effect;          /* enum fault_effect */

    enum fault_kind kind;
    struct fault_reply reply;
    int preset; /* enum preset */
    int broken; /* enum reply_break */
    struct fault_trickle trickle;
    const struct patch_operation *patch;
    size_t n_patch;

    struct span file; /* as the user wrote it */
    struct json_place place;
};

/* `blip`, or `flaky.json:14` where it has no name; in `arena`. */
struct span fault_title(const struct fault *fault, struct arena *arena);

/* True if the handler acts although the fault takes the exchange. */
bool fault_lets_act(const struct fault *fault);

/* ---- at run time ------------------------------------------------------------------------------------------- */

struct fault_state;

struct faults {
    struct engine *engine;      /* draws chance */
    struct fault_state *first;  /* in the order in which they are tried */
    size_t n_added;             /* at run time */
    ns_t since;                 /* what `between` of the other ones counts from */
    uint64_t added;             /* how many faults have been added so far; goes on after faults_release */
};

/* `faults` is zeroed, or was released. */
void faults_init(struct faults *faults, struct engine *engine, ns_t now);
/* Removes those added at run time, sets all other counts to 0 and switches them on; `between` counts from `now`. */
void faults_reset(struct faults *faults, ns_t now);
void faults_release(struct faults *faults); /* frees only what faults_insert has taken */

/* Adds a fault after all others, or before them. Borrowed until it is removed. False: no memory. */
bool faults_add(struct faults *faults, const struct fault *fault, bool before_others);

/* Adds faults at run time, in their order before all others. `keeper` owns them and is held once for each. `between` and
 * `ttl` count from `now`. ERR_STATE: more than FAULTS_ADDED_MAX. ERR_NOMEM. */
enum err faults_insert(struct faults *faults, const struct fault *at, size_t n, struct keeper *keeper, ns_t now);
/* Removes a fault that was added at run time, or all of them. Returns how many. */
size_t faults_remove_added(struct faults *faults, const struct fault *fault);
size_t faults_remove_all_added(struct faults *faults);
/* Removes those whose ttl has passed. */
void faults_expire(struct faults *faults, ns_t now);
/* A fault that is off counts no exchange and takes none. */
void faults_switch(struct faults *faults, const struct fault *fault, bool on);
const struct fault *faults_find(const struct faults *faults, struct span name); /* NULL: none has the name */

/* Returns the fault after `fault` (NULL: the first), or NULL at the end. `*fired`: how many exchanges it took. */
const struct fault *faults_next(const struct faults *faults, const struct fault *fault, int64_t *fired);

/* The number of a fault that is there; no other fault of these has or will have it. */
uint64_t faults_number(const struct faults *faults, const struct fault *fault);
/* The fault with that number, or NULL if it is no longer there. */
const struct fault *faults_numbered(const struct faults *faults, uint64_t number);

struct fault_report {
    bool on, added; /* added: at run time */
    int64_t seen;   /* exchanges that it has counted */
    int64_t fired;  /* exchanges that it took */
    int64_t left;   /* exchanges that it still counts and may take; FAULT_NO_LIMIT: no limit, or one for each job or client */
};
struct fault_report faults_report(const struct faults *faults, const struct fault *fault);

/* An exchange that meets all conditions of the first fault but one. */
struct near_miss {
    const struct fault *fault; /* NULL: no near miss */
    const char *condition;     /* "client_id" … */
    bool of_job;               /* it is a condition of `job` */
    struct span wanted, got;   /* in the arena, or borrowed as the facts are */
};

/* Returns the fault that takes the exchange, or NULL. Each fault tried that matches counts the exchange. */
const struct fault *faults_choose(struct faults *faults, const struct exchange_facts *facts, ns_t now, struct arena *arena,
                                  struct near_miss *miss);
/* Undoes that the fault fired: its patch failed. */
void faults_take_back(struct faults *faults, const struct fault *fault);
/* Counts, for `nth`, the job that a submit has made and the facts name. */
void faults_submitted(struct faults *faults, const struct exchange_facts *facts);

#endif
