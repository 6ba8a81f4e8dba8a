/* The commands `scenarios` and `schema`: print files that ship with the program. */
#ifndef MOCK_REQUESTER_CLI_CATALOGUE_H
#define MOCK_REQUESTER_CLI_CATALOGUE_H

#include "cli/options.h"
#include "cli/printed.h"

/* ERR_NOMEM. */
enum err list_scenarios(const struct options *options, struct printed *printed, struct error *error);
/* ERR_INVALID: no schema of that name; the error says which there are. */
enum err print_schema(const struct options *options, struct printed *printed, struct error *error);

#endif
