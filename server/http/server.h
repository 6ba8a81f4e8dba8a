/* The whole program behind a port: worlds, requester API, control API and HTTP.
 *
 * Life: server_start → … → server_halt → server_stop. cli/serve.c starts one; so do tests, many times, with any
 * network and a manual clock. */
#ifndef MOCK_REQUESTER_HTTP_SERVER_H
#define MOCK_REQUESTER_HTTP_SERVER_H

#include "api/api.h"
#include "http/log.h"
#include "world/world.h"

struct server_options {
    const char *host; /* borrowed for the server's life */
    int port; /* 0: any free one */
    struct world_options world; /* the default world */
    size_t journal_bytes; /* of the journals of all worlds; 0: JOURNAL_BYTES_DEFAULT */
    size_t max_memory; /* bytes of the jobs of all worlds; 0: no maximum */
    bool rate_limit;
    bool control; /* serve the control API */
    const char *const *allow_hosts; /* that its Host header may name besides `host`; borrowed, like `host` */
    size_t n_allow_hosts;
    enum log_kind log;
    unsigned log_what; /* enum log_what bits */
};

struct server;

/* ERR_IO: the port cannot be had. ERR_STATE: too few threads. ERR_INVALID: a fixture does not fit. */
enum err server_start(const struct server_options *options, struct server **server, struct error *error);
int server_port(const struct server *server);
struct http_places server_places(const struct server *server);
struct world *server_world(struct server *server); /* the default world */
struct worlds *server_worlds(struct server *server);
/* Plays another program in the default world from now on, as world_play. Any thread. */
enum err server_play(struct server *server, struct program *program, struct error *error);
/* Serves no request any more; the worlds are still there. */
void server_halt(struct server *server);
/* Moves the default world's manual clock. Any thread. */
void server_advance(struct server *server, ns_t by);
void server_stop(struct server *server); /* within 100 ms; NULL is fine */

#endif
