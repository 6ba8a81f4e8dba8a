#include "control/control.h"

#include "control/await.h"
#include "control/stream.h"
#include "control/table.h"
#include "base/nearest.h"
#include "wire/problems.h"

static const struct span root = { "/__mock", 7 };

/* ---- finding the row ------------------------------------------------------------------------------------- */

/* How many bytes of the row's path come before its hole; all, if it has none. */
static size_t fixed_part(const struct control_row *row)
{
    return strcspn(row->path, "{");
}

static bool row_fits(const struct control_row *row, struct span path, struct span *name)
{
    size_t fixed = fixed_part(row);

    *name = SPAN("");
    if (!row->path[fixed])
        return span_is(path, row->path);
    if (path.n <= fixed || !span_starts(path, span_of(row->path, fixed)))
        return false;
    *name = span_of(path.p + fixed, path.n - fixed);
    return true;
}

/* HEAD is served where GET is. */
static bool method_fits(const struct control_row *row, struct span method)
{
    return span_is(method, row->method) || (span_is(method, "HEAD") && strcmp(row->method, "GET") == 0);
}

/* What the row's path would be if only its fixed part were wrong: `/__mock/gates/go` for `/__mock/gate/go`. */
static const char *path_meant(struct control_call *c, const struct control_row *row, struct span path)
{
    size_t tail = path.n;

    if (!row->path[fixed_part(row)])
        return row->path;
    while (tail && path.p[tail - 1] != '/')
        tail--;
    return arena_printf(&c->arena, "%.*s%.*s", (int)fixed_part(row), row->path, (int)(path.n - tail), path.p + tail).p;
}

static void unknown_path(struct control_call *c, struct span path)
{
    static const char all_calls[] = "GET /__mock/ lists all calls";
    CLEANUP(buf_release) struct buf hint = buf_init(ERROR_TEXT_MAX);
    size_t skip = path.n > root.n ? root.n + 1 : root.n;
    const char *tail = arena_span(&c->arena, span_of(path.p + skip, path.n - skip)).p;
    struct nearest near = nearest_to(tail ? tail : "");

    for (size_t i = 0; i < c->n_rows; i++) {
        const char *meant = path_meant(c, &c->rows[i], path);
        if (meant)
            nearest_try(&near, meant + root.n + 1);
    }
    if (near.best)
        buf_printf(&hint, "did you mean %s? ", near.best - root.n - 1);
    buf_text(&hint, all_calls);
    control_refuse(c, 404, "unknown-path", hint.failed ? all_calls : hint.p, "there is no %.*s", SPAN_ARG(path));
}

/* Replies 405 with Allow: the methods of the rows that serve the path. */
static void wrong_method(struct control_call *c, struct span path, bool fixed)
{
    CLEANUP(buf_release) struct buf allow = buf_init(64), hint = buf_init(128);
    struct span name;

    for (size_t i = 0; i < c->n_rows; i++) {
        if (!row_fits(&c->rows[i], path, &name) || (fixed && name.n))
            continue;
        buf_printf(&allow, "%s%s", allow.n ? ", " : "", c->rows[i].method);
        if (strcmp(c->rows[i].method, "GET") == 0)
            buf_text(&allow, ", HEAD");
    }
    buf_printf(&hint, "it takes %s", allow.p);
    control_refuse(c, 405, "wrong-method", hint.p, "%.*s takes no %.*s", SPAN_ARG(path), SPAN_ARG(c->request->method));
    reply_header(c->reply, "Allow", buf_view(&allow));
}

/* Returns the row of the call; NULL: there is none, and the reply is an error. A path without a hole comes before one
 * with a hole: POST /__mock/jobs/await is no job's name. */
static const struct control_row *find_row(struct control_call *c, struct span path)
{
    bool known = false, fixed = false;
    struct span name;

    for (size_t i = 0; i < c->n_rows; i++)
        fixed = fixed || span_is(path, c->rows[i].path);
    for (size_t i = 0; i < c->n_rows; i++) {
        if (!row_fits(&c->rows[i], path, &name) || (fixed && name.n))
            continue;
        known = true;
        c->name = name;
        if (method_fits(&c->rows[i], c->request->method))
            return &c->rows[i];
    }
    if (known)
        wrong_method(c, path, fixed);
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
    *c = (struct control_call){ .worlds = control->worlds, .world = worlds_default(control->worlds), .request = request, .reply = reply,
                                .rows = control_rows, .n_rows = n_control_rows, .query = target->query };
    reply->unseen = true;
    if (!may_call(c, &control->hosts))
        return;
    if (request->body_end == BODY_TOO_LARGE) {
        control_refuse(c, 413, "body-too-large", NULL, "the body is longer than %d bytes", BODY_MAX);
        return;
    }
    c->row = find_row(c, target->path);
    if (c->row && !control_choose_world(c))
        return;
    if (c->row && c->row->prepare)
        c->row->prepare(c);
    else if (c->row)
        control_read_query(c, control_no_parameters, NULL);
}

/* A reply from which something is missing for lack of memory is not sent: 503, or the connection closes. */
static void withhold_if_poor(struct control_call *c)
{
    struct reply *reply = c->reply;

    if (c->wait || (!c->arena.failed && !reply->arena.failed && !reply->body.failed))
        return;
    reply_restart(reply);
    if (!reply->arena.failed && !reply->body.failed)
        control_no_memory(c);
    if (!reply->arena.failed && !reply->body.failed)
        return;
    reply_restart(reply);
    reply->status = 0;
}

void control_answer(struct control_call *c, ns_t now)
{
    if (c->done || c->arena.failed) {
        withhold_if_poor(c);
        return;
    }
    c->now = now;
    c->row->answer(c);
    if (!c->done && !c->wait)
        buf_char(&c->reply->body, '\n');
    withhold_if_poor(c);
}

void control_call_release(struct control_call *c)
{
    if (c->wait)
        control_end_wait(c);
    control_stream_close(c->stream);
    world_drop(c->world);
    arena_release(&c->arena);
}
