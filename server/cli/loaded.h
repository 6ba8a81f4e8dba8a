/* The files that the user named, as they were when they were read: what the server plays. */
#ifndef MOCK_REQUESTER_CLI_LOADED_H
#define MOCK_REQUESTER_CLI_LOADED_H

#include "cli/options.h"

struct loaded {
    struct loaded *older;     /* jobs may still play its scripts */
    struct scenario *scenario;
    struct options options;   /* with the scenario's settings where the user left them open */
    uint64_t seed;
    bool seed_chosen;         /* else it was drawn */
    struct program program;
    struct fixture_text fixture; /* --fixtures; no text: none */
    struct arena arena;       /* of nodes, scripts and the fixture */
};

/* Reads them. `before`: what was read the last time; NULL: this is the first. ERR_INVALID: *findings say what
 * is wrong, or, when there are none, the error does. ERR_STATE: something has changed that needs a restart.
 * ERR_NOMEM. */
enum err loaded_read(const struct options *options, struct loaded *before, struct findings *findings,
                     struct loaded **loaded, struct error *error);
void loaded_free(struct loaded *loaded); /* the older ones too; NULL is fine */

#endif
