/* Signed envelopes from the client's side: what a client puts around its payload (wire contract A3).
 *
 * The server verifies the payload's bytes exactly as sent, so they must be final before they are signed:
 *
 *   envelope_payload → sign those bytes → envelope_write
 *
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_RELEASES_ENVELOPE_H
#define MOCK_REQUESTER_RELEASES_ENVELOPE_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the payload to sign: the one JSON object in `text` without the white space around it, each line break in it
 * replaced by a blank (a string cannot hold one, so only the layout changes), all other bytes unchanged. If the object
 * has no ClientID, the id becomes its first member; an empty ClientID is replaced by the id; any other one is kept.
 * As the server reads them, keys are compared without regard to case, the last of several counts, and null is absent.
 * ERR_INVALID: no JSON object, or more than one value; the text says which. ERR_NOMEM. */
enum err envelope_payload(struct span text, struct span client_id, struct buf *payload, struct error *error);

/* Appends `{"FIELD":PAYLOAD,"signature":"…","client_public_key":"…"}`. Signature and key are raw bytes. */
void envelope_write(struct buf *out, struct span field, struct span payload, struct span signature, struct span key);

#endif
