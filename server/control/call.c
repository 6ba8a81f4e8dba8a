#include "control/call.h"

#include "base/ascii.h"
#include "base/nearest.h"

#include <stdio.h>

/* ---- errors ---------------------------------------------------------------------------------------------- */

struct json_out control_begin(struct control_call *c)
{
    struct reply *reply = c->reply;

    reply->status = 200;
    reply_header(reply, "Content-Type", SPAN("application/json"));
    buf_clear(&reply->body);
    return (struct json_out){ .buf = &reply->body };
}

void control_finish(struct control_call *c)
{
    buf_char(&c->reply->body, '\n');
    c->done = true;
}

static struct json_out begin_error(struct control_call *c, int status, const char *key, struct span message, struct span hint)
{
    struct json_out out = control_begin(c);

    c->reply->status = status;
    c->done = true;
    out_open(&out, NULL, '{');
    out_open(&out, "error", '{');
    out_text(&out, "key", span_text(key));
    out_text(&out, "message", message);
    out_text(&out, "hint", hint);
    out_close(&out, '}');
    return out;
}

static void end_error(struct json_out *out)
{
    out_close(out, '}');
    buf_char(out->buf, '\n');
}

void control_refuse(struct control_call *c, int status, const char *key, const char *hint, const char *format, ...)
{
    char message[ERROR_TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    struct json_out out = begin_error(c, status, key, span_text(message), span_text(hint));
    end_error(&out);
}

void control_no_memory(struct control_call *c)
{
    control_refuse(c, 503, "no-memory", NULL, "out of memory");
}

static void put_finding(struct json_out *out, const struct finding *finding)
{
    out_open(out, NULL, '{');
    out_text_or_null(out, "file", finding->file);
    out_int(out, "line", (int64_t)finding->place.line);
    out_int(out, "column", (int64_t)finding->place.column);
    if (finding->pointer.p)
        out_text(out, "pointer", finding->pointer);
    else
        out_null(out, "pointer");
    out_text(out, "key", span_text(finding_key_name(finding->key)));
    out_text(out, "message", finding->message);
    out_text_or_null(out, "hint", finding->hint);
    out_close(out, '}');
}

void control_refuse_findings(struct control_call *c, const struct findings *findings)
{
    const struct finding *f = &findings->at[0];
    struct span message = arena_printf(&c->arena, "line %zu, column %zu: %.*s", f->place.line, f->place.column, SPAN_ARG(f->message));
    struct json_out out = begin_error(c, 422, finding_key_name(f->key), message, f->hint);

    out_open(&out, "findings", '[');
    for (size_t i = 0; i < findings->n; i++)
        put_finding(&out, &findings->at[i]);
    out_close(&out, ']');
    if (findings->dropped)
        out_int(&out, "more", (int64_t)findings->dropped);
    end_error(&out);
}

/* ---- bodies ---------------------------------------------------------------------------------------------- */

static const char *form_hint(struct control_call *c)
{
    return arena_printf(&c->arena, "send %s", c->row->form).p;
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
    struct reading reading = { .file = SPAN("body"), .json = json, .arena = &c->arena, .findings = &findings };

    keys_read(&reading, json_root(json), shape, input);
    findings_sort(&findings, 0);
    c->arena.failed |= findings.failed;
    if (findings.n)
        refuse_body(c, &findings);
    return findings.n == 0 && !c->arena.failed;
}

bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty)
{
    struct span body = c->request->body;
    struct json_place place;
    struct json *json = NULL;
    struct error error;

    if (!input) /* there was no memory for it; control_answer says so */
        return false;
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

static const char session_parameter[] = "session";
const struct control_parameter control_common_parameters[] = {
    { session_parameter, NULL, "the client id of a session: the call acts on its world", "string" },
    { NULL, NULL, NULL, NULL },
};

const struct control_parameter control_no_parameters[] = { { NULL, NULL, NULL, NULL } };

bool control_number(struct span digits, uint64_t *number)
{
    enum { DIGITS_MAX = 18 };

    return digits.n <= DIGITS_MAX && ascii_number(digits, number);
}

bool control_page(struct span value, uint64_t *limit)
{
    return control_number(value, limit) && *limit > 0 && *limit <= CONTROL_PAGE_MAX;
}

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
        hint = arena_printf(&c->arena, "did you mean \"%s\"?", near.best);
    control_refuse(c, 400, "unknown-parameter", hint.p, "there is no parameter \"%.*s\"", SPAN_ARG(name));
}

struct pair {
    struct span name, value;
};

static struct pair pair_of(struct control_call *c, struct span text)
{
    const char *equals = memchr(text.p, '=', text.n);
    size_t n = equals ? (size_t)(equals - text.p) : text.n;

    return (struct pair){ unescaped(span_of(text.p, n), &c->arena),
                          equals ? unescaped(span_of(equals + 1, text.n - n - 1), &c->arena) : SPAN("") };
}

/* Calls `read` for each pair of the query until it returns false; then returns false. */
static bool each_pair(struct control_call *c, bool (*read)(struct control_call *c, struct pair pair, const void *detail, void *input),
                      const void *detail, void *input)
{
    struct span query = c->query;

    for (size_t begin = 0, end; begin < query.n; begin = end + 1) {
        for (end = begin; end < query.n && query.p[end] != '&'; end++)
            ;
        struct span text = span_of(query.p + begin, end - begin);
        if (text.n && !read(c, pair_of(c, text), detail, input))
            return false;
    }
    return true;
}

static bool read_parameter(struct control_call *c, struct pair pair, const void *detail, void *input)
{
    const struct control_parameter *parameters = detail;

    if (span_is(pair.name, session_parameter))
        return true;
    for (const struct control_parameter *p = parameters; p->name; p++) {
        if (!span_is(pair.name, p->name))
            continue;
        if (pair.value.n == 0 || p->read(c, pair.value, input))
            return true;
        control_refuse(c, 400, "bad-parameter", NULL, "%s wants %s, not \"%.*s\"", p->name, p->wants, SPAN_ARG(pair.value));
        return false;
    }
    unknown_parameter(c, parameters, pair.name);
    return false;
}

bool control_read_query(struct control_call *c, const struct control_parameter *parameters, void *input)
{
    return each_pair(c, read_parameter, parameters, input);
}

/* ---- sessions -------------------------------------------------------------------------------------------- */

void control_refuse_session(struct control_call *c, struct span client_id)
{
    control_refuse(c, 404, "unknown-session", "GET /__mock/sessions lists them; POST /__mock/sessions makes one",
                   "there is no session of the client \"%.*s\"", SPAN_ARG(client_id));
}

static bool take_session(struct control_call *c, struct pair pair, const void *detail, void *input)
{
    struct span *session = input;

    (void)c;
    (void)detail;
    if (span_is(pair.name, session_parameter))
        *session = pair.value;
    return true;
}

bool control_choose_world(struct control_call *c)
{
    struct span session = { NULL, 0 };

    each_pair(c, take_session, NULL, &session);
    if (!session.n)
        return true;
    struct world *world = worlds_hold(c->worlds, session);
    if (!world) {
        control_refuse_session(c, session);
        return false;
    }
    world_drop(c->world);
    c->world = world;
    return true;
}
