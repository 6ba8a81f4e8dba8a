/* The program's cryptography, by the EVP calls of OpenSSL 3. The only file that includes openssl's headers.
 *
 * Verifying is the one thing here that must be fast: every submit, cancel and approval does it. Making
 * an EVP_PKEY and preparing it costs about as much as half a verification with a 2048-bit key, and one client sends
 * many requests in a row, so each thread keeps the context of the key that it verified with last; the thread's end
 * frees it. */
#include "base/crypto.h"

#define ERR_STATE OPENSSL_ERR_STATE /* OpenSSL has a type of that name, base/error.h a code */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#undef ERR_STATE
#include <pthread.h>
#include <stdlib.h>

enum {
    RSA_MODULUS_MAX = 16384 / 8, /* bytes; longer keys never verify: bounds what one request can cost */
    RSA_EXPONENT_MAX = 8,        /* bytes; the real requester refuses longer ones */
    GENERATED_BITS = 2048,
};

/* ---- digests ---------------------------------------------------------------------------------------- */

/* Looking an algorithm up costs more than digesting a short text; the one in use is kept to the end of the process. */
static const EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void sha256_find(void)
{
    EVP_MD *found = EVP_MD_fetch(NULL, "SHA2-256", NULL);

    sha256 = found ? found : EVP_sha256();
}

static const EVP_MD *sha256_found(void)
{
    return pthread_once(&sha256_once, sha256_find) == 0 ? sha256 : EVP_sha256();
}

static void digest(const EVP_MD *md, struct span bytes, unsigned char *out)
{
    MUST(EVP_Digest(bytes.p ? bytes.p : "", bytes.n, out, NULL, md, NULL) == 1);
}

void crypto_sha256(struct span bytes, unsigned char out[SHA256_SIZE])
{
    digest(sha256_found(), bytes, out);
}

void crypto_sha1(struct span bytes, unsigned char out[SHA1_SIZE])
{
    digest(EVP_sha1(), bytes, out);
}

/* ---- verifying --------------------------------------------------------------------------------------- */

/* The last key of a thread; modulus and exponent one after the other. */
struct known_key {
    EVP_PKEY_CTX *verifier;
    size_t n_modulus, n_exponent;
    unsigned char bytes[RSA_MODULUS_MAX + RSA_EXPONENT_MAX];
};

/* POSIX threads, not C11's: the thread sanitizer does not know those. */
static pthread_key_t known_slot;
static bool known_slot_ready;
static pthread_once_t known_once = PTHREAD_ONCE_INIT;

static void known_key_free(void *p)
{
    struct known_key *known = p;

    if (!known)
        return;
    EVP_PKEY_CTX_free(known->verifier);
    free(known);
}

static void known_slot_make(void)
{
    known_slot_ready = pthread_key_create(&known_slot, known_key_free) == 0;
}

/* The thread's own, made on first use. NULL: no memory; then keys are not kept. */
static struct known_key *known_key_mine(void)
{
    if (pthread_once(&known_once, known_slot_make) != 0 || !known_slot_ready)
        return NULL;
    struct known_key *known = pthread_getspecific(known_slot);
    if (known)
        return known;
    known = calloc(1, sizeof *known);
    if (known && pthread_setspecific(known_slot, known) != 0) {
        free(known);
        return NULL;
    }
    return known;
}

static bool known_key_is(const struct known_key *known, struct span modulus, struct span exponent)
{
    return known->verifier && known->n_modulus == modulus.n && known->n_exponent == exponent.n &&
           memcmp(known->bytes, modulus.p, modulus.n) == 0 &&
           memcmp(known->bytes + modulus.n, exponent.p, exponent.n) == 0;
}

/* An OSSL_PARAM number is in the machine's byte order. */
static OSSL_PARAM number_param(const char *key, struct span big_endian, unsigned char *native)
{
    BIGNUM *bn = BN_bin2bn((const unsigned char *)big_endian.p, (int)big_endian.n, NULL);
    int n = bn ? BN_bn2nativepad(bn, native, (int)big_endian.n) : -1;

    BN_free(bn);
    return n < 0 ? OSSL_PARAM_construct_end() : OSSL_PARAM_construct_BN(key, native, big_endian.n);
}

static EVP_PKEY *public_pkey(struct span modulus, struct span exponent)
{
    unsigned char n[RSA_MODULUS_MAX], e[RSA_EXPONENT_MAX];
    OSSL_PARAM params[] = {
        number_param(OSSL_PKEY_PARAM_RSA_N, modulus, n),
        number_param(OSSL_PKEY_PARAM_RSA_E, exponent, e),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *pkey = NULL;

    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(ctx);
    return pkey;
}

/* Ready for EVP_PKEY_verify, any number of times; NULL: no such key, or no memory. */
static EVP_PKEY_CTX *verifier_new(struct span modulus, struct span exponent)
{
    EVP_PKEY *pkey = public_pkey(modulus, exponent);
    EVP_PKEY_CTX *verifier = pkey ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;

    EVP_PKEY_free(pkey); /* the context holds it */
    if (verifier && EVP_PKEY_verify_init(verifier) == 1 && EVP_PKEY_CTX_set_rsa_padding(verifier, RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md(verifier, sha256_found()) == 1)
        return verifier;
    EVP_PKEY_CTX_free(verifier);
    return NULL;
}

static void known_key_set(struct known_key *known, EVP_PKEY_CTX *verifier, struct span modulus, struct span exponent)
{
    EVP_PKEY_CTX_free(known->verifier);
    known->verifier = verifier;
    known->n_modulus = modulus.n;
    known->n_exponent = exponent.n;
    memcpy(known->bytes, modulus.p, modulus.n);
    memcpy(known->bytes + modulus.n, exponent.p, exponent.n);
}

static bool verify(EVP_PKEY_CTX *verifier, struct span message, struct span signature)
{
    unsigned char hash[SHA256_SIZE];

    crypto_sha256(message, hash);
    return EVP_PKEY_verify(verifier, (const unsigned char *)signature.p, signature.n, hash, sizeof hash) == 1;
}

static struct span without_zeros(struct span number)
{
    while (number.n && number.p[0] == '\0') {
        number.p++;
        number.n--;
    }
    return number;
}

bool crypto_rsa_verify(struct span modulus, struct span exponent, struct span message, struct span signature)
{
    modulus = without_zeros(modulus);
    exponent = without_zeros(exponent);
    if (modulus.n == 0 || modulus.n > RSA_MODULUS_MAX || exponent.n == 0 || exponent.n > RSA_EXPONENT_MAX)
        return false;
    if (signature.n != modulus.n)
        return false;
    struct known_key *known = known_key_mine();
    bool kept = known && known_key_is(known, modulus, exponent);
    EVP_PKEY_CTX *verifier = kept ? known->verifier : verifier_new(modulus, exponent);
    bool holds = verifier && verify(verifier, message, signature);

    if (!known)
        EVP_PKEY_CTX_free(verifier);
    else if (!kept && verifier)
        known_key_set(known, verifier, modulus, exponent);
    ERR_clear_error();
    return holds;
}

/* ---- a private key ------------------------------------------------------------------------------------ */

struct signing_key {
    EVP_PKEY *pkey;
};

static enum err signing_key_wrap(EVP_PKEY *pkey, struct signing_key **key, struct error *error)
{
    struct signing_key *made = malloc(sizeof *made);

    if (!made) {
        EVP_PKEY_free(pkey);
        return error_set(error, ERR_NOMEM, "no memory for a key");
    }
    made->pkey = pkey;
    *key = made;
    return ERR_OK;
}

/* Asks for no passphrase: a key that has one is refused. */
static int no_passphrase(char *pass, size_t size, size_t *n, const OSSL_PARAM params[], void *arg)
{
    (void)pass;
    (void)size;
    (void)params;
    (void)arg;
    *n = 0;
    return 0;
}

enum err signing_key_parse(struct span bytes, struct signing_key **key, struct error *error)
{
    EVP_PKEY *pkey = NULL;
    OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, NULL, NULL, "RSA", EVP_PKEY_KEYPAIR, NULL, NULL);
    const unsigned char *p = (const unsigned char *)(bytes.p ? bytes.p : "");
    size_t n = bytes.n;
    bool read = ctx && OSSL_DECODER_CTX_set_passphrase_cb(ctx, no_passphrase, NULL) == 1 &&
                OSSL_DECODER_from_data(ctx, &p, &n) == 1 && pkey;
    BIGNUM *d = NULL;
    bool private_too = read && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_D, &d) == 1;

    BN_clear_free(d);
    OSSL_DECODER_CTX_free(ctx);
    ERR_clear_error();
    if (private_too)
        return signing_key_wrap(pkey, key, error);
    EVP_PKEY_free(pkey);
    return error_set(error, ERR_INVALID, "no RSA private key in PEM or DER, PKCS#1 or PKCS#8, without a passphrase");
}

enum err signing_key_generate(struct signing_key **key, struct error *error)
{
    EVP_PKEY *pkey = EVP_RSA_gen(GENERATED_BITS);

    if (pkey)
        return signing_key_wrap(pkey, key, error);
    ERR_clear_error();
    return error_set(error, ERR_IO, "cannot make an RSA key");
}

void signing_key_free(struct signing_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

static enum err append(struct buf *out, const void *bytes, size_t n)
{
    buf_add(out, bytes, n);
    return out->failed ? ERR_NOMEM : ERR_OK;
}

/* "type-specific" is OpenSSL's name for PKCS#1 when the key is an RSA one. */
static enum err encode(const struct signing_key *key, int selection, const char *format, struct buf *out)
{
    OSSL_ENCODER_CTX *ctx = OSSL_ENCODER_CTX_new_for_pkey(key->pkey, selection, format, "type-specific", NULL);
    unsigned char *bytes = NULL;
    size_t n = 0;
    enum err err = ERR_NOMEM;

    if (ctx && OSSL_ENCODER_to_data(ctx, &bytes, &n) == 1)
        err = append(out, bytes, n);
    OPENSSL_clear_free(bytes, n);
    OSSL_ENCODER_CTX_free(ctx);
    ERR_clear_error();
    return err;
}

enum err signing_key_pem(const struct signing_key *key, struct buf *out)
{
    return encode(key, EVP_PKEY_KEYPAIR, "PEM", out);
}

enum err signing_key_public_der(const struct signing_key *key, struct buf *out)
{
    return encode(key, EVP_PKEY_PUBLIC_KEY, "DER", out);
}

enum err signing_key_modulus(const struct signing_key *key, struct buf *out)
{
    BIGNUM *modulus = NULL;

    if (EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1)
        return ERR_NOMEM;
    size_t n = (size_t)BN_num_bytes(modulus);
    char *p = buf_reserve(out, n);
    if (p) {
        BN_bn2bin(modulus, (unsigned char *)p);
        out->n += n;
        out->p[out->n] = '\0';
    }
    BN_free(modulus);
    return p ? ERR_OK : ERR_NOMEM;
}

enum err signing_key_sign(const struct signing_key *key, struct span message, struct buf *out)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = (size_t)EVP_PKEY_get_size(key->pkey);
    unsigned char *p = (unsigned char *)buf_reserve(out, n);
    bool made = ctx && p && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
                EVP_DigestSign(ctx, p, &n, (const unsigned char *)(message.p ? message.p : ""), message.n) == 1;

    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    if (!made)
        return p ? ERR_INVALID : ERR_NOMEM;
    out->n += n;
    out->p[out->n] = '\0';
    return ERR_OK;
}
