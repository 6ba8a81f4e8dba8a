/* The bodies of answers that v0.3.24 and v0.3.25 share (wire contract A4 to A6), without the line break at the end.
 * `zone`: seconds east of UTC. */
#ifndef MOCK_REQUESTER_RELEASES_BODIES_H
#define MOCK_REQUESTER_RELEASES_BODIES_H

#include "sim/engine.h"
#include "releases/messages.h"

void body_job(struct buf *out, const struct job *job, int zone);
void body_listed(struct buf *out, const struct job *job, int zone);
void body_state(struct buf *out, const struct job *job, int zone);
void body_events(struct buf *out, const struct job *job, int zone);
void body_results(struct buf *out, const struct job *job, int zone);

/* What an event shows, before a release leaves parts out. */
struct event_view event_view_of(const struct job_event *event);

/* One frame of the websocket each, with its line break. */
void body_event(struct buf *out, const struct job_event *event, int zone);
/* One entry of a job's history, as events and fixtures show it. */
void body_entry(struct buf *out, const struct job *job, const struct history *entry, int zone);
void body_history_entry(struct buf *out, const struct job *job, size_t entry, int zone);

#endif
