/* HTTP over CivetWeb: bytes → struct request → the handler's struct reply → bytes. Knows nothing of jobs.
 *
 *   library.c    the one file that includes civetweb.h
 *   tap.c        poll and recv as the library calls them
 *   head.c, chunks.c, body.c    the rules of net/http: heads, chunks, bodies
 *   exchange.c, sending.c       one exchange: from its head to its end
 *   workers.c, room.c, budget.c, limits.c    threads, and what to do when there are too few
 *
 * Undocumented behaviour of the library is tested in tests/unit/http/test_library_facts.c.
 *
 * Life: http_start → (requests are handled on worker threads) → http_stop. */
#ifndef MOCK_REQUESTER_HTTP_HTTP_H
#define MOCK_REQUESTER_HTTP_HTTP_H

#include "base/error.h"
#include "wire/reply.h"

/* Fills `reply` (initialised) for `request`. Called on any worker thread, many at a time. It may wait: `fd` is the client's
 * socket, to see with poll(2) that the client has gone, or -1. */
typedef void http_handle_fn(void *context, const struct request *request, int fd, struct reply *reply);

/* Waits, in the worker's thread, as reply->fate says: before its first byte, or before the next piece of its
 * body. `fd`: the client's socket, or -1. False: the client is gone, or the server stops. */
typedef bool http_wait_fn(void *context, struct reply *reply, bool piece, int fd);

/* How an exchange ended, for the log. */
struct http_end {
    const char *how; /* static: "complete", "empty reply", "client gone", "closed to make room", "malformed", "too many
                      * bodies", the name of a breakage */
    int64_t bytes;   /* written */
    int64_t duration_ns; /* real time from the request's arrival until the reply was handed to the writer */
    int64_t started_ns, ended_ns; /* CLOCK_REALTIME */
};
typedef void http_ended_fn(void *context, const struct request *request, struct reply *reply, const struct http_end *end);

struct http_options {
    const char *host; /* an IPv4 address or name CivetWeb can bind */
    int port;         /* 0: any free one */
    http_handle_fn *handle;
    enum body_use (*body_use)(void *context, const struct request *request); /* NULL: BODY_READ */
    http_wait_fn *wait;                   /* NULL: the handler's replies never wait */
    http_ended_fn *ended;                 /* may be NULL */
    /* The moment that Date shows where reply->moment is 0; NULL: real time. */
    int64_t (*date_ns)(void *context, const struct reply *reply);
    void *context;
};

struct http_server;

/* When it returns ERR_OK requests are served already. ERR_IO: the port cannot be had; the text says why
 * (`127.0.0.1:1234: Address already in use`). ERR_STATE: too few threads; the text names the limits. */
enum err http_start(const struct http_options *options, struct http_server **server, struct error *error);
int http_port(const struct http_server *server);

/* With fewer threads than wanted, fewer replies may be held, fewer event streams be open and fewer control calls wait. */
struct http_places {
    int workers, wanted;
    size_t held, streams, awaits, watchers;
};
struct http_places http_places(const struct http_server *server);

/* Stops within 100 ms, idle and busy connections open or not. NULL is fine. */
void http_stop(struct http_server *server);

/* `CivetWeb 1.15` and its feature list, for --version. */
const char *http_library(void);

#endif
