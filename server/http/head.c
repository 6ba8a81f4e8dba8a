#include "http/head.h"

#include "base/ascii.h"

const struct refusal_row refusal_rows[REFUSAL_COUNT] = {
    [REFUSE_BAD] = { 400, "400 Bad Request", NULL },
    [REFUSE_TRANSFER_CODING] = { 501, "501 Not Implemented", "Unsupported transfer encoding" },
    [REFUSE_VERSION] = { 505, "505 HTTP Version Not Supported: unsupported protocol version", NULL },
    [REFUSE_NO_HOST] = { 400, "400 Bad Request: missing required Host header", NULL },
    [REFUSE_HOST] = { 400, "400 Bad Request: malformed Host header", NULL },
    [REFUSE_HEADER_NAME] = { 400, "400 Bad Request: invalid header name", NULL },
    [REFUSE_TOO_LARGE] = { 431, "431 Request Header Fields Too Large", NULL },
    [REFUSE_NO_TURN] = { 503, "503 Service Unavailable", "too many bodies" },
};

/* ---- characters ---------------------------------------------------------------------------------------------- */

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* True if each byte is a letter, a digit or one of `others`. */
static bool all_of(struct span s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_alphanumeric(s.p[i]) && (s.p[i] == '\0' || !strchr(others, s.p[i])))
            return false;
    }
    return true;
}

#define TOKEN_MARKS "!#$%&'*+-.^_`|~"

static bool is_token(struct span s)
{
    return s.n > 0 && all_of(s, TOKEN_MARKS);
}

static bool is_host(struct span s)
{
    return all_of(s, "!$%&'()*+,-.:;=[]_~");
}

/* True for `*`, a path, a URL, and with CONNECT for a bare authority. Every % of the path must begin an escape. */
static bool is_target(const struct head *head)
{
    struct span t = head->target;
    const char *query = t.n ? memchr(t.p, '?', t.n) : NULL;
    size_t path = query ? (size_t)(query - t.p) : t.n;

    for (size_t i = 0; i < t.n; i++) {
        if (is_control(t.p[i]))
            return false;
    }
    for (size_t i = 0; i < path; i++) {
        if (t.p[i] == '%' && ascii_percent(span_of(t.p, path), i) < 0)
            return false;
    }
    if (path == 0)
        return false;
    if (t.p[0] == '/' || span_is(t, "*") || span_is(head->method, "CONNECT"))
        return true;
    const char *colon = memchr(t.p, ':', path);
    return colon && ascii_is_letter(t.p[0]) && all_of(span_of(t.p, (size_t)(colon - t.p)), "+-.");
}

/* ---- parsing ------------------------------------------------------------------------------------------------- */

/* Returns the next line without its LF or CR LF, and moves `*rest` behind it. False if no LF is left. */
static bool take_line(struct span *rest, struct span *line)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;

    if (!end)
        return false;
    size_t n = (size_t)(end - rest->p);
    *line = span_of(rest->p, n && end[-1] == '\r' ? n - 1 : n);
    *rest = span_of(end + 1, rest->n - n - 1);
    return true;
}

size_t head_size(struct span raw)
{
    struct span rest = raw, line;

    while (take_line(&rest, &line)) {
        if (line.n == 0)
            return raw.n - rest.n;
    }
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span without_blanks(struct span s)
{
    while (s.n && is_blank(s.p[0]))
        s = span_of(s.p + 1, s.n - 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Splits `*rest` at the first `at`. False if there is none. */
static bool cut(struct span *rest, char at, struct span *before)
{
    const char *found = rest->n ? memchr(rest->p, at, rest->n) : NULL;

    if (!found)
        return false;
    size_t n = (size_t)(found - rest->p);
    *before = span_of(rest->p, n);
    *rest = span_of(found + 1, rest->n - n - 1);
    return true;
}

/* `HTTP/` digit `.` digit. */
static bool parse_version(struct head *head, struct span s)
{
    if (s.n != 8 || !span_starts(s, SPAN("HTTP/")) || !ascii_is_digit(s.p[5]) || s.p[6] != '.' || !ascii_is_digit(s.p[7]))
        return false;
    head->major = s.p[5] - '0';
    head->minor = head->major > 1 || s.p[7] > '0';
    return true;
}

/* Blanks are allowed here and refused later, as net/textproto and net/http do (Go 1.20). */
static bool is_name(struct span s)
{
    return s.n > 0 && all_of(s, TOKEN_MARKS " ");
}

static bool is_value(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_control(s.p[i]) && s.p[i] != '\t')
            return false;
    }
    return true;
}

/* A line that begins with a blank continues the one before; the library cannot read it, so it is refused. So is an
 * empty name, which net/http drops. */
static bool parse_header(struct head *head, struct span line)
{
    struct span name;

    if (is_blank(line.p[0]) || !cut(&line, ':', &name) || !is_name(name) || !is_value(line))
        return false;
    if (head->n_headers < HEAD_HEADERS_MAX)
        head->headers[head->n_headers++] = (struct header){ name, without_blanks(line) };
    return true;
}

bool head_parse(struct head *head, struct span raw)
{
    struct span line;

    if (!take_line(&raw, &line) || !cut(&line, ' ', &head->method) || !cut(&line, ' ', &head->target) ||
        !parse_version(head, line))
        return false;
    while (take_line(&raw, &line) && line.n) {
        if (!parse_header(head, line))
            return false;
    }
    return true;
}

/* ---- headers ------------------------------------------------------------------------------------------------- */

/* Returns how many headers have that name; `*last` is the value of the last of them. */
static size_t count_headers(const struct head *head, const char *name, struct span *last)
{
    size_t n = 0;

    for (size_t i = 0; i < head->n_headers; i++) {
        if (span_eq_nocase(head->headers[i].name, span_text(name))) {
            *last = head->headers[i].value;
            n++;
        }
    }
    return n;
}

const struct header *head_header(const struct head *head, const char *name)
{
    for (size_t i = 0; i < head->n_headers; i++) {
        if (span_eq_nocase(head->headers[i].name, span_text(name)))
            return &head->headers[i];
    }
    return NULL;
}

bool head_has_token(const struct head *head, const char *name, const char *token)
{
    for (size_t i = 0; i < head->n_headers; i++) {
        if (span_eq_nocase(head->headers[i].name, span_text(name)) &&
            ascii_list_has(head->headers[i].value, span_text(token)))
            return true;
    }
    return false;
}

bool head_keeps(const struct head *head)
{
    if (head_has_token(head, "Connection", "close"))
        return false;
    return head->minor > 0 || head_has_token(head, "Connection", "keep-alive");
}

/* ---- rules --------------------------------------------------------------------------------------------------- */

/* Transfer-Encoding is `chunked` alone and once; HTTP/1.0 has none. */
static enum refusal frame_by_chunks(struct head *head)
{
    struct span coding;
    size_t n = head->minor > 0 ? count_headers(head, "Transfer-Encoding", &coding) : 0;

    if (n > 1 || (n == 1 && !span_eq_nocase(coding, SPAN("chunked"))))
        return REFUSE_TRANSFER_CODING;
    head->chunked = n == 1;
    return REFUSE_NOT;
}

static bool parse_length(struct span digits, int64_t *length)
{
    *length = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = digits.p[i] - '0';
        if (!ascii_is_digit(digits.p[i]) || *length > (INT64_MAX - digit) / 10)
            return false;
        *length = *length * 10 + digit;
    }
    return true;
}

/* Content-Length may be repeated if all values are equal, and may be empty. */
static enum refusal frame_by_length(struct head *head)
{
    struct span length;

    if (count_headers(head, "Content-Length", &length) == 0)
        return REFUSE_NOT;
    for (size_t i = 0; i < head->n_headers; i++) {
        if (span_eq_nocase(head->headers[i].name, SPAN("Content-Length")) && !span_eq(head->headers[i].value, length))
            return REFUSE_BAD;
    }
    return parse_length(length, &head->length) ? REFUSE_NOT : REFUSE_BAD;
}

/* With chunks Content-Length is not looked at. */
static enum refusal check_framing(struct head *head)
{
    enum refusal refusal = frame_by_chunks(head);

    return refusal || head->chunked ? refusal : frame_by_length(head);
}

static enum refusal check_hosts(const struct head *head)
{
    struct span host;
    size_t n = count_headers(head, "Host", &host);

    if (n == 0 && head->minor > 0 && !span_is(head->method, "CONNECT"))
        return REFUSE_NO_HOST;
    return n == 1 && !is_host(host) ? REFUSE_HOST : REFUSE_NOT;
}

static enum refusal check_names(const struct head *head)
{
    for (size_t i = 0; i < head->n_headers; i++) {
        if (!is_token(head->headers[i].name))
            return REFUSE_HEADER_NAME;
    }
    return REFUSE_NOT;
}

enum refusal head_check(struct head *head)
{
    struct span host;
    enum refusal refusal;

    if (head->n_headers >= HEAD_HEADERS_MAX)
        return REFUSE_TOO_LARGE;
    if (!is_token(head->method) || !is_target(head) || count_headers(head, "Host", &host) > 1)
        return REFUSE_BAD;
    if ((refusal = check_framing(head)))
        return refusal;
    if (head->major != 1)
        return REFUSE_VERSION;
    if ((refusal = check_hosts(head)))
        return refusal;
    return check_names(head);
}
