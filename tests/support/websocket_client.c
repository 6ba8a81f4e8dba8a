#include "support/websocket_client.h"

#include "base/error.h"
#include "wire/websocket.h"

#include <poll.h>
#include <sys/socket.h>

enum { FINAL = 0x80, MASKED = 0x80, INPUT_MAX = 256 * 1024 * 1024 };

struct http_reply websocket_open(struct websocket_client *client, int port, const void *bytes, size_t n)
{
    *client = (struct websocket_client){ .in = buf_init(INPUT_MAX) };
    if (http_connect(&client->http, port))
        http_send(&client->http, bytes, n);
    struct http_reply reply = http_read(&client->http, "GET");
    buf_span(&client->in, buf_view(&client->http.unread));
    return reply;
}

static enum websocket_next read_more(struct websocket_client *client)
{
    struct pollfd p = { .fd = client->http.fd, .events = POLLIN };
    char bytes[2048];

    if (poll(&p, 1, client->http.timeout_ms) <= 0)
        return WEBSOCKET_SILENT;
    ssize_t n = recv(client->http.fd, bytes, sizeof bytes, 0);
    if (n <= 0)
        return WEBSOCKET_GONE;
    buf_add(&client->in, bytes, (size_t)n);
    return WEBSOCKET_FRAME;
}

static size_t number(const char *p, size_t bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

/* The size of the frame that begins here, 0 when too little of it is there. */
static size_t frame_in(struct span in, struct websocket_frame *frame)
{
    if (in.n < 2)
        return 0;
    size_t more = (unsigned char)in.p[1] == 126 ? 2 : (unsigned char)in.p[1] == 127 ? 8 : 0, head = 2 + more;
    if (in.n < head)
        return 0;
    size_t n = more ? number(in.p + 2, more) : (unsigned char)in.p[1];
    if (in.n - head < n)
        return 0;
    *frame = (struct websocket_frame){ (unsigned char)in.p[0], span_of(in.p + head, n) };
    return head + n;
}

enum websocket_next websocket_next(struct websocket_client *client, struct websocket_frame *frame)
{
    size_t n;

    for (;;) {
        struct span in = buf_view(&client->in);
        if (in.p && (n = frame_in(span_of(in.p + client->used, in.n - client->used), frame)))
            break;
        enum websocket_next more = read_more(client);
        if (more != WEBSOCKET_FRAME)
            return more;
    }
    client->used += n;
    return WEBSOCKET_FRAME;
}

bool websocket_send(struct websocket_client *client, int opcode, struct span payload)
{
    static const char mask[4] = { 0x12, 0x34, 0x56, 0x78 };
    CLEANUP(buf_release) struct buf out = buf_init(INPUT_MAX);

    buf_char(&out, (char)(FINAL | opcode));
    int length_bytes = payload.n < 126 ? 0 : payload.n <= 0xffff ? 2 : 8;
    buf_char(&out, (char)(MASKED | (length_bytes == 0 ? (int)payload.n : length_bytes == 2 ? 126 : 127)));
    for (int i = length_bytes - 1; i >= 0; i--)
        buf_char(&out, (char)((uint64_t)payload.n >> (8 * i)));
    buf_add(&out, mask, sizeof mask);
    for (size_t i = 0; i < payload.n; i++)
        buf_char(&out, (char)(payload.p[i] ^ mask[i % sizeof mask]));
    return http_send(&client->http, out.p, out.n);
}

int websocket_code(const struct websocket_frame *frame)
{
    if (frame->first != (FINAL | WS_CLOSE) || frame->payload.n < 2)
        return 0;
    return (int)number(frame->payload.p, 2);
}

void websocket_leave(struct websocket_client *client)
{
    if (client->in.max)
        http_close(&client->http);
    buf_release(&client->in);
    client->in.max = 0;
}
