#include "base/base64.h"
#include "reference/recording.h"

#include "sim/job.h"
#include "wire/signature.h"
#include "reference/streams.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM(arena, type, n) ((type *)arena_alloc((arena), (n) * sizeof(type)))

enum err file_read(const char *path, struct arena *arena, struct span *bytes, struct error *error)
{
    FILE *file = fopen(path, "rb");

    if (!file || fseek(file, 0, SEEK_END) != 0) {
        if (file)
            fclose(file);
        return error_set(error, ERR_IO, "%s: %s", path, strerror(errno));
    }
    size_t n = (size_t)ftell(file);
    char *p = arena_alloc(arena, n + 1);
    MUST(p);
    rewind(file);
    bool whole = fread(p, 1, n, file) == n;
    fclose(file);
    if (!whole)
        return error_set(error, ERR_IO, "%s: cannot be read", path);
    *bytes = span_of(p, n);
    return ERR_OK;
}

struct span_list texts_of(const struct json_value *array, struct arena *arena)
{
    struct span_list list = { ROOM(arena, struct span, json_count(array)), 0 };

    MUST(list.at);
    JSON_EACH(text, array)
        list.at[list.n++] = json_string(text);
    return list;
}

/* Text of code points below 256, one a byte: how header values were written down. */
static struct span bytes_of_latin1(struct span text, struct arena *arena)
{
    char *p = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    MUST(p);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c >= 0xc0 && i + 1 < text.n)
            c = (unsigned char)((c << 6) | (text.p[++i] & 0x3f));
        p[n++] = (char)c;
    }
    return span_of(p, n);
}

/* A text, or {"base64": text}. */
struct span recording_bytes(const struct json_value *value, struct arena *arena)
{
    struct span bytes = { "", 0 };

    if (json_type(value) == JSON_STRING)
        return json_string(value);
    if (json_type(value) == JSON_OBJECT)
        MUST(base64_decode(json_string(json_get(value, "base64")), arena, &bytes, NULL) == ERR_OK);
    return bytes;
}

static struct told_headers request_headers(const struct json_value *object, struct arena *arena)
{
    struct told_headers headers = { ROOM(arena, struct told_header, json_count(object)), 0 };

    MUST(headers.at);
    JSON_EACH(member, object)
        headers.at[headers.n++] = (struct told_header){ .name = json_key(member),
                                                        .value = json_string(member),
                                                        .taken_away = json_type(member) == JSON_NULL };
    return headers;
}

static struct told_headers reply_headers(const struct json_value *pairs, struct arena *arena)
{
    struct told_headers headers = { ROOM(arena, struct told_header, json_count(pairs)), 0 };

    MUST(headers.at);
    JSON_EACH(pair, pairs) {
        struct span name = json_string(json_first(pair)), value = json_string(json_next(json_first(pair)));
        headers.at[headers.n++] = (struct told_header){ .name = name, .value = bytes_of_latin1(value, arena) };
    }
    return headers;
}

static enum framing framing_of(struct span name)
{
    static const struct span names[] = { [FRAMING_LENGTH] = { "length", 6 },
                                         [FRAMING_CHUNKED] = { "chunked", 7 },
                                         [FRAMING_CLOSE] = { "close", 5 } };

    for (int i = 0; i < FRAMING_UNKNOWN; i++)
        if (span_eq(name, names[i]))
            return (enum framing)i;
    return FRAMING_UNKNOWN;
}

static struct told_reply reply_of(const struct json_value *value, struct arena *arena)
{
    if (json_type(value) == JSON_NULL)
        return (struct told_reply){ .recorded = true, .none = true };
    return (struct told_reply){
        .recorded = true,
        .interim = texts_of(json_get(value, "interim"), arena),
        .status_line = json_string(json_get(value, "status_line")),
        .headers = reply_headers(json_get(value, "headers"), arena),
        .framing = framing_of(json_string(json_get(value, "framing"))),
        .body = recording_bytes(json_get(value, "body"), arena),
    };
}

static struct told_request request_of(const struct json_value *value, struct arena *arena)
{
    const struct json_value *seal = json_get(value, "signed"), *version = json_get(value, "http"),
                            *length = json_get(value, "content_length");

    return (struct told_request){
        .method = json_string(json_get(value, "method")),
        .target = json_string(json_get(value, "target")),
        .version = version ? json_string(version) : SPAN("HTTP/1.1"),
        .headers = request_headers(json_get(value, "headers"), arena),
        .no_length = length && !json_true(length),
        .body = recording_bytes(json_get(value, "body"), arena),
        .is_signed = seal != NULL,
        .field = json_string(json_get(seal, "field")),
        .payload = json_string(json_get(seal, "payload")),
        .key = json_string(json_get(seal, "key")),
        .signature = json_string(json_get(seal, "signature")),
        .public_key = json_string(json_get(seal, "public_key")),
    };
}

static struct told_step step_of(const struct json_value *value, struct arena *arena)
{
    const struct json_value *wait = json_get(value, "wait_s"), *request = json_get(value, "request"),
                            *response = json_get(value, "response");

    MUST(wait || (request && response));
    if (wait)
        return (struct told_step){ .wait_ns = (int64_t)llround(json_number(wait) * (double)NS_PER_SECOND) };
    return (struct told_step){ .request = request_of(request, arena), .reply = reply_of(response, arena) };
}

bool step_is_told(const struct told_step *step)
{
    return !step->wait_ns && step->kind != TOLD_NOTHING && step->kind != TOLD_RAW;
}

/* ---- steps of bytes -------------------------------------------------------------------------------------- */

static int milliseconds_of(const struct json_value *seconds)
{
    return (int)lround(json_number(seconds) * 1000);
}

static struct span_list pieces_of(const struct json_value *value, struct arena *arena)
{
    const struct json_value *pieces = json_get(value, "pieces");
    struct span_list list = { ROOM(arena, struct span, json_count(pieces) + 1), 0 };

    MUST(list.at);
    JSON_EACH(piece, pieces)
        list.at[list.n++] = recording_bytes(piece, arena);
    if (!pieces)
        list.at[list.n++] = recording_bytes(json_get(value, "raw"), arena);
    return list;
}

/* Appends the steps that a step of bytes is read as. */
static void raw_step_read(struct reference_case *c, const struct json_value *value, struct arena *arena)
{
    const struct json_value *head = json_first(json_get(value, "heads"));

    c->steps[c->n_steps++] = (struct told_step){ .kind = TOLD_RAW,
                                                 .pieces = pieces_of(value, arena),
                                                 .gap_ms = milliseconds_of(json_get(value, "gap_s")) };
    JSON_EACH(response, json_get(value, "responses")) {
        struct told_request request = { .method = json_true(head) ? SPAN("HEAD") : SPAN("GET"),
                                        .target = SPAN("answer") };
        c->steps[c->n_steps++] =
            (struct told_step){ .kind = TOLD_ANSWER, .request = request, .reply = reply_of(response, arena) };
        head = head ? json_next(head) : NULL;
    }
    c->steps[c->n_steps++] = (struct told_step){
        .kind = TOLD_END,
        .quiet_ms = milliseconds_of(json_get(value, "quiet_s")),
        .request = { .method = SPAN("the"), .target = SPAN("end") },
        .reply = { .recorded = true,
                   .framing = FRAMING_UNKNOWN,
                   .status_line = json_string(json_get(value, "end")),
                   .body = recording_bytes(json_get(value, "after"), arena) },
    };
}

static struct told_network network_of(const struct json_value *server, struct arena *arena, bool default_policy)
{
    return (struct told_network){ .nodes = texts_of(json_get(server, "nodes"), arena),
                                  .options = texts_of(json_get(server, "options"), arena),
                                  .default_policy = default_policy };
}

/* ---- in which order the nodes answered ------------------------------------------------------------------ */

static bool holds(struct span_list list, struct span text)
{
    for (size_t i = 0; i < list.n; i++)
        if (span_eq(list.at[i], text))
            return true;
    return false;
}

static void add_answers(const struct json_value *events, struct span_list *answers, size_t room, struct arena *arena)
{
    JSON_EACH(entry, events) {
        struct span node = json_string(json_get(entry, "NodeID"));
        bool answers_ask = span_is(json_string(json_get(json_get(entry, "ExecutionState"), "Previous")), "AskForBid");
        if (answers_ask && answers->n < room && !holds(*answers, node))
            answers->at[answers->n++] = arena_span(arena, node);
    }
}

static struct span_list answers_in(const struct reference_case *c, struct arena *arena)
{
    struct span_list answers = { ROOM(arena, struct span, c->network.nodes.n), 0 };

    MUST(answers.at);
    for (size_t i = 0; i < c->n_steps; i++) {
        struct json *json = NULL;
        if (json_parse(c->steps[i].reply.body, JSON_STRICT, &json, NULL, NULL) == ERR_OK)
            add_answers(json_get(json_root(json), "events"), &answers, c->network.nodes.n, arena);
        json_free(json);
    }
    return answers;
}

static void steps_read(struct reference_case *c, const struct json_value *steps, struct arena *arena)
{
    size_t room = 0;

    JSON_EACH(step, steps)
        room += 2 + json_count(json_get(step, "responses"));
    c->steps = ROOM(arena, struct told_step, room);
    MUST(c->steps);
    JSON_EACH(step, steps) {
        if (json_get(step, "raw"))
            raw_step_read(c, step, arena);
        else
            c->steps[c->n_steps++] = step_of(step, arena);
    }
}

static void case_read(struct reference_case *c, const struct json_value *value, struct arena *arena)
{
    const struct json_value *server = json_get(value, "server");

    c->name = json_string(json_get(value, "name"));
    c->jobs = texts_of(json_get(value, "jobs"), arena);
    if (server)
        c->network = network_of(server, arena, c->network.default_policy);
    MUST(c->name.n);
    if (is_streams_case(value))
        streams_case_read(c, value, arena);
    else
        steps_read(c, json_get(value, "steps"), arena);
    c->network.answers = answers_in(c, arena);
}

static void cases_read(struct recording *r)
{
    const struct json_value *root = json_root(r->json), *cases = json_get(root, "cases");
    struct span scenario = json_raw(r->json, json_get(root, "scenario"));
    bool default_policy = strcmp(r->group, "ranking") == 0 || strcmp(r->group, "policy") == 0 || scenario.n;
    struct told_network network = network_of(json_get(root, "server"), &r->arena, default_policy);

    network.scenario = scenario;
    r->cases = ROOM(&r->arena, struct reference_case, json_count(cases));
    MUST(r->cases);
    JSON_EACH(value, cases) {
        struct reference_case *c = &r->cases[r->n_cases++];
        c->network = network;
        case_read(c, value, &r->arena);
    }
}

enum err recording_load(const char *release, const char *group, struct recording *recording, struct error *error)
{
    struct recording r = { .release = release, .group = group };
    struct span path = arena_printf(&r.arena, TESTS_DIR "/reference/%s/%s.json", release, group), text;
    struct json_place where;
    struct error why;

    enum err err = file_read(path.p, &r.arena, &text, error);
    if (err == ERR_OK && json_parse(text, JSON_WITH_NUL, &r.json, &where, &why) != ERR_OK)
        err = error_set(error, ERR_INVALID, "%s:%zu:%zu: %s", path.p, where.line, where.column, why.text);
    if (err != ERR_OK) {
        recording_release(&r);
        return err;
    }
    cases_read(&r);
    *recording = r;
    return ERR_OK;
}

void recording_release(struct recording *recording)
{
    json_free(recording->json);
    arena_release(&recording->arena);
}
