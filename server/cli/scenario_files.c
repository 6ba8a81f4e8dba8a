#include "cli/scenario_files.h"

#include "base/file.h"
#include "scenario/shipped.h"

#include <errno.h>
#include <stdlib.h>

enum { PIECE = 64 * 1024 };

/* The files while they are read. */
struct batch {
    struct scenario_file files[OPERANDS_MAX];
    struct buf texts[OPERANDS_MAX];
    size_t n;
    char *names; /* a copy of what the environment says, taken apart; or NULL */
    struct watch *watch; /* NULL: files are not watched for changes */
};

/* ---- names ------------------------------------------------------------------------------------------------ */

static enum err add_name(struct batch *batch, const char *name, struct error *error)
{
    if (batch->n == OPERANDS_MAX)
        return error_set(error, ERR_INVALID, "more than %d scenarios", OPERANDS_MAX);
    batch->files[batch->n].name = name;
    batch->texts[batch->n++] = buf_init(FILE_TEXT_MAX);
    return ERR_OK;
}

/* Between two colons there may be nothing. */
static enum err add_from_text(struct batch *batch, const char *text, struct error *error)
{
    enum err err = ERR_OK;
    char *rest = batch->names = strdup(text);

    if (!rest)
        return error_set(error, ERR_NOMEM, "out of memory");
    for (char *name; err == ERR_OK && (name = strsep(&rest, ":"));)
        if (*name)
            err = add_name(batch, name, error);
    return err;
}

static enum err add_names(struct batch *batch, const struct options *options, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < options->n_operands && err == ERR_OK; i++)
        err = add_name(batch, options->operands[i], error);
    if (err == ERR_OK && options->operands_text)
        err = add_from_text(batch, options->operands_text, error);
    return err;
}

/* ---- their bytes -------------------------------------------------------------------------------------------- */

/* A little more than JSON_TEXT_MAX is enough to see that it is too much. */
static bool read_stream(FILE *file, struct buf *text)
{
    size_t n = 1;

    while (n && text->n <= JSON_TEXT_MAX) {
        char *room = buf_reserve(text, PIECE);
        n = room ? fread(room, 1, PIECE, file) : 0;
        text->n += n;
    }
    return !ferror(file);
}

enum err file_text_read(const char *name, struct buf *text, struct error *error)
{
    struct error why_not;
    FILE *file = file_open(name, true, &why_not);

    if (!file)
        return error_set(error, why_not.code, "%s", why_not.text);
    bool good = read_stream(file, text);
    int why = errno;
    fclose(file);
    if (!good)
        return error_set(error, ERR_INVALID, "%s", strerror(why));
    return text->failed ? error_set(error, ERR_NOMEM, "out of memory") : ERR_OK;
}

static bool means_a_file(const char *name)
{
    static const char json[] = ".json";
    size_t n = strlen(name), end = sizeof json - 1;

    return strchr(name, '/') || (n >= end && strcmp(name + n - end, json) == 0);
}

#define NO_SUCH "no scenario \"%.200s\" ships with the program, and there is no such file"

static enum err no_such(const char *name, struct error *error)
{
    const char *command = options_nearest_command(name);
    struct nearest near = nearest_to(name);

    shipped_try_names(&near);
    if (near.best)
        return error_set(error, ERR_INVALID, NO_SUCH " (did you mean \"%s\"?)" TRY_HELP, name, near.best);
    if (command)
        return error_set(error, ERR_INVALID, NO_SUCH " (did you mean the command \"%s\"?)" TRY_HELP, name, command);
    return error_set(error, ERR_INVALID, NO_SUCH TRY_HELP, name);
}

static enum err cannot_read(enum err err, const char *name, const struct error *why, struct error *error)
{
    return error_set(error, err == ERR_NOMEM ? err : ERR_INVALID, "cannot read %.500s: %.400s", name, why->text);
}

static enum err read_named_file(struct scenario_file *file, struct buf *text, struct error *error)
{
    struct error why;
    enum err err = file_text_read(file->name, text, &why);

    file->text = buf_view(text);
    if (err == ERR_NOT_FOUND && !means_a_file(file->name))
        return no_such(file->name, error);
    return err == ERR_OK ? ERR_OK : cannot_read(err, file->name, &why, error);
}

/* As read_file_fn of scenario/reading.h; `context`: a struct watch, or NULL. */
static enum err read_for_file(void *context, const char *path, struct buf *text, struct error *error)
{
    struct error why;

    watch_add(context, path);
    enum err err = file_text_read(path, text, &why);
    return err == ERR_OK ? ERR_OK : cannot_read(err, path, &why, error);
}

static enum err read_files(struct batch *batch, struct error *error)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < batch->n && err == ERR_OK; i++) {
        struct scenario_file *file = &batch->files[i];
        const struct shipped_file *shipped = means_a_file(file->name) ? NULL : shipped_scenario(span_text(file->name));
        if (shipped) {
            *file = shipped_scenario_file(shipped);
            continue;
        }
        file->read_file = read_for_file;
        file->read_context = batch->watch;
        watch_add(batch->watch, file->name);
        err = read_named_file(file, &batch->texts[i], error);
    }
    return err;
}

/* ---- loading -------------------------------------------------------------------------------------------------- */

enum err scenario_text_load(const char *name, struct span text, struct findings *findings, struct scenario **scenario,
                            struct error *error)
{
    struct scenario_file file = { .name = name, .text = text, .read_file = read_for_file };

    return scenario_load(&file, 1, findings, scenario, error);
}

static void batch_free(struct batch *batch)
{
    for (size_t i = 0; i < batch->n; i++)
        buf_release(&batch->texts[i]);
    free(batch->names);
    free(batch);
}

static enum err read_fixture(const char *name, struct buf *text, struct program_source *source, struct watch *watch,
                             struct error *error)
{
    struct error why;

    if (name)
        watch_add(watch, name);
    enum err err = name ? file_text_read(name, text, &why) : ERR_OK;

    source->fixture = (struct fixture_text){ span_text(name), buf_view(text) };
    return err == ERR_OK ? ERR_OK : cannot_read(err, name, &why, error);
}

enum err scenario_files_load(const struct options *options, struct program_source *source, struct watch *watch,
                             struct findings *findings, struct program **program, struct error *error)
{
    CLEANUP(buf_release) struct buf fixture = buf_init(FIXTURE_TEXT_MAX);
    struct batch *batch = calloc(1, sizeof *batch);

    if (!batch)
        return error_set(error, ERR_NOMEM, "out of memory");
    batch->watch = watch;
    enum err err = add_names(batch, options, error);
    if (err == ERR_OK)
        err = read_files(batch, error);
    if (err == ERR_OK)
        err = read_fixture(options->fixtures, &fixture, source, watch, error);
    source->files = batch->files;
    source->n_files = batch->n;
    if (err == ERR_OK)
        err = program_new(source, findings, program, error);
    batch_free(batch);
    return err;
}
