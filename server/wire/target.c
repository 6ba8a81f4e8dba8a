#include "wire/target.h"

#include "base/ascii.h"

#include <stdio.h>
#include <string.h>

/* The scheme at the beginning, with its colon; 0: there is none (net/url, getScheme). */
static size_t scheme_length(struct span raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == ':')
            return i ? i + 1 : 0;
        if (!ascii_is_letter(c) && (i == 0 || !(ascii_is_digit(c) || c == '+' || c == '-' || c == '.')))
            return 0;
    }
    return 0;
}

/* What follows scheme and authority: `http://host/path` → `/path`, `host:80` → nothing (net/url, ParseRequestURI). */
static struct span without_origin(struct span raw)
{
    size_t scheme = scheme_length(raw);
    struct span rest = span_of(raw.p + scheme, raw.n - scheme);
    size_t at = 0;

    if (!scheme || (span_starts(rest, SPAN("/")) && !span_starts(rest, SPAN("//"))))
        return rest;
    if (span_starts(rest, SPAN("//")))
        at = 2;
    while (at < rest.n && rest.p[at] != '?' && (rest.p[at] != '/' || rest.p[0] != '/'))
        at++;
    return span_of(rest.p + at, rest.n - at);
}

static enum err decode(struct span raw, struct arena *arena, struct span *out)
{
    if (!raw.n || !memchr(raw.p, '%', raw.n)) {
        *out = raw;
        return ERR_OK;
    }
    char *p = arena_alloc(arena, raw.n + 1);
    size_t n = 0;

    if (!p)
        return ERR_NOMEM;
    for (size_t i = 0; i < raw.n; i++) {
        int byte = ascii_percent(raw, i);
        if (byte < 0 && raw.p[i] == '%')
            return ERR_INVALID;
        p[n++] = byte < 0 ? raw.p[i] : (char)byte;
        i += byte < 0 ? 0 : 2;
    }
    *out = span_of(p, n);
    return ERR_OK;
}

/* Drops the last segment of the `n` bytes. */
static size_t parent(const char *p, size_t n)
{
    while (n > 0 && p[n - 1] != '/')
        n--;
    return n > 0 ? n - 1 : 0;
}

/* True if the path is certainly clean; most are. */
static bool is_plainly_clean(struct span path)
{
    if (!path.n || path.p[0] != '/')
        return false;
    for (const char *p = path.p, *last = path.p + path.n - 1; p < last; p++)
        if (p[0] == '/' && (p[1] == '/' || p[1] == '.'))
            return false;
    return true;
}

/* No empty segment, no `.`, no `..`; a slash at the end stays (Go's cleanPath). */
static struct span clean(struct span path, struct arena *arena)
{
    if (is_plainly_clean(path))
        return path;
    char *p = arena_alloc(arena, path.n + 2);
    size_t n = 0;

    if (!p)
        return path;
    for (size_t i = 0; i < path.n;) {
        while (i < path.n && path.p[i] == '/')
            i++;
        size_t begin = i;
        while (i < path.n && path.p[i] != '/')
            i++;
        struct span segment = span_of(path.p + begin, i - begin);
        if (segment.n == 0 || span_is(segment, "."))
            continue;
        if (span_is(segment, "..")) {
            n = parent(p, n);
            continue;
        }
        p[n++] = '/';
        memcpy(p + n, segment.p, segment.n);
        n += segment.n;
    }
    bool slash = path.n && path.p[path.n - 1] == '/';
    if (n == 0 || slash)
        p[n++] = '/';
    return span_of(p, n);
}

enum err target_read(struct span raw, struct arena *arena, struct target *target)
{
    struct span rest = without_origin(raw);
    const char *mark = rest.n ? memchr(rest.p, '?', rest.n) : NULL;

    *target = (struct target){ .has_query = mark != NULL };
    if (mark) {
        target->query = span_of(mark + 1, rest.n - (size_t)(mark + 1 - rest.p));
        rest.n = (size_t)(mark - rest.p);
    }
    bool has_origin = rest.p != raw.p;
    if (!(has_origin && rest.n == 0) && !span_starts(rest, SPAN("/")) && !span_is(rest, "*"))
        return ERR_INVALID;
    enum err err = decode(rest, arena, &target->path);
    if (!err)
        target->clean = clean(target->path, arena);
    return err;
}

/* True if the character needs no escape in a path (Go's shouldEscape, encodePath). */
static bool is_plain(char c)
{
    return ascii_is_alphanumeric(c) || (c != '\0' && strchr("-_.~$&+,/:;=@", c));
}

struct span target_escape(struct span path, struct arena *arena)
{
    char *p = arena_alloc(arena, path.n * 3 + 1);
    size_t n = 0;

    if (!p)
        return path;
    for (size_t i = 0; i < path.n; i++) {
        if (is_plain(path.p[i]))
            p[n++] = path.p[i];
        else
            n += (size_t)snprintf(p + n, 4, "%%%02X", (unsigned)(unsigned char)path.p[i]);
    }
    return span_of(p, n);
}
