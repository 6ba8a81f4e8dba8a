/* Tells the world that requests are served, and on which port: a port file, a file descriptor.
 *
 *   ready_prepare (before the port is taken) → ready_tell (once it is) → ready_release
 *
 * What can go wrong is found out by ready_prepare where possible, so that nothing has been promised yet. */
#ifndef MOCK_REQUESTER_CLI_READY_H
#define MOCK_REQUESTER_CLI_READY_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct ready {
    const char *path; /* of the port file; NULL: none. Borrowed. */
    char *draft;      /* beside it, till it is renamed */
    int draft_fd;     /* -1: none */
    int fd;           /* to write the port to; -1: none */
    bool published;   /* the port file exists, as this file: */
    dev_t device;
    ino_t inode;
};

/* `path` NULL: no port file. `fd` -1: none. ERR_IO. Release it in any case. */
enum err ready_prepare(struct ready *ready, const char *path, int fd, struct error *error);

/* Writes the port and a line break, first to the file, which appears whole, then to the fd, which is then
 * closed (unless it is a standard one). ERR_IO. */
enum err ready_tell(struct ready *ready, int port, struct error *error);

/* Takes the port file away again, if it is still ours. */
void ready_release(struct ready *ready);

#endif
