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
    if (findings.n)
        refuse_body(c, &findings);
    return findings.n == 0;
}

bool control_read_body(struct control_call *c, const struct shape *shape, void *input, bool may_be_empty)
{
    struct span body = c->request->body;
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

const struct control_parameter control_no_parameters[] = { { NULL, NULL, NULL, NULL } };

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

static bool read_parameter(struct control_call *c, const struct control_parameter *parameters, struct span pair, void *input)
{
    const char *equals = memchr(pair.p, '=', pair.n);
    size_t n = equals ? (size_t)(equals - pair.p) : pair.n;
    struct span name = unescaped(span_of(pair.p, n), &c->arena);
    struct span value = equals ? unescaped(span_of(equals + 1, pair.n - n - 1), &c->arena) : SPAN("");

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
