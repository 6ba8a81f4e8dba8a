/* The command `check`: prints all findings of files in one pass. Each file is checked by itself. */
#ifndef MOCK_REQUESTER_CLI_CHECK_H
#define MOCK_REQUESTER_CLI_CHECK_H

#include "cli/options.h"
#include "cli/printed.h"

/* ERR_NOMEM. */
enum err check_files(const struct options *options, struct printed *printed, struct error *error);

#endif
