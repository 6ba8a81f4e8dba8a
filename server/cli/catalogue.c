#include "cli/catalogue.h"

#include "control/openapi.h"
#include "control/table.h"
#include "scenario/shipped.h"

#include "wire/json_out.h"
#include "base/nearest.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_MIN = 60 };

/* The first bytes of a shipped file's line with its name. */
#define NAME_LINE "\n  \"name\": "
#define FIXTURES_KEY "\"fixtures\": "

/* ---- scenarios ------------------------------------------------------------------------------------------------ */

struct listing {
    struct buf *out;
    struct json_out json;
    const struct options *options;
    size_t width;   /* of the longest name */
    size_t columns; /* of the terminal; 0: there is none */
};

typedef void put_entry(struct listing *listing, const char *name, const struct json_value *root);

/* Characters, not bytes. */
static size_t width_of(struct span text)
{
    size_t width = 0;

    for (size_t i = 0; i < text.n; i++)
        width += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return width;
}

/* Breaks the text between words at the terminal's width. `at`: the column where it begins, also of further lines. */
static void put_wrapped(struct buf *out, struct span text, size_t at, size_t columns)
{
    size_t column = at;

    while (text.n) {
        const char *blank = memchr(text.p, ' ', text.n);
        struct span word = span_of(text.p, blank ? (size_t)(blank - text.p) : text.n);
        size_t width = width_of(word);
        if (column > at && column + 1 + width > columns) {
            buf_printf(out, "\n%*s", (int)at, "");
            column = at;
        } else if (column > at) {
            buf_char(out, ' ');
            column++;
        }
        buf_span(out, word);
        column += width;
        text = span_of(text.p + word.n + (blank != NULL), text.n - word.n - (blank != NULL));
    }
    buf_char(out, '\n');
}

static void put_text(struct listing *listing, const char *name, const struct json_value *root)
{
    struct span about = json_string(json_get(root, "about"));

    if (listing->columns) {
        buf_printf(listing->out, "%-*s  ", (int)listing->width, name);
        put_wrapped(listing->out, about, listing->width + 2, listing->columns);
        return;
    }
    buf_printf(listing->out, "%-*s  %.*s\n", (int)listing->width, name, SPAN_ARG(about));
    JSON_EACH(reference, json_get(root, "references"))
        buf_printf(listing->out, "%-*s  %.*s\n", (int)listing->width, "", SPAN_ARG(json_string(reference)));
}

static void put_json(struct listing *listing, const char *name, const struct json_value *root)
{
    shipped_put_row(&listing->json, name, root);
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

/* `text` is NUL-terminated. */
static bool has_word(struct span text, const char *word)
{
    return text.p && strcasestr(text.p, word);
}

static bool is_about(const char *name, const struct json_value *root, const char *word)
{
    bool found = strcasestr(name, word) || has_word(json_string(json_get(root, "about")), word);

    JSON_EACH(reference, json_get(root, "references"))
        found = found || has_word(json_string(reference), word);
    return found;
}

static bool is_wanted(const struct options *options, const char *name, const struct json_value *root)
{
    for (size_t i = 0; i < options->n_operands; i++)
        if (!is_about(name, root, options->operands[i]))
            return false;
    return true;
}

/* A scenario that cannot be read (tests rule that out) is listed by its name alone. */
static enum err put_all(struct listing *listing, put_entry *put, struct error *error)
{
    const struct shipped_file *file = NULL;

    while ((file = shipped_next(file))) {
        struct json *json = NULL;
        if (json_parse(shipped_text(file), JSON_STRICT, &json, NULL, error) == ERR_NOMEM)
            return ERR_NOMEM;
        if (is_wanted(listing->options, file->name, json_root(json)))
            put(listing, file->name, json_root(json));
        json_free(json);
    }
    return ERR_OK;
}

/* 0: standard output is no terminal, or one too narrow. */
static size_t terminal_columns(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < COLUMNS_MIN)
        return 0;
    return size.ws_col;
}

static enum err no_scenario(const char *name, struct error *error)
{
    struct nearest near = nearest_to(name);

    shipped_try_names(&near);
    if (near.best)
        return error_set(error, ERR_INVALID, "no scenario \"%.200s\" ships with the program (did you mean \"%s\"?)" TRY_HELP,
                         name, near.best);
    return error_set(error, ERR_INVALID, "no scenario \"%.200s\" ships with the program" TRY_HELP, name);
}

/* Without the name, which must be the file's own. */
static enum err print_scenario(const char *name, struct printed *printed, struct error *error)
{
    const struct shipped_file *file = shipped_scenario(span_text(name));

    if (!file)
        return no_scenario(name, error);
    struct span text = shipped_text(file);
    if (memmem(text.p, text.n, FIXTURES_KEY, sizeof FIXTURES_KEY - 1))
        buf_printf(&printed->notes, "mock-requester: %s reads files beside it, which a copy elsewhere does not find\n", name);
    const char *line = memmem(text.p, text.n, NAME_LINE, sizeof NAME_LINE - 1);
    const char *end = line ? memchr(line + 1, '\n', text.n - (size_t)(line + 1 - text.p)) : NULL;
    buf_span(&printed->out, end ? span_of(text.p, (size_t)(line - text.p)) : text);
    if (end)
        buf_span(&printed->out, span_of(end, text.n - (size_t)(end - text.p)));
    return ERR_OK;
}

enum err list_scenarios(const struct options *options, struct printed *printed, struct error *error)
{
    struct listing listing = { .out = &printed->out, .json = { .buf = &printed->out }, .options = options,
                               .width = longest_name(), .columns = terminal_columns() };

    if (options->print)
        return print_scenario(options->print, printed, error);

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
    const char *path; /* NULL: made by openapi_put */
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
        return error_set(error, ERR_INVALID, "schema wants scenario, fixture or control, not \"%.200s\"" TRY_HELP, name);
    return error_set(error, ERR_INVALID, "schema wants scenario, fixture or control, not \"%.200s\" (did you mean \"%s\"?)" TRY_HELP,
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
    if (!schemas[i].path) {
        openapi_put(&printed->out, control_rows, n_control_rows);
        return ERR_OK;
    }
    const struct shipped_file *file = shipped_file(span_text(schemas[i].path));
    MUST(file);
    buf_span(&printed->out, shipped_text(file));
    return ERR_OK;
}
