/* What --help prints, from the tables of commands and options. */
#ifndef MOCK_REQUESTER_CLI_HELP_H
#define MOCK_REQUESTER_CLI_HELP_H

#include "cli/options.h"

void help_print(FILE *out);
void help_print_command(FILE *out, enum command command);

#endif
