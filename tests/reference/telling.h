/* One telling of a case, the recording's or ours, taken apart so that two can be compared without regard
 * to what is a race.
 *
 * Between executions order is a race, in events, states, results and lists. Two answers agree when
 * job-level entries are the same in order, each execution's entries are the same in order, AskForBid
 * entries stand before the first bid (v0.3.25), and each job-level entry stands where it should against
 * the execution entries; nodes of one kind may change places. So:
 *
 *   replies ──► for each execution: all that is told of it, in the order of the steps (its profile)
 *           └─► for each step: the rest, byte for byte, with a hole where an execution's piece stood
 *
 * In events an execution's profile has its own entries and, by number, the job-level entries between
 * them: so it says how far the execution had got when each of those was written, and leaves open what
 * other executions did meanwhile. Both parts are in normal form; an execution calls its node `${self}`.
 * Executions of one job on one node belong together, in the order in which the node was asked.
 *
 * What must hold within one telling is looked at on the way: executions in the order of their AskForBid
 * entries wherever they are listed, one reference an execution and one execution a reference. What does
 * not hold is written to `trouble`. */
#ifndef MOCK_REQUESTER_REFERENCE_TELLING_H
#define MOCK_REQUESTER_REFERENCE_TELLING_H

#include "reference/normal.h"
#include "reference/recording.h"

struct telling {
    const struct reference_case *of;
    struct names names;
    const struct told_reply *replies; /* one a step; those of waits are not looked at */
};

/* The recording's own telling. Names and replies are made in `arena`. */
struct telling telling_of_recording(const struct reference_case *c, struct arena *arena);
/* Names the nodes: the network's own names, or the peer ids that stand in the replies. */
void telling_name_nodes(struct telling *telling);

struct execution_told {
    size_t job, node;     /* places among the names */
    struct span reference;
    struct buf profile;
    struct buf raw; /* the same pieces as they stand: for the time stamps */
};

enum { EXECUTIONS_TOLD_MAX = 64, PART_MAX = 16 * 1024 * 1024 };

struct parts {
    const struct telling *telling;
    struct execution_told executions[EXECUTIONS_TOLD_MAX];
    size_t n_executions;
    struct buf *rest; /* one a step */
    struct buf raw_rest;
    struct buf trouble;
    struct arena arena; /* the references */
};

/* `asked_first`: AskForBid entries must stand before the first bid (v0.3.25). Yours to free. */
struct parts *parts_of(const struct telling *telling, bool asked_first);
void parts_free(struct parts *parts); /* NULL is fine */

#endif
