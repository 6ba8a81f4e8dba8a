/* The streams of the control API on their sockets, each in its worker's thread. */
#ifndef MOCK_REQUESTER_HTTP_WATCHING_H
#define MOCK_REQUESTER_HTTP_WATCHING_H

#include "control/stream.h"

struct watching {
    void (*leave)(void *context, struct world *world); /* leaves the world */
    void *context;
};

/* Makes the reply's connection serve the stream when the reply is written, and closes the stream in the end. Without
 * memory the reply is empty. The stream's world is not entered. `fd`: the client's socket, or -1. */
void watching_hand_over(const struct watching *watching, struct reply *reply, int fd, struct control_stream *stream);

#endif
