/* One cursor, one function a part of the URL:
 *
 *   data: type / subtype ; attribute = value ; base64 , bytes
 *
 * A part that fails appends its error and ends the reading. */
#include "sim/data_url.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

#include <stdint.h>

enum { END = -1 }; /* of the URL, as a character */

struct reader {
    struct span url;
    size_t at;
    bool base64, quoted; /* quoted: the next value is read as a quoted one */
    struct arena *arena;
    struct data_url *out;
    struct buf *why;
};

static bool fails(struct reader *r, const char *why)
{
    buf_text(r->why, why);
    return false;
}

/* The next character; bytes that are no UTF-8 count as one character that is not ASCII. */
static int32_t next(struct reader *r)
{
    uint32_t rune = 0;

    if (r->at == r->url.n)
        return END;
    size_t n = utf8_read(r->url.p + r->at, r->url.n - r->at, &rune);
    r->at += n ? n : 1;
    return n ? (int32_t)rune : 0xfffd;
}

static int32_t peek(const struct reader *r)
{
    struct reader copy = *r;

    return next(&copy);
}

static bool is_token(int32_t c)
{
    return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", (char)c);
}

/* Moves behind the characters of a token; returns the text from `begin` on. */
static struct span take_token(struct reader *r, size_t begin)
{
    while (is_token(peek(r)))
        next(r);
    return span_of(r->url.p + begin, r->at - begin);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static bool is_known_type(struct span type)
{
    static const char *const known[] = { "text", "image", "audio", "video", "application", "message", "multipart" };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (span_starts(type, span_text(known[i])))
            return true;
    return false;
}

static bool read_subtype(struct reader *r)
{
    struct span subtype = take_token(r, r->at);

    if (peek(r) == END)
        return fails(r, "incomplete media type");
    if (peek(r) != ';' && peek(r) != ',')
        return fails(r, "invalid character for media subtype");
    if (subtype.n)
        r->out->subtype = subtype;
    return true;
}

/* The character after a leading x is skipped; only `x-` begins an extension type. */
static bool read_type(struct reader *r)
{
    size_t begin = r->at;
    int32_t first = next(r);
    bool own = (first == 'x' || first == 'X') && next(r) == '-';
    struct span type = take_token(r, begin);

    if (peek(r) == END)
        return fails(r, "missing media type slash");
    if (peek(r) != '/')
        return fails(r, "invalid character for media type");
    if (!own && !is_known_type(type))
        return fails(r, "invalid media type");
    r->out->type = type;
    next(r);
    return read_subtype(r);
}

/* ---- parameters -------------------------------------------------------------------------------------------------- */

static bool unescape(struct reader *r, struct span text, struct span *out)
{
    char *p = arena_alloc(r->arena, text.n + 1);
    size_t n = 0;

    if (!p)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int byte = ascii_percent(text, i);
        bool first_bad = text.p[i] == '%' && i + 1 < text.n && ascii_hex(text.p[i + 1]) < 0;
        if (byte < 0 && text.p[i] == '%')
            return fails(r, i + 2 >= text.n && !first_bad ? "rfc2396: unexpected end of unescape sequence"
                                                          : "rfc2396: invalid char 0x25 in unescape sequence");
        p[n++] = byte < 0 ? text.p[i] : (char)byte;
        i += byte < 0 ? 0 : 2;
    }
    *out = span_of(p, n);
    return true;
}

/* The digits of an escape in a Go string. */
static bool skip_digits(struct span text, size_t *at, size_t n, int below)
{
    for (; n; n--, ++*at)
        if (*at == text.n || ascii_hex(text.p[*at]) < 0 || ascii_hex(text.p[*at]) >= below)
            return false;
    return true;
}

/* True if strconv.Unquote takes the text between double quotes. */
static bool is_go_string(struct span text)
{
    static const struct {
        char letter;
        size_t digits;
    } long_escapes[] = { { 'x', 2 }, { 'u', 4 }, { 'U', 8 } };

    for (size_t i = 0; i < text.n;) {
        if (text.p[i] == '\n')
            return false;
        if (text.p[i++] != '\\')
            continue;
        char c = i < text.n ? text.p[i++] : '\0';
        size_t digits = 0;
        for (size_t k = 0; k < 3; k++)
            digits = long_escapes[k].letter == c ? long_escapes[k].digits : digits;
        bool octal = c >= '0' && c <= '7';
        if (!digits && !octal && (!c || !strchr("abfnrtv\\\"", c)))
            return false;
        if (!skip_digits(text, &i, octal ? 2 : digits, octal ? 8 : 16) || (octal && c > '3'))
            return false;
    }
    return true;
}

static bool judge_value(struct reader *r, struct span value)
{
    struct span unused;

    if (!value.n)
        return true;
    bool quoted = r->quoted;
    r->quoted = false;
    if (!quoted)
        return unescape(r, value, &unused);
    return is_go_string(value) || fails(r, "invalid syntax");
}

static bool read_quoted(struct reader *r)
{
    size_t begin = r->at;

    r->quoted = true;
    for (int32_t c; (c = next(r)) != '"';) {
        bool escaped = c == '\\' && peek(r) != END;
        if (c == END)
            return fails(r, "unclosed quoted string");
        if (escaped && next(r) > 0x7f)
            return fails(r, "invalid escaped character");
        if (c > 0x7f)
            return fails(r, "invalid character for parameter value");
    }
    return judge_value(r, span_of(r->url.p + begin, r->at - 1 - begin));
}

static bool read_value(struct reader *r)
{
    if (peek(r) == END)
        return fails(r, "missing comma before data");
    if (peek(r) == '"') {
        next(r);
        if (!read_quoted(r))
            return false;
        if (peek(r) == END)
            return fails(r, "missing comma before data");
        return peek(r) == ';' || peek(r) == ',' ? true : fails(r, "expected semicolon or comma");
    }
    struct span value = take_token(r, r->at);
    if (value.n && peek(r) == END)
        return fails(r, "missing comma before data");
    if (!value.n || (peek(r) != ';' && peek(r) != ','))
        return fails(r, "invalid character for parameter value");
    return judge_value(r, value);
}

/* `;attribute=value`, or `;base64` right before the comma. */
static bool read_parameter(struct reader *r)
{
    next(r);
    struct span attribute = take_token(r, r->at);
    int32_t c = peek(r);

    if (c == END || (!attribute.n && (c == '=' || c == ',')))
        return fails(r, "unterminated parameter sequence");
    if (!attribute.n || (c != '=' && c != ','))
        return fails(r, "invalid character for parameter attribute");
    if (c == '=') {
        next(r);
        return read_value(r);
    }
    r->base64 = span_is(attribute, "base64");
    if (r->base64)
        return true;
    buf_text(r->why, "expected base64, got ");
    buf_span(r->why, attribute);
    return false;
}

/* ---- the data ---------------------------------------------------------------------------------------------------- */

static bool is_data(const struct reader *r, char c)
{
    if (r->base64)
        return ascii_is_alphanumeric(c) || (c && strchr("+/=", c));
    return c > ' ' && c < 0x7f && !strchr("<>#\"{}|\\^[]`", c);
}

static bool read_data(struct reader *r)
{
    struct span data = span_of(r->url.p + r->at + 1, r->url.n - r->at - 1);
    struct error error;

    for (size_t i = 0; i < data.n; i++)
        if (!is_data(r, data.p[i]))
            return fails(r, "invalid data character");
    if (!r->base64)
        return unescape(r, data, &r->out->bytes);
    return base64_decode(data, r->arena, &r->out->bytes, &error) == ERR_OK || fails(r, error.text);
}

static bool read_all(struct reader *r)
{
    if (!span_starts(r->url, SPAN("data:")))
        return fails(r, "missing data prefix");
    r->at = strlen("data:");
    int32_t c = peek(r);
    if (c == END)
        return fails(r, "missing comma before data");
    if (is_token(c) ? !read_type(r) : c != ';' && c != ',' && !fails(r, "invalid character after data prefix"))
        return false;
    while (peek(r) == ';')
        if (!read_parameter(r))
            return false;
    return read_data(r);
}

enum err data_url_read(struct span url, struct arena *arena, struct data_url *out, struct buf *why)
{
    struct reader r = { .url = url, .arena = arena, .out = out, .why = why };

    *out = (struct data_url){ .type = SPAN("text"), .subtype = SPAN("plain"), .bytes = SPAN("") };
    if (read_all(&r))
        return ERR_OK;
    return arena->failed ? ERR_NOMEM : ERR_INVALID;
}
