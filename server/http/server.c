#include "http/server.h"

#include "base/os_clock.h"
#include "control/control.h"
#include "http/awaiting.h"
#include "http/http.h"
#include "http/sockets.h"
#include "http/streaming.h"
#include "http/ticker.h"
#include "http/watching.h"

#include <stdlib.h>

struct server {
    struct meter memory; /* of the jobs of all worlds */
    struct journal_budget journal_budget; /* of all worlds */
    struct worlds worlds;
    struct api *api;
    struct http_server *http;
    atomic_int port; /* 0: requests are not served yet, or no more */
    struct control control;
    bool has_control;
    struct awaiting awaiting;
    struct watching watching;
    struct log log;
    struct ticker ticker; /* see start_ticker */
};

/* ---- restarts ------------------------------------------------------------------------------------------- */

/* Closes open connections, except the one whose request caused the restart. */
static void close_connections(struct server *server, const char *ip, int peer_port)
{
    int port = atomic_load(&server->port);

    if (port)
        sockets_shut_others(port, ip, peer_port);
}

/* `remote`: "127.0.0.1:54321" */
static void close_other_connections(struct server *server, struct span remote)
{
    char ip[64];
    size_t n = remote.n;

    while (n && remote.p[n - 1] != ':')
        n--;
    if (n == 0 || n > sizeof ip)
        return;
    memcpy(ip, remote.p, n - 1);
    ip[n - 1] = '\0';
    close_connections(server, ip, (int)strtol(remote.p + n, NULL, 10));
}

/* ---- event streams -------------------------------------------------------------------------------------- */

struct streamed {
    struct server *server;
    struct world *world;
    struct stream *stream;
};

static bool take_frames(void *context, struct buf *out, int *ms)
{
    const struct streamed *streamed = context;
    struct world *world = streamed->world;

    world_enter(world);
    stream_take(streamed->stream, out);
    bool goes_on = !streamed->stream->too_slow && !streamed->stream->over, restarted = world_restarted(world);
    *ms = world_next_ms(world);
    world_leave(world);
    if (restarted)
        close_connections(streamed->server, NULL, 0);
    return goes_on;
}

static void close_stream(struct world *world, struct stream *stream)
{
    world_enter(world);
    stream_close(stream);
    world_leave(world);
}

/* `fd` < 0: the connection ended before it became a stream. */
static void serve_stream(void *context, int fd)
{
    struct streamed *streamed = context;

    if (fd >= 0)
        streaming_serve(&(struct streaming){ .wake_fd = streamed->stream->wake_fd, .context = streamed, .websocket = true, .take = take_frames }, fd);
    close_stream(streamed->world, streamed->stream);
    world_drop(streamed->world);
    free(streamed);
}

static void hand_over(struct server *server, struct call *call)
{
    struct streamed *streamed = calloc(1, sizeof *streamed);

    if (!streamed) {
        close_stream(call->world, call->stream);
        call->reply->status = 0;
        return;
    }
    *streamed = (struct streamed){ server, world_hold(call->world), call->stream };
    call->reply->take_over = serve_stream;
    call->reply->take_over_context = streamed;
}

/* ---- exchanges ------------------------------------------------------------------------------------------ */

/* Leaves the world and tells the ticker what the exchange has planned. Returns whether the requester has restarted. */
static bool leave(struct server *server, struct world *world)
{
    bool restarted = world_restarted(world);
    ns_t next = engine_next_deadline(world->engine);

    world_leave(world);
    if (world == worlds_default(&server->worlds))
        ticker_look(&server->ticker, next);
    return restarted;
}

static void handle_call(struct server *server, const struct request *request, struct reply *reply)
{
    struct call call;

    api_prepare(server->api, request, reply, &call);
    api_answer(&call, world_enter(call.world));
    bool restarted = leave(server, call.world);
    reply->handler_context = world_hold(call.world); /* until `ended` */
    if (restarted)
        close_other_connections(server, request->remote);
    if (call.stream)
        hand_over(server, &call);
    api_call_release(&call);
}

static void leave_call(void *context, struct control_call *call)
{
    if (leave(context, call->world))
        close_other_connections(context, call->request->remote);
}

static void leave_world(void *context, struct world *world)
{
    if (leave(context, world))
        close_connections(context, NULL, 0);
}

static void handle_control(struct server *server, const struct request *request, const struct target *target, int fd,
                           struct reply *reply)
{
    struct control_call call;

    control_prepare(&server->control, request, target, reply, &call);
    reply->moment = world_enter(call.world);
    control_answer(&call, reply->moment);
    awaiting_serve(&server->awaiting, &call, fd);
    leave_call(server, &call);
    reply->handler_context = world_hold(call.world); /* until `ended` */
    if (call.stream)
        watching_hand_over(&server->watching, reply, fd, call.stream);
    call.stream = NULL;
    control_call_release(&call);
}

/* True if the request is for the control API; a path that the requester API redirects is not. */
static bool is_control(const struct server *server, const struct request *request, struct arena *arena,
                       struct target *target)
{
    return server->has_control && target_read(request->target, arena, target) == ERR_OK && control_serves(target->path) &&
           span_eq(target->path, target->clean);
}

static void handle(void *context, const struct request *request, int fd, struct reply *reply)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct server *server = context;
    struct target target;

    if (is_control(server, request, &arena, &target))
        handle_control(server, request, &target, fd, reply);
    else
        handle_call(server, request, reply);
}

static struct world *world_of(const struct server *server, const struct reply *reply)
{
    return reply->handler_context ? reply->handler_context : worlds_default(&server->worlds);
}

/* True if the handler reads the body; calls of the control API always do. */
static enum body_use body_use(void *context, const struct request *request)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct server *server = context;
    struct target target;

    return is_control(server, request, &arena, &target) ? BODY_READ : api_body_use(server->api, request);
}

/* A reply that has waited has the Date of the moment when it goes out. */
static bool wait(void *context, struct reply *reply, bool piece, int fd)
{
    struct world *world = world_of(context, reply);

    if (piece)
        return held_wait_piece(&world->held, &reply->fate.trickle, fd);
    bool served = held_wait(&world->held, &reply->fate.wait, fd);
    buf_clear(&reply->head);
    lock_take(&world->lock);
    reply->moment = clock_now(&world->clock);
    lock_give(&world->lock);
    return served;
}

/* Corrects the journal, where the exchange ended otherwise than it says. */
static void note_end(struct world *world, const struct request *request, struct reply *reply, const struct http_end *end)
{
    const struct api_end how = { end->how, end->bytes, end->duration_ns };

    if ((reply->unseen || api_foresaw(reply, &how)) && !reply->fate.has_place)
        return;
    lock_take(&world->lock);
    api_ended(world, request, reply, &how, clock_now(&world->clock));
    if (reply->fate.has_place)
        held_give_place(&world->held);
    lock_give(&world->lock);
}

static int64_t date_ns(void *context, const struct reply *reply)
{
    struct world *world = world_of(context, reply);

    if (world->shows_real_time)
        return os_clock_real();

    lock_take(&world->lock);
    ns_t now = clock_now(&world->clock);
    lock_give(&world->lock);
    return now;
}

/* The world's clock when the reply was made; of one that no handler made, now. */
static ns_t moment_of(struct server *server, const struct reply *reply)
{
    if (reply->answered_ns)
        return reply->answered_ns;
    return reply->moment ? reply->moment : date_ns(server, reply);
}

static void ended(void *context, const struct request *request, struct reply *reply, const struct http_end *end)
{
    struct server *server = context;
    struct world *world = world_of(server, reply);

    note_end(world, request, reply, end);
    awaiting_ended(&server->awaiting, reply);
    log_exchange(&server->log, world->client_id, request, reply, end, moment_of(server, reply));
    world_drop(world);
}

/* Jobs that are loaded before requests are served are not logged. */
static void moved(void *context, const struct world *world, const struct job *job, const struct history *entry)
{
    struct server *server = context;

    if (atomic_load(&server->port))
        log_move(&server->log, world->client_id, job, entry);
}

/* ---- life ----------------------------------------------------------------------------------------------- */

/* Advances the default world when no request comes. */
static int tick(void *context)
{
    struct server *server = context;
    struct world *world = server_world(server);

    world_enter(world);
    int ms = world_next_ms(world);
    atomic_store(&server->ticker.next, engine_next_deadline(world->engine));
    bool restarted = world_restarted(world);
    world_leave(world);
    if (restarted)
        close_connections(server, NULL, 0);
    return ms;
}

/* Held replies end their wait first. */
static void stop_serving(struct server *server)
{
    struct http_server *http = server->http;

    atomic_store(&server->port, 0);
    server->http = NULL;
    if (server_world(server))
        worlds_stop(&server->worlds);
    awaiting_settle(&server->awaiting);
    http_stop(http);
    ticker_stop(&server->ticker);
    log_stop(&server->log);
}

static void server_free(struct server *server)
{
    stop_serving(server);
    api_free(server->api);
    worlds_release(&server->worlds);
    awaiting_release(&server->awaiting);
    free(server);
}

static enum err build(struct server *server, const struct server_options *options, struct error *error)
{
    struct api_options api = { .rate_limit = options->rate_limit };
    struct world_options first = options->world;
    struct world *world = NULL;

    server->memory.max = options->max_memory;
    first.memory = &server->memory;
    server->journal_budget.max = options->journal_bytes ? options->journal_bytes : JOURNAL_BYTES_DEFAULT;
    first.journal_budget = &server->journal_budget;
    first.moved = moved;
    first.moved_context = server;
    enum err err = world_new(&first, &world, error);

    if (err)
        return err;
    if (!worlds_init(&server->worlds, world))
        return error_set(error, ERR_NOMEM, "out of memory");
    server->worlds.common = first;
    return api_new(&api, &server->worlds, &server->api, error);
}

/* Every request advances the world; but a restart closes connections by itself, and the log shows changes of state when
 * they happen. The log may lag by LOG_LAG_MS, so that the ticker does not compete with requests for the world's lock. */
static bool start_ticker(struct server *server, const struct program *program, struct error *error)
{
    enum { LOG_LAG_MS = 20 };
    bool restarts = program->scenario->n_restarts, logs = server->log.what & LOG_JOBS;

    server->ticker = (struct ticker){ .tick = tick, .context = server, .rest_ms = restarts ? 0 : LOG_LAG_MS };
    if (program->clock == CLOCK_KIND_MANUAL || (!restarts && !logs) || ticker_start(&server->ticker))
        return true;
    error_set(error, ERR_STATE, "no thread for the clock");
    return false;
}

/* With fewer threads than wanted fewer replies may be held. */
static void take_places(struct server *server)
{
    struct http_places found = http_places(server->http);
    struct world_places *places = worlds_default(&server->worlds)->places;

    atomic_store(&places->held.max, found.held);
    atomic_store(&places->streams.max, found.streams);
    atomic_store(&places->awaits.max, found.awaits);
    atomic_store(&places->watchers.max, found.watchers);
}

struct http_places server_places(const struct server *server)
{
    return http_places(server->http);
}

static enum err start_http(struct server *server, const struct server_options *options, struct error *error)
{
    const struct program *program = options->world.program;
    struct http_options http = {
        .host = options->host,
        .port = options->port,
        .handle = handle,
        .body_use = body_use,
        .wait = wait,
        .ended = ended,
        .date_ns = date_ns,
        .context = server,
    };
    if (!start_ticker(server, program, error))
        return ERR_STATE;
    enum err err = http_start(&http, &server->http, error);

    if (err)
        return err;
    atomic_store(&server->port, http_port(server->http));
    take_places(server);
    return ERR_OK;
}

enum err server_start(const struct server_options *options, struct server **out, struct error *error)
{
    struct server *server = calloc(1, sizeof *server);

    if (!server)
        return error_set(error, ERR_NOMEM, "out of memory");
    server->awaiting = (struct awaiting){ .leave = leave_call, .context = server };
    awaiting_init(&server->awaiting);
    server->watching = (struct watching){ .leave = leave_world, .context = server };
    server->has_control = options->control;
    server->control = (struct control){ &server->worlds, { options->host, options->allow_hosts, options->n_allow_hosts } };
    enum err err = log_start(&server->log, options->log, options->log_what)
                       ? build(server, options, error)
                       : error_set(error, ERR_STATE, "no thread for the log");
    if (!err)
        err = start_http(server, options, error);
    if (err)
        server_free(server);
    else
        *out = server;
    return err;
}

int server_port(const struct server *server)
{
    return http_port(server->http);
}

struct world *server_world(struct server *server)
{
    return worlds_default(&server->worlds);
}

struct worlds *server_worlds(struct server *server)
{
    return &server->worlds;
}

void server_advance(struct server *server, ns_t by)
{
    struct world *world = server_world(server);

    world_enter(world);
    feed_add_clock(&world->feed, world_advance(world, by));
    bool restarted = world_restarted(world);
    world_leave(world);
    if (restarted)
        close_connections(server, NULL, 0);
}

enum err server_play(struct server *server, struct program *program, struct error *error)
{
    struct world *world = server_world(server);

    world_enter(world);
    enum err err = world_play(world, program, error);
    world_leave(world);
    return err;
}

void server_halt(struct server *server)
{
    stop_serving(server);
}

void server_stop(struct server *server)
{
    if (server)
        server_free(server);
}
