/* The requester's identity: a constant public key, and its hash as id. The requester never signs, so there is no
 * private key. Pure, any thread. */
#ifndef MOCK_REQUESTER_SIM_IDENTITY_H
#define MOCK_REQUESTER_SIM_IDENTITY_H

#include "base/cid.h"

/* RequesterPublicKey: base64 of a libp2p public key, `08 00 12 a6 02` and 294 bytes of SPKI DER. */
struct span identity_key(void);

/* RequesterNodeID: base58 of `12 20` and the SHA-256 of those 299 bytes. False: no memory. */
bool identity_id(char out[MULTIHASH_TEXT_SIZE + 1]);

#endif
