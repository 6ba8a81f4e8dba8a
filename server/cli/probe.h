/* `mock-requester probe`: checks whether a server answers. */
#ifndef MOCK_REQUESTER_CLI_PROBE_H
#define MOCK_REQUESTER_CLI_PROBE_H

#include "base/error.h"

enum { PROBE_SECONDS = 2 };

/* Asks GET /livez. ERR_OK: 200. ERR_IO: no answer, or another status; the text says which. After PROBE_SECONDS
 * the process prints an error and ends with exit code `late`; uses the process's alarm. */
enum err probe(const char *host, int port, int late, struct error *error);

#endif
