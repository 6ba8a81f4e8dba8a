/* The settings of the scheduler that a scenario makes. Plain data. */
#ifndef MOCK_REQUESTER_SIM_SCHEDULER_OPTIONS_H
#define MOCK_REQUESTER_SIM_SCHEDULER_OPTIONS_H

#include "sim/node.h"

/* The requester's own answer to a submitted job. SELECTION_DEFAULT: networked jobs are refused. */
enum selection { SELECTION_DEFAULT, SELECTION_ACCEPT, SELECTION_WAIT, SELECTION_REJECT };

struct scheduler_options {
    int64_t overask; /* this many times the wanted nodes are asked; 0 = the release's own 3 */
    bool no_retry;
    enum selection selection;
    struct span reject_reason;
    bool ties_random;            /* nodes of equal rank are drawn; else in the order of the nodes */
    ns_t housekeeping;           /* interval; 0 = 30 s */
    struct span approver;        /* client id; empty: every approval is refused */
    struct trigger labels_known; /* counts from the start; until then every selector fails and nodes are
                                    asked whatever their engines are; 0 = at once */
};

#endif
