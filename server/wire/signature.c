/* Who signed, and does the signature hold, in the reference's words.
 *
 * The words are those of Go's standard library, and so are the rules: encoding/asn1 (parseTagAndLength and parseField, as far as a public key can meet them) and crypto/x509
 * (ParsePKCS1PublicKey), in the releases that the reference is built with (Go 1.19 and 1.20). */
#include "wire/signature.h"

#include "base/base64.h"
#include "base/crypto.h"

#include <limits.h>
#include <stdint.h>

#define INVALID_SIGNATURE "client's signature is invalid: "

/* ---- DER ------------------------------------------------------------------------------------------------ */

enum { TAG_INTEGER = 2, TAG_BIT_STRING = 3, TAG_OID = 6, TAG_SEQUENCE = 16, TAG_LONG = 0x1f };
enum { BASE128_MAX = 5, LENGTH_SHIFT_MAX = 1 << 23, INT64_BYTES = 8 };

/* Go's tagAndLength. */
struct der_head {
    int class, tag, length;
    bool compound;
};

/* What a field of a Go struct wants to see, and what Go calls its type. */
struct der_type {
    int tag;
    bool compound;
    const char *go_name;
};

static const struct der_type rsa_key_type = { TAG_SEQUENCE, true, "pkcs1PublicKey" };
static const struct der_type big_int_type = { TAG_INTEGER, false, "" }; /* a pointer: it has no name */
static const struct der_type int_type = { TAG_INTEGER, false, "int" };
static const struct der_type key_info_type = { TAG_SEQUENCE, true, "publicKeyInfo" };
static const struct der_type algorithm_type = { TAG_SEQUENCE, true, "AlgorithmIdentifier" };
static const struct der_type oid_type = { TAG_OID, false, "ObjectIdentifier" };
static const struct der_type bit_string_type = { TAG_BIT_STRING, false, "BitString" };

static enum err der_syntax(struct error *error, const char *what)
{
    return error_set(error, ERR_INVALID, "asn1: syntax error: %s", what);
}

static enum err der_structure(struct error *error, const char *what)
{
    return error_set(error, ERR_INVALID, "asn1: structure error: %s", what);
}

static unsigned der_byte(struct span bytes, size_t at)
{
    return (unsigned char)bytes.p[at];
}

static enum err der_base128(struct span bytes, size_t *at, int *value, struct error *error)
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

/* Go's parseTagAndLength. There is at least one byte. */
static enum err der_head(struct span bytes, size_t *at, struct der_head *head, struct error *error)
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

static enum err der_content(struct span bytes, size_t *at, const struct der_head *head, struct span *content,
                            struct error *error)
{
    if ((size_t)head->length > bytes.n - *at)
        return der_syntax(error, "data truncated");
    *content = span_of(bytes.p + *at, (size_t)head->length);
    *at += content->n;
    return ERR_OK;
}

/* Go's parseField for one field that must be there: its content, and *at behind it. */
static enum err der_field(struct span bytes, size_t *at, const struct der_type *type, struct span *content,
                          struct error *error)
{
    struct der_head head;

    if (*at == bytes.n)
        return der_syntax(error, "sequence truncated");
    enum err err = der_head(bytes, at, &head, error);
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

static enum err der_integer(struct span bytes, size_t *at, const struct der_type *type, struct span *content,
                            struct error *error)
{
    enum err err = der_field(bytes, at, type, content, error);

    return err ? err : der_integer_is_minimal(*content, error);
}

/* ---- the two forms of a public key ------------------------------------------------------------------- */

/* SEQUENCE { OBJECT IDENTIFIER, ANY OPTIONAL }, as far as Go looks at it. */
static bool algorithm_is_good(struct span algorithm)
{
    struct span oid, parameters;
    struct der_head head;
    size_t at = 0, in_oid = 0;
    int arc;

    if (der_field(algorithm, &at, &oid_type, &oid, NULL) || oid.n == 0)
        return false;
    while (in_oid < oid.n)
        if (der_base128(oid, &in_oid, &arc, NULL))
            return false;
    if (at == algorithm.n)
        return true;
    return !der_head(algorithm, &at, &head, NULL) && !der_content(algorithm, &at, &head, &parameters, NULL);
}

static bool bit_string_is_good(struct span bits)
{
    if (bits.n == 0)
        return false;
    unsigned padding = der_byte(bits, 0);
    if (padding > 7 || (bits.n == 1 && padding > 0))
        return false;
    return (der_byte(bits, bits.n - 1) & ((1u << padding) - 1)) == 0;
}

/* Would Go read it as a SubjectPublicKeyInfo? */
static bool is_public_key_info(struct span der)
{
    struct span info, algorithm, bits;
    size_t at = 0, inner = 0;

    return !der_field(der, &at, &key_info_type, &info, NULL) &&
           !der_field(info, &inner, &algorithm_type, &algorithm, NULL) && algorithm_is_good(algorithm) &&
           !der_field(info, &inner, &bit_string_type, &bits, NULL) && bit_string_is_good(bits);
}

/* An integer's value without its sign byte; false: zero or negative. */
static bool positive(struct span content, struct span *value)
{
    if (der_byte(content, 0) & 0x80)
        return false;
    if (der_byte(content, 0) == 0)
        content = span_of(content.p + 1, content.n - 1);
    *value = content;
    return content.n > 0;
}

/* SEQUENCE { modulus INTEGER, exponent INTEGER }: the integers' contents. What follows them inside is
 * passed over; `*end`: where the sequence ends. */
static enum err rsa_key_fields(struct span der, struct span *modulus, struct span *exponent, size_t *end,
                               struct error *error)
{
    struct span sequence;
    size_t inner = 0;

    *end = 0;
    enum err err = der_field(der, end, &rsa_key_type, &sequence, error);
    if (!err)
        err = der_integer(sequence, &inner, &big_int_type, modulus, error);
    if (!err)
        err = der_integer(sequence, &inner, &int_type, exponent, error);
    if (!err && exponent->n > INT64_BYTES)
        err = der_structure(error, "integer too large");
    return err;
}

/* Go's ParsePKCS1PublicKey. */
static enum err rsa_key_parse(struct span der, struct public_key *key, struct error *error)
{
    struct span modulus, exponent;
    struct public_key found;
    size_t end;
    enum err err = rsa_key_fields(der, &modulus, &exponent, &end, error);

    if (err)
        return !is_public_key_info(der) ? err
               : error_set(error, ERR_INVALID,
                           "x509: failed to parse public key (use ParsePKIXPublicKey instead for this key format)");
    if (end < der.n)
        return der_syntax(error, "trailing data");
    if (!positive(modulus, &found.modulus) || !positive(exponent, &found.exponent))
        return error_set(error, ERR_INVALID, "x509: public key contains zero or negative value");
    if (found.exponent.n > 4 || (found.exponent.n == 4 && der_byte(found.exponent, 0) > 0x7f))
        return error_set(error, ERR_INVALID, "x509: public key contains large public exponent");
    *key = found;
    return ERR_OK;
}

enum err public_key_read(struct span base64, struct arena *arena, struct public_key *key, struct error *error)
{
    struct error why;
    struct span der;
    enum err err = base64_decode(base64, arena, &der, &why);

    if (err)
        return error_set(error, err, INVALID_SIGNATURE "failed to decode public key: failed to decode public key: %s",
                         why.text);
    err = rsa_key_parse(der, key, &why);
    if (err)
        return error_set(error, err, INVALID_SIGNATURE "failed to decode public key: %s", why.text);
    return ERR_OK;
}

/* ---- what the key says ----------------------------------------------------------------------------------- */

enum err signature_check(const struct public_key *key, struct span signature, struct span payload, struct arena *arena,
                         struct error *error)
{
    struct error why;
    struct span bytes;
    enum err err = base64_decode(signature, arena, &bytes, &why);

    if (err)
        return error_set(error, err, INVALID_SIGNATURE "failed to decode signature: %s", why.text);
    if (!crypto_rsa_verify(key->modulus, key->exponent, payload, bytes))
        return error_set(error, ERR_INVALID, INVALID_SIGNATURE "crypto/rsa: verification error");
    return ERR_OK;
}

void client_id_of(const struct public_key *key, char out[CLIENT_ID_SIZE + 1])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[SHA256_SIZE];

    crypto_sha256(key->modulus, digest);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    out[CLIENT_ID_SIZE] = '\0';
}
