/* The handshake of the websocket of live events (wire contract A8). */
#include "api/routes.h"
#include "wire/problems.h"
#include "wire/target.h"
#include "wire/websocket.h"

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

static struct span job_id_of(struct call *call)
{
    struct target target;

    return target_read(call->request->target, &call->arena, &target) == ERR_OK ? job_id_in(target.query) : SPAN("");
}

/* The stream is of the world of its job. */
void prepare_events_stream(struct call *call)
{
    call_choose_world(call, SPAN(""), job_id_of(call));
}

/* The real requester fails to read the job once the handshake is over, and closes without a close frame. */
static void close_at_once(void *context, int fd)
{
    (void)context;
    (void)fd;
}

void answer_events_stream(struct call *call, ns_t now)
{
    struct span job_id = job_id_of(call);

    if (!websocket_handshake(call->request, call->reply))
        return;
    const struct job *job = job_id.n ? engine_job(call->world->engine, job_id, now) : NULL;
    if (job_id.n && !job) {
        call->reply->take_over = close_at_once;
        return;
    }
    struct stream *stream = stream_open(&call->world->streams, job_id);
    if (!stream) {
        reply_release(call->reply);
        reply_init(call->reply);
        problem_plain(call->reply, 503, SPAN("Too many event streams"));
        return;
    }
    if (job)
        stream_replay(stream, job);
    call->stream = stream;
}
