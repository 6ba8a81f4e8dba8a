/* The jobs that `simulate` submits: made to fit a script's match, plain, or what a file says. */
#ifndef MOCK_REQUESTER_CLI_SIMULATED_JOB_H
#define MOCK_REQUESTER_CLI_SIMULATED_JOB_H

#include "releases/release.h"

struct simulated_job {
    struct span client_id, api_version;
    struct job_spec *spec; /* in the arena */
};

/* Docker, ubuntu. `spec` NULL: no memory. */
struct simulated_job simulated_plain(int64_t concurrency, struct arena *arena);
/* A plain one changed until it fits the script's match; without a match, or for a later job than the first
 * that fits, it asks for the script by its name. `spec` NULL: no memory. */
struct simulated_job simulated_for(const struct job_script *script, int64_t concurrency, struct arena *arena);

/* Reads and checks the payload in `text` as the requester does; adds a ClientID if there is none. ERR_INVALID: with
 * the requester's text. ERR_NOMEM. Texts are borrowed from `text`. */
enum err simulated_payload(const struct release *release, struct span text, struct arena *arena,
                           struct simulated_job *job, struct error *error);

#endif
