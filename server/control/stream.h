/* GET /__mock/stream: the feed of a world as Server-Sent Events.
 *
 *   answer_stream (opens c->stream) → the reply is written → stream_take, as often as wake_fd is readable → stream_close
 *
 * Events are rendered when the reader takes them: a reader that does not read costs the world nothing. One that falls
 * behind by more than the feed keeps gets a `lost` event in place of what it missed. Thread: the world's lock, but for
 * reading from wake_fd. */
#ifndef MOCK_REQUESTER_CONTROL_STREAM_H
#define MOCK_REQUESTER_CONTROL_STREAM_H

#include "control/call.h"

enum {
    CONTROL_STREAM_UNREAD_MAX = 256 * 1024, /* bytes on the way to a reader; the rest waits in the feed, up to FEED_MAX events */
    CONTROL_STREAM_PIECE = 64 * 1024, /* bytes rendered at once; an event may go beyond */
    CONTROL_STREAM_SILENCE_MS = 15 * 1000, /* then a comment is sent */
};

struct control_stream;

struct world *control_stream_world(const struct control_stream *stream);
int control_stream_wake_fd(const struct control_stream *stream);
/* Appends the next events to `out` (empty). `*next_ms`: when to call again if wake_fd does not become readable before. False:
 * the stream is over. */
bool control_stream_take(struct control_stream *stream, struct buf *out, ns_t now, int *next_ms);
/* True if the session was deleted or the server stops. */
bool control_stream_is_over(const struct control_stream *stream);
void control_stream_close(struct control_stream *stream); /* NULL is fine */

#endif
