#include "reference/streams.h"

#include "support/websocket_client.h"
#include "wire/websocket.h"

#define PATH "/requester/websocket/events"
#define CANCEL_PAYLOAD "{\"ClientID\":\"%.*s\",\"JobID\":\"${job1}\",\"Reason\":\"Canceled at user request\"}"
#define SUBMIT_PAYLOAD                                                                                             \
    "{\"ClientID\":\"%.*s\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\"," \
    "\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"echo\",\"hi\"]},\"Deal\":%.*s}}"

enum { STEPS = 8, TEXT_MAX = 16 * 1024 * 1024 };

static const int64_t until_cancelled = 400 * NS_PER_MS, until_through = 3 * NS_PER_SECOND;

/* ---- frames --------------------------------------------------------------------------------------------- */

void frames_begin(struct buf *body, enum told_stream which)
{
    buf_text(body, which == STREAM_LIVE ? "{\"live\":[" : "{\"events\":[");
}

/* Another opcode than a text's would stand where no frame agrees with it. */
void frames_add(struct buf *body, int opcode, struct span text)
{
    if (body->p[body->n - 1] != '[')
        buf_char(body, ',');
    if (opcode != WS_TEXT)
        buf_printf(body, "opcode %d: ", opcode);
    buf_span(body, text);
}

void frames_end(struct buf *body)
{
    buf_text(body, "]}");
}

static struct span frames_of(const struct json_value *frames, enum told_stream which, struct arena *arena)
{
    CLEANUP(buf_release) struct buf body = buf_init(TEXT_MAX);

    frames_begin(&body, which);
    JSON_EACH(frame, frames)
        frames_add(&body, (int)json_number(json_get(frame, "opcode")), json_string(json_get(frame, "text")));
    frames_end(&body);
    return arena_span(arena, buf_view(&body));
}

/* ---- the handshake -------------------------------------------------------------------------------------- */

static struct span line_of(struct span *text)
{
    const char *end = memmem(text->p, text->n, "\r\n", 2);
    struct span line = span_of(text->p, end ? (size_t)(end - text->p) : text->n);
    size_t skip = end ? line.n + 2 : line.n;

    *text = span_of(text->p + skip, text->n - skip);
    return line;
}

static struct told_reply handshake_reply(struct span text, struct arena *arena)
{
    struct told_header *headers = arena_alloc(arena, text.n * sizeof *headers);
    struct told_reply reply = { .recorded = true, .framing = FRAMING_UNKNOWN, .status_line = line_of(&text) };

    MUST(headers);
    reply.headers.at = headers;
    while (text.n) {
        struct span line = line_of(&text);
        const char *colon = memmem(line.p, line.n, ": ", 2);
        MUST(colon);
        size_t n = (size_t)(colon - line.p);
        headers[reply.headers.n++] = (struct told_header){ .name = span_of(line.p, n),
                                                           .value = span_of(line.p + n + 2, line.n - n - 2) };
    }
    return reply;
}

static struct told_request handshake_request(struct span target)
{
    static struct told_header headers[] = {
        { { "Connection", 10 }, { "Upgrade", 7 }, false },
        { { "Upgrade", 7 }, { "websocket", 9 }, false },
        { { "Sec-WebSocket-Version", 21 }, { "13", 2 }, false },
        { { "Sec-WebSocket-Key", 17 }, { WEBSOCKET_KEY, sizeof WEBSOCKET_KEY - 1 }, false },
    };

    return (struct told_request){ .method = SPAN("GET"),
                                  .target = target,
                                  .version = SPAN("HTTP/1.1"),
                                  .headers = { headers, sizeof headers / sizeof headers[0] },
                                  .no_length = true };
}

/* ---- steps ---------------------------------------------------------------------------------------------- */

static struct told_request signed_by_a(struct span target, struct span field, struct span payload)
{
    return (struct told_request){ .method = SPAN("POST"), .target = target, .version = SPAN("HTTP/1.1"),
                                  .is_signed = true, .field = field, .payload = payload, .key = SPAN("A") };
}

static void add_step(struct reference_case *c, struct told_step step)
{
    MUST(c->n_steps < STEPS);
    c->steps[c->n_steps++] = step;
}

static void add_wait(struct reference_case *c, int64_t ns)
{
    add_step(c, (struct told_step){ .wait_ns = ns });
}

static void add_opening(struct reference_case *c, enum told_stream which, struct span target, struct told_reply reply)
{
    add_step(c, (struct told_step){ .kind = TOLD_HANDSHAKE, .stream = which, .request = handshake_request(target),
                                    .reply = reply });
}

static void add_frames(struct reference_case *c, enum told_stream which, const struct json_value *frames,
                       struct arena *arena)
{
    struct told_reply reply = { .recorded = true, .framing = FRAMING_UNKNOWN,
                                .body = frames_of(frames, which, arena) };
    struct told_request request = { .method = SPAN("frames"), .target = which == STREAM_LIVE ? SPAN("live")
                                                                                             : SPAN("replayed") };

    add_step(c, (struct told_step){ .kind = TOLD_FRAMES, .stream = which, .n_frames = json_count(frames),
                                    .request = request, .reply = reply });
}

/* The job, by the client and with the deal that its first frame tells of. */
static void add_job(struct reference_case *c, struct span created, struct arena *arena)
{
    struct json *json = NULL;

    MUST(json_parse(created, JSON_STRICT, &json, NULL, NULL) == ERR_OK);
    struct span client = json_string(json_get(json_root(json), "ClientID")),
                deal = json_raw(json, json_get(json_root(json), "Deal"));
    struct span submit = arena_printf(arena, SUBMIT_PAYLOAD, SPAN_ARG(client), SPAN_ARG(deal)),
                cancel = arena_printf(arena, CANCEL_PAYLOAD, SPAN_ARG(client));
    json_free(json);
    add_step(c, (struct told_step){ .kind = TOLD_NOTHING,
                                    .request = signed_by_a(SPAN("/requester/submit"), SPAN("job_create_payload"), submit) });
    if (!span_is(c->name, "cancel"))
        return;
    add_wait(c, until_cancelled);
    add_step(c, (struct told_step){ .kind = TOLD_NOTHING,
                                    .request = signed_by_a(SPAN("/requester/cancel"), SPAN("payload"), cancel) });
}

bool is_streams_case(const struct json_value *value)
{
    return json_get(value, "live") != NULL;
}

void streams_case_read(struct reference_case *c, const struct json_value *value, struct arena *arena)
{
    const struct json_value *live = json_get(value, "live"), *replayed = json_get(value, "replay_by_job_id");
    struct told_reply reply = handshake_reply(json_string(json_get(value, "handshake")), arena);

    c->network.nodes = texts_of(json_get(value, "nodes"), arena);
    c->steps = arena_alloc(arena, STEPS * sizeof *c->steps);
    MUST(c->steps && json_first(live));
    add_opening(c, STREAM_LIVE, SPAN(PATH), reply);
    add_job(c, json_string(json_get(json_first(live), "text")), arena);
    add_wait(c, until_through);
    add_opening(c, STREAM_REPLAYED, SPAN(PATH "?job_id=${job1}"), reply);
    add_frames(c, STREAM_REPLAYED, replayed, arena);
    add_frames(c, STREAM_LIVE, live, arena);
}
