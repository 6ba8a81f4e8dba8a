#include "control/handlers.h"

#include "scenario/shipped.h"

/* False: out of memory. */
static bool put_scenario(struct json_out *out, const struct shipped_file *file)
{
    struct json *json = NULL;

    if (json_parse(shipped_text(file), JSON_STRICT, &json, NULL, NULL) == ERR_NOMEM)
        return false;
    shipped_put_row(out, file->name, json_root(json));
    json_free(json);
    return true;
}

void prepare_scenarios(struct control_call *c)
{
    const struct shipped_file *file = NULL;
    bool good = true;

    if (!control_read_query(c, control_no_parameters, NULL))
        return;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "scenarios", '[');
    while (good && (file = shipped_next(file)))
        good = put_scenario(&out, file);
    out_close(&out, ']');
    out_close(&out, '}');
    buf_char(out.buf, '\n');
    c->done = true;
    if (!good)
        control_refuse(c, 503, "no-memory", NULL, "out of memory");
}
