/* A request as it was read from the connection. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_REQUEST_H
#define MOCK_REQUESTER_WIRE_REQUEST_H

#include "base/span.h"

#include <stdint.h>

enum { BODY_MAX = 10 * 1024 * 1024 }; /* of a request: the real requester's own limit */

struct header {
    struct span name, value;
};

/* What becomes of a request's body, as far as the handler decides it. */
enum body_use {
    BODY_READ,    /* by the handler */
    BODY_DRAINED, /* read past: `Expect: 100-continue` gets no 100, as in net/http */
    BODY_LEFT,    /* not read at all: the connection becomes something else */
};

enum body_end {
    BODY_WHOLE,
    BODY_TOO_LARGE, /* BODY_MAX bytes were read and more follow */
};

/* All spans are borrowed from the connection: valid until the exchange ends. */
struct request {
    struct span method, target; /* raw, as on the request line */
    int http_minor;             /* 0 or 1 */
    const struct header *headers;
    size_t n_headers;
    struct span body; /* chunks joined */
    enum body_end body_end;
    bool keeps;           /* the connection may stay open after the reply: the client asks for it, and there are workers */
    struct span remote;   /* "127.0.0.1:54321" */
    int64_t monotonic_ns; /* real time, for the rate limit only */
};

/* The first header of that name (case ignored), or NULL. */
const struct header *request_header(const struct request *request, const char *name);

#endif
