/* Reads the body of a request, by length or by chunks, up to BODY_MAX. Pure but for its source. */
#ifndef MOCK_REQUESTER_HTTP_BODY_H
#define MOCK_REQUESTER_HTTP_BODY_H

#include "http/head.h"

enum body_result {
    BODY_COMPLETE,
    BODY_GONE,   /* the client went away, or sent nothing for too long */
    BODY_BROKEN, /* chunks that cannot be read */
};

/* Where the bytes come from. Chunks arrive joined. */
struct body_source {
    void *context;
    /* Reads up to `n` bytes; 0 at the end of the body, -1 on an error, short counts at any time. */
    int (*read)(void *context, char *to, size_t n);
    bool (*is_over)(void *context); /* true: no time is left, or the server stops */
    bool (*is_gone)(void *context); /* after an error: true if the client went away or was silent for too long */
};

/* Appends the body to `body` (with a maximum above BODY_MAX). `*end`: BODY_TOO_LARGE if there is more of it. */
enum body_result body_read(const struct body_source *source, const struct head *head, struct buf *body,
                           enum body_end *end);

#endif
