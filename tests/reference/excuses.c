#include "reference/excuses.h"

#include "reference/recording.h"

static const struct span dash = { " \xe2\x80\x94 ", 5 };

/* The last dash: what is excused may hold one. */
static const char *last_dash(struct span line)
{
    const char *last = NULL;

    for (size_t at = 0; at + dash.n <= line.n; at++)
        if (memcmp(line.p + at, dash.p, dash.n) == 0)
            last = line.p + at;
    return last;
}

static enum err add_line(struct excuses *excuses, const char *file, struct span line, struct error *error)
{
    const char *end = last_dash(line);

    if (line.n == 0 || line.p[0] == '#')
        return ERR_OK;
    if (!end || end + dash.n == line.p + line.n || excuses->n == EXCUSES_MAX)
        return error_set(error, ERR_INVALID, "%s: no reason in: %.*s", file, SPAN_ARG(line));
    struct span what = span_of(line.p, (size_t)(end - line.p));
    excuses->at[excuses->n++] =
        (struct excuse){.what = what, .reason = span_of(end + dash.n, line.n - what.n - dash.n)};
    return ERR_OK;
}

enum err excuses_load(const char *file, struct excuses *excuses, struct error *error)
{
    struct span path = arena_printf(&excuses->arena, TESTS_DIR "/reference/%s", file), text;

    excuses->at = arena_alloc(&excuses->arena, EXCUSES_MAX * sizeof *excuses->at);
    MUST(excuses->at);
    enum err err = file_read(path.p, &excuses->arena, &text, error);
    while (err == ERR_OK && text.n) {
        const char *lf = memchr(text.p, '\n', text.n);
        size_t n = lf ? (size_t)(lf - text.p) : text.n;
        err = add_line(excuses, file, span_trim(span_of(text.p, n)), error);
        text = lf ? span_of(lf + 1, text.n - n - 1) : span_of(text.p, 0);
    }
    return err;
}

void excuses_release(struct excuses *excuses)
{
    arena_release(&excuses->arena);
}

bool excuses_use(struct excuses *excuses, struct span what)
{
    for (size_t i = 0; i < excuses->n; i++) {
        if (span_eq(excuses->at[i].what, what)) {
            excuses->at[i].used = true;
            return true;
        }
    }
    return false;
}

size_t excuses_put_stale(const struct excuses *excuses, const char *prefix, struct buf *out)
{
    size_t stale = 0;

    for (size_t i = 0; i < excuses->n; i++) {
        if (excuses->at[i].used || !span_starts(excuses->at[i].what, span_text(prefix)))
            continue;
        buf_printf(out, "  excused, but it agrees: %.*s\n", SPAN_ARG(excuses->at[i].what));
        stale++;
    }
    return stale;
}
