/* One pass over the bytes, without recursion: `want` says what may come next, `open` which brackets are open. */
#include "base/json_marks.h"

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum want {
    WANT_VALUE,
    WANT_FIRST_ELEMENT, /* or ] */
    WANT_FIRST_KEY,     /* or } */
    WANT_KEY,
    WANT_COMMA, /* or the closing bracket */
    WANT_NOTHING,
};

struct scan {
    const unsigned char *text; /* NUL after it, so that looking at text[n] is safe */
    size_t n, at;
    unsigned flags;
    enum want want;
    unsigned char open[JSON_DEPTH_MAX];
    size_t depth;
    struct json_marks *out;
};

static bool refuse(struct scan *s, size_t at, const char *problem)
{
    return json_marks_refuse(s->out, at, problem);
}

static bool add_mark(struct scan *s)
{
    struct json_marks *marks = s->out;

    if (marks->n == JSON_VALUES_MAX)
        return refuse(s, s->at, "too many values");
    if (marks->n == marks->room) {
        size_t room = marks->room ? marks->room * 2 : 64;
        struct json_mark *at = realloc(marks->at, room * sizeof *at);
        if (!at) {
            marks->no_memory = true;
            return false;
        }
        marks->at = at;
        marks->room = room;
    }
    marks->at[marks->n++] = (struct json_mark){ .at = (uint32_t)s->at };
    return true;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->n && memchr(" \t\r\n", s->text[s->at], 4))
        s->at++;
}

/* What follows a whole value. */
static void value_done(struct scan *s)
{
    s->want = s->depth ? WANT_COMMA : WANT_NOTHING;
}

static bool open_list(struct scan *s, unsigned char bracket)
{
    if (s->depth == JSON_DEPTH_MAX)
        return refuse(s, s->at, "nested too deep");
    s->open[s->depth++] = bracket;
    s->want = bracket == '{' ? WANT_FIRST_KEY : WANT_FIRST_ELEMENT;
    s->at++;
    return true;
}

static bool close_list(struct scan *s)
{
    s->depth--;
    s->at++;
    value_done(s);
    return true;
}

static bool scan_unit(struct scan *s, bool is_key, uint32_t *length)
{
    char bytes[4];
    size_t at = s->at;
    int32_t code = ascii_unicode(span_of((const char *)s->text, s->n), &at);

    if (code < 0)
        return refuse(s, s->at, "bad escape in a string");
    if (code == 0 && (is_key || !(s->flags & JSON_WITH_NUL)))
        return refuse(s, s->at, is_key ? "\\u0000 in a key" : "\\u0000 in a string");
    if (ascii_is_surrogate(code))
        return refuse(s, s->at, "half a surrogate pair");
    s->at = at;
    *length += (uint32_t)utf8_put(bytes, (uint32_t)code);
    return true;
}

static bool scan_escape(struct scan *s, bool is_key, uint32_t *length)
{
    unsigned char c = s->text[s->at + 1];

    if (c == 'u')
        return scan_unit(s, is_key, length);
    if (c == '\0' || !strchr("\"\\/bfnrt", c))
        return refuse(s, s->at, "bad escape in a string");
    s->at += 2;
    *length += 1;
    return true;
}

/* From the opening quote to behind the closing one. */
static bool scan_string(struct scan *s, bool is_key, uint32_t *length)
{
    size_t from = s->at++;

    *length = 0;
    for (;;) {
        unsigned char c = s->text[s->at];
        if (s->at == s->n)
            return refuse(s, from, "string without an end");
        if (c == '"')
            break;
        if (c < 0x20)
            return refuse(s, s->at, "control character in a string");
        if (c == '\\') {
            if (!scan_escape(s, is_key, length))
                return false;
            continue;
        }
        size_t n = utf8_length((const char *)s->text + s->at, s->n - s->at);
        if (n == 0)
            return refuse(s, s->at, "not UTF-8");
        s->at += n;
        *length += (uint32_t)n;
    }
    s->at++;
    return true;
}

static size_t skip_digits(struct scan *s)
{
    size_t from = s->at;

    while (ascii_is_digit((char)s->text[s->at]))
        s->at++;
    return s->at - from;
}

static bool scan_number(struct scan *s)
{
    size_t from = s->at;

    if (s->text[s->at] == '-')
        s->at++;
    if (s->text[s->at] == '0')
        s->at++; /* nothing may follow a leading zero */
    else if (!skip_digits(s))
        return refuse(s, from, "bad number");
    if (s->text[s->at] == '.') {
        s->at++;
        if (!skip_digits(s))
            return refuse(s, from, "bad number");
    }
    if ((s->text[s->at] | 0x20) == 'e') {
        s->at++;
        if (s->text[s->at] == '+' || s->text[s->at] == '-')
            s->at++;
        if (!skip_digits(s))
            return refuse(s, from, "bad number");
    }
    return s->at - from <= JSON_NUMBER_MAX ? true : refuse(s, from, "number with too many digits");
}

static bool scan_word(struct scan *s)
{
    static const struct span words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp((const char *)s->text + s->at, words[i].p, words[i].n) == 0) {
            s->at += words[i].n;
            return true;
        }
    }
    return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected a value");
}

static bool scan_scalar(struct scan *s)
{
    unsigned char c = s->text[s->at];
    struct json_mark *mark = &s->out->at[s->out->n - 1];
    bool good = c == '"' ? scan_string(s, false, &mark->length)
                : c == '-' || ascii_is_digit((char)c) ? scan_number(s)
                                                      : scan_word(s);

    value_done(s);
    return good;
}

static bool scan_value(struct scan *s)
{
    unsigned char c = s->text[s->at];

    if (!add_mark(s))
        return false;
    return c == '{' || c == '[' ? open_list(s, c) : scan_scalar(s);
}

static bool scan_key(struct scan *s)
{
    uint32_t length;

    if (s->text[s->at] != '"')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected a key in quotes");
    if (!scan_string(s, true, &length))
        return false;
    skip_space(s);
    if (s->text[s->at] != ':')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early" : "expected ':'");
    s->at++;
    s->want = WANT_VALUE;
    return true;
}

static bool scan_comma(struct scan *s)
{
    bool object = s->open[s->depth - 1] == '{';
    unsigned char c = s->text[s->at];

    if (c == (object ? '}' : ']'))
        return close_list(s);
    if (c != ',')
        return refuse(s, s->at, s->at == s->n ? "the text ends too early"
                                : object      ? "expected ',' or '}'"
                                              : "expected ',' or ']'");
    s->at++;
    s->want = object ? WANT_KEY : WANT_VALUE;
    return true;
}

static bool scan_step(struct scan *s)
{
    switch (s->want) {
    case WANT_FIRST_ELEMENT:
        return s->text[s->at] == ']' ? close_list(s) : scan_value(s);
    case WANT_VALUE:
        return scan_value(s);
    case WANT_FIRST_KEY:
        return s->text[s->at] == '}' ? close_list(s) : scan_key(s);
    case WANT_KEY:
        return scan_key(s);
    case WANT_COMMA:
        return scan_comma(s);
    case WANT_NOTHING:
        break;
    }
    return refuse(s, s->at, "something follows the value");
}

bool json_marks_read(struct json_marks *marks, const char *text, size_t n, unsigned flags)
{
    struct scan s = { .text = (const unsigned char *)text, .n = n, .flags = flags, .out = marks, .want = WANT_VALUE };

    skip_space(&s);
    while (s.want != WANT_NOTHING || s.at < s.n) {
        if (!scan_step(&s))
            return false;
        skip_space(&s);
    }
    return true;
}
