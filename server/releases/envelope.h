/* Signed envelopes from the client's side: what a client puts round its payload (wire contract A3).
 *
 * The server verifies the payload's bytes as they stand, so whoever signs must settle the bytes first:
 *
 *   envelope_payload → sign those very bytes → envelope_write
 *
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_RELEASES_ENVELOPE_H
#define MOCK_REQUESTER_RELEASES_ENVELOPE_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the payload to sign: the one JSON object in `text`, white space around it dropped, each line
 * break in it a blank (a string cannot hold one, so nothing but the layout changes), all other bytes as
 * they stand. Where the object has no ClientID the id goes in as its first member; where it has an empty
 * one the id takes its place. "Has" is what the server would read: keys without regard to case, the last
 * of several, null as good as absent. A ClientID of any other kind stays.
 * ERR_INVALID: no JSON object, or more than one value; the text says which. ERR_NOMEM. */
enum err envelope_payload(struct span text, struct span client_id, struct buf *payload, struct error *error);

/* Appends `{"FIELD":PAYLOAD,"signature":"…","client_public_key":"…"}`. Signature and key are raw bytes. */
void envelope_write(struct buf *out, struct span field, struct span payload, struct span signature, struct span key);

#endif
