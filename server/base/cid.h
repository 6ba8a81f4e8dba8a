/* Content ids: base58 (Bitcoin's alphabet) of a multihash. Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_CID_H
#define MOCK_REQUESTER_BASE_CID_H

#include "base/buf.h"
#include "base/crypto.h"

enum { MULTIHASH_TEXT_SIZE = 46 };

/* base58 of `12 20` and the digest: a CIDv0, or a libp2p peer id. Always 46 characters, `Qm…`. */
void multihash_text(const unsigned char digest[SHA256_SIZE], char out[MULTIHASH_TEXT_SIZE + 1]);

#endif
