/* Serves one stream on its socket, in the worker's own thread: a websocket of events, or Server-Sent Events. */
#ifndef MOCK_REQUESTER_HTTP_STREAMING_H
#define MOCK_REQUESTER_HTTP_STREAMING_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

struct streaming {
    int wake_fd; /* readable when bytes wait */
    void *context;
    bool websocket; /* what the client sends are frames; else it is ignored */
    /* Moves waiting bytes to `out` (empty), advances the engine, and sets in how many ms it is to be called again at the
     * latest (-1: never). False: the stream is over; the reader of a websocket is too slow. Takes the engine's lock. Called
     * only when all bytes before are sent. */
    bool (*take)(void *context, struct buf *out, int *next_ms);
    /* Asked now and then while the reader does not read; NULL: that does not end the stream. */
    bool (*is_over)(void *context);
};

/* Returns when either side has closed, or the reader was too slow. Never blocks on a write. */
void streaming_serve(const struct streaming *streaming, int fd);

#endif
