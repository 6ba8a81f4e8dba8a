#include "edge/server.h"

#include "api/events_stream.h"
#include "edge/http.h"
#include "edge/log.h"
#include "edge/streaming.h"
#include "wire/dialect.h"

#include <pthread.h>
#include <stdlib.h>

enum { LONGEST_POLL_MS = 60 * 1000 };

struct server {
    pthread_mutex_t lock; /* round clock and engine; never held while waiting or writing */
    struct clock clock;
    struct engine *engine;
    struct api *api;
    struct http_server *http;
    enum log_kind log;
};

static ns_t now_locked(struct server *server)
{
    return clock_now(&server->clock);
}

/* ---- event streams ----------------------------------------------------------------------------------------- */

struct streamed {
    struct server *server;
    struct stream *stream;
};

/* How long, in real milliseconds, until the engine has something to do; -1: it never has. */
static int next_ms(struct server *server)
{
    ns_t deadline = engine_next_deadline(server->engine);

    if (deadline == NS_NEVER || server->clock.kind == CLOCK_KIND_MANUAL)
        return -1;
    double ms = (double)(deadline - now_locked(server)) / (double)NS_PER_MS / server->clock.scale;
    return ms < 0 ? 0 : ms > LONGEST_POLL_MS ? LONGEST_POLL_MS : (int)ms + 1;
}

static bool take_frames(void *context, struct buf *out, int *ms)
{
    const struct streamed *streamed = context;
    struct server *server = streamed->server;

    pthread_mutex_lock(&server->lock);
    engine_tick(server->engine, now_locked(server));
    stream_take(streamed->stream, out);
    bool fast_enough = !streamed->stream->too_slow;
    *ms = next_ms(server);
    pthread_mutex_unlock(&server->lock);
    return fast_enough;
}

static void close_stream(struct server *server, struct stream *stream)
{
    pthread_mutex_lock(&server->lock);
    stream_close(stream);
    pthread_mutex_unlock(&server->lock);
}

/* `fd` < 0: the connection ended before it became a stream. */
static void serve_stream(void *context, int fd)
{
    struct streamed *streamed = context;

    if (fd >= 0)
        streaming_serve(&(struct streaming){ streamed->stream->wake_fd, streamed, take_frames }, fd);
    close_stream(streamed->server, streamed->stream);
    free(streamed);
}

static void hand_over(struct server *server, struct stream *stream, struct reply *reply)
{
    struct streamed *streamed = calloc(1, sizeof *streamed);

    if (!streamed) {
        close_stream(server, stream);
        reply->status = 0;
        return;
    }
    *streamed = (struct streamed){ server, stream };
    reply->take_over = serve_stream;
    reply->take_over_context = streamed;
}

/* ---- exchanges ------------------------------------------------------------------------------------------------ */

static void handle(void *context, const struct request *request, struct reply *reply)
{
    struct server *server = context;
    struct call call;

    api_prepare(server->api, request, reply, &call);
    pthread_mutex_lock(&server->lock);
    api_answer(server->api, &call, now_locked(server));
    pthread_mutex_unlock(&server->lock);
    if (call.stream)
        hand_over(server, call.stream, reply);
    api_call_release(&call);
}

static void ended(void *context, const struct request *request, const struct reply *reply, const struct http_end *end)
{
    struct server *server = context;

    log_exchange(server->log, request, reply, end);
}

static int64_t date_ns(void *context)
{
    struct server *server = context;

    pthread_mutex_lock(&server->lock);
    ns_t now = now_locked(server);
    pthread_mutex_unlock(&server->lock);
    return now;
}

static void server_free(struct server *server)
{
    http_stop(server->http);
    api_free(server->api);
    engine_free(server->engine);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static enum err build(struct server *server, const struct server_options *options, struct error *error)
{
    struct engine_options engine = options->engine;
    struct api_options api = options->api;

    server->clock = clock_init(options->clock, options->clock_scale, options->start_time);
    engine.start = now_locked(server);
    if (!engine.rules)
        engine.rules = api.dialect->rules;
    enum err err = engine_new(&engine, &server->engine, error);
    if (!err)
        err = api_new(&api, server->engine, &server->api, error);
    return err;
}

enum err server_start(const struct server_options *options, struct server **out, struct error *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return error_set(error, ERR_NOMEM, "out of memory");
    pthread_mutex_init(&server->lock, NULL);
    server->log = options->log;
    enum err err = build(server, options, error);
    struct http_options http = {
        .host = options->host,
        .port = options->port,
        .handle = handle,
        .ended = ended,
        .date_ns = options->clock == CLOCK_KIND_REAL && !options->start_time ? NULL : date_ns,
        .context = server,
    };
    if (!err)
        err = http_start(&http, &server->http, error);
    if (err) {
        server_free(server);
        return err;
    }
    *out = server;
    return ERR_OK;
}

int server_port(const struct server *server)
{
    return http_port(server->http);
}

void server_advance(struct server *server, ns_t by)
{
    pthread_mutex_lock(&server->lock);
    clock_advance(&server->clock, by);
    engine_tick(server->engine, now_locked(server));
    pthread_mutex_unlock(&server->lock);
}

void server_stop(struct server *server)
{
    if (server)
        server_free(server);
}
