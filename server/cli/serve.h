/* The command `serve`: starts the server, waits for signals, stops.
 *
 *   scenario_files_load → ready_prepare → server_start → ready line, port file, ready fd
 *   → SIGHUP: the files again … → SIGTERM or SIGINT → the verdict → server_stop */
#ifndef MOCK_REQUESTER_CLI_SERVE_H
#define MOCK_REQUESTER_CLI_SERVE_H

#include "cli/options.h"

int serve(const struct options *options); /* returns the exit code */

#endif
