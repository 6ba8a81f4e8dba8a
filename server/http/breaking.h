/* Sends a rendered reply the way its fate says: whole, cut, reset, in pieces, or something else in its place.
 * In the thread that owns the connection. */
#ifndef MOCK_REQUESTER_HTTP_BREAKING_H
#define MOCK_REQUESTER_HTTP_BREAKING_H

#include "wire/reply.h"

/* Where the bytes go. */
struct outlet {
    void *context;
    int fd; /* the client's socket, or -1 */
    bool (*write)(void *context, struct span bytes); /* false: the client is gone */
    bool (*wait)(void *context);                     /* for the next piece; false: none is to come */
};

struct sent {
    int64_t bytes;
    bool all; /* that were to be sent */
};

/* `out`: head and body as rendered; empty for a reply without status. The caller closes the connection
 * after a reply that is broken. */
struct sent breaking_send(const struct outlet *outlet, const struct reply *reply, struct span out);

#endif
