/* Serves one event stream on its socket, in the worker's own thread. */
#ifndef MOCK_REQUESTER_HTTP_STREAMING_H
#define MOCK_REQUESTER_HTTP_STREAMING_H

#include "base/buf.h"

#include <stdint.h>

struct streaming {
    int wake_fd; /* readable when frames wait */
    void *context;
    /* Moves waiting frames to `out` (empty), advances the engine, and sets in how many ms something
     * else will (-1: nothing). False: the reader is too slow and must be cut off. Takes the engine's lock. */
    bool (*take)(void *context, struct buf *out, int *next_ms);
};

/* Returns when either side has closed, or the reader was too slow. Never blocks on a write. */
void streaming_serve(const struct streaming *streaming, int fd);

#endif
