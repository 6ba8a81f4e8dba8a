#include "api/events_stream.h"

#include "api/routes.h"
#include "wire/problems.h"
#include "wire/target.h"
#include "wire/websocket.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- streams ------------------------------------------------------------------------------------------------ */

static struct span job_of(const struct stream *stream)
{
    return span_of(stream->job_id, stream->job_n);
}

static struct stream *stream_open(struct api *api, struct span job_id)
{
    struct stream *stream = calloc(1, sizeof *stream + job_id.n);

    if (!stream)
        return NULL;
    stream->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (stream->wake_fd < 0) {
        free(stream);
        return NULL;
    }
    stream->api = api;
    stream->queue = buf_init(STREAM_REPLAY_MAX);
    stream->job_n = job_id.n;
    if (job_id.n)
        memcpy(stream->job_id, job_id.p, job_id.n);
    stream->next = api->streams;
    api->streams = stream;
    api->n_streams++;
    return stream;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    struct stream **at = &stream->api->streams;
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    stream->api->n_streams--;
    close(stream->wake_fd);
    buf_release(&stream->queue);
    free(stream);
}

static void wake(const struct stream *stream)
{
    uint64_t one = 1;

    (void)!write(stream->wake_fd, &one, sizeof one);
}

void stream_take(struct stream *stream, struct buf *out)
{
    uint64_t count;

    (void)!read(stream->wake_fd, &count, sizeof count);
    *out = stream->queue;
    stream->queue = buf_init(STREAM_QUEUE_MAX);
}

static void append(struct stream *stream, struct span text)
{
    if (stream->too_slow)
        return;
    websocket_frame(&stream->queue, WS_TEXT, text);
    stream->too_slow = stream->queue.failed || stream->queue.n > STREAM_QUEUE_MAX;
    wake(stream);
}

void streams_hear(void *context, const struct job_event *event)
{
    struct api *api = context;

    if (!api->streams)
        return;
    CLEANUP(buf_release) struct buf text = buf_init(STREAM_REPLAY_MAX);
    api->dialect->put_live(&text, event, api->zone);
    for (struct stream *stream = api->streams; stream; stream = stream->next)
        if (stream->job_n == 0 || span_eq(job_of(stream), event->job->id))
            append(stream, buf_view(&text));
}

/* ---- the handshake ---------------------------------------------------------------------------------------------- */

/* The value of `job_id=` in a query; ids need no unescaping. */
static struct span job_id_in(struct span query)
{
    struct span key = SPAN("job_id=");

    for (size_t begin = 0, end; begin < query.n; begin = end + 1) {
        for (end = begin; end < query.n && query.p[end] != '&'; end++)
            ;
        struct span pair = span_of(query.p + begin, end - begin);
        if (span_starts(pair, key))
            return span_of(pair.p + key.n, pair.n - key.n);
    }
    return SPAN("");
}

/* What the job has been through already; however long, the reader had no chance to read it yet. */
static void replay(struct stream *stream, const struct job *job)
{
    for (size_t i = 0; i < job->n_history; i++) {
        CLEANUP(buf_release) struct buf text = buf_init(STREAM_REPLAY_MAX);
        stream->api->dialect->put_replay(&text, job, i, stream->api->zone);
        if (text.n)
            websocket_frame(&stream->queue, WS_TEXT, buf_view(&text));
    }
    wake(stream);
}

void answer_events_stream(struct api *api, struct call *call, ns_t now)
{
    struct target target;

    if (!websocket_handshake(call->request, call->reply))
        return;
    target_read(call->request->target, &call->arena, &target);
    struct span job_id = job_id_in(target.query);
    struct stream *stream = api->n_streams < STREAMS_OPEN_MAX ? stream_open(api, job_id) : NULL;
    if (!stream) {
        reply_release(call->reply);
        reply_init(call->reply);
        problem_plain(call->reply, 503, SPAN("Too many event streams"));
        return;
    }
    const struct job *job = job_id.n ? engine_job(api->engine, job_id, now) : NULL;
    if (job)
        replay(stream, job);
    call->stream = stream;
}
