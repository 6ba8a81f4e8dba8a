#include "reference/play.h"

#include "base/base64.h"
#include "wire/signature.h"
#include "http/server.h"
#include "support/worlds.h"
#include "reference/network.h"
#include "reference/raw.h"
#include "reference/streams.h"
#include "support/websocket_client.h"
#include "releases/release.h"
#include "wire/websocket.h"

#include <stdlib.h>

enum { REQUEST_MAX = 64 * 1024 * 1024, FRAME_FINAL = 0x80 };

/* ---- clients ------------------------------------------------------------------------------------------ */

static enum err client_load(struct client_key *client, struct arena *arena, struct error *error)
{
    CLEANUP(buf_release) struct buf der = buf_init(REQUEST_MAX), text = buf_init(REQUEST_MAX);
    struct span path = arena_printf(arena, TESTS_DIR "/reference/client-%s.der", client->name), bytes;
    char id[CLIENT_ID_SIZE + 1];
    struct public_key public;

    enum err err = file_read(path.p, arena, &bytes, error);
    if (err == ERR_OK)
        err = signing_key_parse(bytes, &client->key, error);
    if (err == ERR_OK)
        err = signing_key_public_der(client->key, &der);
    if (err != ERR_OK)
        return err;
    base64_encode(&text, buf_view(&der));
    client->public_key = arena_span(arena, buf_view(&text));
    err = signature_key_read(client->public_key, arena, &public, error);
    if (err != ERR_OK)
        return err;
    signature_client_id(&public, id);
    client->id = arena_span(arena, span_text(id));
    return ERR_OK;
}

enum err clients_load(struct clients *clients, struct error *error)
{
    *clients = (struct clients){ .at = { { .name = "A" }, { .name = "B" } } };
    for (size_t i = 0; i < CLIENTS; i++) {
        enum err err = client_load(&clients->at[i], &clients->arena, error);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

void clients_release(struct clients *clients)
{
    for (size_t i = 0; i < CLIENTS; i++)
        signing_key_free(clients->at[i].key);
    arena_release(&clients->arena);
}

static const struct client_key *client_named(const struct clients *clients, struct span name)
{
    for (size_t i = 0; i < CLIENTS; i++)
        if (span_is(name, clients->at[i].name))
            return &clients->at[i];
    MUST(!"a client of the recordings");
    return NULL;
}

/* ---- requests ----------------------------------------------------------------------------------------- */

struct playing {
    const struct reference_case *c;
    const struct clients *clients;
    struct server *server;
    struct arena *arena;
    struct telling *ours;
    struct told_reply *replies;
    struct websocket_client streams[STREAMS];
    ns_t pace; /* how much time passes before each request */
    struct http_client raw; /* the connection of the last TOLD_RAW */
};

/* `${job1}` or `${short1}` at the start of `text`: what it stands for and how long it is; 0 = neither. */
static size_t marked_id(const struct names *names, struct span text, struct span *id)
{
    bool is_short = span_starts(text, SPAN("${short"));

    if (!is_short && !span_starts(text, SPAN("${job")))
        return 0;
    size_t digits = is_short ? 7 : 5;
    char *end;
    unsigned long n = strtoul(text.p + digits, &end, 10);
    if (*end != '}' || n == 0 || n > names->n_jobs)
        return 0;
    *id = names->jobs[n - 1];
    if (is_short)
        id->n = SHORT_ID_SIZE;
    return (size_t)(end - text.p) + 1;
}

static void put_with_ids(struct buf *out, const struct names *names, struct span text)
{
    for (size_t i = 0; i < text.n;) {
        struct span id;
        size_t n = text.p[i] == '$' ? marked_id(names, span_of(text.p + i, text.n - i), &id) : 0;
        if (n)
            buf_span(out, id);
        else
            buf_char(out, text.p[i]);
        i += n ? n : 1;
    }
}

static void put_signature(struct buf *out, const struct client_key *client, struct span payload)
{
    CLEANUP(buf_release) struct buf signature = buf_init(REQUEST_MAX);

    MUST(signing_key_sign(client->key, payload, &signature) == ERR_OK);
    base64_encode(out, buf_view(&signature));
}

/* {"FIELD":PAYLOAD,"signature":"…","client_public_key":"…"} */
static void put_envelope(struct buf *out, const struct playing *p, const struct told_request *request)
{
    const struct client_key *client = client_named(p->clients, request->key);
    CLEANUP(buf_release) struct buf payload = buf_init(REQUEST_MAX);

    put_with_ids(&payload, &p->ours->names, request->payload);
    buf_printf(out, "{\"%.*s\":", SPAN_ARG(request->field));
    buf_span(out, buf_view(&payload));
    buf_text(out, ",\"signature\":\"");
    if (request->signature.p)
        buf_span(out, request->signature);
    else
        put_signature(out, client, buf_view(&payload));
    buf_text(out, "\",\"client_public_key\":\"");
    buf_span(out, request->public_key.p ? request->public_key : client->public_key);
    buf_text(out, "\"}");
}

static bool names_header(const struct told_request *request, const char *name)
{
    for (size_t i = 0; i < request->headers.n; i++)
        if (span_eq_nocase(request->headers.at[i].name, span_text(name)))
            return true;
    return false;
}

static void put_header(struct buf *out, struct span name, struct span value)
{
    buf_printf(out, "%.*s: %.*s\r\n", SPAN_ARG(name), SPAN_ARG(value));
}

static void put_request(struct buf *out, const struct playing *p, const struct told_request *request)
{
    CLEANUP(buf_release) struct buf body = buf_init(REQUEST_MAX);

    if (request->is_signed)
        put_envelope(&body, p, request);
    else
        put_with_ids(&body, &p->ours->names, request->body);
    buf_printf(out, "%.*s ", SPAN_ARG(request->method));
    put_with_ids(out, &p->ours->names, request->target);
    buf_printf(out, " %.*s\r\n", SPAN_ARG(request->version));
    if (!names_header(request, "Host"))
        put_header(out, SPAN("Host"), SPAN("requester"));
    if (!names_header(request, "Connection"))
        put_header(out, SPAN("Connection"), SPAN("close"));
    for (size_t i = 0; i < request->headers.n; i++)
        if (!request->headers.at[i].taken_away)
            put_header(out, request->headers.at[i].name, request->headers.at[i].value);
    if (!request->no_length)
        buf_printf(out, "Content-Length: %zu\r\n", body.n);
    buf_text(out, "\r\n");
    buf_span(out, buf_view(&body));
}

/* ---- what a submission tells ----------------------------------------------------------------------------- */

/* The reply to a submission tells the requester's id. */
static void learn_requester(struct playing *p, struct span body)
{
    struct json *json = NULL;

    if (p->ours->names.requester.n || json_parse(body, JSON_STRICT, &json, NULL, NULL) != ERR_OK)
        return;
    const struct json_value *metadata = json_get(json_get(json_root(json), "job"), "Metadata");
    struct span id = json_string(json_get(json_get(metadata, "Requester"), "RequesterNodeID"));
    p->ours->names.requester = arena_span(p->arena, id);
    json_free(json);
}

/* A job submitted in the case takes the next `${jobN}`. */
static void learn_job(struct playing *p, const struct told_request *request, const struct told_reply *reply)
{
    if (!span_is(request->target, "/requester/submit"))
        return;
    for (size_t i = 0; i < reply->headers.n; i++)
        if (span_is(reply->headers.at[i].name, "X-Bacalhau-Job-Id"))
            names_add_job(&p->ours->names, reply->headers.at[i].value);
    learn_requester(p, reply->body);
}

/* ---- playing ------------------------------------------------------------------------------------------ */

static void play_exchange(struct playing *p, const struct told_step *step, struct told_reply *told)
{
    CLEANUP(buf_release) struct buf bytes = buf_init(REQUEST_MAX);
    struct http_reply reply;

    put_request(&bytes, p, &step->request);
    struct span method = arena_span(p->arena, step->request.method); /* with a NUL after it */
    if (step->kind == TOLD_HANDSHAKE)
        reply = websocket_open(&p->streams[step->stream], server_port(p->server), bytes.p, bytes.n);
    else
        reply = http_exchange(server_port(p->server), bytes.p, bytes.n, method.p);
    *told = reply_told(&reply, p->arena);
    http_reply_release(&reply);
    learn_job(p, &step->request, told);
}

/* Waits for as many frames as were recorded; a pong then tells that no more were on their way. */
static void play_frames(struct playing *p, const struct told_step *step, struct told_reply *told)
{
    struct websocket_client *client = &p->streams[step->stream];
    CLEANUP(buf_release) struct buf body = buf_init(REQUEST_MAX);
    struct websocket_frame frame;
    size_t n = 0;

    frames_begin(&body, step->stream);
    while (websocket_next(client, &frame) == WEBSOCKET_FRAME && frame.first != (FRAME_FINAL | WS_PONG)) {
        frames_add(&body, frame.first ^ FRAME_FINAL, frame.payload);
        if (++n == step->n_frames)
            websocket_send(client, WS_PING, SPAN("no more?"));
    }
    frames_end(&body);
    *told = (struct told_reply){ .framing = FRAMING_UNKNOWN, .body = arena_span(p->arena, buf_view(&body)) };
}

static void play_step(struct playing *p, size_t i)
{
    const struct told_step *step = &p->c->steps[i];

    if (p->c->network.scenario.n && p->c->jobs.n)
        server_advance(p->server, p->pace);
    if (step->wait_ns)
        server_advance(p->server, step->wait_ns);
    else if (step->kind == TOLD_FRAMES)
        play_frames(p, step, &p->replies[i]);
    else if (step->kind == TOLD_RAW)
        raw_send(&p->raw, server_port(p->server), step);
    else if (step->kind == TOLD_ANSWER)
        p->replies[i] = raw_answer(&p->raw, step, p->arena);
    else if (step->kind == TOLD_END)
        p->replies[i] = raw_end(&p->raw, step, p->arena);
    else
        play_exchange(p, step, &p->replies[i]);
}

/* ---- the server ---------------------------------------------------------------------------------------- */

static struct program *program_of_names(const struct playground *ground, const struct told_network *told,
                                        struct manner manner, struct arena *arena)
{
    struct span approver = ground->clients->at[0].id;
    struct engine_options network = network_options(told, ground->release, NETWORK_AS_RECORDED, approver, manner.seed, arena);
    struct program *program = program_by_hand(release_find(span_text(ground->release)), network.nodes, network.n_nodes);

    program->scenario->scheduler = network.scheduler;
    program->scenario->scheduler.ties_random = manner.ties_random;
    program->seed = manner.seed;
    program->signatures = SIGNATURES_STRICT;
    return program;
}

static struct program *program_of_scenario(const struct playground *ground, struct span scenario, struct manner manner,
                                           struct arena *arena)
{
    struct program_settings settings = { .dialect = release_find(span_text(ground->release)),
                                         .clock = CLOCK_KIND_MANUAL, .has_seed = true, .seed = manner.seed,
                                         .signatures = SIGNATURES_STRICT };

    return program_of_text(arena_span(arena, scenario).p, &settings);
}

static enum err start(const struct playground *ground, const struct reference_case *c, struct manner manner,
                      struct arena *arena, struct server **server, struct error *error)
{
    struct program *program = c->network.scenario.n
                                  ? program_of_scenario(ground, c->network.scenario, manner, arena)
                                  : program_of_names(ground, &c->network, manner, arena);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program }, .log = LOG_OFF };

    enum err err = server_start(&options, server, error);
    program_drop(program);
    return err;
}

/* A case with jobs has a server of its own; those without share one. */
static enum err server_for(struct playground *ground, const struct reference_case *c, struct manner manner,
                           struct arena *arena, struct server **server, struct error *error)
{
    if (c->jobs.n)
        return start(ground, c, manner, arena, server, error);
    enum err err = ground->shared ? ERR_OK : start(ground, c, manner, &ground->arena, &ground->shared, error);
    *server = ground->shared;
    return err;
}

enum err playground_open(struct playground *ground, const struct reference_case *c, struct error *error)
{
    struct server *server;

    return server_for(ground, c, (struct manner){ .seed = 1 }, &ground->arena, &server, error);
}

enum err case_play(struct playground *ground, const struct reference_case *c, struct manner manner,
                   struct arena *arena, struct telling *ours, struct error *error)
{
    struct playing p = { .c = c, .clients = ground->clients, .arena = arena, .ours = ours, .pace = manner.pace,
                         .raw.fd = -1 };

    enum err err = server_for(ground, c, manner, arena, &p.server, error);
    if (err != ERR_OK)
        return err;
    p.replies = arena_alloc(arena, c->n_steps * sizeof *p.replies);
    MUST(p.replies);
    *ours = (struct telling){ .of = c, .replies = p.replies };
    for (size_t i = 0; i < c->n_steps; i++)
        play_step(&p, i);
    for (size_t i = 0; i < STREAMS; i++)
        websocket_leave(&p.streams[i]);
    http_close(&p.raw);
    if (c->jobs.n)
        server_stop(p.server);
    telling_name_nodes(ours);
    return ERR_OK;
}

int playground_port(const struct playground *ground)
{
    return server_port(ground->shared);
}

void playground_release(struct playground *ground)
{
    server_stop(ground->shared);
    arena_release(&ground->arena);
}
