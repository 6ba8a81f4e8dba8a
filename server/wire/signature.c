/* The rules and error texts are those of Go's crypto/x509 (ParsePKCS1PublicKey) and crypto/rsa. */
#include "wire/signature.h"

#include "base/base64.h"
#include "base/crypto.h"
#include "wire/der.h"

#define INVALID_SIGNATURE "client's signature is invalid: "

enum { INT64_BYTES = 8 };

static const struct der_type rsa_key_type = { TAG_SEQUENCE, true, "pkcs1PublicKey" };
static const struct der_type big_int_type = { TAG_INTEGER, false, "" }; /* a pointer: it has no name */
static const struct der_type int_type = { TAG_INTEGER, false, "int" };
static const struct der_type key_info_type = { TAG_SEQUENCE, true, "publicKeyInfo" };
static const struct der_type algorithm_type = { TAG_SEQUENCE, true, "AlgorithmIdentifier" };
static const struct der_type oid_type = { TAG_OID, false, "ObjectIdentifier" };
static const struct der_type bit_string_type = { TAG_BIT_STRING, false, "BitString" };

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
    return !der_read_head(algorithm, &at, &head, NULL) && !der_content(algorithm, &at, &head, &parameters, NULL);
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

/* True if Go reads it as a SubjectPublicKeyInfo. */
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

enum err signature_key_read(struct span base64, struct arena *arena, struct public_key *key, struct error *error)
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

void signature_client_id(const struct public_key *key, char out[CLIENT_ID_SIZE + 1])
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
