#include "support/described.h"

#include "base/json.h"
#include "control/openapi.h"
#include "control/table.h"
#include "support/suite.h"

#include <stdio.h>

static void json_free_at(struct json **json)
{
    json_free(*json);
}

/* A member of an object by a name that is no C text. */
static const struct json_value *member_of(const struct json_value *object, struct span name)
{
    JSON_EACH(member, object)
        if (span_eq(json_key(member), name))
            return member;
    return NULL;
}

/* ---- schemas: the part of JSON Schema that the shapes use ------------------------------------------------ */

struct checking {
    const struct json_value *schemas; /* of the document's components */
};

static bool fits(const struct checking *checking, const struct json_value *schema, const struct json_value *value);

static const struct json_value *referred(const struct checking *checking, struct span reference)
{
    size_t prefix = strlen("#/components/schemas/");

    ck_assert_uint_gt(reference.n, prefix);
    const struct json_value *schema = member_of(checking->schemas, span_of(reference.p + prefix, reference.n - prefix));
    ck_assert_msg(schema, "there is no shape %.*s", SPAN_ARG(reference));
    return schema;
}

static bool is_of_type(struct span type, const struct json_value *value)
{
    int64_t whole;

    switch (json_type(value)) {
    case JSON_OBJECT: return span_is(type, "object");
    case JSON_ARRAY: return span_is(type, "array");
    case JSON_STRING: return span_is(type, "string");
    case JSON_BOOL: return span_is(type, "boolean");
    case JSON_NUMBER: return span_is(type, "number") || (span_is(type, "integer") && json_integer(value, &whole));
    case JSON_NULL: case JSON_NOTHING: break;
    }
    return false;
}

static bool is_among(const struct json_value *texts, const struct json_value *value)
{
    JSON_EACH(text, texts)
        if (span_eq(json_string(text), json_string(value)))
            return true;
    return !texts;
}

static bool has_required(const struct json_value *schema, const struct json_value *object)
{
    JSON_EACH(key, json_get(schema, "required"))
        if (!member_of(object, json_string(key)))
            return false;
    return true;
}

static bool members_fit(const struct checking *checking, const struct json_value *schema, const struct json_value *object)
{
    const struct json_value *others = json_get(schema, "additionalProperties");

    JSON_EACH(member, object) {
        const struct json_value *own = member_of(json_get(schema, "properties"), json_key(member));
        if (own ? !fits(checking, own, member) : others && (json_type(others) == JSON_BOOL || !fits(checking, others, member)))
            return false;
    }
    return true;
}

static bool elements_fit(const struct checking *checking, const struct json_value *items, const struct json_value *array)
{
    JSON_EACH(element, array)
        if (items && !fits(checking, items, element))
            return false;
    return true;
}

static bool fits_any(const struct checking *checking, const struct json_value *choices, const struct json_value *value)
{
    JSON_EACH(choice, choices)
        if (fits(checking, choice, value))
            return true;
    return false;
}

static bool fits(const struct checking *checking, const struct json_value *schema, const struct json_value *value)
{
    const struct json_value *reference = json_get(schema, "$ref"), *choices = json_get(schema, "anyOf");
    const struct json_value *type = json_get(schema, "type");

    if (reference)
        return fits(checking, referred(checking, json_string(reference)), value);
    if (json_type(value) == JSON_NULL && (json_true(json_get(schema, "nullable")) || !json_first(schema)))
        return true;
    if (choices)
        return fits_any(checking, choices, value);
    if (!type)
        return true;
    return is_of_type(json_string(type), value) && is_among(json_get(schema, "enum"), value) && has_required(schema, value) &&
           (json_type(value) != JSON_OBJECT || members_fit(checking, schema, value)) &&
           (json_type(value) != JSON_ARRAY || elements_fit(checking, json_get(schema, "items"), value));
}

/* ---- answers --------------------------------------------------------------------------------------------- */

static const struct json_value *operation_of(const struct json *document, const struct control_row *row)
{
    char method[16] = "";

    for (size_t i = 0; row->method[i]; i++)
        method[i] = (char)(row->method[i] | 0x20);
    return json_get(json_get(json_get(json_root(document), "paths"), row->path), method);
}

/* A 400 may also have the key of any finding. */
static void check_key(const struct control_row *row, const struct reply *reply, const struct json_value *body,
                      struct span description)
{
    struct span key = json_string(json_get(json_get(body, "error"), "key"));

    if (reply->status < 400 || reply->status == 400 || reply->status == 422)
        return;
    ck_assert_msg(memmem(description.p, description.n, key.p, key.n), "%s %s: openapi.json does not list %d %.*s", row->method,
                  row->path, reply->status, SPAN_ARG(key));
}

void described_check(const struct control_row *row, const struct reply *reply)
{
    CLEANUP(buf_release) struct buf text = buf_init(OPENAPI_TEXT_MAX);
    CLEANUP(json_free_at) struct json *document = NULL, *body = NULL;
    char status[12];

    openapi_put(&text, control_rows, n_control_rows);
    ck_assert_int_eq(json_parse(buf_view(&text), JSON_STRICT, &document, NULL, NULL), ERR_OK);
    snprintf(status, sizeof status, "%d", reply->status);
    const struct json_value *answer = json_get(json_get(operation_of(document, row), "responses"), status);
    ck_assert_msg(answer, "%s %s: openapi.json lists no answer %s", row->method, row->path, status);
    const struct json_value *media = json_first(json_get(answer, "content"));
    if (!span_is(json_key(media), "application/json"))
        return;
    ck_assert_msg(json_parse(buf_view(&reply->body), JSON_WITH_NUL, &body, NULL, NULL) == ERR_OK, "not JSON: %s", reply->body.p);
    check_key(row, reply, json_root(body), json_string(json_get(answer, "description")));
    struct checking checking = { .schemas = json_get(json_get(json_root(document), "components"), "schemas") };
    ck_assert_msg(fits(&checking, json_get(media, "schema"), json_root(body)), "%s %s: openapi.json does not describe %s",
                  row->method, row->path, reply->body.p);
}
