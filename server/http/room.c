#include "http/room.h"

#include "http/sockets.h"
#include "world/wake.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

enum { ROUND_MS = 10 };

static bool all_taken(const struct http_server *server)
{
    return atomic_load(&server->open) >= atomic_load(&server->n_workers);
}

static void *run(void *context)
{
    struct http_server *server = context;
    struct pollfd polled[] = { { .fd = server->stop_fd, .events = POLLIN }, { .fd = server->room_fd, .events = POLLIN } };

    for (;;) {
        bool full = all_taken(server);
        if (full)
            workers_make_room(server->workers, (size_t)atomic_load(&server->n_workers),
                              sockets_count(server->port) - atomic_load(&server->open));
        if (poll(polled, full ? 1 : 2, full ? ROUND_MS : -1) > 0 && polled[0].revents)
            return NULL;
        if (!full)
            wake_clear(server->room_fd);
    }
}

/* The thread blocks all signals. */
bool room_start(struct http_server *server)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    server->room_runs = pthread_create(&server->room, NULL, run, server) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server->room_runs;
}

void room_stop(struct http_server *server)
{
    if (server->room_runs)
        pthread_join(server->room, NULL);
    server->room_runs = false;
}

void room_wake(struct http_server *server)
{
    wake_send(server->room_fd);
}
