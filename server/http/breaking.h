/* Sends a rendered reply as its fate says: whole, cut, reset, in pieces, or other bytes in its place. Called in the
 * thread that owns the connection. */
#ifndef MOCK_REQUESTER_HTTP_BREAKING_H
#define MOCK_REQUESTER_HTTP_BREAKING_H

#include "wire/reply.h"

/* Where the bytes are written. */
struct outlet {
    void *context;
    int fd; /* the client's socket, or -1 */
    bool (*write)(void *context, struct span bytes); /* false: the client is gone */
    bool (*wait)(void *context);                     /* until the next piece is due; false: no more is to be sent */
};

struct sent {
    int64_t bytes;
    bool all; /* everything that was to be sent */
};

/* `out`: head and body as rendered; empty for a reply without status. The caller closes the connection
 * after a reply that is broken. */
struct sent breaking_send(const struct outlet *outlet, const struct reply *reply, struct span out);

#endif
