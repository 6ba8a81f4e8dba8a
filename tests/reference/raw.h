/* Steps of bytes, played over a socket, and replies as they are told.
 *
 *   raw_send ─► raw_answer, one a recorded response ─► raw_end
 *
 * Any thread, one a connection. */
#ifndef MOCK_REQUESTER_REFERENCE_RAW_H
#define MOCK_REQUESTER_REFERENCE_RAW_H

#include "reference/recording.h"
#include "support/http_client.h"

/* The reply, copied into the arena. */
struct told_reply reply_told(const struct http_reply *reply, struct arena *arena);

/* Closes the connection that the client has and sends the pieces on a new one. */
void raw_send(struct http_client *client, int port, const struct told_step *step);
/* The next reply on it. */
struct told_reply raw_answer(struct http_client *client, const struct told_step *step, struct arena *arena);
/* Reads until the connection closes, or is silent for as long as when it was recorded. Closes it. */
struct told_reply raw_end(struct http_client *client, const struct told_step *step, struct arena *arena);

#endif
