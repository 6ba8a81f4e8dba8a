/* Plays recorded cases against servers of their own, on a manual clock.
 *
 * Life: clients_load, zero a struct playground → case_play… → playground_release. */
#ifndef MOCK_REQUESTER_REFERENCE_PLAY_H
#define MOCK_REQUESTER_REFERENCE_PLAY_H

#include "base/crypto.h"
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

struct server;

/* Where the cases of one group are played. A case with jobs has a server of its own; those without leave
 * nothing behind and share one. */
struct playground {
    const struct clients *clients;
    const char *release;
    struct server *shared; /* NULL until it is needed */
    struct arena arena;    /* what the shared server was made of */
};

/* Starts the server that cases without jobs share; then several threads may play such cases. */
enum err playground_open(struct playground *ground, const struct reference_case *c, struct error *error);

/* The port of the server that playground_open started. */
int playground_port(const struct playground *ground);
void playground_release(struct playground *ground);

/* How a case is played. */
struct manner {
    uint64_t seed;
    bool ties_random; /* for cases without a scenario */
    int64_t pace; /* ns that pass before each request; for cases with a scenario and jobs alone */
};

/* Sends every request on a connection of its own, byte for byte. What came back is made in `arena`.
 * ERR_IO: a server cannot be started. */
enum err case_play(struct playground *ground, const struct reference_case *c, struct manner manner,
                   struct arena *arena, struct telling *ours, struct error *error);

#endif
