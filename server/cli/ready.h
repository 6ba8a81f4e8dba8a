/* Announces that requests are served, and on which port: in a port file and on a file descriptor.
 *
 *   ready_prepare (before the port is taken) → ready_tell (once it is) → ready_release
 *
 * ready_prepare finds as many errors as possible before anything is announced. */
#ifndef MOCK_REQUESTER_CLI_READY_H
#define MOCK_REQUESTER_CLI_READY_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct ready {
    const char *path; /* of the port file; NULL: none. Borrowed. */
    char *draft;      /* beside it, until it is renamed */
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

/* Removes the port file, if it is still the one that ready_tell made. */
void ready_release(struct ready *ready);

#endif
