/* One exchange on a connection, in the thread that owns it.
 *
 *   head → refused? → body → handler → reply_render → one write → `ended` → kept or closed */
#ifndef MOCK_REQUESTER_HTTP_EXCHANGE_H
#define MOCK_REQUESTER_HTTP_EXCHANGE_H

#include "http/library.h"
#include "http/sockets.h"
#include "http/worker.h"

struct exchange {
    struct http_server *server;
    struct worker *worker;
    struct connection *connection;
    enum library_door door;
    struct library_head parsed;
    struct head head;
    struct request request;
    struct arena arena; /* texts that the library does not hold in one piece */
    struct buf body;
    struct buf out; /* the rendered reply */
    char remote[64];
    int64_t started_ns;
};

/* Serves the request that the library has read on `connection`. Returns the status sent. */
int exchange_serve(struct worker *worker, struct connection *connection, enum library_door door);

/* A duplicate of the client's socket, to be closed by the caller; -1 if it is not found. */
static inline int exchange_socket(const struct exchange *ex)
{
    return sockets_find(ex->server->port, ex->parsed.ip, ex->parsed.port);
}

#endif
