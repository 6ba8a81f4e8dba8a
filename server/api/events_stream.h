/* The websocket of live events: who listens, to what, and what waits to be sent.
 *
 *   handshake (answer_events_stream) → stream_open → engine's events append frames → the edge takes and
 *   sends them → stream_close
 *
 * The engine only appends: a reader that is too slow meets STREAM_QUEUE_MAX and is cut off, never waited
 * for. Thread: the engine's lock, but for the reading of `wake_fd`. */
#ifndef MOCK_REQUESTER_API_EVENTS_STREAM_H
#define MOCK_REQUESTER_API_EVENTS_STREAM_H

#include "api/api.h"

enum {
    STREAMS_OPEN_MAX = 16,            /* one more: 503 `Too many event streams` */
    STREAM_QUEUE_MAX = 256 * 1024,    /* bytes that wait for one reader; full: closed with 1008 */
    STREAM_REPLAY_MAX = 64 * 1024 * 1024, /* of a replay, which is there before the reader could read */
};

struct stream {
    struct stream *next;
    struct api *api;
    struct buf queue;   /* whole frames */
    bool too_slow;
    int wake_fd;        /* an eventfd: readable when frames wait */
    size_t job_n;       /* 0: every job */
    char job_id[];
};

/* Moves the waiting frames to `out` (empty). */
void stream_take(struct stream *stream, struct buf *out);
void stream_close(struct stream *stream); /* NULL is fine */

/* Hears the engine's events; `context` is the struct api. */
void streams_hear(void *context, const struct job_event *event);

#endif
