#include "api/rate.h"

#include "api/limiter.h"

static struct span address_of(struct span remote)
{
    size_t n = remote.n;

    while (n && remote.p[n - 1] != ':')
        n--;
    return span_of(remote.p, n ? n - 1 : remote.n);
}

static void rate_headers(struct call *call, int remaining)
{
    struct reply *reply = call->reply;
    const struct header *forwarded = request_header(call->request, "X-Forwarded-For");
    char text[16], *digits = text + sizeof text;

    do
        *--digits = (char)('0' + remaining % 10);
    while (remaining /= 10);
    reply_constant(reply, "Ratelimit-Limit", SPAN("1000")); /* by name: the least to sort */
    reply_header(reply, "Ratelimit-Remaining", span_of(digits, (size_t)(text + sizeof text - digits)));
    reply_constant(reply, "Ratelimit-Reset", SPAN("1"));
    reply_constant(reply, "X-Rate-Limit-Duration", SPAN("1"));
    reply_constant(reply, "X-Rate-Limit-Limit", SPAN("1000.00"));
    if (forwarded && forwarded->value.n)
        reply_header(reply, "X-Rate-Limit-Request-Forwarded-For", forwarded->value);
    reply_header(reply, "X-Rate-Limit-Request-Remote-Addr", call->request->remote);
}

void rate_refuse(struct call *call)
{
    struct reply *reply = call->reply;

    reply_restart(reply);
    reply->job_id = SPAN("");
    reply->status = 429;
    reply_header(reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    buf_text(&reply->body, "You have reached maximum request limit.");
    reply->answered_by = "rate limit";
    rate_headers(call, 0);
    call->done = true;
}

static bool is_rated(const struct call *call)
{
    return call->route && !endpoints[call->route->endpoint].raw;
}

/* False: there was no token. In a session nothing is limited. */
static bool take_token(struct call *call, int *remaining)
{
    const struct api *api = call->api;

    *remaining = LIMIT_BURST - 1;
    return !api->options.rate_limit || call->world != worlds_default(api->worlds) || limiter_take(api->limiter, call->route, address_of(call->request->remote),
                                                    call->request->monotonic_ns, remaining);
}

void rate_limit(struct call *call)
{
    int remaining;

    if (!is_rated(call))
        return;
    if (take_token(call, &remaining))
        rate_headers(call, remaining);
    else
        rate_refuse(call);
}

void rate_note(struct call *call)
{
    int remaining;

    if (!is_rated(call))
        return;
    take_token(call, &remaining);
    rate_headers(call, remaining);
}
