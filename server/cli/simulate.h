/* The command `simulate`: what would happen, in virtual time, without a socket.
 *
 * The engine and time that is moved by hand, from one thing that happens to the next. Where only gates or
 * answers are waited for, the gate is opened and the answers are read. The same files give the same lines. */
#ifndef MOCK_REQUESTER_CLI_SIMULATE_H
#define MOCK_REQUESTER_CLI_SIMULATE_H

#include "cli/options.h"
#include "cli/printed.h"

/* What is wrong with scenario files goes to printed->notes, with printed->refused. ERR_INVALID: there is no
 * such scenario, or the job cannot be read or submitted; the error is one line. ERR_NOMEM. */
enum err simulate(const struct options *options, struct printed *printed, struct error *error);

#endif
