/* A websocket client for tests, frame by frame; what a test means to send goes out as it is.
 *
 * Life: websocket_open → (websocket_send…, websocket_next…) → websocket_leave. One thread a client. */
#ifndef MOCK_REQUESTER_SUPPORT_WEBSOCKET_CLIENT_H
#define MOCK_REQUESTER_SUPPORT_WEBSOCKET_CLIENT_H

#include "support/http_client.h"

#define WEBSOCKET_KEY "dGhlIHNhbXBsZSBub25jZQ==" /* of RFC 6455 */

struct websocket_client {
    struct http_client http;
    struct buf in; /* bytes of frames; `used` of them were given out */
    size_t used;
};

struct websocket_frame {
    int first;          /* its first byte: 0x80, final, and the opcode */
    struct span payload; /* until the next call */
};

/* How a wait for a frame ended. */
enum websocket_next { WEBSOCKET_FRAME, WEBSOCKET_GONE, WEBSOCKET_SILENT };

/* Sends the bytes of a handshake and reads the reply, which is the caller's to release; a client that was
 * refused must be left, too. */
struct http_reply websocket_open(struct websocket_client *client, int port, const void *bytes, size_t n);
/* Waits for a frame as long as client->http.timeout_ms says. */
enum websocket_next websocket_next(struct websocket_client *client, struct websocket_frame *frame);
/* A whole frame, masked. False: the other end is gone. */
bool websocket_send(struct websocket_client *client, int opcode, struct span payload);
/* The code of a close frame; 0 = it is none. */
int websocket_code(const struct websocket_frame *frame);
void websocket_leave(struct websocket_client *client); /* zeroed ones are fine */

#endif
