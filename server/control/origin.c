#include "control/origin.h"

#include "base/ascii.h"

/* A host as a header names it: `localhost:1234`, `[::1]`, `https://example.org`. */
struct host {
    struct span name; /* without the port */
    struct span port; /* empty: the scheme's default */
};

static struct host host_of(struct span text)
{
    size_t n = text.n;

    while (n && text.p[n - 1] != ':' && text.p[n - 1] != ']')
        n--;
    if (n == 0 || text.p[n - 1] == ']')
        return (struct host){ text, SPAN("") };
    return (struct host){ span_of(text.p, n - 1), span_of(text.p + n, text.n - n) };
}

/* ---- Host ----------------------------------------------------------------------------------------------- */

static bool is_bracketed(struct span name)
{
    return name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']';
}

static bool is_dotted_address(struct span name)
{
    uint64_t part;
    size_t parts = 0;

    for (size_t begin = 0, end; begin <= name.n; begin = end + 1, parts++) {
        for (end = begin; end < name.n && name.p[end] != '.'; end++)
            ;
        if (!ascii_number(span_of(name.p + begin, end - begin), &part) || part > 255)
            return false;
    }
    return parts == 4;
}

static bool is_under_localhost(struct span name)
{
    struct span end = SPAN(".localhost");

    return name.n > end.n && span_eq_nocase(span_of(name.p + name.n - end.n, end.n), end);
}

static bool is_named(struct span name, const struct allowed_hosts *allowed)
{
    bool named = allowed->own && span_eq_nocase(name, host_of(span_text(allowed->own)).name);

    for (size_t i = 0; i < allowed->n && !named; i++)
        named = span_eq_nocase(name, host_of(span_text(allowed->names[i])).name);
    return named;
}

static bool host_is_ours(struct span host, const struct allowed_hosts *allowed)
{
    struct span name = host_of(host).name;

    return is_bracketed(name) || !name.n || !memchr(name.p, '.', name.n) || is_dotted_address(name) ||
           is_under_localhost(name) || is_named(name, allowed);
}

/* ---- Origin --------------------------------------------------------------------------------------------- */

static const struct {
    struct span prefix, port;
} schemes[] = { { { "http://", 7 }, { "80", 2 } }, { { "https://", 8 }, { "443", 3 } } };

static bool is_same_host(struct host a, struct host b, struct span default_port)
{
    return span_eq_nocase(a.name, b.name) &&
           span_eq(a.port.n ? a.port : default_port, b.port.n ? b.port : default_port);
}

static bool origin_is_host(struct span origin, struct span host)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        struct span prefix = schemes[i].prefix;
        if (origin.n <= prefix.n || !span_eq_nocase(span_of(origin.p, prefix.n), prefix))
            continue;
        struct span rest = span_of(origin.p + prefix.n, origin.n - prefix.n);
        return is_same_host(host_of(rest), host_of(host), schemes[i].port);
    }
    return false;
}

static bool only_reads(struct span method)
{
    return span_is(method, "GET") || span_is(method, "HEAD");
}

enum origin_refusal origin_check(const struct request *request, const struct allowed_hosts *allowed)
{
    const struct header *host = request_header(request, "Host");
    const struct header *origin = request_header(request, "Origin");

    if (host && !host_is_ours(host->value, allowed))
        return ORIGIN_FOREIGN_HOST;
    if (origin && !only_reads(request->method) && !origin_is_host(origin->value, host ? host->value : SPAN("")))
        return ORIGIN_FOREIGN;
    return ORIGIN_FINE;
}
