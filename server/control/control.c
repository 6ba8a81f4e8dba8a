#include "control/control.h"

#include "control/handlers.h"
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

/* ---- finding the row ------------------------------------------------------------------------------------- */

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
    struct nearest near = nearest_to(arena_span(&c->arena, path).p);

    for (size_t i = 0; i < n_control_rows; i++)
        nearest_try(&near, control_rows[i].path);
    if (near.best)
        buf_printf(&hint, "did you mean %s?", near.best);
    else
        put_all_paths(&hint);
    control_refuse(c, 404, "unknown-path", hint.p, "there is no %.*s", SPAN_ARG(path));
}

/* Replies 405 with Allow: the methods of the rows that serve the path. */
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
    control_refuse(c, 405, "wrong-method", hint.p, "%.*s takes no %.*s", SPAN_ARG(path), SPAN_ARG(c->request->method));
    reply_header(c->reply, "Allow", buf_view(&allow));
}

/* Returns the row of the call; NULL: there is none, and the reply is an error. */
static const struct control_row *find_row(struct control_call *c, struct span path)
{
    bool known = false;

    for (size_t i = 0; i < n_control_rows; i++) {
        if (!row_fits(&control_rows[i], path, &c->name))
            continue;
        known = true;
        if (method_fits(&control_rows[i], c->request->method))
            return &control_rows[i];
    }
    if (known)
        wrong_method(c, path);
    else
        unknown_path(c, path);
    return NULL;
}

/* ---- calls ----------------------------------------------------------------------------------------------- */

bool control_serves(struct span path)
{
    return span_starts(path, root) && (path.n == root.n || path.p[root.n] == '/');
}

/* False: the call is not allowed, and the reply is an error. */
static bool may_call(struct control_call *c, const struct allowed_hosts *hosts)
{
    switch (origin_check(c->request, hosts)) {
    case ORIGIN_FOREIGN_HOST:
        control_refuse(c, 403, "foreign-host", "start with --allow-host NAME to accept this name",
                       "the control API does not answer to this Host header");
        return false;
    case ORIGIN_FOREIGN:
        control_refuse(c, 403, "foreign-origin", "only pages that this server sends may change anything",
                       "the request comes from a page of another origin");
        return false;
    case ORIGIN_FINE:
        break;
    }
    return true;
}

void control_prepare(const struct control *control, const struct request *request, const struct target *target, struct reply *reply,
                     struct control_call *c)
{
    *c = (struct control_call){ .world = worlds_default(control->worlds), .request = request, .reply = reply, .query = target->query };
    reply->unseen = true;
    if (!may_call(c, &control->hosts))
        return;
    if (request->body_end == BODY_TOO_LARGE) {
        control_refuse(c, 413, "body-too-large", NULL, "the body is longer than %d bytes", BODY_MAX);
        return;
    }
    c->row = find_row(c, target->path);
    if (c->row && c->row->prepare)
        c->row->prepare(c);
    else if (c->row)
        control_read_query(c, control_no_parameters, NULL);
}

void control_answer(struct control_call *c, ns_t now)
{
    if (c->done)
        return;
    c->now = now;
    c->row->answer(c);
    if (!c->done)
        buf_char(&c->reply->body, '\n');
}

void control_call_release(struct control_call *c)
{
    arena_release(&c->arena);
}
