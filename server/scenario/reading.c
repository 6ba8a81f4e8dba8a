#include "scenario/reading.h"

#include "base/quote.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    SHOWN_MAX = 64,           /* bytes of a text that a message quotes */
    POINTER_MAX = 16 * 1024,
};

/* ---- the path ------------------------------------------------------------------------------------------ */

static void enter(struct reading *r, struct reading_step step)
{
    MUST(r->depth < READING_DEPTH_MAX);
    r->path[r->depth++] = step;
}

void reading_enter_key(struct reading *r, struct span key)
{
    enter(r, (struct reading_step){ .key = key });
}

void reading_enter_index(struct reading *r, size_t index)
{
    enter(r, (struct reading_step){ .index = index });
}

void reading_leave(struct reading *r)
{
    MUST(r->depth > 0);
    r->depth--;
}

static void put_token(struct buf *out, struct span key)
{
    struct span token = utf8_cut(key, SHOWN_MAX);

    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == '~' || token.p[i] == '/')
            buf_text(out, token.p[i] == '~' ? "~0" : "~1");
        else
            buf_char(out, token.p[i]);
    }
    if (token.n < key.n)
        buf_text(out, "…");
}

static void put_pointer(struct buf *out, const struct reading *r)
{
    for (size_t i = 0; i < r->depth; i++) {
        buf_char(out, '/');
        if (r->path[i].key.p)
            put_token(out, r->path[i].key);
        else
            buf_printf(out, "%zu", r->path[i].index);
    }
}

/* ---- findings ------------------------------------------------------------------------------------------ */

static struct span hint_of(struct reading *r, const char *near)
{
    return near ? arena_printf(&r->findings->arena, "did you mean \"%s\"?", near) : SPAN("");
}

static void add_finding(struct reading *r, struct json_place place, enum finding_key key, const char *near,
                        const char *format, va_list args)
{
    CLEANUP(buf_release) struct buf pointer = buf_init(POINTER_MAX);
    char message[ERROR_TEXT_MAX];

    vsnprintf(message, sizeof message, format, args);
    put_pointer(&pointer, r);
    findings_add(r->findings, &(struct finding){ .file = r->file,
                                                 .place = place,
                                                 .pointer = pointer.n ? buf_view(&pointer) : SPAN(""),
                                                 .key = key,
                                                 .message = span_text(message),
                                                 .hint = hint_of(r, near) });
}

bool reading_is_full(const struct reading *r)
{
    return findings_are_full(r->findings);
}

void reading_error_at(struct reading *r, const struct json_value *value, enum finding_key key, const char *near,
                      const char *format, ...)
{
    struct json_place place = reading_is_full(r) ? (struct json_place){ 1, 1 } : json_place(r->json, value);
    va_list args;

    va_start(args, format);
    add_finding(r, place, key, near, format, args);
    va_end(args);
}

void reading_error_at_key(struct reading *r, const struct json_value *member, enum finding_key key, const char *near,
                          const char *format, ...)
{
    struct json_place place = reading_is_full(r) ? (struct json_place){ 1, 1 } : json_key_place(r->json, member);
    va_list args;

    va_start(args, format);
    add_finding(r, place, key, near, format, args);
    va_end(args);
}

const char *reading_shown(struct reading *r, struct span text)
{
    CLEANUP(buf_release) struct buf quoted = buf_init(SHOWN_MAX * 16);
    struct span start = utf8_cut(text, SHOWN_MAX);

    if (reading_is_full(r))
        return "";
    buf_quote(&quoted, start);
    if (start.n < text.n)
        buf_text(&quoted, "…");
    struct span kept = arena_span(&r->findings->arena, buf_view(&quoted));
    return kept.p ? kept.p : "";
}

