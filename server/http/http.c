#include "http/http.h"

#include "http/exchange.h"
#include "http/limits.h"
#include "http/room.h"
#include "http/sockets.h"
#include "world/wake.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OTHER_THREADS = 2 /* one accepts, one makes room */ };

/* ---- the library's events ------------------------------------------------------------------------------------ */

static void on_head_byte(void *context)
{
    struct worker *worker = context;

    if (atomic_load(&worker->phase) != PHASE_HEAD)
        worker_enter(worker, PHASE_HEAD);
}

static struct worker *add_worker(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    struct worker *worker = &server->workers[atomic_fetch_add(&server->n_workers, 1)];
    worker_init(worker, server);
    pthread_cond_signal(&server->started);
    pthread_mutex_unlock(&server->lock);
    return worker;
}

static void *on_thread(void *context, bool accepts)
{
    struct http_server *server = context;
    struct worker *worker = accepts ? NULL : add_worker(server);
    struct tap *tap = accepts ? &server->accepting : &worker->tap;

    *tap = (struct tap){ .accepts = accepts,
                         .stop_fd = server->stop_fd,
                         .stopping = &server->stopping,
                         .fd = -1,
                         .received = on_head_byte,
                         .context = worker };
    tap_set(tap);
    return worker;
}

static void on_opened(void *context)
{
    struct worker *worker = context;
    struct http_server *server = worker->server;

    worker_opened(worker);
    if (atomic_fetch_add(&server->open, 1) + 1 >= atomic_load(&server->n_workers))
        room_wake(server);
}

static void on_closed(void *context)
{
    const struct worker *worker = context;

    atomic_fetch_sub(&worker->server->open, 1);
}

static int on_request(void *worker, struct connection *connection, enum library_door door)
{
    int status = exchange_serve(worker, connection, door);

    if (door == DOOR_CLOSE)
        worker_closing(worker);
    return status;
}

/* Keeps the first line: the reason why a port cannot be had is found nowhere else. The same holds when the library has
 * started fewer workers than wanted. */
static void on_log(void *context, const char *line)
{
    struct http_server *server = context;
    const char *failed = strstr(line, "Cannot start worker thread ");
    int number;

    pthread_mutex_lock(&server->lock);
    if (failed && sscanf(failed, "Cannot start worker thread %d", &number) == 1)
        server->planned = number - 1;
    if (server->log[0] == '\0')
        snprintf(server->log, sizeof(server->log), "%s", line);
    pthread_mutex_unlock(&server->lock);
}

/* ---- start --------------------------------------------------------------------------------------------------- */

static enum err too_few_threads(int n, struct error *error)
{
    struct buf limits = buf_init(512);

    limits_put(&limits);
    error_set(error, ERR_STATE, "%d of %d threads could be started, %d are needed: %s",
              n < 0 ? 0 : n, WORKERS, WORKERS_MIN, limits.p ? limits.p : "");
    buf_release(&limits);
    return ERR_STATE;
}

static enum err start_failed(const struct http_server *server, struct error *error)
{
    const char *reason = strchr(server->log, '(');
    size_t n = reason ? strcspn(++reason, ")") : 0;

    if (strcasestr(server->log, "thread"))
        return too_few_threads(atomic_load(&server->n_workers), error);
    if (n == 0) {
        reason = server->log[0] ? server->log : "the HTTP library does not start";
        n = strlen(reason);
    }
    return error_set(error, ERR_IO, "%s:%d: %.*s", server->options.host, server->options.port, (int)n, reason);
}

/* Waits until every worker that was created has begun to run. */
static void await_workers(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    while (atomic_load(&server->n_workers) < server->planned)
        pthread_cond_wait(&server->started, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

static void start_library(struct http_server *server)
{
    static const struct library_events events = { on_thread, on_opened, on_closed, on_request, on_log };
    struct library_options options = { .host = server->options.host,
                                       .port = server->options.port,
                                       .workers = server->planned,
                                       .silence_ms = SILENCE_MS,
                                       .idle_ms = IDLE_MS,
                                       .head_max = HEAD_MAX };

    server->library = library_start(&options, &events, server, &server->port);
}

static struct http_server *server_new(const struct http_options *options)
{
    struct http_server *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->options = *options;
    s->planned = WORKERS;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->started, NULL);
    budget_init(&s->bodies, BODIES_MAX);
    s->stop_fd = wake_new();
    s->room_fd = wake_new();
    return s;
}

/* With too few threads, the library would fail and leave some running that cannot be stopped. So they are counted
 * first. */
static enum err start(struct http_server *s, struct error *error)
{
    int n = limits_count_threads(WORKERS + OTHER_THREADS) - OTHER_THREADS;

    s->planned = n;
    if (n < WORKERS_MIN)
        return too_few_threads(n, error);
    start_library(s);
    if (!s->library)
        return start_failed(s, error);
    await_workers(s);
    n = atomic_load(&s->n_workers);
    return n < WORKERS_MIN || !room_start(s) ? too_few_threads(n, error) : ERR_OK;
}

enum err http_start(const struct http_options *options, struct http_server **server, struct error *error)
{
    struct http_server *s = server_new(options);

    if (!s)
        return error_set(error, ERR_NOMEM, "no memory for the HTTP server");
    enum err err = start(s, error);
    if (err)
        http_stop(s);
    else
        *server = s;
    return err;
}

struct http_places http_places(const struct http_server *server)
{
    int n = atomic_load(&server->n_workers);

    return (struct http_places){ .workers = n,
                                 .wanted = WORKERS,
                                 .held = (size_t)(HELD_MAX * n / WORKERS),
                                 .streams = (size_t)(STREAMS_MAX * n / WORKERS),
                                 .awaits = (size_t)(AWAITS_MAX * n / WORKERS),
                                 .watchers = (size_t)(WATCHERS_MAX * n / WORKERS) };
}

int http_port(const struct http_server *server)
{
    return server->port;
}

/* ---- stop ---------------------------------------------------------------------------------------------------- */

/* The library's threads wait in poll(2) for up to two seconds; stop_fd wakes them, and the thread that makes room. A
 * reply to a client that does not read is cut off. */
static void stop_library(struct http_server *s)
{
    atomic_store(&s->stopping, true);
    wake_send(s->stop_fd);
    if (s->library) {
        library_stop(s->library);
        sockets_close_accepted(s->port); /* the library does not close those that no worker had taken */
    }
}

static void forget_workers(struct http_server *s)
{
    for (int i = 0; i < atomic_load(&s->n_workers); i++)
        worker_release(&s->workers[i]);
    atomic_store(&s->n_workers, 0);
}

static void stop_threads(struct http_server *s)
{
    budget_stop(&s->bodies);
    stop_library(s);
    room_stop(s);
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    stop_threads(server);
    forget_workers(server);
    budget_release(&server->bodies);
    close(server->stop_fd);
    close(server->room_fd);
    pthread_cond_destroy(&server->started);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *http_library(void)
{
    return library_describe();
}
