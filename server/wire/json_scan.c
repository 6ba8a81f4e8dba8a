/* Go's scanner (encoding/json), with exactly its errors.
 *
 *   space → step(want) → space → step(want) → … → WANT_NOTHING
 *
 * `want` says what may come next; a step takes one token and says what may come after it. Which of
 * the open containers are objects is one bit each, so the state is a small stack. */
#include "wire/json_scan.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <stdint.h>

enum { DEPTH_MAX = 10000 }; /* deeper is refused, as in Go */

enum want {
    WANT_VALUE,
    WANT_VALUE_OR_END,
    WANT_KEY,
    WANT_KEY_OR_END,
    WANT_COLON,
    WANT_IN_OBJECT,
    WANT_IN_ARRAY,
    WANT_NOTHING,
};

struct scanner {
    const char *p, *end;
    const char *wrong; /* what was being read when the byte at `p` came; NULL: the text was cut */
    size_t depth;
    uint8_t objects[DEPTH_MAX / 8 + 1];
};

/* Bytes that a string may hold without an escape. */
static inline bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool fail(struct scanner *s, const char *reading)
{
    s->wrong = s->p < s->end ? reading : NULL;
    return false;
}

static void skip_space(struct scanner *s)
{
    while (s->p < s->end && is_space(*s->p))
        s->p++;
}

static enum want after_value(const struct scanner *s)
{
    if (s->depth == 0)
        return WANT_NOTHING;
    size_t top = s->depth - 1;
    return s->objects[top / 8] >> top % 8 & 1 ? WANT_IN_OBJECT : WANT_IN_ARRAY;
}

static bool open_container(struct scanner *s, enum want *want)
{
    size_t top = s->depth;
    bool object = *s->p == '{';

    if (top == DEPTH_MAX)
        return fail(s, "exceeded max depth");
    if (object)
        s->objects[top / 8] |= (uint8_t)(1u << top % 8);
    else
        s->objects[top / 8] &= (uint8_t)~(1u << top % 8);
    s->depth++;
    s->p++;
    *want = object ? WANT_KEY_OR_END : WANT_VALUE_OR_END;
    return true;
}

static bool close_container(struct scanner *s, enum want *want)
{
    s->depth--;
    s->p++;
    *want = after_value(s);
    return true;
}

static bool scan_escape(struct scanner *s)
{
    s->p++;
    if (s->p == s->end || !*s->p || !strchr("bfnrt\\/\"u", *s->p))
        return fail(s, "in string escape code");
    if (*s->p++ != 'u')
        return true;
    for (int i = 0; i < 4; i++, s->p++)
        if (s->p == s->end || ascii_hex(*s->p) < 0)
            return fail(s, "in \\u hexadecimal character escape");
    return true;
}

static bool scan_string(struct scanner *s)
{
    const char *p = s->p + 1, *end = s->end;

    for (;;) {
        while (p < end && is_plain(*p))
            p++;
        s->p = p;
        if (p == end || (*p != '"' && *p != '\\'))
            return fail(s, "in string literal");
        if (*p == '"')
            break;
        if (!scan_escape(s))
            return false;
        p = s->p;
    }
    s->p++;
    return true;
}

/* At least one digit. */
static bool scan_digits(struct scanner *s, const char *reading)
{
    if (s->p == s->end || !ascii_is_digit(*s->p))
        return fail(s, reading);
    while (s->p < s->end && ascii_is_digit(*s->p))
        s->p++;
    return true;
}

static bool next_is(const struct scanner *s, char a, char b)
{
    return s->p < s->end && (*s->p == a || *s->p == b);
}

static bool scan_number(struct scanner *s)
{
    if (*s->p == '-')
        s->p++;
    if (next_is(s, '0', '0'))
        s->p++;
    else if (!scan_digits(s, "in numeric literal"))
        return false;
    if (next_is(s, '.', '.')) {
        s->p++;
        if (!scan_digits(s, "after decimal point in numeric literal"))
            return false;
    }
    if (!next_is(s, 'e', 'E'))
        return true;
    s->p++;
    if (next_is(s, '+', '-'))
        s->p++;
    return scan_digits(s, "in exponent of numeric literal");
}

static const struct word {
    const char *text;
    const char *reading[5]; /* by index of the byte that should have come */
} words[] = {
    { "true",
      { [1] = "in literal true (expecting 'r')",
        [2] = "in literal true (expecting 'u')",
        [3] = "in literal true (expecting 'e')" } },
    { "false",
      { [1] = "in literal false (expecting 'a')",
        [2] = "in literal false (expecting 'l')",
        [3] = "in literal false (expecting 's')",
        [4] = "in literal false (expecting 'e')" } },
    { "null",
      { [1] = "in literal null (expecting 'u')",
        [2] = "in literal null (expecting 'l')",
        [3] = "in literal null (expecting 'l')" } },
};

static bool scan_word(struct scanner *s)
{
    for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
        if (*s->p != words[w].text[0])
            continue;
        for (size_t i = 0; words[w].text[i]; i++, s->p++)
            if (s->p == s->end || *s->p != words[w].text[i])
                return fail(s, words[w].reading[i]);
        return true;
    }
    return fail(s, "looking for beginning of value");
}

/* ---- steps: one token each; `s->p` may be at the end ------------------------------------------------ */

static char peek(const struct scanner *s)
{
    return s->p < s->end ? *s->p : '\0';
}

static bool step_value(struct scanner *s, enum want *want)
{
    char c = peek(s);
    bool good;

    if (c == '{' || c == '[')
        return open_container(s, want);
    if (c == '"')
        good = scan_string(s);
    else if (c == '-' || ascii_is_digit(c))
        good = scan_number(s);
    else
        good = s->p < s->end ? scan_word(s) : fail(s, NULL);
    *want = after_value(s);
    return good;
}

static bool step_value_or_end(struct scanner *s, enum want *want)
{
    return peek(s) == ']' ? close_container(s, want) : step_value(s, want);
}

static bool step_key(struct scanner *s, enum want *want)
{
    if (peek(s) != '"')
        return fail(s, "looking for beginning of object key string");
    *want = WANT_COLON;
    return scan_string(s);
}

static bool step_key_or_end(struct scanner *s, enum want *want)
{
    return peek(s) == '}' ? close_container(s, want) : step_key(s, want);
}

static bool step_colon(struct scanner *s, enum want *want)
{
    if (peek(s) != ':')
        return fail(s, "after object key");
    s->p++;
    *want = WANT_VALUE;
    return true;
}

static bool step_in_object(struct scanner *s, enum want *want)
{
    if (peek(s) == '}')
        return close_container(s, want);
    if (peek(s) != ',')
        return fail(s, "after object key:value pair");
    s->p++;
    *want = WANT_KEY;
    return true;
}

static bool step_in_array(struct scanner *s, enum want *want)
{
    if (peek(s) == ']')
        return close_container(s, want);
    if (peek(s) != ',')
        return fail(s, "after array element");
    s->p++;
    *want = WANT_VALUE;
    return true;
}

static bool (*const steps[])(struct scanner *, enum want *) = {
    [WANT_VALUE] = step_value,
    [WANT_VALUE_OR_END] = step_value_or_end,
    [WANT_KEY] = step_key,
    [WANT_KEY_OR_END] = step_key_or_end,
    [WANT_COLON] = step_colon,
    [WANT_IN_OBJECT] = step_in_object,
    [WANT_IN_ARRAY] = step_in_array,
};

static bool scan_tokens(struct scanner *s)
{
    for (enum want want = WANT_VALUE; want != WANT_NOTHING;) {
        skip_space(s);
        if (!steps[want](s, &want))
            return false;
    }
    return true;
}

/* ---- words ------------------------------------------------------------------------------------------------ */

enum { QUOTED_SIZE = 8 };

/* The byte as a Unicode code point between quotes, as Go prints it; without the quotes. */
static void quote_byte(unsigned char c, char out[QUOTED_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\a\b\f\n\r\t\v\\'", names[] = "abfnrtv\\'";
    const char *at = c ? strchr(named, c) : NULL;
    size_t n = 0;

    if (at) {
        out[n++] = '\\';
        out[n++] = names[at - named];
    } else if (c >= 0x20 && c < 0x7f) {
        out[n++] = (char)c;
    } else if (c > 0xa0 && c != 0xad) {
        n = utf8_put(out, c);
    } else {
        const char *prefix = c < 0x80 ? "\\x" : "\\u00";
        n = strlen(prefix);
        memcpy(out, prefix, n);
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    out[n] = '\0';
}

enum err json_scan(struct span text, struct span *value, bool *cut, struct error *error)
{
    struct scanner s;
    char quoted[QUOTED_SIZE];

    s.p = text.n ? text.p : "";
    s.end = s.p + text.n;
    s.wrong = NULL;
    s.depth = 0;
    skip_space(&s);
    const char *begin = s.p;
    bool good = scan_tokens(&s);
    if (cut)
        *cut = !good && !s.wrong;
    if (good) {
        *value = span_of(begin, (size_t)(s.p - begin));
        return ERR_OK;
    }
    if (!s.wrong)
        return error_set(error, ERR_INVALID, "%s", begin == s.end ? "EOF" : "unexpected EOF");
    quote_byte((unsigned char)*s.p, quoted);
    return error_set(error, ERR_INVALID, "invalid character '%s' %s", quoted, s.wrong);
}

/* ---- skipping what was accepted ------------------------------------------------------------------ */

static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

static const char *skip_container(const char *p)
{
    size_t depth = 0;

    do {
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if (*p == '}' || *p == ']')
            depth--;
        p++;
    } while (depth);
    return p;
}

size_t json_skip(struct span text)
{
    const char *p = text.p, *end = text.p + text.n;

    if (*p == '"')
        return (size_t)(skip_string(p) - text.p);
    if (*p == '{' || *p == '[')
        return (size_t)(skip_container(p) - text.p);
    while (p < end && !is_space(*p) && *p != ',' && *p != ']' && *p != '}')
        p++;
    return (size_t)(p - text.p);
}
