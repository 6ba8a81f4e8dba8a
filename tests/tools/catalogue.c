/* Prints the page of the catalogue, as the scenario files are now.
 *
 *   catalogue FOLDER           the .json files and README.md of FOLDER → the page, on standard output
 *
 * Of the page that is there it keeps the words above the table, and in each row what a client sees: the
 * files do not say that. All else comes from the files. It ends with 1, and says why on standard error,
 * when a file is no scenario or nobody has written yet what its clients see. */
#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE_MAX = 1 << 20, NAME_MAX_LENGTH = 4096, CELL_OF_SIGHT = 3 };

static const struct span heading = { "| scenario |", 12 };
static const char rule[] = "| scenario | what happens | what a client sees | reported in |\n|---|---|---|---|\n";

/* ---- the page that is there ------------------------------------------------------------------------------ */

/* The next line of `rest`, without its end; false when there is none. */
static bool next_line(struct span *rest, struct span *line)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

    if (!rest->n)
        return false;
    *line = span_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);
    *rest = span_of(rest->p + line->n + (end ? 1 : 0), rest->n - line->n - (end ? 1 : 0));
    return true;
}

/* What stands above the table. */
static struct span preface(struct span page)
{
    struct span rest = page, line;

    while (next_line(&rest, &line))
        if (span_starts(line, heading))
            return span_of(page.p, (size_t)(line.p - page.p));
    return page;
}

/* Cell number `wanted`, from 1, of a table's row. */
static struct span cell(struct span row, int wanted)
{
    size_t start = 0;
    int bars = 0;

    for (size_t i = 0; i < row.n; i++) {
        if (row.p[i] != '|' || (i > 0 && row.p[i - 1] == '\\'))
            continue;
        if (bars++ == wanted)
            return span_trim(span_of(row.p + start, i - start));
        start = i + 1;
    }
    return SPAN("");
}

/* What the page says that clients of the scenario see; empty: nothing. */
static struct span sight_of(struct span page, struct span name)
{
    CLEANUP(buf_release) struct buf start = buf_init(NAME_MAX_LENGTH);
    struct span line;

    buf_printf(&start, "| [%.*s](", SPAN_ARG(name));
    while (next_line(&page, &line))
        if (span_starts(line, buf_view(&start)))
            return cell(line, CELL_OF_SIGHT);
    return SPAN("");
}

/* ---- rows ------------------------------------------------------------------------------------------------ */

static void put_text(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|')
            buf_char(out, '\\');
        buf_char(out, text.p[i]);
    }
}

/* The part of `text` behind its last slash, which is cut off. */
static struct span last_part(struct span *text)
{
    const char *slash = text->n ? memrchr(text->p, '/', text->n) : NULL;
    struct span part = slash ? span_of(slash + 1, text->n - (size_t)(slash + 1 - text->p)) : *text;

    *text = span_of(text->p, slash ? (size_t)(slash - text->p) : 0);
    return part;
}

/* `https://github.com/owner/repo/issues/7` as `[repo#7](…)`. */
static void put_reference(struct buf *out, struct span url)
{
    struct span rest = url, number = last_part(&rest);

    last_part(&rest);
    struct span repository = last_part(&rest);
    buf_printf(out, "[%.*s#%.*s](%.*s)", SPAN_ARG(repository), SPAN_ARG(number), SPAN_ARG(url));
}

static bool complain(const char *file, const char *what)
{
    fprintf(stderr, "%s: %s\n", file, what);
    return false;
}

static bool put_row(struct buf *out, const char *file, const struct json_value *scenario, struct span page)
{
    struct span name = json_string(json_get(scenario, "name")), about = json_string(json_get(scenario, "about"));
    struct span sight = sight_of(page, name);
    bool first = true;

    if (!name.n || !about.n)
        return complain(file, "\"name\" and \"about\" are wanted");
    buf_printf(out, "| [%.*s](%s) | ", SPAN_ARG(name), file);
    put_text(out, about);
    buf_printf(out, " | %.*s | ", SPAN_ARG(sight));
    JSON_EACH(url, json_get(scenario, "references")) {
        buf_text(out, first ? "" : " ");
        put_reference(out, json_string(url));
        first = false;
    }
    buf_text(out, first ? "|\n" : " |\n");
    return sight.n ? true : complain(file, "its row does not tell what a client sees");
}

static struct buf read_in(const char *folder, const char *file)
{
    CLEANUP(buf_release) struct buf path = buf_init(NAME_MAX_LENGTH);

    buf_printf(&path, "%s/%s", folder, file);
    MUST(!path.failed);
    return file_read(path.p);
}

static bool put_file(struct buf *out, const char *folder, const char *file, struct span page)
{
    CLEANUP(buf_release) struct buf text = read_in(folder, file);
    struct json *json = NULL;
    struct json_place place;
    struct error error;

    if (json_parse(buf_view(&text), JSON_STRICT, &json, &place, &error) != ERR_OK)
        return complain(file, error.text);
    bool good = put_row(out, file, json_root(json), page);
    json_free(json);
    return good;
}

static bool is_schema(const char *file)
{
    return strstr(file, ".schema.") != NULL;
}

static bool put_page(struct buf *out, const char *folder)
{
    CLEANUP(buf_release) struct buf page = read_in(folder, "README.md");
    CLEANUP(folder_free) struct folder files = folder_list(folder, ".json");
    bool good = true;

    buf_span(out, preface(buf_view(&page)));
    buf_text(out, rule);
    for (size_t i = 0; i < files.n; i++)
        if (!is_schema(files.names[i]))
            good &= put_file(out, folder, files.names[i], buf_view(&page));
    MUST(!out->failed);
    return good;
}

int main(int argc, char **argv)
{
    CLEANUP(buf_release) struct buf out = buf_init(PAGE_MAX);

    if (argc != 2) {
        fprintf(stderr, "catalogue FOLDER\n");
        return 2;
    }
    bool good = put_page(&out, argv[1]);
    fwrite(out.p, 1, out.n, stdout);
    return good ? 0 : 1;
}
