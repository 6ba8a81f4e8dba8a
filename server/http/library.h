/* CivetWeb, as the rest of http/ sees it. library.c alone includes civetweb.h.
 *
 * One worker thread serves one connection from accept to close: every function with a `struct connection` is
 * called in the thread that owns it. */
#ifndef MOCK_REQUESTER_HTTP_LIBRARY_H
#define MOCK_REQUESTER_HTTP_LIBRARY_H

#include "http/head.h"

struct library;
struct connection;

/* By which callback a request came. Only with DOOR_REQUEST can the connection be kept. */
enum library_door {
    DOOR_REQUEST, /* begin_request: a request that the library accepts */
    DOOR_ERROR,   /* http_error: one that it would refuse */
    DOOR_CLOSE,   /* connection_close: the connection ends; a request that it read may be unanswered */
};

/* Called on the library's threads. `worker`: what `thread` returned in this thread. */
struct library_events {
    void *(*thread)(void *context, bool accepts); /* a worker has started, or the thread that accepts */
    void (*opened)(void *worker);
    void (*closed)(void *worker);
    int (*request)(void *worker, struct connection *connection, enum library_door door); /* returns the status sent */
    void (*log)(void *context, const char *line);
};

struct library_options {
    const char *host;
    int port; /* 0: any free one */
    int workers;
    int silence_ms; /* for a first head to arrive; for a read or write to make progress */
    int idle_ms;    /* between two requests of a connection */
    int head_max;   /* bytes of request line and headers */
};

/* Returns NULL if the library does not start; `log` has the reason. `*port` is the port that it listens on.
 * Requests are served before this returns. The threads that it starts block all signals. */
struct library *library_start(const struct library_options *options, const struct library_events *events,
                              void *context, int *port);
/* Waits for all of the library's threads. */
void library_stop(struct library *library);

/* The client's address: "127.0.0.1:54321". */
void library_remote(struct connection *connection, char *to, size_t size);

/* Reads up to `n` bytes of the body. Returns 0 at its end, a short count after silence_ms, -1 on an error. */
int library_read(struct connection *connection, char *to, size_t n);
/* Returns how many bytes were written. */
int64_t library_write(struct connection *connection, struct span bytes);

/* Keeps or closes the connection after this exchange. `hide_connection`: the client's Connection header is hidden
 * from the library, which keeps a connection only for `keep-alive` in it or for HTTP/1.1 without it. */
void library_keep(struct connection *connection, bool keep, bool hide_connection);

/* `CivetWeb 1.15 (…)` with its features; static. */
const char *library_describe(void);

#endif
