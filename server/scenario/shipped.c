#include "scenario/shipped.h"

#include "base/nearest.h"

struct span shipped_text(const struct shipped_file *file)
{
    return span_of((const char *)file->bytes, file->n);
}

const struct shipped_file *shipped_file(struct span path)
{
    for (const struct shipped_file *file = shipped_files; file->path; file++)
        if (span_is(path, file->path))
            return file;
    return NULL;
}

const struct shipped_file *shipped_next(const struct shipped_file *scenario)
{
    const struct shipped_file *file = scenario ? scenario + 1 : shipped_files;

    while (file->path && !file->name)
        file++;
    return file->path ? file : NULL;
}

const struct shipped_file *shipped_scenario(struct span name)
{
    const struct shipped_file *file = NULL;

    while ((file = shipped_next(file)))
        if (span_is(name, file->name))
            return file;
    return NULL;
}

void shipped_try_names(struct nearest *near)
{
    const struct shipped_file *file = NULL;

    while ((file = shipped_next(file)))
        nearest_try(near, file->name);
}

enum err shipped_read(void *context, const char *path, struct buf *text, struct error *error)
{
    static const struct span up = { "scenarios/../", 13 };
    struct span wanted = span_text(path);

    (void)context;
    if (span_starts(wanted, up))
        wanted = span_of(wanted.p + up.n, wanted.n - up.n);
    const struct shipped_file *file = shipped_file(wanted);
    if (!file)
        return error_set(error, ERR_INVALID, "no file %.200s ships with the program", path);
    buf_span(text, shipped_text(file));
    return ERR_OK;
}

struct scenario_file shipped_scenario_file(const struct shipped_file *scenario)
{
    return (struct scenario_file){ .name = scenario->path, .text = shipped_text(scenario), .read_file = shipped_read };
}

void shipped_put_row(struct json_out *out, const char *name, const struct json_value *root)
{
    out_open(out, NULL, '{');
    out_text(out, "name", span_text(name));
    out_text(out, "about", json_string(json_get(root, "about")));
    out_open(out, "references", '[');
    JSON_EACH(reference, json_get(root, "references"))
        out_text(out, NULL, json_string(reference));
    out_close(out, ']');
    out_close(out, '}');
}
