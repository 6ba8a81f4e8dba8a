#include "wire/websocket.h"
#include "base/ascii.h"
#include "base/base64.h"

#include "base/crypto.h"
#include "wire/signature.h"
#include "wire/problems.h"

#include <stdio.h>

/* ---- the handshake: github.com/gorilla/websocket, Upgrader.Upgrade ---------------------------------------------- */

static struct span skip_blanks(struct span text)
{
    while (text.n && (*text.p == ' ' || *text.p == '\t'))
        text = span_of(text.p + 1, text.n - 1);
    return text;
}

static size_t token_size(struct span text)
{
    size_t n = 0;

    while (n < text.n && (ascii_is_alphanumeric(text.p[n]) || (text.p[n] && strchr("!#$%&'*+-.^_`|~", text.p[n]))))
        n++;
    return n;
}

/* As tokenListContainsValue: what follows an empty element, or a token with anything but a comma behind it, is
 * not looked at. */
static bool list_has(struct span list, struct span token)
{
    for (;;) {
        list = skip_blanks(list);
        size_t n = token_size(list);
        struct span found = span_of(list.p, n), rest = skip_blanks(span_of(list.p + n, list.n - n));
        if (!n || (rest.n && *rest.p != ','))
            return false;
        if (span_eq_nocase(found, token))
            return true;
        if (!rest.n)
            return false;
        list = span_of(rest.p + 1, rest.n - 1);
    }
}

/* True if a header of that name lists the token, without regard to case. */
static bool has_token(const struct request *request, const char *name, struct span token)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct header *h = &request->headers[i];
        if (span_eq_nocase(h->name, span_text(name)) && list_has(h->value, token))
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

/* The text before the first of `stops`. */
static struct span before(struct span text, const char *stops)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] && strchr(stops, text.p[i]))
            return span_of(text.p, i);
    return text;
}

/* The host of an absolute URL or of `//HOST…`, as url.Parse reads it; empty if there is none. */
static struct span origin_host(struct span origin)
{
    struct span url = before(origin, "#?"), scheme = before(url, ":/");

    if (scheme.n < url.n && url.p[scheme.n] == ':')
        url = span_of(url.p + scheme.n + 1, url.n - scheme.n - 1);
    if (!span_starts(url, SPAN("//")))
        return SPAN("");
    struct span authority = before(span_of(url.p + 2, url.n - 2), "/");
    const char *at = authority.n ? memrchr(authority.p, '@', authority.n) : NULL;
    return at ? span_of(at + 1, authority.n - (size_t)(at + 1 - authority.p)) : authority;
}

/* As checkSameOrigin: an Origin that is sent, an empty one too, must have the host that the request names. */
static bool origin_fits(const struct request *r)
{
    const struct header *origin = request_header(r, "Origin"), *host = request_header(r, "Host");

    return !origin || (host && span_eq_nocase(origin_host(origin->value), host->value));
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
