/* One exchange on a connection, in the thread that owns it.
 *
 *   head → refused? → body → handler → head and body rendered → one write → `ended` → kept or closed */
#ifndef MOCK_REQUESTER_HTTP_EXCHANGE_H
#define MOCK_REQUESTER_HTTP_EXCHANGE_H

#include "http/library.h"
#include "http/worker.h"

struct exchange {
    struct http_server *server;
    struct worker *worker;
    struct connection *connection;
    enum library_door door;
    bool kept;  /* the connection goes on after this exchange */
    bool unread; /* the body is left: the connection becomes a websocket, or the client waits for a 100 that does not come */
    bool apart; /* the library has not read this request as we have: the connection cannot be kept */
    struct request request;
    struct buf body;
    struct buf out; /* the rendered reply */
    size_t afforded; /* bytes taken from the budget of bodies */
    int64_t started_ns;
    int64_t handed_ns; /* when the reply was handed to the writer, CLOCK_MONOTONIC; 0: not yet */
    struct head head; /* last: its headers are not cleared */
};

/* Serves the request that has come on `connection`. Returns the status sent. */
int exchange_serve(struct worker *worker, struct connection *connection, enum library_door door);

#endif
