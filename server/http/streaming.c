#include "http/streaming.h"

#include "base/error.h"
#include "http/tap.h"
#include "wire/websocket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { READ_AT_ONCE = 2048, STUCK_MS = 500 /* how often it is checked whether a stream is over, while its reader does not read */ };

struct peer {
    int fd;
    struct buf out;   /* frames on their way; `sent` of them are gone */
    size_t sent;
    struct websocket_reader reader;
    bool closing; /* what is in `out` is the last, a close frame at its end */
};

static bool all_sent(const struct peer *peer)
{
    return peer->sent == peer->out.n;
}

/* False: the client is gone. */
static bool send_some(struct peer *peer)
{
    while (!all_sent(peer)) {
        ssize_t n = send(peer->fd, peer->out.p + peer->sent, peer->out.n - peer->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        peer->sent += (size_t)n;
    }
    return true;
}

static void add_frame(struct peer *peer, enum websocket_opcode opcode, struct span payload)
{
    if (!peer->closing)
        websocket_frame(&peer->out, opcode, payload);
}

static void say_goodbye(struct peer *peer, int code, struct span reason)
{
    if (!peer->closing)
        websocket_close(&peer->out, code, reason);
    peer->closing = true;
}

static void on_message(struct peer *peer, const struct websocket_message *message)
{
    enum { CODE_SIZE = 2 };
    struct span payload = message->payload;

    if (message->opcode == WS_PING)
        add_frame(peer, WS_PONG, payload);
    if (message->opcode != WS_CLOSE)
        return;
    add_frame(peer, WS_CLOSE, span_of(payload.p, payload.n < CODE_SIZE ? 0 : CODE_SIZE)); /* the client's own code */
    peer->closing = true;
}

static void read_messages(struct peer *peer, struct span in)
{
    struct websocket_message message;
    enum websocket_input input;

    while (!peer->closing && (input = websocket_read(&peer->reader, &in, &message)) != WS_INPUT_MORE) {
        if (input == WS_INPUT_MESSAGE)
            on_message(peer, &message);
        else if (message.payload.n)
            say_goodbye(peer, WS_CLOSE_PROTOCOL, message.payload);
        else
            peer->closing = true;
    }
}

/* False: the client is gone. */
static bool receive_some(const struct streaming *streaming, struct peer *peer)
{
    char in[READ_AT_ONCE];
    ssize_t n = tap_receive(peer->fd, in, sizeof in);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (streaming->websocket)
        read_messages(peer, span_of(in, (size_t)n));
    return n > 0;
}

/* New frames only when the old ones are gone: what waits meanwhile waits in the stream's bounded queue. */
static bool refill(const struct streaming *streaming, struct peer *peer, int *next_ms)
{
    struct buf frames = { 0 };

    if (!all_sent(peer) || peer->closing)
        return true;
    if (!streaming->take(streaming->context, &frames, next_ms)) {
        buf_release(&frames);
        return false;
    }
    buf_release(&peer->out);
    peer->out = frames;
    peer->sent = 0;
    return true;
}

static bool end(const struct streaming *streaming, struct peer *peer)
{
    if (streaming->websocket) {
        say_goodbye(peer, WS_CLOSE_POLICY, SPAN(""));
        send_some(peer);
    }
    return false;
}

/* True if the stream is over and its reader does not read. */
static bool is_given_up(const struct streaming *streaming, const struct peer *peer)
{
    return !all_sent(peer) && streaming->is_over && streaming->is_over(streaming->context);
}

/* False: the stream ends. */
static bool turn(const struct streaming *streaming, struct peer *peer)
{
    bool takes = all_sent(peer);
    int next_ms = -1;

    if (!refill(streaming, peer, &next_ms))
        return end(streaming, peer);
    if (!send_some(peer) || (peer->closing && all_sent(peer)) || is_given_up(streaming, peer))
        return false;
    if (!takes && all_sent(peer)) /* what waits meanwhile is taken first */
        return true;
    if (!all_sent(peer) && streaming->is_over)
        next_ms = STUCK_MS;
    struct pollfd polled[] = {
        { .fd = peer->fd, .events = (short)(POLLIN | (all_sent(peer) ? 0 : POLLOUT)) },
        { .fd = streaming->wake_fd, .events = all_sent(peer) ? POLLIN : 0 },
    };
    if (poll(polled, 2, next_ms) < 0)
        return errno == EINTR;
    return polled[0].revents & (POLLIN | POLLHUP | POLLERR) ? receive_some(streaming, peer) : true;
}

void streaming_serve(const struct streaming *streaming, int fd)
{
    struct peer *peer = calloc(1, sizeof *peer);

    if (!peer)
        return;
    peer->fd = fd;
    peer->out = buf_init(2 * WS_CONTROL_MAX); /* a stream may be over before its first frame: room to say so */
    while (turn(streaming, peer))
        ;
    buf_release(&peer->out);
    free(peer);
}
