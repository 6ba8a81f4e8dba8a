/* Signed envelopes (wire contract A3): the client's key, its id and its signature.
 *
 * Errors have the real requester's texts without any prefix, e.g. `client's signature is invalid: failed to
 * decode public key: asn1: syntax error: sequence truncated`. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_SIGNATURE_H
#define MOCK_REQUESTER_WIRE_SIGNATURE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* What a bad signature does: the request is refused, it is only logged, or signatures are not checked. */
enum signatures { SIGNATURES_STRICT, SIGNATURES_WARN, SIGNATURES_OFF };

enum { CLIENT_ID_SIZE = 64 }; /* hex digits */

struct public_key {
    struct span modulus, exponent; /* big-endian, in the arena given */
};

/* Reads base64 of a PKCS#1 RSAPublicKey; line breaks in the base64 are ignored. */
enum err signature_key_read(struct span base64, struct arena *arena, struct public_key *key, struct error *error);

/* ERR_OK if `signature` (base64) is the signature of exactly these payload bytes by the key. */
enum err signature_check(const struct public_key *key, struct span signature, struct span payload, struct arena *arena,
                         struct error *error);

/* The client id: lower-case hex SHA-256 of the modulus. */
void signature_client_id(const struct public_key *key, char out[CLIENT_ID_SIZE + 1]);

#endif
