#include "cli/check.h"

#include "releases/fixture.h"

#include "cli/scenario_files.h"

#include "wire/json_out.h"

/* The result for one file. */
struct checked {
    const char *name;
    struct findings errors, warnings;
};

/* The results so far, and where they are printed. */
struct checking {
    struct buf *out;
    struct json_out json;
    bool as_json;
    size_t files, bad, errors;
};

/* ---- one file --------------------------------------------------------------------------------------------- */

static void cannot_read(struct checked *checked, const struct error *why)
{
    findings_add(&checked->errors, &(struct finding){ .file = span_text(checked->name),
                                                      .place = { 1, 1 },
                                                      .key = FINDING_UNREADABLE,
                                                      .message = span_text(why->text),
                                                      .hint = SPAN("") });
}

/* True if it looks like a fixture: only their entries have a "Job". */
static bool is_fixture(const struct json_value *root)
{
    return json_get(json_first(json_get(root, "jobs")), "Job");
}

/* A fixture passes if its jobs can be loaded into a network without nodes; stops at the first that cannot. */
static enum err check_fixture(struct checked *checked, struct span text, struct error *error)
{
    struct engine_options options = { .rules = releases[0]->rules, .ids = draw_of_seed(1), .max_jobs = SIZE_MAX };
    struct json_place where = { 1, 1 };
    struct engine *engine = NULL;
    struct error why;

    enum err err = engine_new(&options, &engine, error);
    if (err != ERR_OK)
        return err;
    err = fixture_load(engine, text, CLOCK_DEFAULT_START, &where, &why);
    engine_free(engine);
    if (err == ERR_OK)
        return ERR_OK;
    findings_add(&checked->errors, &(struct finding){ .file = span_text(checked->name),
                                                      .place = where,
                                                      .key = FINDING_BAD_VALUE,
                                                      .message = span_text(why.text),
                                                      .hint = SPAN("") });
    return ERR_OK;
}

/* Before v0.3.25 `overask` has no effect. */
static void warn_of_overask(struct checked *checked, const struct json *json, const struct scenario *scenario)
{
    const struct release *dialect = scenario->dialect.n ? release_find(scenario->dialect) : releases[0];
    const struct json_value *overask = json_get(json_get(json_root(json), "scheduler"), "overask");
    char message[128];

    if (!overask || dialect->rules->overask_is_option)
        return;
    snprintf(message, sizeof message, "\"overask\" does nothing with the dialect %s", dialect->name);
    findings_add(&checked->warnings, &(struct finding){ .file = span_text(checked->name),
                                                        .place = json_key_place(json, overask),
                                                        .pointer = SPAN("/scheduler"),
                                                        .key = FINDING_NO_EFFECT,
                                                        .message = span_text(message),
                                                        .hint = SPAN("") });
}

/* `json` NULL: the text is not JSON; scenario_load reports it. ERR_NOMEM. */
static enum err check_scenario(struct checked *checked, struct span text, const struct json *json, struct error *error)
{
    struct scenario *scenario = NULL;
    enum err err = scenario_text_load(checked->name, text, &checked->errors, &scenario, error);

    if (err == ERR_OK && json)
        warn_of_overask(checked, json, scenario);
    scenario_free(scenario);
    return err == ERR_INVALID ? ERR_OK : err;
}

static enum err check_text(struct checked *checked, struct span text, struct error *error)
{
    struct json *json = NULL;
    enum err err = json_parse(text, JSON_STRICT, &json, NULL, error);

    if (err == ERR_NOMEM)
        return err;
    if (json && is_fixture(json_root(json))) {
        err = check_fixture(checked, text, error);
    } else {
        err = check_scenario(checked, text, json, error);
    }
    json_free(json);
    return err;
}

static enum err check_file(struct checked *checked, struct error *error)
{
    CLEANUP(buf_release) struct buf text = buf_init(FILE_TEXT_MAX);
    struct error why;
    enum err err = file_text_read(checked->name, &text, &why);

    if (err == ERR_OK)
        return check_text(checked, buf_view(&text), error);
    if (err == ERR_NOMEM)
        return error_set(error, err, "%s", why.text);
    cannot_read(checked, &why);
    return ERR_OK;
}

/* ---- as JSON ------------------------------------------------------------------------------------------------ */

/* Prints the text, or null if there is none. */
static void put_text_or_null(struct json_out *out, const char *key, struct span text, bool there)
{
    if (there)
        out_text(out, key, text);
    else
        out_null(out, key);
}

static void put_findings(struct json_out *out, const char *key, const struct findings *findings)
{
    out_open(out, key, '[');
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];
        out_open(out, NULL, '{');
        out_int(out, "line", (int64_t)finding->place.line);
        out_int(out, "column", (int64_t)finding->place.column);
        put_text_or_null(out, "pointer", finding->pointer, finding->pointer.p);
        out_text(out, "key", span_text(finding_key_name(finding->key)));
        out_text(out, "message", finding->message);
        put_text_or_null(out, "hint", finding->hint, finding->hint.n);
        out_close(out, '}');
    }
    out_close(out, ']');
}

static void put_json(struct checking *checking, const struct checked *checked)
{
    struct json_out *out = &checking->json;

    out_open(out, NULL, '{');
    out_text(out, "file", span_text(checked->name));
    out_bool(out, "ok", !checked->errors.n);
    put_findings(out, "errors", &checked->errors);
    if (checked->errors.dropped)
        out_int(out, "more", (int64_t)checked->errors.dropped);
    if (checked->warnings.n)
        put_findings(out, "warnings", &checked->warnings);
    out_close(out, '}');
}

/* ---- as text ------------------------------------------------------------------------------------------------ */

static void put_text(struct checking *checking, const struct checked *checked)
{
    findings_put(checking->out, &checked->errors);
    for (size_t i = 0; i < checked->warnings.n; i++) {
        const struct finding *warning = &checked->warnings.at[i];
        buf_printf(checking->out, "%s:%zu:%zu: warning: %.*s in %.*s\n", checked->name, warning->place.line,
                   warning->place.column, SPAN_ARG(warning->message), SPAN_ARG(warning->pointer));
    }
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void put_sum(const struct checking *checking)
{
    buf_printf(checking->out, "%zu file%s, %zu bad, %zu error%s\n", checking->files, plural(checking->files),
               checking->bad, checking->errors, plural(checking->errors));
}

/* ---- all files ---------------------------------------------------------------------------------------------- */

static enum err check_one(struct checking *checking, const char *name, struct error *error)
{
    struct checked checked = { .name = name };
    enum err err = check_file(&checked, error);
    size_t errors = checked.errors.n + checked.errors.dropped;

    if (err == ERR_OK && (checked.errors.failed || checked.warnings.failed))
        err = error_set(error, ERR_NOMEM, "out of memory");
    checking->files++;
    checking->bad += errors > 0;
    checking->errors += errors;
    if (checking->as_json)
        put_json(checking, &checked);
    else
        put_text(checking, &checked);
    findings_release(&checked.errors);
    findings_release(&checked.warnings);
    return err;
}

/* `{"ok":…` comes first in the output, and is known last. */
static void put_whole_json(struct printed *printed, const struct buf *files)
{
    buf_printf(&printed->out, "{\"ok\":%s,\"files\":[", printed->refused ? "false" : "true");
    buf_span(&printed->out, buf_view(files));
    buf_text(&printed->out, "]}\n");
}

enum err check_files(const struct options *options, struct printed *printed, struct error *error)
{
    CLEANUP(buf_release) struct buf files = buf_init(PRINTED_MAX);
    bool as_json = options->format == FORMAT_JSON;
    struct checking checking = { .out = as_json ? &files : &printed->out, .as_json = as_json };
    enum err err = ERR_OK;

    checking.json.buf = checking.out;
    for (size_t i = 0; i < options->n_operands && err == ERR_OK; i++)
        err = check_one(&checking, options->operands[i], error);
    printed->refused = checking.bad > 0;
    if (as_json)
        put_whole_json(printed, &files);
    else
        put_sum(&checking);
    return err == ERR_OK && files.failed ? error_set(error, ERR_NOMEM, "out of memory") : err;
}
