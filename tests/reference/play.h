/* Plays a recorded case against a server of its own, on a manual clock. */
#ifndef MOCK_REQUESTER_REFERENCE_PLAY_H
#define MOCK_REQUESTER_REFERENCE_PLAY_H

#include "core/crypto.h"
#include "reference/telling.h"

enum { CLIENTS = 2 };

/* The two clients of the recordings. */
struct client_key {
    const char *name; /* "A" */
    struct signing_key *key;
    struct span public_key; /* base64 */
    struct span id;
};

struct clients {
    struct client_key at[CLIENTS];
    struct arena arena;
};

enum err clients_load(struct clients *clients, struct error *error);
void clients_release(struct clients *clients);

/* Sends every request on a connection of its own, byte for byte. What came back is made in `arena`.
 * ERR_IO: the server cannot be started. */
enum err case_play(const struct reference_case *c, const char *release, uint64_t seed, const struct clients *clients,
                   struct arena *arena, struct telling *ours, struct error *error);

#endif
