/* The websocket protocol (RFC 6455), as far as an event stream needs it. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_WEBSOCKET_H
#define MOCK_REQUESTER_WIRE_WEBSOCKET_H

#include "wire/reply.h"

enum websocket_opcode { WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
enum { WS_CLOSE_NORMAL = 1000, WS_CLOSE_PROTOCOL = 1002, WS_CLOSE_POLICY = 1008 };

/* Answers a handshake as the reference's library does: 101 and the accept key, or a refusal in its words.
 * True: the connection is a websocket after this reply. */
bool websocket_handshake(const struct request *request, struct reply *reply);

/* Appends one frame as a server sends it: whole, unmasked. */
void websocket_frame(struct buf *out, enum websocket_opcode opcode, struct span payload);
void websocket_close(struct buf *out, int code);

/* What a client sent. */
struct websocket_message {
    int opcode;
    struct span payload; /* unmasked in place */
    size_t size;         /* of the frame, to be taken from the input */
};
enum websocket_input { WS_INPUT_MORE, WS_INPUT_MESSAGE, WS_INPUT_BROKEN };
enum { WS_INPUT_MAX = 4096 }; /* of one frame from a client: a longer one is broken; nobody has much to say here */
enum websocket_input websocket_read(char *bytes, size_t n, struct websocket_message *message);

#endif
