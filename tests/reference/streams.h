/* The cases of websocket.json, which are written down in another way than the others, made into steps:
 *
 *   a stream is opened ─► a job is submitted (and cancelled) ─► time passes ─► a stream with the job's id is
 *   opened ─► that one's frames ─► the first one's frames
 *
 * A case has `name`, `nodes`, `jobs`, `handshake` (status line and headers, of both), `live` and
 * `replay_by_job_id`: lists of {opcode, text}. The frames of a stream are told as one body,
 * {"events":[FRAME,FRAME]} or {"live":[…]}, each frame byte for byte; the live ones last, because only the
 * history tells the order in which nodes were asked. */
#ifndef MOCK_REQUESTER_REFERENCE_STREAMS_H
#define MOCK_REQUESTER_REFERENCE_STREAMS_H

#include "base/buf.h"
#include "reference/recording.h"

bool is_streams_case(const struct json_value *value);
/* Network and steps of the case, in the arena. */
void streams_case_read(struct reference_case *c, const struct json_value *value, struct arena *arena);

/* The body in which frames are told: begin, each frame, end. */
void frames_begin(struct buf *body, enum told_stream which);
void frames_add(struct buf *body, int opcode, struct span text);
void frames_end(struct buf *body);

#endif
