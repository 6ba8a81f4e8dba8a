/* `mock-requester probe`: is a server alive? */
#ifndef MOCK_REQUESTER_CLI_PROBE_H
#define MOCK_REQUESTER_CLI_PROBE_H

#include "base/error.h"

enum { PROBE_SECONDS = 2 };

/* Asks GET /livez. ERR_OK: 200. ERR_IO: no answer, or another; the text says which. When PROBE_SECONDS are
 * over the process says so and ends with exit code `late`: it uses the process's alarm. */
enum err probe(const char *host, int port, int late, struct error *error);

#endif
