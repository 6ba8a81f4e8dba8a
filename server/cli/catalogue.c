#include "cli/catalogue.h"

#include "scenario/shipped.h"

#include "wire/json_out.h"
#include "base/nearest.h"

/* ---- scenarios ------------------------------------------------------------------------------------------------ */

struct listing {
    struct buf *out;
    struct json_out json;
    size_t width; /* of the longest name */
};

typedef void put_entry(struct listing *listing, const char *name, const struct json_value *root);

static void put_text(struct listing *listing, const char *name, const struct json_value *root)
{
    struct span about = json_string(json_get(root, "about"));

    buf_printf(listing->out, "%-*s  %.*s\n", (int)listing->width, name, SPAN_ARG(about));
    JSON_EACH(reference, json_get(root, "references"))
        buf_printf(listing->out, "%-*s  %.*s\n", (int)listing->width, "", SPAN_ARG(json_string(reference)));
}

static void put_json(struct listing *listing, const char *name, const struct json_value *root)
{
    struct json_out *out = &listing->json;

    out_open(out, NULL, '{');
    out_text(out, "name", span_text(name));
    out_text(out, "about", json_string(json_get(root, "about")));
    out_open(out, "references", '[');
    JSON_EACH(reference, json_get(root, "references"))
        out_text(out, NULL, json_string(reference));
    out_close(out, ']');
    out_close(out, '}');
}

static size_t longest_name(void)
{
    const struct shipped_file *file = NULL;
    size_t longest = 0;

    while ((file = shipped_next(file)))
        if (strlen(file->name) > longest)
            longest = strlen(file->name);
    return longest;
}

/* One that cannot be read, which tests rule out, is listed by its name alone. */
static enum err put_all(struct listing *listing, put_entry *put, struct error *error)
{
    const struct shipped_file *file = NULL;

    while ((file = shipped_next(file))) {
        struct json *json = NULL;
        if (json_parse(shipped_text(file), JSON_STRICT, &json, NULL, error) == ERR_NOMEM)
            return ERR_NOMEM;
        put(listing, file->name, json ? json_root(json) : NULL);
        json_free(json);
    }
    return ERR_OK;
}

enum err list_scenarios(const struct options *options, struct printed *printed, struct error *error)
{
    struct listing listing = { .out = &printed->out, .json = { .buf = &printed->out }, .width = longest_name() };

    if (options->format == FORMAT_TEXT)
        return put_all(&listing, put_text, error);
    out_open(&listing.json, NULL, '[');
    enum err err = put_all(&listing, put_json, error);
    out_close(&listing.json, ']');
    buf_char(&printed->out, '\n');
    return err;
}

/* ---- schemas -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *path; /* NULL: not there yet */
} schemas[] = {
    { "scenario", "scenarios/scenario.schema.json" },
    { "fixture", "scenarios/fixture.schema.json" },
    { "control", NULL },
};

enum { SCHEMAS = sizeof schemas / sizeof *schemas };

static enum err no_schema(const char *name, struct error *error)
{
    struct nearest near = nearest_to(name);

    for (size_t i = 0; i < SCHEMAS; i++)
        nearest_try(&near, schemas[i].name);
    if (!near.best)
        return error_set(error, ERR_INVALID, "schema wants scenario or fixture, not \"%.200s\"" TRY_HELP, name);
    return error_set(error, ERR_INVALID, "schema wants scenario or fixture, not \"%.200s\" (did you mean \"%s\"?)" TRY_HELP,
                     name, near.best);
}

enum err print_schema(const struct options *options, struct printed *printed, struct error *error)
{
    const char *name = options->operands[0];
    size_t i = 0;

    while (i < SCHEMAS && strcmp(schemas[i].name, name) != 0)
        i++;
    if (i == SCHEMAS)
        return no_schema(name, error);
    if (!schemas[i].path)
        return error_set(error, ERR_INVALID, "schema %s is not supported yet" TRY_HELP, name);
    const struct shipped_file *file = shipped_file(span_text(schemas[i].path));
    MUST(file);
    buf_span(&printed->out, shipped_text(file));
    return ERR_OK;
}
