#include "releases/envelope.h"
#include "base/ascii.h"
#include "base/base64.h"

#include "wire/signature.h"
#include "wire/json_put.h"
#include "wire/json_scan.h"

static const struct span client_id_key = { "ClientID", 8 };

/* A member of an object that json_scan has found good. */
struct member {
    struct span key;   /* between the quotes, escapes as they stand */
    struct span value;
};

static size_t skip_blanks(struct span text, size_t at)
{
    while (at < text.n && memchr(" \t\r\n", text.p[at], 4))
        at++;
    return at;
}

static struct span rest_of(struct span text, size_t at)
{
    return span_of(text.p + at, text.n - at);
}

/* The next member from *at on, which stands behind the `{` or behind a value; false at the `}`. */
static bool member_next(struct span object, size_t *at, struct member *member)
{
    size_t i = skip_blanks(object, *at);

    if (object.p[i] == ',')
        i = skip_blanks(object, i + 1);
    if (object.p[i] == '}')
        return false;
    size_t n = json_skip(rest_of(object, i));
    member->key = span_of(object.p + i + 1, n - 2);
    i = skip_blanks(object, i + n) + 1; /* behind the colon */
    i = skip_blanks(object, i);
    n = json_skip(rest_of(object, i));
    member->value = span_of(object.p + i, n);
    *at = i + n;
    return true;
}

/* The next character of a key. What is not ASCII comes out as NUL, which is in no key of ours. */
static char key_char(struct span key, size_t *at)
{
    if (key.p[*at] != '\\')
        return key.p[(*at)++];
    int32_t code = ascii_unicode(key, at);
    if (code < 0)
        *at += 2; /* an escape of one letter */
    return code > 0 && code < 0x80 ? (char)code : '\0';
}

static bool is_client_id_key(struct span key)
{
    char plain[8];
    size_t n = 0, at = 0;

    while (at < key.n && n < sizeof plain)
        plain[n++] = key_char(key, &at);
    return at == key.n && span_eq_nocase(span_of(plain, n), client_id_key);
}

/* The ClientID that counts: the last that is not null. The zero span when there is none. */
static struct span client_id_value(struct span object)
{
    struct span found = { NULL, 0 };
    struct member member;
    size_t at = 1;

    while (member_next(object, &at, &member))
        if (is_client_id_key(member.key) && !span_is(member.value, "null"))
            found = member.value;
    return found;
}

/* The object alone, once `text` is known to be nothing but one. */
static enum err object_find(struct span text, struct span *object, struct error *error)
{
    struct error why;
    enum err err = json_scan(text, object, NULL, &why);

    if (err)
        return error_set(error, err, "the payload is no JSON: %s", why.text);
    if (object->p[0] != '{')
        return error_set(error, ERR_INVALID, "the payload is JSON, but no object");
    size_t end = (size_t)(object->p - text.p) + object->n;
    if (skip_blanks(text, end) < text.n)
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
    bool alone = object.p[skip_blanks(object, 1)] == '}';

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
