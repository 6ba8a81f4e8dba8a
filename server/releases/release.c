#include "releases/release.h"

const struct release *release_find(struct span name)
{
    for (size_t i = 0; releases[i]; i++)
        if (span_is(name, releases[i]->name))
            return releases[i];
    return NULL;
}

static bool serves(const struct route *route, struct span path)
{
    struct span own = span_text(route->path);

    if (own.p[own.n - 1] == '/')
        return span_starts(path, own);
    return span_eq(path, own);
}

static const struct route *route_below(const struct release *release, struct span path)
{
    for (size_t i = 0; i < release->n_routes; i++)
        if (serves(&release->routes[i], path))
            return &release->routes[i];
    return NULL;
}

const struct route *release_route(const struct release *release, struct span path)
{
    const struct route *route = NULL;

    for (size_t i = 0; !route && release->prefixes[i]; i++) {
        struct span prefix = span_text(release->prefixes[i]);
        if (span_starts(path, prefix))
            route = route_below(release, span_of(path.p + prefix.n, path.n - prefix.n));
    }
    return route;
}

const struct route *release_endpoint(const struct release *release, enum endpoint endpoint)
{
    for (size_t i = 0; i < release->n_routes; i++)
        if (release->routes[i].endpoint == endpoint)
            return &release->routes[i];
    return NULL;
}

void release_put_listed(const struct release *release, struct buf *out, const struct job *job, size_t i, size_t n, int zone)
{
    buf_text(out, i ? "," : "{\"jobs\":[");
    release->put_listed(out, job, zone);
    if (i + 1 == n)
        buf_text(out, "]}");
}

void release_put_list(const struct release *release, struct buf *out, const struct job *const *jobs, size_t n, int zone)
{
    if (n == 0)
        buf_text(out, "{\"jobs\":[]}");
    for (size_t i = 0; i < n; i++)
        release_put_listed(release, out, jobs[i], i, n, zone);
}

bool route_takes(const struct route *route, struct span method)
{
    const char *at = route->methods;

    while (at && *at) {
        size_t n = strcspn(at, " ");
        if (span_eq(method, span_of(at, n)))
            return true;
        at += n + (at[n] == ' ');
    }
    return !route->methods;
}
