#include "control/handlers.h"

#include "control/openapi.h"
#include "control/page.h"

static void put_parameters(struct json_out *out, const struct control_parameter *parameters)
{
    out_open(out, "parameters", '[');
    for (const struct control_parameter *p = parameters; p && p->name; p++) {
        out_open(out, NULL, '{');
        out_text(out, "name", span_text(p->name));
        out_text(out, "wants", span_text(p->wants));
        out_close(out, '}');
    }
    out_close(out, ']');
}

static void put_call(struct json_out *out, const struct control_row *row)
{
    out_open(out, NULL, '{');
    out_text(out, "method", span_text(row->method));
    out_text(out, "path", span_text(row->path));
    out_text(out, "summary", span_text(row->summary));
    put_parameters(out, row->parameters);
    out_text_or_null(out, "body", span_text(row->form));
    out_close(out, '}');
}

void prepare_index(struct control_call *c)
{
    if (!control_read_query(c, control_no_parameters, NULL))
        return;
    if (page_is_wanted(c->request)) {
        page_answer(c);
        return;
    }
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "calls", '[');
    for (size_t i = 0; i < c->n_rows; i++)
        put_call(&out, &c->rows[i]);
    out_close(&out, ']');
    put_parameters(&out, control_common_parameters);
    out_close(&out, '}');
    control_finish(c);
}

void prepare_openapi(struct control_call *c)
{
    if (!control_read_query(c, control_no_parameters, NULL))
        return;
    struct json_out out = control_begin(c);
    openapi_put(out.buf, c->rows, c->n_rows);
    c->done = true;
}
