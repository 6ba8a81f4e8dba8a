#include "wire/websocket.h"
#include "base/ascii.h"
#include "base/base64.h"

#include "base/crypto.h"
#include "wire/signature.h"
#include "wire/problems.h"

#include <stdio.h>

/* ---- the handshake: github.com/gorilla/websocket, Upgrader.Upgrade ---------------------------------------------- */

/* Is the token among the header's comma-divided ones, without regard to case? */
static bool has_token(const struct request *request, const char *name, struct span token)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct header *h = &request->headers[i];
        if (span_eq_nocase(h->name, span_text(name)) && ascii_list_has(h->value, token))
            return true;
    }
    return false;
}

static bool wants_upgrade(const struct request *r)
{
    return has_token(r, "Connection", SPAN("upgrade"));
}

static bool wants_websocket(const struct request *r)
{
    return has_token(r, "Upgrade", SPAN("websocket"));
}

static bool is_get(const struct request *r)
{
    return span_is(r->method, "GET");
}

static bool speaks_13(const struct request *r)
{
    return has_token(r, "Sec-Websocket-Version", SPAN("13"));
}

/* `http://HOST…` must name the host that was asked. */
static bool origin_fits(const struct request *r)
{
    const struct header *origin = request_header(r, "Origin"), *host = request_header(r, "Host");

    if (!origin || !origin->value.n)
        return true;
    const char *slashes = memmem(origin->value.p, origin->value.n, "://", 3);
    if (!slashes || !host)
        return false;
    struct span rest = span_of(slashes + 3, origin->value.n - (size_t)(slashes + 3 - origin->value.p));
    const char *end = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
    if (end)
        rest.n = (size_t)(end - rest.p);
    return span_eq_nocase(rest, host->value);
}

static bool has_key(const struct request *r)
{
    const struct header *key = request_header(r, "Sec-Websocket-Key");

    return key && key->value.n;
}

#define NOT_WEBSOCKET "websocket: the client is not using the websocket protocol: "

static const struct rule {
    bool (*holds)(const struct request *r);
    int status;
    const char *status_text, *text;
} rules[] = {
    { wants_upgrade, 400, "Bad Request", NOT_WEBSOCKET "'upgrade' token not found in 'Connection' header" },
    { wants_websocket, 400, "Bad Request", NOT_WEBSOCKET "'websocket' token not found in 'Upgrade' header" },
    { is_get, 405, "Method Not Allowed", NOT_WEBSOCKET "request method is not GET" },
    { speaks_13, 400, "Bad Request", "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header" },
    { origin_fits, 403, "Forbidden", "websocket: request origin not allowed by Upgrader.CheckOrigin" },
    { has_key, 400, "Bad Request", "websocket: not a websocket handshake: 'Sec-WebSocket-Key' header is missing or blank" },
};

/* The library writes the status text, the handler its error after it. */
static void refuse(struct reply *reply, const struct rule *rule)
{
    char text[256];

    snprintf(text, sizeof text, "%s\n%s", rule->status_text, rule->text);
    reply_header(reply, "Sec-Websocket-Version", SPAN("13"));
    problem_plain(reply, rule->status, span_text(text));
}

static void accept_key(struct span key, struct buf *out)
{
    CLEANUP(buf_release) struct buf text = buf_init(4096);
    unsigned char digest[SHA1_SIZE];

    buf_span(&text, key);
    buf_text(&text, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    crypto_sha1(buf_view(&text), digest);
    base64_encode(out, span_of((const char *)digest, sizeof digest));
}

bool websocket_handshake(const struct request *request, struct reply *reply)
{
    CLEANUP(buf_release) struct buf accept = buf_init(64);

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (!rules[i].holds(request)) {
            refuse(reply, &rules[i]);
            return false;
        }
    accept_key(request_header(request, "Sec-Websocket-Key")->value, &accept);
    reply->status = 101;
    reply->bare = true;
    reply_header(reply, "Upgrade", SPAN("websocket"));
    reply_header(reply, "Connection", SPAN("Upgrade"));
    reply_header(reply, "Sec-WebSocket-Accept", buf_view(&accept));
    return true;
}

/* ---- frames ---------------------------------------------------------------------------------------------------------- */

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

void websocket_close(struct buf *out, int code)
{
    char payload[2] = { (char)(code >> 8), (char)code };

    websocket_frame(out, WS_CLOSE, span_of(payload, sizeof payload));
}

/* The first byte of a frame: no reserved bit, and an opcode that a client may use here. Whole binary frames are
 * lawful, but no client has any to send. */
static bool is_expected(unsigned char first)
{
    int opcode = first & 0x0f;

    return !(first & 0x70) && (opcode == WS_TEXT || (opcode >= WS_CLOSE && opcode <= WS_PONG));
}

enum websocket_input websocket_read(char *bytes, size_t n, struct websocket_message *message)
{
    if (n < 2)
        return WS_INPUT_MORE;
    unsigned char first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
    size_t length = second & 0x7f, head = 2;
    if (length == 126) {
        if (n < 4)
            return WS_INPUT_MORE;
        length = (size_t)((unsigned char)bytes[2] << 8 | (unsigned char)bytes[3]);
        head = 4;
    }
    /* Clients mask, and have nothing to say that would need more. */
    if (!is_expected(first) || !(second & 0x80) || (second & 0x7f) == 127 || length > WS_INPUT_MAX)
        return WS_INPUT_BROKEN;
    if (n < head + 4 + length)
        return WS_INPUT_MORE;
    const char *mask = bytes + head;
    char *payload = bytes + head + 4;
    for (size_t i = 0; i < length; i++)
        payload[i] = (char)(payload[i] ^ mask[i % 4]);
    *message = (struct websocket_message){ .opcode = first & 0x0f, .payload = span_of(payload, length),
                                           .size = head + 4 + length };
    return WS_INPUT_MESSAGE;
}
