/* What the requester reports to its listener (the websocket), in the real requester's own event names
 * (pkg/model/event.go). Caller holds the engine lock. */
#ifndef MOCK_REQUESTER_SIM_EVENTS_H
#define MOCK_REQUESTER_SIM_EVENTS_H

#include "sim/job.h"

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

typedef void event_listener(void *context, const struct job_event *event);

struct events {
    event_listener *listener; /* NULL: no one listens */
    void *context;
};

/* Calls the listener. The event's time is `now`, but not before the job's last history entry. */
void events_emit(const struct events *events, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now);

#endif
