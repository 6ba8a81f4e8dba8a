/* `mock-requester probe`: checks whether a server answers. */
#ifndef MOCK_REQUESTER_CLI_PROBE_H
#define MOCK_REQUESTER_CLI_PROBE_H

#include "base/error.h"

enum { PROBE_SECONDS = 2 };

/* Asks GET /livez. ERR_OK: 200. ERR_IO: no answer, or another status; the text says which. After PROBE_SECONDS
 * the process prints an error and ends with exit code `late`; uses the process's alarm. */
enum err probe(const char *host, int port, int late, struct error *error);

/* Says who listens on a port that is taken: "another mock-requester (scenario none)" … "a program that is no requester".
 * Static, valid until the next call. Each of its two questions takes at most PORT_USER_MS. */
enum { PORT_USER_MS = 300 };
const char *probe_port_user(const char *host, int port);

#endif
