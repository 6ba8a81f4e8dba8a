#include "wire/websocket.h"

#include "base/error.h"
#include "base/utf8.h"

#include <stdio.h>

enum { FINAL = 0x80, MASKED = 0x80, LENGTH = 0x7f, OPCODE = 0x0f, CONTROL_MAX = WS_CONTROL_MAX, CODE_SIZE = 2 };

/* ---- what the server sends ---------------------------------------------------------------------------------- */

void websocket_frame(struct buf *out, enum websocket_opcode opcode, struct span payload)
{
    buf_char(out, (char)(0x80 | opcode));
    if (payload.n < 126) {
        buf_char(out, (char)payload.n);
    } else if (payload.n <= 0xffff) {
        buf_char(out, 126);
        for (int shift = 8; shift >= 0; shift -= 8)
            buf_char(out, (char)(payload.n >> shift));
    } else {
        buf_char(out, 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            buf_char(out, (char)((uint64_t)payload.n >> shift));
    }
    buf_span(out, payload);
}

void websocket_close(struct buf *out, int code, struct span reason)
{
    char payload[CONTROL_MAX] = { (char)(code >> 8), (char)code };
    size_t n = reason.n < sizeof payload - 2 ? reason.n : sizeof payload - 2;

    memcpy(payload + 2, reason.p, n);
    websocket_frame(out, WS_CLOSE, span_of(payload, n + 2));
}

/* ---- what a client sends: github.com/gorilla/websocket v1.5.0, Conn.advanceFrame --------------------------------- */

static enum websocket_input violate(struct websocket_message *message, struct websocket_reader *r, struct buf *reason)
{
    size_t n = reason->n < sizeof r->reason ? reason->n : sizeof r->reason;

    memcpy(r->reason, reason->p, n);
    *message = (struct websocket_message){ .opcode = WS_CLOSE, .payload = span_of(r->reason, n) };
    return WS_INPUT_BROKEN;
}

static void put_violation(struct buf *reasons, bool violated, const char *text)
{
    if (violated)
        buf_printf(reasons, "%s%s", reasons->n ? ", " : "", text);
}

/* Appends everything that is wrong with the first two bytes of a frame. */
static void judge_frame(const struct websocket_reader *r, struct buf *reasons)
{
    unsigned char first = (unsigned char)r->bytes[0], second = (unsigned char)r->bytes[1];
    int opcode = first & OPCODE;
    bool control = opcode >= WS_CLOSE && opcode <= WS_PONG, data = opcode == WS_TEXT || opcode == WS_BINARY;
    char bad_opcode[32];

    snprintf(bad_opcode, sizeof bad_opcode, "bad opcode %d", opcode);
    put_violation(reasons, first & 0x40, "RSV1 set");
    put_violation(reasons, first & 0x20, "RSV2 set");
    put_violation(reasons, first & 0x10, "RSV3 set");
    put_violation(reasons, control && (second & LENGTH) > CONTROL_MAX, "len > 125 for control");
    put_violation(reasons, control && !(first & FINAL), "FIN not set on control");
    put_violation(reasons, data && r->fragmented, "data before FIN");
    put_violation(reasons, opcode == WS_CONTINUATION && !r->fragmented, "continuation after FIN");
    put_violation(reasons, !control && !data && opcode != WS_CONTINUATION, bad_opcode);
    put_violation(reasons, !(second & MASKED), "bad MASK");
}

static bool is_close_code(int code)
{
    static const int never_sent[] = { 1004, 1005, 1006 };

    for (size_t i = 0; i < sizeof never_sent / sizeof *never_sent; i++)
        if (code == never_sent[i])
            return false;
    return (code >= 1000 && code <= 1013) || (code >= 3000 && code <= 4999);
}

static bool is_utf8(struct span text)
{
    for (size_t at = 0, n; at < text.n; at += n)
        if (!(n = utf8_length(text.p + at, text.n - at)))
            return false;
    return true;
}

/* Appends what is wrong with the payload of a close frame. */
static void judge_close(struct span payload, struct buf *reasons)
{
    if (payload.n < CODE_SIZE)
        return;
    int code = (unsigned char)payload.p[0] << 8 | (unsigned char)payload.p[1];
    if (!is_close_code(code))
        buf_printf(reasons, "bad close code %d", code);
    else if (!is_utf8(span_of(payload.p + CODE_SIZE, payload.n - CODE_SIZE)))
        buf_text(reasons, "invalid utf8 payload in close frame");
}

static bool is_control(const struct websocket_reader *r)
{
    return (r->bytes[0] & OPCODE) >= WS_CLOSE;
}

/* Bytes before the payload. */
static size_t head_size(const struct websocket_reader *r)
{
    int length = r->bytes[1] & LENGTH;

    return (length == 126 ? 4 : length == 127 ? 10 : 2) + 4;
}

/* Bytes that must be there before the reader can go on: a control frame is kept whole, of others the head. */
static size_t wanted(const struct websocket_reader *r)
{
    if (r->n < 2)
        return 2;
    return head_size(r) + (is_control(r) ? (size_t)(r->bytes[1] & LENGTH) : 0);
}

static uint64_t payload_size(const struct websocket_reader *r)
{
    uint64_t n = 0;

    for (size_t i = 2; i < head_size(r) - 4; i++)
        n = n << 8 | (unsigned char)r->bytes[i];
    return head_size(r) == 2 + 4 ? (uint64_t)(r->bytes[1] & LENGTH) : n;
}

/* A whole control frame. */
static enum websocket_input take_control(struct websocket_reader *r, struct websocket_message *message)
{
    CLEANUP(buf_release) struct buf reasons = buf_init(sizeof r->reason);
    size_t head = head_size(r);

    for (size_t i = head; i < r->n; i++)
        r->bytes[i] = (char)(r->bytes[i] ^ r->bytes[head - 4 + (i - head) % 4]);
    *message = (struct websocket_message){ .opcode = r->bytes[0] & OPCODE,
                                           .payload = span_of(r->bytes + head, r->n - head) };
    r->n = 0;
    if (message->opcode == WS_CLOSE)
        judge_close(message->payload, &reasons);
    return reasons.n ? violate(message, r, &reasons) : WS_INPUT_MESSAGE;
}

/* The head of a data frame, whose payload is passed over. */
static enum websocket_input take_data(struct websocket_reader *r, struct websocket_message *message)
{
    r->skip = payload_size(r);
    r->fragmented = !(r->bytes[0] & FINAL);
    r->n = 0;
    *message = (struct websocket_message){ 0 };
    return r->skip > INT64_MAX ? WS_INPUT_BROKEN : WS_INPUT_MORE;
}

static enum websocket_input take_frame(struct websocket_reader *r, struct websocket_message *message)
{
    CLEANUP(buf_release) struct buf reasons = buf_init(sizeof r->reason);

    if (r->n == 2)
        judge_frame(r, &reasons);
    if (reasons.n)
        return violate(message, r, &reasons);
    if (r->n < wanted(r))
        return WS_INPUT_MORE;
    return is_control(r) ? take_control(r, message) : take_data(r, message);
}

static void move(struct span *in, size_t n)
{
    *in = span_of(in->p + n, in->n - n);
}

enum websocket_input websocket_read(struct websocket_reader *r, struct span *in, struct websocket_message *message)
{
    enum websocket_input input = WS_INPUT_MORE;

    while (in->n && input == WS_INPUT_MORE) {
        size_t room = r->skip ? (size_t)r->skip : wanted(r) - r->n, n = in->n < room ? in->n : room;
        if (r->skip) {
            r->skip -= n;
        } else {
            memcpy(r->bytes + r->n, in->p, n);
            r->n += n;
        }
        move(in, n);
        if (!r->skip && (r->n == 2 || r->n == wanted(r)))
            input = take_frame(r, message);
    }
    return input;
}
