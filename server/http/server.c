#include "http/server.h"

#include "api/events_stream.h"
#include "scenario/scenario.h"
#include "http/http.h"
#include "http/log.h"
#include "http/sockets.h"
#include "http/streaming.h"
#include "http/ticker.h"
#include "http/waiter.h"
#include "releases/release.h"

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
    struct waiter waiter;
    struct ticker ticker; /* runs only where the network restarts by itself */
    bool restarted;       /* just now: connections that were open then are to be closed */
};

static ns_t now_locked(struct server *server)
{
    return clock_now(&server->clock);
}

/* ---- restarts ---------------------------------------------------------------------------------------------- */

/* The engine has forgotten its jobs; the lock is held. */
static void on_restart(void *context)
{
    struct server *server = context;

    server->restarted = true;
}

/* Closes what was open, but for the connection whose request brought it about. Without the lock. */
static void close_after_restart(struct server *server, const char *ip, int peer_port)
{
    pthread_mutex_lock(&server->lock);
    int port = server->restarted && server->http ? http_port(server->http) : 0;
    server->restarted = false;
    pthread_mutex_unlock(&server->lock);
    if (port)
        sockets_shut_others(port, ip, peer_port);
}

/* `remote`: "127.0.0.1:54321" */
static void spare_after_restart(struct server *server, struct span remote)
{
    char ip[64];
    size_t n = remote.n;

    while (n && remote.p[n - 1] != ':')
        n--;
    if (n == 0 || n > sizeof ip)
        return;
    memcpy(ip, remote.p, n - 1);
    ip[n - 1] = '\0';
    close_after_restart(server, ip, (int)strtol(remote.p + n, NULL, 10));
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
    bool fast_enough = !streamed->stream->too_slow, restarted = server->restarted;
    *ms = next_ms(server);
    pthread_mutex_unlock(&server->lock);
    if (restarted)
        close_after_restart(server, NULL, 0);
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

/* ---- by itself --------------------------------------------------------------------------------------------- */

static int tick(void *context)
{
    struct server *server = context;

    pthread_mutex_lock(&server->lock);
    engine_tick(server->engine, now_locked(server));
    int ms = next_ms(server);
    bool restarted = server->restarted;
    pthread_mutex_unlock(&server->lock);
    if (restarted)
        close_after_restart(server, NULL, 0);
    return ms;
}

/* ---- held replies ------------------------------------------------------------------------------------------ */

/* A reply too many is not held, but empty; the lock is held. */
static void take_place(struct server *server, struct call *call)
{
    struct reply_fate *fate = &call->reply->fate;

    if (!fate->wait.on && !fate->trickle.bytes)
        return;
    fate->has_place = waiter_take_place(&server->waiter);
    if (fate->has_place)
        return;
    fate->no_place = true;
    fate->broken = BREAK_EMPTY_RESPONSE;
    fate->wait.on = false;
    fate->trickle.bytes = 0;
    call->reply->status = 0;
    stream_close(call->stream);
    call->stream = NULL;
}

static ns_t next_held(void *context)
{
    return waiter_next(&((struct server *)context)->waiter);
}

static size_t held_at_gate(void *context, struct span gate)
{
    return waiter_at_gate(&((struct server *)context)->waiter, gate);
}

static bool wait(void *context, struct reply *reply, bool piece, int fd)
{
    struct server *server = context;

    return piece ? waiter_wait_piece(&server->waiter, &reply->fate.trickle, fd)
                 : waiter_wait(&server->waiter, &reply->fate.wait, fd);
}

/* ---- exchanges ------------------------------------------------------------------------------------------------ */

static void handle(void *context, const struct request *request, struct reply *reply)
{
    struct server *server = context;
    struct call call;

    api_prepare(server->api, request, reply, &call);
    pthread_mutex_lock(&server->lock);
    api_answer(server->api, &call, now_locked(server));
    take_place(server, &call);
    if (call.moved)
        waiter_look(&server->waiter);
    bool restarted = server->restarted;
    pthread_mutex_unlock(&server->lock);
    if (restarted)
        spare_after_restart(server, request->remote);
    if (call.stream)
        hand_over(server, call.stream, reply);
    api_call_release(&call);
}

static void writing(void *context, const struct reply *reply, int64_t bytes)
{
    struct server *server = context;

    pthread_mutex_lock(&server->lock);
    api_writing(server->api, reply, bytes);
    pthread_mutex_unlock(&server->lock);
}

static void ended(void *context, const struct request *request, const struct reply *reply, const struct http_end *end)
{
    struct server *server = context;

    pthread_mutex_lock(&server->lock);
    api_ended(server->api, request, reply, end->how, end->bytes, now_locked(server));
    if (reply->fate.has_place)
        waiter_give_back(&server->waiter);
    pthread_mutex_unlock(&server->lock);
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

/* Whoever is held lets go first. */
static void stop_serving(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    struct http_server *http = server->http;
    server->http = NULL;
    waiter_stop(&server->waiter);
    pthread_mutex_unlock(&server->lock);
    ticker_stop(&server->ticker);
    http_stop(http);
}

static void server_free(struct server *server)
{
    stop_serving(server);
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
    api.clock = &server->clock;
    api.held = (struct held_replies){ next_held, held_at_gate, server };
    if (!engine.rules)
        engine.rules = api.dialect->rules;
    enum err err = engine_new(&engine, &server->engine, error);
    if (err)
        return err;
    server->waiter = (struct waiter){ .lock = &server->lock, .clock = &server->clock, .engine = server->engine };
    engine_on_restart(server->engine, on_restart, server);
    for (size_t i = 0; api.scenario && i < api.scenario->n_restarts; i++)
        engine_plan_restart(server->engine, &api.scenario->restarts[i]);
    err = api_new(&api, server->engine, &server->api, error);
    return err ? err : api_load_fixtures(server->api, now_locked(server), error);
}

static bool wants_ticker(const struct server_options *options)
{
    return options->clock != CLOCK_KIND_MANUAL && options->api.scenario && options->api.scenario->n_restarts;
}

static enum err start_http(struct server *server, const struct http_options *options, bool ticks, struct error *error)
{
    struct http_server *http = NULL;
    enum err err = http_start(options, &http, error);

    if (err)
        return err;
    pthread_mutex_lock(&server->lock);
    server->http = http;
    pthread_mutex_unlock(&server->lock);
    server->ticker = (struct ticker){ .tick = tick, .context = server };
    if (ticks && !ticker_start(&server->ticker))
        return error_set(error, ERR_IO, "no thread for the clock");
    return ERR_OK;
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
        .wait = wait,
        .writing = writing,
        .ended = ended,
        .date_ns = options->clock == CLOCK_KIND_REAL && !options->start_time ? NULL : date_ns,
        .context = server,
    };
    if (!err)
        err = start_http(server, &http, wants_ticker(options), error);
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
    waiter_look(&server->waiter);
    pthread_mutex_unlock(&server->lock);
    close_after_restart(server, NULL, 0);
}

enum err server_reload(struct server *server, const struct program *program, struct error *error)
{
    const struct scenario *scenario = program->scenario;

    pthread_mutex_lock(&server->lock);
    engine_tick(server->engine, now_locked(server));
    engine_set_scripts(server->engine, program->scripts, scenario->n_scripts);
    engine_set_scheduler(server->engine, &scenario->scheduler);
    bool good = engine_set_nodes(server->engine, program->nodes, scenario->n_nodes);
    good = api_reload(server->api, scenario, program->signatures) && good;
    pthread_mutex_unlock(&server->lock);
    return good ? ERR_OK : error_set(error, ERR_NOMEM, "out of memory");
}

void server_halt(struct server *server)
{
    stop_serving(server);
}

struct reasons server_judge(struct server *server, struct arena *arena)
{
    pthread_mutex_lock(&server->lock);
    engine_tick(server->engine, now_locked(server));
    struct reasons reasons = api_judge(server->api, arena);
    pthread_mutex_unlock(&server->lock);
    return reasons;
}

void server_stop(struct server *server)
{
    if (server)
        server_free(server);
}
