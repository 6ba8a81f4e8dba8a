#include "scenario/findings.h"

#include "base/json_cause.h"

#include <stdlib.h>

static const char *const key_names[FINDING_KEY_COUNT] = {
    [FINDING_SYNTAX] = "syntax",
    [FINDING_DUPLICATE_KEY] = "duplicate-key",
    [FINDING_UNKNOWN_KEY] = "unknown-key",
    [FINDING_MISSING_KEY] = "missing-key",
    [FINDING_EXCLUDED_KEY] = "excluded-key",
    [FINDING_WRONG_TYPE] = "wrong-type",
    [FINDING_BAD_VALUE] = "bad-value",
    [FINDING_DUPLICATE_NAME] = "duplicate-name",
    [FINDING_UNREADABLE] = "unreadable",
    [FINDING_NO_EFFECT] = "no-effect",
    [FINDING_NO_FILES] = "no-files-here",
};

const char *finding_key_name(enum finding_key key)
{
    return key_names[key];
}

/* ---- gathering ------------------------------------------------------------------------------------------ */

static bool make_room(struct findings *findings)
{
    if (findings->n < findings->room)
        return true;
    size_t room = findings->room ? findings->room * 2 : 16;
    struct finding *at = realloc(findings->at, room * sizeof *at);
    if (!at)
        return false;
    findings->at = at;
    findings->room = room;
    return true;
}

static struct span copied(struct findings *findings, struct span text)
{
    return text.p ? arena_span(&findings->arena, text) : text;
}

void findings_add_syntax(struct findings *findings, struct span file, struct span text, struct json_place place,
                         const struct error *error)
{
    const char *cause = json_cause(text, place);
    bool twice = strncmp(error->text, "key ", 4) == 0; /* its other texts have no names in them */

    findings_add(findings, &(struct finding){ .file = file,
                                              .place = place,
                                              .key = twice ? FINDING_DUPLICATE_KEY : FINDING_SYNTAX,
                                              .message = span_text(error->text),
                                              .hint = span_text(cause && !twice ? cause : "") });
}

bool findings_are_full(const struct findings *findings)
{
    return findings->n >= FINDINGS_MAX;
}

void findings_add(struct findings *findings, const struct finding *finding)
{
    if (findings_are_full(findings)) {
        findings->dropped++;
        return;
    }
    if (!make_room(findings)) {
        findings->failed = true;
        return;
    }
    struct finding *mine = &findings->at[findings->n++];
    *mine = *finding;
    mine->file = copied(findings, finding->file);
    mine->pointer = copied(findings, finding->pointer);
    mine->message = copied(findings, finding->message);
    mine->hint = copied(findings, finding->hint);
    findings->failed = findings->failed || findings->arena.failed;
}

static bool comes_before(const struct finding *a, const struct finding *b)
{
    return a->place.line != b->place.line ? a->place.line < b->place.line : a->place.column < b->place.column;
}

/* They are few and nearly sorted: an insertion sort, which is stable. */
void findings_sort(struct findings *findings, size_t from)
{
    for (size_t i = from + 1; i < findings->n; i++) {
        struct finding moved = findings->at[i];
        size_t to = i;

        for (; to > from && comes_before(&moved, &findings->at[to - 1]); to--)
            findings->at[to] = findings->at[to - 1];
        findings->at[to] = moved;
    }
}

void findings_release(struct findings *findings)
{
    if (!findings)
        return;
    free(findings->at);
    arena_release(&findings->arena);
    *findings = (struct findings){ 0 };
}

/* ---- wording -------------------------------------------------------------------------------------------- */

/* File names and texts of a file may hold anything; a line holds no control character. */
static void put_clean(struct buf *out, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        buf_char(out, c < 0x20 || c == 0x7f ? '?' : text.p[i]);
    }
}

static void put_finding(struct buf *out, const struct finding *finding)
{
    put_clean(out, finding->file);
    buf_printf(out, ":%zu:%zu: ", finding->place.line, finding->place.column);
    put_clean(out, finding->message);
    if (finding->pointer.p) {
        buf_text(out, " in ");
        put_clean(out, finding->pointer.n ? finding->pointer : SPAN("/"));
    }
    if (finding->hint.n) {
        buf_text(out, " (");
        put_clean(out, finding->hint);
        buf_char(out, ')');
    }
    buf_char(out, '\n');
}

void findings_put(struct buf *out, const struct findings *findings)
{
    for (size_t i = 0; i < findings->n; i++)
        put_finding(out, &findings->at[i]);
    if (findings->dropped)
        buf_printf(out, "%zu more errors are not shown\n", findings->dropped);
}
