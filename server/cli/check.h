/* The command `check`: what is wrong with files, all of it in one pass. Each file is judged alone. */
#ifndef MOCK_REQUESTER_CLI_CHECK_H
#define MOCK_REQUESTER_CLI_CHECK_H

#include "cli/options.h"
#include "cli/printed.h"

/* ERR_NOMEM. */
enum err check_files(const struct options *options, struct printed *printed, struct error *error);

#endif
