#include "api/control.h"

#include "base/ascii.h"
#include "base/nearest.h"
#include "wire/problems.h"

#include <stdio.h>

const struct control_row control_rows[] = {
    { "GET", "/__mock/health", NULL, answer_health, "is it ready, and what is it", NULL },
    { "GET", "/__mock/clock", NULL, answer_clock, "what time it is, and what comes next", NULL },
    { "POST", "/__mock/clock/advance", prepare_advance, answer_advance, "move a manual clock",
      "{\"by\": \"10s\"}, {\"to\": \"next\"} or {\"until\": \"idle\"}" },
    { "GET", "/__mock/gates", NULL, answer_gates, "the gates that something waits for", NULL },
    { "POST", "/__mock/gates/{name}", NULL, answer_open_gate, "open a gate, till the next reset", NULL },
    { "GET", "/__mock/requests", prepare_requests, answer_requests, "the journal", NULL },
    { "DELETE", "/__mock/requests", NULL, answer_delete_requests, "empty it", NULL },
    { "GET", "/__mock/verdict", NULL, answer_verdict, "what came as expected, and what did not", NULL },
    { "POST", "/__mock/reset", prepare_reset, answer_reset, "begin again",
      "{\"what\": [\"jobs\", \"journal\", \"faults\", \"gates\", \"clock\"]}" },
};
const size_t n_control_rows = sizeof control_rows / sizeof control_rows[0];

static const struct span root = { "/__mock", 7 };
static const char hole[] = "{name}";

/* ---- errors ---------------------------------------------------------------------------------------------- */

struct json_out control_begin(struct control_call *c)
{
    struct reply *reply = c->call->reply;

    reply->status = 200;
    reply_header(reply, "Content-Type", SPAN("application/json"));
    buf_clear(&reply->body);
    return (struct json_out){ .buf = &reply->body };
}

static void put_error(struct control_call *c, int status, const char *key, struct span message, struct span hint)
{
    struct json_out out = control_begin(c);

    c->call->reply->status = status;
    c->call->done = true;
    out_open(&out, NULL, '{');
    out_open(&out, "error", '{');
    out_text(&out, "key", span_text(key));
    out_text(&out, "message", message);
    out_text(&out, "hint", hint);
    out_close(&out, '}');
    out_close(&out, '}');
    buf_char(out.buf, '\n');
}

void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
{
    char message[ERROR_TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    put_error(c, status, key, span_text(message), span_text(hint));
}

/* ---- which row ------------------------------------------------------------------------------------------- */

static bool row_fits(const struct control_row *row, struct span path, struct span *name)
{
    struct span own = span_text(row->path);
    size_t prefix = own.n - (sizeof hole - 1);

    *name = SPAN("");
    if (!strstr(row->path, hole))
        return span_eq(own, path);
    if (path.n <= prefix || !span_starts(path, span_of(own.p, prefix)))
        return false;
    *name = span_of(path.p + prefix, path.n - prefix);
    return true;
}

/* HEAD is served where GET is. */
static bool method_fits(const struct control_row *row, struct span method)
{
    return span_is(method, row->method) || (span_is(method, "HEAD") && strcmp(row->method, "GET") == 0);
}

static void put_all_paths(struct buf *out)
{
    buf_text(out, "the paths are");
    for (size_t i = 0; i < n_control_rows; i++)
        if (i == 0 || strcmp(control_rows[i].path, control_rows[i - 1].path) != 0)
            buf_printf(out, "%s %s", i ? "," : "", control_rows[i].path);
}

static void unknown_path(struct control_call *c, struct span path)
{
    CLEANUP(buf_release) struct buf hint = buf_init(ERROR_TEXT_MAX);
    struct nearest near = nearest_to(arena_span(&c->call->arena, path).p);

    for (size_t i = 0; i < n_control_rows; i++)
        nearest_try(&near, control_rows[i].path);
    if (near.best)
        buf_printf(&hint, "did you mean %s?", near.best);
    else
        put_all_paths(&hint);
    control_refuse(c, 404, "unknown-path", hint.p, "there is no %.*s", SPAN_ARG(path));
}

/* The methods of the rows that serve the path. */
static void wrong_method(struct control_call *c, struct span path)
{
    CLEANUP(buf_release) struct buf allow = buf_init(64), hint = buf_init(128);
    struct span name;

    for (size_t i = 0; i < n_control_rows; i++) {
        if (!row_fits(&control_rows[i], path, &name))
            continue;
        buf_printf(&allow, "%s%s", allow.n ? ", " : "", control_rows[i].method);
        if (strcmp(control_rows[i].method, "GET") == 0)
            buf_text(&allow, ", HEAD");
    }
    buf_printf(&hint, "it takes %s", allow.p);
    control_refuse(c, 405, "wrong-method", hint.p, "%.*s takes no %.*s", SPAN_ARG(path), SPAN_ARG(c->call->request->method));
    reply_header(c->call->reply, "Allow", buf_view(&allow));
}

/* NULL: there is none, and the reply says so. */
static const struct control_row *find_row(struct control_call *c, struct span path)
{
    bool known = false;

    for (size_t i = 0; i < n_control_rows; i++) {
        if (!row_fits(&control_rows[i], path, &c->name))
            continue;
        known = true;
        if (method_fits(&control_rows[i], c->call->request->method))
            return &control_rows[i];
    }
    if (known)
        wrong_method(c, path);
    else
        unknown_path(c, path);
    return NULL;
}

/* ---- bodies ---------------------------------------------------------------------------------------------- */

static const char *form_hint(struct control_call *c)
{
    return arena_printf(&c->call->arena, "send %s", c->row->form).p;
}

static void bad_json(struct control_call *c, struct json_place place, const struct error *error)
{
    control_refuse(c, 400, "bad-json", form_hint(c), "line %zu, column %zu: %s", place.line, place.column, error->text);
}

static void refuse_body(struct control_call *c, const struct findings *findings)
{
    const struct finding *f = &findings->at[0];
    const char *hint = f->hint.n ? f->hint.p : form_hint(c);

    control_refuse(c, 400, finding_key_name(f->key), hint, "line %zu, column %zu: %.*s", f->place.line, f->place.column,
                   SPAN_ARG(f->message));
}

static bool read_json(struct control_call *c, const struct json *json, const struct shape *shape, void *input)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct reading reading = { .file = SPAN("body"), .json = json, .arena = &c->call->arena, .findings = &findings };

    read_object(&reading, json_root(json), shape, input);
    findings_sort(&findings, 0);
    if (findings.n)
        refuse_body(c, &findings);
    return findings.n == 0;
}

bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty)
{
    struct span body = c->call->request->body;
    struct json_place place;
    struct json *json = NULL;
    struct error error;

    if (may_be_empty && span_trim(body).n == 0)
        return true;
    enum err err = json_parse(body, JSON_STRICT, &json, &place, &error);
    if (err == ERR_INVALID)
        bad_json(c, place, &error);
    else if (err != ERR_OK)
        control_refuse(c, 503, "no-memory", NULL, "%s", error.text);
    if (err != ERR_OK)
        return false;
    bool good = read_json(c, json, shape, input);
    json_free(json);
    return good;
}

/* ---- queries --------------------------------------------------------------------------------------------- */

const struct control_parameter control_no_parameters[] = { { NULL, NULL, NULL } };

/* `%41` and `+`, in the arena. */
static struct span unescaped(struct span raw, struct arena *arena)
{
    char *to = arena_alloc(arena, raw.n + 1);
    size_t n = 0;

    for (size_t i = 0; to && i < raw.n; i++) {
        int byte = ascii_percent(raw, i);
        to[n++] = byte >= 0 ? (char)byte : raw.p[i] == '+' ? ' ' : raw.p[i];
        i += byte < 0 ? 0 : 2;
    }
    return to ? span_of(to, n) : SPAN("");
}

static void unknown_parameter(struct control_call *c, const struct control_parameter *parameters, struct span name)
{
    struct nearest near = nearest_to(name.p);
    struct span hint = { NULL, 0 };

    for (const struct control_parameter *p = parameters; p->name; p++)
        nearest_try(&near, p->name);
    if (near.best)
        hint = arena_printf(&c->call->arena, "did you mean \"%s\"?", near.best);
    control_refuse(c, 400, "unknown-parameter", hint.p, "there is no parameter \"%.*s\"", SPAN_ARG(name));
}

static bool read_parameter(struct control_call *c, const struct control_parameter *parameters, struct span pair, void *input)
{
    const char *equals = memchr(pair.p, '=', pair.n);
    size_t n = equals ? (size_t)(equals - pair.p) : pair.n;
    struct span name = unescaped(span_of(pair.p, n), &c->call->arena);
    struct span value = equals ? unescaped(span_of(equals + 1, pair.n - n - 1), &c->call->arena) : SPAN("");

    for (const struct control_parameter *p = parameters; p->name; p++) {
        if (!span_is(name, p->name))
            continue;
        if (value.n == 0 || p->read(c, value, input))
            return true;
        control_refuse(c, 400, "bad-parameter", NULL, "%s wants %s, not \"%.*s\"", p->name, p->wants, SPAN_ARG(value));
        return false;
    }
    unknown_parameter(c, parameters, name);
    return false;
}

bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input)
{
    struct span query = c->query;

    for (size_t begin = 0, end; begin < query.n; begin = end + 1) {
        for (end = begin; end < query.n && query.p[end] != '&'; end++)
            ;
        struct span pair = span_of(query.p + begin, end - begin);
        if (pair.n && !read_parameter(c, parameters, pair, input))
            return false;
    }
    return true;
}

/* ---- a call ---------------------------------------------------------------------------------------------- */

bool control_serves(const struct api *api, struct span path)
{
    return api->options.control && span_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
}

void control_prepare(struct api *api, struct call *call, const struct target *target)
{
    struct control_call *c = ARENA_NEW(&call->arena, struct control_call);

    call->reply->unseen = true;
    if (!c) {
        call->reply->status = 503;
        call->done = true;
        return;
    }
    *c = (struct control_call){ .api = api, .call = call, .query = target->query };
    call->control = c;
    if (call->request->body_end == BODY_TOO_LARGE) {
        control_refuse(c, 413, "body-too-large", NULL, "the body is longer than %d bytes", BODY_MAX);
        return;
    }
    c->row = find_row(c, target->path);
    if (c->row && c->row->prepare)
        c->row->prepare(c);
    else if (c->row)
        control_read_query(c, control_no_parameters, NULL);
}

void control_answer(struct api *api, struct call *call, ns_t now)
{
    (void)api;
    if (call->done)
        return;
    call->control->now = now;
    call->control->row->answer(call->control);
    if (!call->done)
        buf_char(&call->reply->body, '\n');
}
