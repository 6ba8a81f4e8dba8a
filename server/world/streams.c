#include "world/streams.h"

#include "wire/websocket.h"
#include "world/wake.h"

#include <stdlib.h>
#include <unistd.h>

static struct span job_of(const struct stream *stream)
{
    return span_of(stream->job_id, stream->job_n);
}

/* NULL: no memory, or no descriptor. */
static struct stream *stream_new(struct span job_id)
{
    struct stream *stream = calloc(1, sizeof *stream + job_id.n);

    if (!stream)
        return NULL;
    stream->wake_fd = wake_new();
    if (stream->wake_fd >= 0)
        return stream;
    free(stream);
    return NULL;
}

struct stream *stream_open(struct stream_list *list, struct span job_id)
{
    struct stream *stream;

    if (!places_take(list->places))
        return NULL;
    if (!(stream = stream_new(job_id))) {
        places_give(list->places);
        return NULL;
    }
    stream->list = list;
    stream->queue = buf_init(STREAM_REPLAY_MAX);
    stream->job_n = job_id.n;
    if (job_id.n)
        memcpy(stream->job_id, job_id.p, job_id.n);
    stream->next = list->first;
    list->first = stream;
    return stream;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    struct stream **at = &stream->list->first;
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    places_give(stream->list->places);
    close(stream->wake_fd);
    buf_release(&stream->queue);
    free(stream);
}

void streams_end(struct stream_list *list)
{
    for (struct stream *stream = list->first; stream; stream = stream->next) {
        stream->over = true;
        wake_send(stream->wake_fd);
    }
}

void stream_take(struct stream *stream, struct buf *out)
{
    wake_clear(stream->wake_fd);
    *out = stream->queue;
    stream->queue = buf_init(STREAM_QUEUE_MAX);
}

static void append(struct stream *stream, struct span text)
{
    if (stream->too_slow)
        return;
    websocket_frame(&stream->queue, WS_TEXT, text);
    stream->too_slow = stream->queue.failed || stream->queue.n > STREAM_QUEUE_MAX;
    wake_send(stream->wake_fd);
}

void streams_hear(void *context, const struct job_event *event)
{
    const struct stream_list *list = context;

    if (!list->first)
        return;
    CLEANUP(buf_release) struct buf text = buf_init(STREAM_REPLAY_MAX);
    list->release->put_live(&text, event, list->zone);
    for (struct stream *stream = list->first; stream; stream = stream->next)
        if (stream->job_n == 0 || span_eq(job_of(stream), event->job->id))
            append(stream, buf_view(&text));
}

/* Not bounded by STREAM_QUEUE_MAX: the reader could not have read any of it yet. */
void stream_replay(struct stream *stream, const struct job *job)
{
    for (size_t i = 0; i < job->n_history; i++) {
        CLEANUP(buf_release) struct buf text = buf_init(STREAM_REPLAY_MAX);
        stream->list->release->put_replay(&text, job, i, stream->list->zone);
        if (text.n)
            websocket_frame(&stream->queue, WS_TEXT, buf_view(&text));
    }
    wake_send(stream->wake_fd);
}
