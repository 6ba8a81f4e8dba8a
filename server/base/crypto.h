/* libcrypto, and nothing else: the only file that includes openssl headers is crypto.c.
 *
 * Pure functions of their arguments, any thread. */
#ifndef MOCK_REQUESTER_BASE_CRYPTO_H
#define MOCK_REQUESTER_BASE_CRYPTO_H

#include "base/buf.h"
#include "base/error.h"

enum { SHA256_SIZE = 32, SHA1_SIZE = 20 };

void crypto_sha256(struct span bytes, unsigned char out[SHA256_SIZE]);
void crypto_sha1(struct span bytes, unsigned char out[SHA1_SIZE]);

/* An RSA public key: modulus and exponent, big-endian. Verifies RSASSA-PKCS1-v1_5 with SHA-256. */
bool crypto_rsa_verify(struct span modulus, struct span exponent, struct span message, struct span signature);

/* A private RSA key, made here or given by the user. */
struct signing_key;

/* PEM or DER; PKCS#1 or PKCS#8. ERR_INVALID when it is no RSA key. */
enum err signing_key_parse(struct span bytes, struct signing_key **key, struct error *error);
enum err signing_key_generate(struct signing_key **key, struct error *error); /* 2048 bits */
void signing_key_free(struct signing_key *key);
enum err signing_key_pem(const struct signing_key *key, struct buf *out);        /* PKCS#1 PEM, as Bacalhau keeps it */
enum err signing_key_public_der(const struct signing_key *key, struct buf *out); /* PKCS#1 RSAPublicKey */
enum err signing_key_modulus(const struct signing_key *key, struct buf *out);    /* big-endian, no leading zero */
enum err signing_key_sign(const struct signing_key *key, struct span message, struct buf *out); /* raw signature bytes */

#endif
