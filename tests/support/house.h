/* A requester API in front of the worlds of a process, without sockets, for tests of sessions. What goes wrong ends the
 * test.
 *
 *   house_open → house_add, house_post … → house_close */
#ifndef MOCK_REQUESTER_SUPPORT_HOUSE_H
#define MOCK_REQUESTER_SUPPORT_HOUSE_H

#include "api/api.h"
#include "support/worlds.h"

struct house {
    struct worlds worlds;
    struct api *api;
};

/* A program of the text of a scenario: this clock, this seed, signatures off. Held once for the caller. */
struct program *house_program(const char *scenario, enum clock_kind clock, uint64_t seed);

/* The default world plays the scenario with a manual clock and the seed 1. `house` must stay where it is. */
void house_open(struct house *house, const char *scenario);
void house_close(struct house *house);
/* Adds a session that plays the scenario with a manual clock and the seed 2, and a ttl of ten minutes. */
void house_add(struct house *house, const char *client_id, const char *scenario);

struct house_answer {
    int status;
    struct world *world; /* that answered: only to be compared */
    int jobs;            /* how many jobs the whole body shows */
    char body[768];      /* its beginning */
    char warning[128];
};
/* Any thread. `session`: the value of X-Mock-Session; NULL: none. */
struct house_answer house_post(struct house *house, const char *path, const char *body, const char *session);
/* Submits a plain job of the client; `id` gets its id (UUID_SIZE + 1). */
struct house_answer house_submit(struct house *house, const char *client_id, char *id);
/* Asks for the states of the job; `client_id` may be empty. */
struct house_answer house_states(struct house *house, const char *client_id, const char *id);

#endif
