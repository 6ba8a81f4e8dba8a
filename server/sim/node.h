/* A simulated compute node as data: what it is and how it behaves.
 *
 * A node never acts by itself: the scheduler reads from it whether it can be asked, whether it bids, how its
 * run ends …, and plans the actions that follow. The engine owns its nodes; they do not change. */
#ifndef MOCK_REQUESTER_SIM_NODE_H
#define MOCK_REQUESTER_SIM_NODE_H

#include "base/draw.h"
#include "sim/job.h"

enum trigger_kind { TRIGGER_TIME, TRIGGER_READS, TRIGGER_GATE };

/* When something happens, counted from when it could begin. */
struct trigger {
    ns_t after;  /* NS_NEVER: never */
    ns_t jitter; /* uniform in ±jitter; the sum is never below 0 */
    enum trigger_kind kind;
    uint32_t reads;   /* TRIGGER_READS: after so many answers that show the job … */
    unsigned of;      /* … of these endpoints (a bit each: releases/endpoint.h) */
    struct span gate; /* TRIGGER_GATE: once that gate is open */
};

struct bid_behaviour {
    struct trigger after;
    bool reject;
    struct span reason; /* of a rejection */
};

struct run_behaviour {
    struct trigger after;
    bool fail;
    struct span error;        /* of a failure */
    bool no_output;           /* RunOutput is left out */
    struct run_output output;
};

enum verdict { VERDICT_BY_RULE /* the verifier's own: sim/verification.h */, VERDICT_ACCEPTED, VERDICT_REJECTED, VERDICT_ERROR };

struct verify_behaviour {
    enum verdict verdict;
    struct span error; /* of the verifier itself */
};

enum publish_what { PUBLISH_AS_ASKED, PUBLISH_NOTHING, PUBLISH_FAILS };

struct publish_behaviour {
    struct trigger after;
    enum publish_what what;
    struct span cid;   /* empty: drawn */
    struct span error; /* of a failure */
};

/* The n-th ask of one job takes the n-th entry, the last one from then on. */
struct bid_list {
    struct bid_behaviour *at;
    size_t n;
};
struct run_list {
    struct run_behaviour *at;
    size_t n;
};
struct verify_list {
    struct verify_behaviour *at;
    size_t n;
};
struct publish_list {
    struct publish_behaviour *at;
    size_t n;
};

struct node {
    struct span id; /* 46 characters, `Qm…` */
    struct span name;
    struct bid_list bid;
    struct run_list run;
    struct verify_list verify;
    struct publish_list publish;
    struct span unreachable; /* the dial error; empty: it can be reached */
    struct span_map labels;
    unsigned engines;             /* bit 1 << enum engine_type; 0: it does not list any and is asked for all;
                                   * ENGINE_UNKNOWN's alone: it lists none, and is never asked */
    struct span version;          /* "v0.3.25" */
    struct resources max_job;     /* texts; empty = no limit */
    ns_t timeout_min, timeout_max; /* 0 = no bound */
};

/* A good node: bids at once, runs 200 ms with exit code 0, is verified, publishes after 300 ms what the
 * job asks for; labels, engines and bounds of a real one. `id` is empty: the engine draws it.
 * The lists point to static entries: replace, do not change them. */
struct node node_good(struct span name, struct span version);

/* A behaviour's entry for the n-th ask (from 0). */
#define NODE_NTH(list, ask) (&(list).at[(ask) < (list).n ? (ask) : (list).n - 1])

#endif
