#include "control/openapi.h"

#include "base/ascii.h"
#include "control/shapes.h"

#include <stdio.h>

/* ---- parameters and bodies --------------------------------------------------------------------------------- */

static void put_schema(struct json_out *out, const char *shape)
{
    shapes_put(out_value(out, "schema"), span_text(shape ? shape : "string"));
}

static void put_path_parameter(struct json_out *out, const char *path)
{
    const char *hole = strchr(path, '{');

    if (!hole)
        return;
    out_open(out, NULL, '{');
    out_text(out, "name", span_of(hole + 1, strlen(hole) - 2));
    out_text(out, "in", SPAN("path"));
    out_bool(out, "required", true);
    put_schema(out, "string");
    out_close(out, '}');
}

static void put_query(struct json_out *out, const struct control_parameter *parameters)
{
    for (const struct control_parameter *p = parameters; p && p->name; p++) {
        out_open(out, NULL, '{');
        out_text(out, "name", span_text(p->name));
        out_text(out, "in", SPAN("query"));
        out_text(out, "description", span_text(p->wants));
        put_schema(out, p->shape);
        out_close(out, '}');
    }
}

static void put_parameters(struct json_out *out, const struct control_row *row)
{
    out_open(out, "parameters", '[');
    put_path_parameter(out, row->path);
    put_query(out, row->parameters);
    put_query(out, control_common_parameters);
    out_close(out, ']');
}

static void put_content(struct json_out *out, const char *type, const char *shape)
{
    out_open(out, "content", '{');
    out_open(out, type ? type : "application/json", '{');
    put_schema(out, shape);
    out_close(out, '}');
    out_close(out, '}');
}

static void put_body(struct json_out *out, const struct control_row *row)
{
    if (!row->body)
        return;
    out_open(out, "requestBody", '{');
    out_bool(out, "required", !row->body_may_lack);
    put_content(out, NULL, row->body);
    out_close(out, '}');
}

/* ---- answers ----------------------------------------------------------------------------------------------- */

enum needs { ANY_CALL, WITH_BODY };

/* What every call may answer. The keys of findings in bodies come on top, with the 400. */
static const struct {
    struct control_refusal refusal;
    enum needs needs;
} common[] = {
    { { 400, "unknown-parameter" }, ANY_CALL }, { { 400, "bad-parameter" }, ANY_CALL }, { { 400, "bad-json" }, WITH_BODY },
    { { 403, "foreign-host" }, ANY_CALL },      { { 403, "foreign-origin" }, ANY_CALL }, { { 404, "unknown-session" }, ANY_CALL },
    { { 413, "body-too-large" }, ANY_CALL },
    { { 503, "no-memory" }, ANY_CALL },
};

enum { COMMON = sizeof common / sizeof *common, REFUSALS_MAX = 32, STATUS_FIRST = 400, STATUS_LAST = 599, STATUS_SIZE = 12 /* any int */ };

struct refusals {
    struct control_refusal at[REFUSALS_MAX];
    size_t n;
};

static struct refusals refusals_of(const struct control_row *row)
{
    struct refusals refusals = { .n = 0 };

    for (size_t i = 0; i < COMMON; i++)
        if (common[i].needs == ANY_CALL || row->body)
            refusals.at[refusals.n++] = common[i].refusal;
    for (const struct control_refusal *r = row->refusals; r && r->status; r++) {
        MUST(refusals.n < REFUSALS_MAX);
        refusals.at[refusals.n++] = *r;
    }
    return refusals;
}

static void put_refusal(struct json_out *out, int status, const struct refusals *refusals)
{
    CLEANUP(buf_release) struct buf keys = buf_init(ERROR_TEXT_MAX);
    char name[STATUS_SIZE];

    for (size_t i = 0; i < refusals->n; i++)
        if (refusals->at[i].status == status)
            buf_printf(&keys, "%s%s", keys.n ? ", " : "", refusals->at[i].key);
    out->buf->failed |= keys.failed;
    if (!keys.n)
        return;
    snprintf(name, sizeof name, "%d", status);
    out_open(out, name, '{');
    out_text(out, "description", buf_view(&keys));
    put_content(out, NULL, "error");
    out_close(out, '}');
}

static void put_answers(struct json_out *out, const struct control_row *row)
{
    struct refusals refusals = refusals_of(row);
    char name[STATUS_SIZE];

    snprintf(name, sizeof name, "%d", row->status ? row->status : 200);
    out_open(out, "responses", '{');
    out_open(out, name, '{');
    out_text(out, "description", span_text(row->summary));
    put_content(out, row->type, row->shape);
    out_close(out, '}');
    for (int status = STATUS_FIRST; status <= STATUS_LAST; status++)
        put_refusal(out, status, &refusals);
    out_close(out, '}');
}

/* ---- the document ------------------------------------------------------------------------------------------ */

static void put_operation(struct json_out *out, const struct control_row *row)
{
    char method[8];
    size_t n = 0;

    for (; row->method[n] && n + 1 < sizeof method; n++)
        method[n] = ascii_lower(row->method[n]);
    method[n] = '\0';
    out_open(out, method, '{');
    out_text(out, "summary", span_text(row->summary));
    put_parameters(out, row);
    put_body(out, row);
    put_answers(out, row);
    out_close(out, '}');
}

static bool came_before(const struct control_row *rows, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(rows[j].path, rows[i].path) == 0)
            return true;
    return false;
}

static void put_paths(struct json_out *out, const struct control_row *rows, size_t n)
{
    out_open(out, "paths", '{');
    for (size_t i = 0; i < n; i++) {
        if (came_before(rows, i))
            continue;
        out_open(out, rows[i].path, '{');
        for (size_t j = i; j < n; j++)
            if (strcmp(rows[j].path, rows[i].path) == 0)
                put_operation(out, &rows[j]);
        out_close(out, '}');
    }
    out_close(out, '}');
}

void openapi_put(struct buf *text, const struct control_row *rows, size_t n)
{
    struct json_out out = { .buf = text };

    out_open(&out, NULL, '{');
    out_text(&out, "openapi", SPAN("3.0.3"));
    out_open(&out, "info", '{');
    out_text(&out, "title", SPAN("The control API of mock-requester"));
    out_text(&out, "version", span_text(MOCK_VERSION));
    out_close(&out, '}');
    put_paths(&out, rows, n);
    out_open(&out, "components", '{');
    shapes_put_all(out_value(&out, "schemas"));
    out_close(&out, '}');
    out_close(&out, '}');
    buf_char(text, '\n');
}
