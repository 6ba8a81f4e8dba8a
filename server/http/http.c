#include "http/http.h"

#include "base/os_clock.h"
#include "http/exchange.h"
#include "http/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    STOP_ROUND_MS = 5, /* between two calls to the workers to stop */
    STOP_POLITE = 4,   /* such calls before replies are cut off */
};

/* ---- the library's events ------------------------------------------------------------------------------------ */

static void *on_thread(void *context)
{
    struct http_server *server = context;
    struct worker *worker = &server->workers[atomic_fetch_add(&server->n_workers, 1)];

    worker->server = server;
    return worker;
}

static void on_opened(void *context)
{
    struct worker *worker = context;

    atomic_fetch_add(&worker->server->open, 1);
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
    pthread_cond_init(&s->changed, NULL);
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

static bool wait_round(struct http_server *s)
{
    int64_t until_ns = os_clock_monotonic() + STOP_ROUND_MS * NS_PER_MS;
    struct timespec until = { .tv_sec = until_ns / NS_PER_SECOND, .tv_nsec = until_ns % NS_PER_SECOND };

    pthread_mutex_lock(&s->lock);
    if (!s->stopped)
        pthread_cond_clockwait(&s->changed, &s->lock, CLOCK_MONOTONIC, &until);
    bool stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    return stopped;
}

/* In library_stop the library waits for its threads, and these wait in poll(2) for up to two seconds. Idle
 * connections end at the first round; a reply to a client that does not read is cut off after a few. */
static void *call_to_stop(void *context)
{
    struct http_server *s = context;
    int round = 0;

    do {
        sockets_shut_accepted(s->port, round++ < STOP_POLITE ? SHUT_RD : SHUT_RDWR);
        sockets_wake_listener(s->port);
    } while (!wait_round(s));
    return NULL;
}

static void stop_library(struct http_server *s)
{
    pthread_t caller;

    atomic_store(&s->stopping, true);
    bool calling = pthread_create(&caller, NULL, call_to_stop, s) == 0; /* without it stopping takes seconds */

    library_stop(s->library);
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    if (calling)
        pthread_join(caller, NULL);
    sockets_close_accepted(s->port); /* the library forgets those that no worker had taken */
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    if (server->library)
        stop_library(server);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

const char *http_library(void)
{
    return library_describe();
}
