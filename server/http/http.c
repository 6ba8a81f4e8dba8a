#include "http/http.h"

#include "base/os_clock.h"
#include "http/exchange.h"
#include "http/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the library's events ------------------------------------------------------------------------------------ */

static void *on_thread(void *context, bool accepts)
{
    struct http_server *server = context;
    struct worker *worker = accepts ? NULL : &server->workers[atomic_fetch_add(&server->n_workers, 1)];
    struct tap *tap = accepts ? &server->accepting : &worker->tap;

    *tap = (struct tap){ .accepts = accepts, .stop_fd = server->stop_fd, .stopping = &server->stopping, .fd = -1 };
    tap_set(tap);
    if (worker)
        worker->server = server;
    return worker;
}

static void on_opened(void *context)
{
    struct worker *worker = context;

    atomic_fetch_add(&worker->server->open, 1);
    tap_open(&worker->tap);
    worker->waiting_ns = os_clock_monotonic();
    worker->first = true;
    worker->refused = false;
}

static void on_closed(void *context)
{
    const struct worker *worker = context;

    atomic_fetch_sub(&worker->server->open, 1);
}

static int on_request(void *worker, struct connection *connection, enum library_door door)
{
    return exchange_serve(worker, connection, door);
}

/* Keeps the first line: the reason why a port cannot be had is found nowhere else. */
static void on_log(void *context, const char *line)
{
    struct http_server *server = context;

    pthread_mutex_lock(&server->lock);
    if (server->log[0] == '\0')
        snprintf(server->log, sizeof(server->log), "%s", line);
    pthread_mutex_unlock(&server->lock);
}

/* ---- start --------------------------------------------------------------------------------------------------- */

static enum err start_failed(const struct http_server *server, struct error *error)
{
    const char *reason = strchr(server->log, '(');
    size_t n = reason ? strcspn(++reason, ")") : 0;

    if (n == 0) {
        reason = server->log[0] ? server->log : "the HTTP library does not start";
        n = strlen(reason);
    }
    return error_set(error, ERR_IO, "%s:%d: %.*s", server->options.host, server->options.port, (int)n, reason);
}

static void start_library(struct http_server *server)
{
    static const struct library_events events = { on_thread, on_opened, on_closed, on_request, on_log };
    struct library_options options = { .host = server->options.host,
                                       .port = server->options.port,
                                       .workers = WORKERS,
                                       .silence_ms = SILENCE_MS,
                                       .idle_ms = IDLE_MS,
                                       .head_max = HEAD_MAX };

    server->library = library_start(&options, &events, server, &server->port);
}

enum err http_start(const struct http_options *options, struct http_server **server, struct error *error)
{
    struct http_server *s = calloc(1, sizeof(*s));

    if (!s)
        return error_set(error, ERR_NOMEM, "no memory for the HTTP server");
    s->options = *options;
    pthread_mutex_init(&s->lock, NULL);
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    start_library(s);
    if (!s->library) {
        enum err code = start_failed(s, error);
        http_stop(s);
        return code;
    }
    *server = s;
    return ERR_OK;
}

int http_port(const struct http_server *server)
{
    return server->port;
}

/* ---- stop ---------------------------------------------------------------------------------------------------- */

/* The library's threads wait in poll(2) for up to two seconds; stop_fd wakes them. A reply to a client that does not
 * read is cut off. */
static void stop_library(struct http_server *s)
{
    uint64_t one = 1;

    atomic_store(&s->stopping, true);
    (void)!write(s->stop_fd, &one, sizeof one);
    library_stop(s->library);
    sockets_close_accepted(s->port); /* the library forgets those that no worker had taken */
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->library)
        stop_library(server);
    for (size_t i = 0; i < WORKERS; i++)
        buf_release(&server->workers[i].tap.raw);
    if (server->stop_fd >= 0)
        close(server->stop_fd);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *http_library(void)
{
    return library_describe();
}
