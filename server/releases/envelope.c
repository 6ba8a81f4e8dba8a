#include "releases/envelope.h"
#include "base/base64.h"

#include "wire/signature.h"
#include "wire/json_items.h"
#include "wire/json_put.h"
#include "wire/json_scan.h"
#include "wire/json_text.h"

static const struct span client_id_key = { "ClientID", 8 };

static struct span rest_of(struct span text, size_t at)
{
    return span_of(text.p + at, text.n - at);
}

static bool is_client_id_key(struct span key)
{
    char plain[6 * sizeof "ClientID"];

    return json_text_max(key) <= sizeof plain && span_eq_nocase(span_of(plain, json_text_unquote(key, plain)), client_id_key);
}

/* The last ClientID that is not null, which is the one Go keeps. The zero span if there is none. */
static struct span client_id_value(struct span object)
{
    struct span found = { NULL, 0 };
    struct json_item member;

    for (bool on = json_item_first(object, &member); on; on = json_item_next(object, &member))
        if (is_client_id_key(member.key) && !span_is(member.value, "null"))
            found = member.value;
    return found;
}

/* The JSON object that `text` consists of. */
static enum err object_find(struct span text, struct span *object, struct error *error)
{
    struct error why;
    enum err err = json_scan(text, object, NULL, &why);

    if (err)
        return error_set(error, err, "the payload is not JSON: %s", why.text);
    if (object->p[0] != '{')
        return error_set(error, ERR_INVALID, "the payload is JSON, but not an object");
    size_t end = (size_t)(object->p - text.p) + object->n;
    if (json_skip_space(text, end) < text.n)
        return error_set(error, ERR_INVALID, "something follows the payload's object, at byte %zu", end + 1);
    return ERR_OK;
}

static void put_one_line(struct buf *out, struct span text)
{
    char *p = buf_reserve(out, text.n);

    if (!p)
        return;
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] == '\n' || text.p[i] == '\r' ? ' ' : text.p[i];
    out->n += text.n;
    out->p[out->n] = '\0';
}

static void put_in_place(struct buf *out, struct span object, struct span old, struct span client_id)
{
    size_t at = (size_t)(old.p - object.p);

    put_one_line(out, span_of(object.p, at));
    json_put_string(out, client_id);
    put_one_line(out, rest_of(object, at + old.n));
}

static void put_as_first_member(struct buf *out, struct span object, struct span client_id)
{
    bool alone = object.p[json_skip_space(object, 1)] == '}';

    buf_text(out, "{\"ClientID\":");
    json_put_string(out, client_id);
    buf_text(out, alone ? "" : ",");
    put_one_line(out, rest_of(object, 1));
}

enum err envelope_payload(struct span text, struct span client_id, struct buf *payload, struct error *error)
{
    struct span object;
    enum err err = object_find(text, &object, error);

    if (err)
        return err;
    struct span id = client_id_value(object);
    if (!id.p)
        put_as_first_member(payload, object, client_id);
    else if (span_is(id, "\"\""))
        put_in_place(payload, object, id, client_id);
    else
        put_one_line(payload, object);
    return payload->failed ? error_set(error, ERR_NOMEM, "the payload is too large") : ERR_OK;
}

void envelope_write(struct buf *out, struct span field, struct span payload, struct span signature, struct span key)
{
    buf_char(out, '{');
    json_put_string(out, field);
    buf_char(out, ':');
    buf_span(out, payload);
    buf_text(out, ",\"signature\":\"");
    base64_encode(out, signature);
    buf_text(out, "\",\"client_public_key\":\"");
    base64_encode(out, key);
    buf_text(out, "\"}");
}
