#include "control/shapes.h"

#include "base/json.h"
#include "scenario/shipped.h"
#include "wire/json_put.h"

/* ---- texts ------------------------------------------------------------------------------------------------- */

static const char *const types[] = { "string", "integer", "number", "boolean", "object" };

static bool is_type(struct span word)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_is(word, types[i]))
            return true;
    return false;
}

/* Cuts the part before the next '|' off the text. */
static struct span next_choice(struct span *text)
{
    const char *bar = memchr(text->p, '|', text->n);
    struct span part = span_of(text->p, bar ? (size_t)(bar - text->p) : text->n);

    *text = bar ? span_of(bar + 1, text->n - part.n - 1) : SPAN("");
    return part;
}

/* Without its braces. */
static void put_enum(struct buf *out, struct span texts)
{
    buf_text(out, "\"type\":\"string\",\"enum\":[");
    for (const char *comma = ""; texts.n; comma = ",") {
        buf_text(out, comma);
        json_put_string(out, next_choice(&texts));
    }
    buf_char(out, ']');
}

static void put_reference(struct buf *out, struct span name)
{
    buf_printf(out, "{\"$ref\":\"#/components/schemas/%.*s\"}", SPAN_ARG(name));
}

static void put_choices(struct buf *out, struct span names)
{
    buf_text(out, "\"anyOf\":[");
    for (const char *comma = ""; names.n; comma = ",") {
        buf_text(out, comma);
        put_reference(out, next_choice(&names));
    }
    buf_char(out, ']');
}

void shapes_put(struct buf *out, struct span shape)
{
    bool or_null = span_ends(shape, SPAN("?"));
    struct span word = span_of(shape.p, shape.n - or_null);

    if (span_is(word, "any")) {
        buf_text(out, "{}");
        return;
    }
    if (!or_null && !is_type(word) && word.p[0] != '=' && !memchr(word.p, '|', word.n)) {
        put_reference(out, word);
        return;
    }
    buf_char(out, '{');
    if (is_type(word))
        buf_printf(out, "\"type\":\"%.*s\"", SPAN_ARG(word));
    else if (word.p[0] == '=')
        put_enum(out, span_of(word.p + 1, word.n - 1));
    else
        put_choices(out, word);
    buf_text(out, or_null ? ",\"nullable\":true}" : "}");
}

/* ---- the file ---------------------------------------------------------------------------------------------- */

static void put_value(struct buf *out, const struct json *json, const struct json_value *value);

/* The keys of an object, without the '?' of those that may be left out. */
static struct span bare(struct span key)
{
    return span_of(key.p, key.n - span_ends(key, SPAN("?")));
}

static void put_required(struct buf *out, const struct json_value *object)
{
    const char *before = ",\"required\":[";

    JSON_EACH(member, object) {
        struct span key = json_key(member);
        if (span_ends(key, SPAN("?")) || span_is(key, "*"))
            continue;
        buf_text(out, before);
        json_put_string(out, key);
        before = ",";
    }
    if (before[1])
        return;
    buf_char(out, ']');
}

static void put_properties(struct buf *out, const struct json *json, const struct json_value *object)
{
    const char *comma = "";

    buf_text(out, ",\"properties\":{");
    JSON_EACH(member, object) {
        if (span_is(json_key(member), "*"))
            continue;
        buf_text(out, comma);
        json_put_string(out, bare(json_key(member)));
        buf_char(out, ':');
        put_value(out, json, member);
        comma = ",";
    }
    buf_char(out, '}');
}

static void put_object(struct buf *out, const struct json *json, const struct json_value *object)
{
    const struct json_value *others = json_get(object, "*");

    buf_text(out, "{\"type\":\"object\",\"additionalProperties\":");
    if (others)
        put_value(out, json, others);
    else
        buf_text(out, "false");
    put_required(out, object);
    put_properties(out, json, object);
    buf_char(out, '}');
}

static void put_value(struct buf *out, const struct json *json, const struct json_value *value)
{
    const struct json_value *schema = json_get(value, "=");

    if (schema) {
        buf_span(out, json_raw(json, schema));
    } else if (json_type(value) == JSON_STRING) {
        shapes_put(out, json_string(value));
    } else if (json_type(value) == JSON_ARRAY) {
        buf_text(out, "{\"type\":\"array\",\"items\":");
        put_value(out, json, json_first(value));
        buf_char(out, '}');
    } else {
        put_object(out, json, value);
    }
}

void shapes_put_all(struct buf *out)
{
    const struct shipped_file *file = shipped_file(SPAN("server/control/shapes.json"));
    struct json *json = NULL;

    MUST(file);
    enum err err = json_parse(shipped_text(file), JSON_STRICT, &json, NULL, NULL);
    MUST(err != ERR_INVALID);
    out->failed |= !json;
    buf_char(out, '{');
    JSON_EACH(shape, json ? json_root(json) : NULL) {
        if (shape != json_first(json_root(json)))
            buf_char(out, ',');
        json_put_string(out, json_key(shape));
        buf_char(out, ':');
        put_value(out, json, shape);
    }
    buf_char(out, '}');
    json_free(json);
}
