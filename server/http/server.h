/* A whole requester on a port: clock, engine, API and HTTP, and the one lock round the engine.
 *
 * Life: server_start → … → server_stop. main.c starts one; so do tests, many times, with any network and
 * a manual clock. */
#ifndef MOCK_REQUESTER_HTTP_SERVER_H
#define MOCK_REQUESTER_HTTP_SERVER_H

#include "api/api.h"
#include "base/clock.h"
#include "http/log.h"
#include "scenario/program.h"

struct server_options {
    const char *host;
    int port;
    struct engine_options engine; /* `start` is set from the clock */
    struct api_options api;
    enum clock_kind clock;
    double clock_scale;
    ns_t start_time; /* 0: none given */
    enum log_kind log;
};

struct server;

/* ERR_IO: the port cannot be had. */
enum err server_start(const struct server_options *options, struct server **server, struct error *error);
int server_port(const struct server *server);
/* Another program from now on: faults, gates and expectations start anew, jobs that exist keep their script.
 * The scenario, its nodes and scripts are borrowed for the server's life. Any thread. ERR_NOMEM: it plays
 * what could be taken over. */
enum err server_reload(struct server *server, const struct program *program, struct error *error);
/* No request is served any more; what it remembers is still there. */
void server_halt(struct server *server);
/* What is not as it should be, in the arena. Any thread. */
struct reasons server_judge(struct server *server, struct arena *arena);
/* Moves a manual clock and lets happen what falls due. Any thread. */
void server_advance(struct server *server, ns_t by);
void server_stop(struct server *server); /* within 100 ms; NULL is fine */

#endif
