/* `mock-requester sign`: prints a payload in a signed envelope, for curl.
 *
 *   mock-requester sign [--key F] [--field NAME] [FILE]
 *
 * The key is --key's; else the one that a bacalhau client of this user would sign with, where it has one
 * ($BACALHAU_DIR/user_id.pem if that variable is set, else ~/.bacalhau/user_id.pem); else our own,
 * $XDG_DATA_HOME/mock-requester/user_id.pem (~/.local/share where that is not set), which is made on
 * first use. What is signed: see releases/envelope.h. */
#ifndef MOCK_REQUESTER_CLI_SIGN_H
#define MOCK_REQUESTER_CLI_SIGN_H

#include "cli/options.h"

/* The exit code: EXIT_USAGE for a payload or key that cannot be read or is invalid, EXIT_OTHER for anything else
 * that fails; one line on standard error says why. */
int sign(const struct options *options);

#endif
