/* Reads the body of a request, by length or by chunks, up to BODY_MAX. Pure but for its source. */
#ifndef MOCK_REQUESTER_HTTP_BODY_H
#define MOCK_REQUESTER_HTTP_BODY_H

#include "http/chunks.h"
#include "http/head.h"

enum body_result {
    BODY_COMPLETE,
    BODY_GONE,   /* the client went away, or sent nothing for too long */
    BODY_BROKEN, /* chunks that cannot be read */
    BODY_NO_TURN, /* all bodies together take too much memory */
};

/* The source of the bytes. */
struct body_source {
    void *context;
    /* Reads up to `n` bytes of the body through the library, and with chunks gives the bytes of the wire to
     * chunks_feed on its way: 0 at the end of the body, -1 on an error, short counts at any time. NULL: the library
     * cannot read this body. */
    int (*read)(void *context, char *to, size_t n);
    /* Reads up to `n` bytes of the wire: 0 at its end, -1 on a time-out. */
    int (*wire)(void *context, char *to, size_t n);
    /* Called before the body takes `bytes` in all; false: there is no memory for it. */
    bool (*afford)(void *context, size_t bytes);
    bool (*is_over)(void *context); /* true: no time is left, or the server stops */
};

/* Appends the body to `body` (with a maximum of BODY_MAX). `*end`: BODY_TOO_LARGE if there is more of it.
 * `*in_step`: whether the library has read the body to its end too, so that the connection can be kept.
 * `chunks` decodes into `body`; a part of the wire may have been given to it. */
enum body_result body_read(const struct body_source *source, const struct head *head, struct chunks *chunks,
                           struct buf *body, enum body_end *end, bool *in_step);

#endif
