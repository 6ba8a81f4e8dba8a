/* A server in the test's own process, on a free port of 127.0.0.1. What goes wrong ends the test. */
#ifndef MOCK_REQUESTER_SUPPORT_SERVERS_H
#define MOCK_REQUESTER_SUPPORT_SERVERS_H

#include "http/server.h"

/* Serves the text of one scenario file, with the control API and without a log. `options`: what else the test sets. */
struct server *server_of_text(const char *scenario, const struct program_settings *settings, struct server_options options);

#endif
