/* The API as a Swagger 2.0 document, made from the very tables that serve it: paths from the route table,
 * bodies from the dialect's messages. */
#include "api/routes.h"
#include "wire/problems.h"

#include <stddef.h>
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

/* `payload`: what a raw value holds. */
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

enum { FIXED = 0 }; /* no offset into a dialect begins here: its first member is its name */

/* Which message of the dialect a path takes, and what the raw payload in it is. */
static const struct taken {
    const char *path;
    size_t request, payload;         /* offsets into struct dialect */
    const struct message *fixed;     /* a request or payload that all dialects share */
} taken[] = {
    { "/requester/submit", offsetof(struct dialect, submit_envelope), offsetof(struct dialect, submit_payload), NULL },
    { "/requester/list", offsetof(struct dialect, list_request), FIXED, NULL },
    { "/requester/states", offsetof(struct dialect, state_request), FIXED, NULL },
    { "/requester/events", offsetof(struct dialect, events_request), FIXED, NULL },
    { "/requester/results", offsetof(struct dialect, results_request), FIXED, NULL },
    { "/requester/cancel", offsetof(struct dialect, cancel_envelope), FIXED, &message_cancel_payload },
    { "/requester/approve", offsetof(struct dialect, approve_envelope), FIXED, &message_approve_payload },
    { "/version", FIXED, FIXED, &message_version_request },
};

static const struct message *member(const struct dialect *dialect, size_t offset)
{
    return *(const struct message *const *)(const void *)((const char *)dialect + offset);
}

static void put_request(struct buf *out, const struct dialect *dialect, const struct taken *t)
{
    buf_text(out, ",\"consumes\":[\"application/json\"],"
                  "\"parameters\":[{\"name\":\"body\",\"in\":\"body\",\"required\":true,\"schema\":");
    if (t->request == FIXED)
        put_message(out, t->fixed, NULL);
    else
        put_message(out, member(dialect, t->request), t->payload ? member(dialect, t->payload) : t->fixed);
    buf_text(out, "}]");
}

static const struct taken *taken_by(const struct route *route)
{
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (strcmp(taken[i].path, route->path) == 0)
            return &taken[i];
    return NULL;
}

static void put_path(struct buf *out, const struct dialect *dialect, const struct route *route)
{
    const struct taken *t = taken_by(route);

    buf_printf(out, "\"%s\":{\"%s\":{\"summary\":\"%s\"", route->path, t ? "post" : "get", route->summary);
    if (t)
        put_request(out, dialect, t);
    buf_text(out, ",\"responses\":{\"200\":{\"description\":\"OK\"}");
    if (t)
        buf_text(out, ",\"400\":{\"description\":\"the body cannot be read or is refused\"},"
                      "\"500\":{\"description\":\"no such job, or it cannot be done\"}");
    buf_text(out, "}}}");
}

static void put_document(struct buf *out, const struct dialect *dialect)
{
    bool first = true;

    buf_printf(out,
               "{\"swagger\":\"2.0\",\"info\":{\"title\":\"mock-requester\",\"description\":\"A stand-in for the "
               "requester API of a Bacalhau network\",\"version\":\"%.*s\"},\"basePath\":\"/\",\"paths\":{",
               SPAN_ARG(dialect->version.git_version));
    for (size_t i = 0; i < n_routes; i++) {
        if (route_find(dialect, span_text(routes[i].path)) != &routes[i])
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        put_path(out, dialect, &routes[i]);
    }
    buf_text(out, "}}");
}

/* ---- the handler ---------------------------------------------------------------------------------------------- */

static const char page[] = "<!DOCTYPE html>\n<html><head><title>mock-requester</title></head>\n"
                           "<body><h1>mock-requester</h1><p>The API as a Swagger document: "
                           "<a href=\"doc.json\">doc.json</a></p></body></html>\n";

void answer_swagger(struct call *call, ns_t now)
{
    struct reply *reply = call->reply;

    (void)now;
    if (span_is(call->path, "/swagger/doc.json")) {
        reply_header(reply, "Content-Type", SPAN("application/json; charset=utf-8"));
        put_document(&reply->body, call->world->release);
    } else if (span_is(call->path, "/swagger/index.html")) {
        reply_header(reply, "Content-Type", SPAN("text/html; charset=utf-8"));
        buf_text(&reply->body, page);
    } else {
        problem_plain(reply, 404, SPAN("404 page not found"));
    }
}
