/* The API as a Swagger 2.0 document, made from the tables that serve it: the release's routes and their messages. */
#include "api/routes.h"
#include "wire/problems.h"

#include <stdio.h>

/* ---- schemas ------------------------------------------------------------------------------------------------ */

static void put_message(struct buf *out, const struct message *m, const struct message *payload);

static void put_enum(struct buf *out, const struct enum_names *names)
{
    buf_text(out, "{\"type\":\"string\",\"enum\":[");
    for (int i = names->first; i < names->count; i++)
        buf_printf(out, "%s\"%s\"", i > names->first ? "," : "", names->names[i]);
    buf_text(out, "]}");
}

static void put_list(struct buf *out, const struct message *of)
{
    buf_text(out, "{\"type\":\"array\",\"items\":");
    put_message(out, of, NULL);
    buf_char(out, '}');
}

static const char *const simple_schemas[] = {
    [FIELD_STRING] = "{\"type\":\"string\"}",
    [FIELD_BOOL] = "{\"type\":\"boolean\"}",
    [FIELD_INT] = "{\"type\":\"integer\"}",
    [FIELD_FLOAT] = "{\"type\":\"number\"}",
    [FIELD_TIME] = "{\"type\":\"string\",\"format\":\"date-time\"}",
    [FIELD_BYTES] = "{\"type\":\"string\",\"format\":\"byte\"}",
    [FIELD_STRINGS] = "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}",
    [FIELD_STRING_MAP] = "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
};

/* `payload`: the message inside a raw value. */
static void put_field(struct buf *out, const struct field *f, const struct message *payload)
{
    bool simple = (size_t)f->kind < sizeof simple_schemas / sizeof simple_schemas[0] && simple_schemas[f->kind];

    if (simple)
        buf_text(out, simple_schemas[f->kind]);
    else if (f->kind == FIELD_ENUM)
        put_enum(out, f->names);
    else if (f->kind == FIELD_RAW)
        put_message(out, payload, NULL);
    else if (f->kind == FIELD_OBJECTS || f->kind == FIELD_POINTERS)
        put_list(out, f->message);
    else
        put_message(out, f->message, NULL);
}

static void put_message(struct buf *out, const struct message *m, const struct message *payload)
{
    buf_text(out, "{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < m->n; i++) {
        buf_printf(out, "%s\"%s\":", i ? "," : "", m->fields[i].name);
        put_field(out, &m->fields[i], payload);
    }
    buf_text(out, "}}");
}

/* ---- paths ---------------------------------------------------------------------------------------------------- */

static void put_request(struct buf *out, const struct route *route)
{
    buf_text(out, ",\"consumes\":[\"application/json\"],"
                  "\"parameters\":[{\"name\":\"body\",\"in\":\"body\",\"required\":true,\"schema\":");
    put_message(out, route->request, route->payload);
    buf_text(out, "}]");
}

static void put_path(struct buf *out, const struct release *release, const struct route *route)
{
    buf_printf(out, "\"%s%s\":{\"%s\":{\"summary\":\"%s\"", release->prefixes[0], route->path,
               route->request ? "post" : "get", endpoints[route->endpoint].summary);
    if (route->request)
        put_request(out, route);
    buf_text(out, ",\"responses\":{\"200\":{\"description\":\"OK\"}");
    if (route->request)
        buf_text(out, ",\"400\":{\"description\":\"the body cannot be read or is refused\"},"
                      "\"500\":{\"description\":\"no such job, or it cannot be done\"}");
    buf_text(out, "}}}");
}

static void put_document(struct buf *out, const struct release *release)
{
    buf_printf(out,
               "{\"swagger\":\"2.0\",\"info\":{\"title\":\"mock-requester\",\"description\":\"A stand-in for the "
               "requester API of a Bacalhau network\",\"version\":\"%.*s\"},\"basePath\":\"/\",\"paths\":{",
               SPAN_ARG(release->version->git_version));
    for (size_t i = 0; i < release->n_routes; i++) {
        if (i)
            buf_char(out, ',');
        put_path(out, release, &release->routes[i]);
    }
    buf_text(out, "}}");
}

/* ---- the handler ---------------------------------------------------------------------------------------------- */

static const char page[] = "<!DOCTYPE html>\n<html><head><title>mock-requester</title></head>\n"
                           "<body><h1>mock-requester</h1><p>The API as a Swagger document: "
                           "<a href=\"doc.json\">doc.json</a></p></body></html>\n";

/* As swaggo/http-swagger: what follows the target's last slash, its query included. */
static struct span page_of(const struct call *call)
{
    struct span target = call->request->target;
    size_t n = target.n;

    while (n && target.p[n - 1] != '/')
        n--;
    return span_of(target.p + n, target.n - n);
}

static void put_type(struct reply *reply, struct span name)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        { ".html", "text/html; charset=utf-8" }, { ".css", "text/css; charset=utf-8" }, { ".js", "application/javascript" },
        { ".png", "image/png" },                 { ".json", "application/json; charset=utf-8" },
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (span_ends(name, span_text(types[i].end)))
            reply_header(reply, "Content-Type", span_text(types[i].type));
}

void answer_swagger(struct call *call, ns_t now)
{
    struct reply *reply = call->reply;
    struct span name = page_of(call);

    (void)now;
    if (name.n == 0) {
        call_redirect(call, arena_printf(&call->arena, "%.*sindex.html", SPAN_ARG(call->path)));
        return;
    }
    put_type(reply, name);
    if (span_is(name, "doc.json")) {
        put_document(&reply->body, call->world->release);
    } else if (span_is(name, "index.html")) {
        buf_text(&reply->body, page);
    } else {
        reply->status = 404;
        reply->sniffed = reply->n_headers == 0;
        buf_text(&reply->body, "Not Found");
    }
}
