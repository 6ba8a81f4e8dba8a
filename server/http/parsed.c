#include "http/parsed.h"

#include "base/ascii.h"

bool parsed_knows(struct span method)
{
    static const char *const known[] = { "GET",   "POST",     "PUT",   "DELETE", "HEAD",   "OPTIONS",   "CONNECT",
                                         "PATCH", "PROPFIND", "MKCOL", "LOCK",   "UNLOCK", "PROPPATCH", "REPORT" };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (span_is(method, known[i]))
            return true;
    }
    return false;
}

/* A line that begins with a blank continues the one before. The library takes it for the end of the head and
 * drops what follows. The CR LF before the line have become NULs. */
static bool is_folded(const struct library_head *parsed, size_t buffer_size)
{
    const char *end = parsed->n_fields > 0 ? parsed->fields[parsed->n_fields - 1].value : parsed->version;

    end += strlen(end);
    if (end + 2 - parsed->method >= (ptrdiff_t)buffer_size)
        return false;
    const char *next = end[1] == '\0' ? end + 2 : end + 1;
    return *next == ' ' || *next == '\t';
}

static bool take_version(struct head *head, const char *version)
{
    if (!ascii_is_digit(version[0]) || version[1] != '.' || !ascii_is_digit(version[2]) || version[3] != '\0')
        return false;
    head->major = version[0] - '0';
    head->minor = head->major > 1 || version[2] > '0';
    return true;
}

/* The query is a part of the target if only the NUL that has replaced the `?` is between them. */
static bool take_target(struct head *head, const struct library_head *parsed, enum library_door door,
                        struct arena *arena)
{
    struct span target = span_text(parsed->target);

    if (door == DOOR_REQUEST && parsed->query && parsed->query == target.p + target.n + 1)
        target = arena_printf(arena, "%s?%s", parsed->target, parsed->query);
    head->target = target;
    return target.n > 0;
}

static bool take_header_line(struct head *head, struct span line)
{
    const char *colon = memchr(line.p, ':', line.n);

    if (!colon)
        return false;
    size_t n = (size_t)(colon - line.p);
    head_add(head, span_of(line.p, n), span_of(colon + 1, line.n - n - 1));
    return true;
}

/* The headers behind a request line with an unknown method are one text, its last line break cut off by the
 * library; the break behind the request line has become NULs. */
static bool take_raw_headers(struct head *head, const char *version)
{
    const char *at = version + strlen(version) + 1;

    if (*at == '\0')
        at++;
    while (*at != '\0' && *at != '\r' && *at != '\n') {
        const char *end = strchrnul(at, '\n');
        if (!take_header_line(head, span_trim(span_of(at, (size_t)(end - at)))))
            return false;
        at = *end ? end + 1 : end;
    }
    return true;
}

static bool take_headers(struct head *head, const struct library_head *parsed, size_t buffer_size)
{
    if (!parsed_knows(head->method))
        return take_raw_headers(head, parsed->version);
    for (int i = 0; i < parsed->n_fields; i++)
        head_add(head, span_text(parsed->fields[i].name), span_text(parsed->fields[i].value));
    return !is_folded(parsed, buffer_size);
}

/* True if `HTTP/` precedes the version; looking for it must not leave the head. */
static bool says_http(const struct library_head *parsed)
{
    const char *version = parsed->version;

    return version - parsed->method >= (ptrdiff_t)strlen("M / HTTP/") && memcmp(version - 5, "HTTP/", 5) == 0;
}

bool parsed_take_head(struct head *head, const struct library_head *parsed, enum library_door door, size_t buffer_size,
                      struct arena *arena)
{
    if (!parsed->method || !parsed->target || !parsed->version || parsed->n_fields < 0 || !says_http(parsed) ||
        !take_version(head, parsed->version))
        return false;
    head->method = span_text(parsed->method);
    return take_target(head, parsed, door, arena) && take_headers(head, parsed, buffer_size);
}
