/* The websockets of live events: their readers, the job of each, and the frames that wait to be sent.
 *
 *   stream_open → the engine's events append frames → stream_take, as often as wake_fd is readable → stream_close
 *
 * The engine only appends: a reader that falls behind by more than STREAM_QUEUE_MAX bytes is marked too slow and is
 * to be cut off; the engine does not wait for it. Thread: the world's lock, but for reading from wake_fd. */
#ifndef MOCK_REQUESTER_WORLD_STREAMS_H
#define MOCK_REQUESTER_WORLD_STREAMS_H

#include "releases/release.h"
#include "world/places.h"

enum {
    STREAMS_OPEN_MAX = 16,            /* one more: 503 `Too many event streams` */
    STREAM_QUEUE_MAX = 256 * 1024,    /* bytes that wait for one reader; full: closed with 1008 */
    STREAM_REPLAY_MAX = 64 * 1024 * 1024, /* of a replay, which is queued before the reader can read */
};

struct stream;

struct stream_list {
    struct stream *first;
    const struct release *release; /* encodes the events */
    struct places *places;         /* of all worlds; borrowed */
    int zone;
};

struct stream {
    struct stream *next;
    struct stream_list *list;
    struct buf queue; /* whole frames */
    bool too_slow; /* to be cut off, as … */
    bool over;     /* … one that streams_end has ended */
    int wake_fd;      /* an eventfd: readable when frames wait */
    size_t job_n;     /* 0: every job */
    char job_id[];
};

/* A stream of one job's events, or (empty id) of all. NULL: too many are open, or no memory. */
struct stream *stream_open(struct stream_list *list, struct span job_id);
void stream_close(struct stream *stream); /* NULL is fine */

/* Ends the streams that are open: their readers are to be cut off. */
void streams_end(struct stream_list *list);

/* Queues the events of the job's history. */
void stream_replay(struct stream *stream, const struct job *job);
/* Moves the waiting frames to `out` (empty). */
void stream_take(struct stream *stream, struct buf *out);

/* Queues an event of the engine for the streams of its job; `context` is a struct stream_list. */
void streams_hear(void *context, const struct job_event *event);

#endif
