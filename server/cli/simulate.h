/* The command `simulate`: plays a scenario in virtual time, without a socket.
 *
 * Advances the engine from one action to the next. Where only gates or reads are
 * waited for, it opens the gate or makes the reads. The same files give the same lines. */
#ifndef MOCK_REQUESTER_CLI_SIMULATE_H
#define MOCK_REQUESTER_CLI_SIMULATE_H

#include "cli/options.h"
#include "cli/printed.h"

/* What is wrong with scenario files goes to printed->notes, with printed->refused. ERR_INVALID: there is no
 * such scenario, or the job cannot be read or submitted; the error is one line. ERR_NOMEM. */
enum err simulate(const struct options *options, struct printed *printed, struct error *error);

#endif
