#include "base/json_cause.h"

#include "base/ascii.h"

static size_t offset_of(struct span text, struct json_place where)
{
    const char *line = text.p;

    for (size_t i = 1; i < where.line; i++) {
        const char *lf = memchr(line, '\n', text.n - (size_t)(line - text.p));
        if (!lf)
            return text.n;
        line = lf + 1;
    }
    return (size_t)(line - text.p) + where.column - 1;
}

static bool is_space(char c)
{
    return c && strchr(" \t\r\n", c);
}

static bool has_byte_order_mark(struct span text, struct span rest)
{
    (void)rest;
    return span_starts(text, SPAN("\xef\xbb\xbf"));
}

/* With its mark, or with the NUL bytes that UTF-16 puts beside ASCII. */
static bool is_utf16(struct span text, struct span rest)
{
    (void)rest;
    return span_starts(text, SPAN("\xff\xfe")) || span_starts(text, SPAN("\xfe\xff")) ||
           (text.n > 1 && !text.p[0] != !text.p[1]);
}

/* Behind white space and whole lines of `#` comments. */
static struct span after_comments(struct span text)
{
    while (text.n && (is_space(text.p[0]) || text.p[0] == '#')) {
        const char *lf = text.p[0] == '#' ? memchr(text.p, '\n', text.n) : text.p;
        size_t n = lf ? (size_t)(lf - text.p) + 1 : text.n;
        text = span_of(text.p + n, text.n - n);
    }
    return text;
}

/* `version: 1`, `"version": 1`. */
static bool begins_with_key(struct span text)
{
    size_t i = 0;

    while (i < text.n && (ascii_is_letter(text.p[i]) || ascii_is_digit(text.p[i]) || memchr("_-$\"'", text.p[i], 5)))
        i++;
    return i > 0 && i < text.n && text.p[i] == ':';
}

static bool is_yaml(struct span text, struct span rest)
{
    struct span first = after_comments(text);

    (void)rest;
    return span_starts(first, SPAN("---")) || span_starts(first, SPAN("%YAML")) || span_starts(first, SPAN("- ")) ||
           begins_with_key(first);
}

static bool is_comment(struct span text, struct span rest)
{
    (void)text;
    return span_starts(rest, SPAN("//")) || span_starts(rest, SPAN("/*")) || span_starts(rest, SPAN("#"));
}

static bool is_after_comma(struct span text, struct span rest)
{
    size_t i = text.n - rest.n;

    while (i > 0 && is_space(text.p[i - 1]))
        i--;
    return rest.n && (rest.p[0] == '}' || rest.p[0] == ']') && i > 0 && text.p[i - 1] == ',';
}

static bool is_single_quote(struct span text, struct span rest)
{
    (void)text;
    return span_starts(rest, SPAN("'"));
}

/* The first that fits counts. `rest`: the text from the place on. */
static const struct {
    bool (*fits)(struct span text, struct span rest);
    const char *cause;
} causes[] = {
    { has_byte_order_mark, "the text begins with a byte order mark: save it as UTF-8 without one" },
    { is_utf16, "the text is UTF-16: save it as UTF-8" },
    { is_yaml, "this looks like YAML: only JSON is read" },
    { is_comment, "JSON has no comments" },
    { is_after_comma, "JSON allows no comma after the last member or element" },
    { is_single_quote, "JSON takes double quotes" },
};

const char *json_cause(struct span text, struct json_place where)
{
    size_t at = offset_of(text, where);
    struct span rest = at < text.n ? span_of(text.p + at, text.n - at) : span_of(text.p + text.n, 0);

    for (size_t i = 0; text.n && i < sizeof causes / sizeof *causes; i++)
        if (causes[i].fits(text, rest))
            return causes[i].cause;
    return NULL;
}
