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
};

/* ---- characters ---------------------------------------------------------------------------------------------- */

/* True if each byte is a letter, a digit or one of `others`. */
static bool all_of(struct span s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_alphanumeric(s.p[i]) && (s.p[i] == '\0' || !strchr(others, s.p[i])))
            return false;
    }
    return true;
}

static bool is_token(struct span s)
{
    return s.n > 0 && all_of(s, "!#$%&'*+-.^_`|~");
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

/* ---- headers ------------------------------------------------------------------------------------------------- */

void head_add(struct head *head, struct span name, struct span value)
{
    if (head->n_headers < HEAD_HEADERS_MAX)
        head->headers[head->n_headers++] = (struct header){ name, span_trim(value) };
}

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
