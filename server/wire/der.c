#include "wire/der.h"

#include <limits.h>
#include <stdint.h>

enum { TAG_LONG = 0x1f, BASE128_MAX = 5, LENGTH_SHIFT_MAX = 1 << 23 };

enum err der_syntax(struct error *error, const char *what)
{
    return error_set(error, ERR_INVALID, "asn1: syntax error: %s", what);
}

enum err der_structure(struct error *error, const char *what)
{
    return error_set(error, ERR_INVALID, "asn1: structure error: %s", what);
}

unsigned der_byte(struct span bytes, size_t at)
{
    return (unsigned char)bytes.p[at];
}

enum err der_base128(struct span bytes, size_t *at, int *value, struct error *error)
{
    int64_t v = 0;

    for (int i = 0; *at < bytes.n; i++) {
        unsigned b = der_byte(bytes, *at);

        if (i == BASE128_MAX)
            return der_structure(error, "base 128 integer too large");
        if (i == 0 && b == 0x80)
            return der_syntax(error, "integer is not minimally encoded");
        v = v << 7 | (b & 0x7f);
        ++*at;
        if (b & 0x80)
            continue;
        if (v > INT32_MAX)
            return der_structure(error, "base 128 integer too large");
        *value = (int)v;
        return ERR_OK;
    }
    return der_syntax(error, "truncated base 128 integer");
}

/* The `n` bytes of a length that does not fit one. */
static enum err der_long_length(struct span bytes, size_t *at, unsigned n, int *length, struct error *error)
{
    int v = 0;

    if (n == 0)
        return der_syntax(error, "indefinite length found (not DER)");
    for (; n > 0; n--) {
        if (*at == bytes.n)
            return der_syntax(error, "truncated tag or length");
        unsigned b = der_byte(bytes, (*at)++);
        if (v >= LENGTH_SHIFT_MAX)
            return der_structure(error, "length too large");
        v = v << 8 | (int)b;
        if (v == 0)
            return der_structure(error, "superfluous leading zeros in length");
    }
    if (v < 0x80)
        return der_structure(error, "non-minimal length");
    *length = v;
    return ERR_OK;
}

enum err der_read_head(struct span bytes, size_t *at, struct der_head *head, struct error *error)
{
    unsigned b = der_byte(bytes, (*at)++);

    *head = (struct der_head){ .class = (int)(b >> 6), .tag = (int)(b & 0x1f), .compound = b & 0x20 };
    if (head->tag == TAG_LONG) {
        enum err err = der_base128(bytes, at, &head->tag, error);

        if (err)
            return err;
        if (head->tag < TAG_LONG)
            return der_syntax(error, "non-minimal tag");
    }
    if (*at == bytes.n)
        return der_syntax(error, "truncated tag or length");
    b = der_byte(bytes, (*at)++);
    if (b & 0x80)
        return der_long_length(bytes, at, b & 0x7f, &head->length, error);
    head->length = (int)b;
    return ERR_OK;
}

static enum err der_mismatch(const struct der_type *type, const struct der_head *head, size_t at, struct error *error)
{
    return error_set(error, ERR_INVALID,
                     "asn1: structure error: tags don't match (%d vs {class:%d tag:%d length:%d isCompound:%s}) "
                     "{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> "
                     "stringType:0 timeType:0 set:false omitEmpty:false} %s @%zu",
                     type->tag, head->class, head->tag, head->length, head->compound ? "true" : "false", type->go_name,
                     at);
}

enum err der_content(struct span bytes, size_t *at, const struct der_head *head, struct span *content,
                            struct error *error)
{
    if ((size_t)head->length > bytes.n - *at)
        return der_syntax(error, "data truncated");
    *content = span_of(bytes.p + *at, (size_t)head->length);
    *at += content->n;
    return ERR_OK;
}

enum err der_field(struct span bytes, size_t *at, const struct der_type *type, struct span *content,
                          struct error *error)
{
    struct der_head head;

    if (*at == bytes.n)
        return der_syntax(error, "sequence truncated");
    enum err err = der_read_head(bytes, at, &head, error);
    if (err)
        return err;
    if (head.class != 0 || head.tag != type->tag || head.compound != type->compound)
        return der_mismatch(type, &head, *at, error);
    return der_content(bytes, at, &head, content, error);
}

static enum err der_integer_is_minimal(struct span content, struct error *error)
{
    if (content.n == 0)
        return der_structure(error, "empty integer");
    if (content.n == 1)
        return ERR_OK;
    unsigned first = der_byte(content, 0), second = der_byte(content, 1);
    if ((first == 0 && second < 0x80) || (first == 0xff && second >= 0x80))
        return der_structure(error, "integer not minimally-encoded");
    return ERR_OK;
}

enum err der_integer(struct span bytes, size_t *at, const struct der_type *type, struct span *content,
                            struct error *error)
{
    enum err err = der_field(bytes, at, type, content, error);

    return err ? err : der_integer_is_minimal(*content, error);
}
