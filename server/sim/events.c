#include "sim/events.h"

void events_emit(const struct events *events, enum job_event_name name, const struct job *job, const struct execution *x,
                 struct span status, ns_t now)
{
    ns_t when = now > job->last_stamp ? now : job->last_stamp;

    if (events->listener)
        events->listener(events->context, &(struct job_event){ .name = name, .job = job, .execution = x, .status = status,
                                                               .time = when });
}
