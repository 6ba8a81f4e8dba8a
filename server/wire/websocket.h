/* The websocket protocol (RFC 6455), as far as an event stream needs it. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_WEBSOCKET_H
#define MOCK_REQUESTER_WIRE_WEBSOCKET_H

#include "wire/reply.h"

enum websocket_opcode { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };
enum { WS_CLOSE_PROTOCOL = 1002, WS_CLOSE_POLICY = 1008 };
enum { WS_CONTROL_MAX = 125 /* bytes of a control frame's payload */ };

/* Answers a handshake as gorilla/websocket does, the real requester's library: 101 and the accept key, or a
 * refusal with its text. True: the connection is a websocket after this reply. */
bool websocket_handshake(const struct request *request, struct reply *reply);

/* Appends one frame as a server sends it: whole, unmasked. */
void websocket_frame(struct buf *out, enum websocket_opcode opcode, struct span payload);
void websocket_close(struct buf *out, int code, struct span reason);

/* Reads what a client sends, in pieces of any size. Zeroed: nothing read. Data frames of any length are passed
 * over, as the real requester does. */
struct websocket_reader {
    char bytes[2 + 4 + WS_CONTROL_MAX]; /* of the frame that is being read: its head, and a control frame's payload */
    size_t n;
    uint64_t skip;   /* bytes of a data frame still to be passed over */
    bool fragmented; /* a message has begun and its last frame is still to come */
    char reason[WS_CONTROL_MAX];
};

/* A control frame; or the violation's reason, empty if the connection ends without a close frame. */
struct websocket_message {
    int opcode;
    struct span payload; /* the reader's, until the next call */
};
enum websocket_input {
    WS_INPUT_MORE,    /* all of `in` is read */
    WS_INPUT_MESSAGE, /* a control frame came */
    WS_INPUT_BROKEN,  /* the client violated the protocol; nothing more is read */
};
/* Reads from the beginning of `in` and moves it behind what was read. */
enum websocket_input websocket_read(struct websocket_reader *reader, struct span *in,
                                    struct websocket_message *message);

#endif
