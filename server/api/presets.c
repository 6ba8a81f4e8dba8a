#include "api/presets.h"

#include "api/rate.h"
#include "wire/problems.h"

typedef void make_fn(struct call *call);

/* ---- the real requester's own --------------------------------------------------------------------------------------- */

static void rate_limited(struct call *call)
{
    rate_refuse(call);
}

/* As Go's TimeoutHandler: drops everything that the handler has set. */
static void handler_timeout(struct call *call)
{
    reply_restart(call->reply);
    call->reply->status = 503;
    call->reply->sniffed = true;
    buf_text(&call->reply->body, "Server Timeout!");
}

static void write_deadline(struct call *call)
{
    call->reply->fate.broken = BREAK_EMPTY_RESPONSE;
}

static void job_not_found(struct call *call)
{
    call_refuse_job(call, call->facts.job_id.n ? call->facts.job_id : SPAN(""));
}

static void not_enough_nodes(struct call *call)
{
    const struct job_spec *spec = call->facts.spec;
    int64_t wanted = spec ? spec->deal.concurrency : 1;

    if (spec && spec->deal.min_bids > wanted)
        wanted = spec->deal.min_bids;
    struct span text = arena_printf(&call->arena, "not enough nodes to run job. requested: %lld, available: 0",
                                    (long long)wanted);
    call_refuse(call, &call->world->release->unplaced, text);
    if (call->facts.endpoint == ENDPOINT_SUBMIT && !call->reply->job_id.n)
        reply_header(call->reply, call->world->release->job_header, SPAN(""));
}

static void list_empty(struct call *call)
{
    release_put_list(call->world->release, &call->reply->body, NULL, 0, call->world->zone);
    call_finish_json(call);
}

/* ---- of others -------------------------------------------------------------------------------------------- */

static void plain_500(struct call *call)
{
    problem_plain(call->reply, 500, SPAN("internal server error"));
}

static void gateway_html(struct call *call)
{
    reply_restart(call->reply);
    call->reply->status = 502;
    reply_header(call->reply, "Server", SPAN("nginx"));
    reply_header(call->reply, "Content-Type", SPAN("text/html"));
    buf_text(&call->reply->body, "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
                                 "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
                                 "</body>\r\n</html>\r\n");
}

static void null_error(struct call *call)
{
    problem_plain(call->reply, 500, SPAN("null"));
}

static void empty_object_error(struct call *call)
{
    problem_plain(call->reply, 500, SPAN("{}"));
}

static void empty_200(struct call *call)
{
    call->reply->status = 200;
}

static void bad_json(struct call *call)
{
    buf_text(&call->reply->body, "{\"job\":{\"APIVersion\":\"V1beta1\",\"Metadata\":");
    call_finish_json(call);
}

/* The first chunk announces more bytes than are sent. */
static void truncated_chunk(struct call *call)
{
    buf_text(&call->reply->body, "{\"job\":{\"APIVersion\":\"V1beta1\",\"Metadata\":{\"ID\":\"\"}}}");
    call_finish_json(call);
    call->reply->framing = FRAMED_BY_CHUNKS;
    call->reply->fate.broken = BREAK_TRUNCATED_BODY;
}

/* ---- all -------------------------------------------------------------------------------------------------------------- */

#define ROW(constant, name, make, limited, delay) [PRESET_##constant] = { make, limited, delay },

static const struct row {
    make_fn *make;
    bool limited; /* made behind the rate limit: has its headers and the handler's */
    ns_t delay;
} rows[PRESET_COUNT] = { PRESET_LIST(ROW) };

/* Drops all headers but those of client, job and rate limit. */
static void keep_common_headers(struct reply *reply)
{
    static const char *const kept[] = { "X-Bacalhau-", "X-Rate-Limit-", "Ratelimit-" };
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < reply->n_headers; i++) {
        bool keep = false;
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            keep |= span_starts(span_text(reply->headers[i].name), span_text(kept[k]));
        if (keep)
            headers[n++] = reply->headers[i];
    }
    reply_restart(reply);
    for (size_t i = 0; i < n; i++)
        reply->headers[i] = headers[i];
    reply->n_headers = n;
}

void preset_make(struct call *call, int preset, bool handled)
{
    const struct row *row = &rows[preset];

    if (row->limited)
        keep_common_headers(call->reply);
    if (row->limited && !handled)
        rate_note(call);
    row->make(call);
}

ns_t preset_delay(int preset)
{
    return rows[preset].delay;
}
