/* Watches files for changes (inotify), through the folders that hold them, so that editors that put a new file in the
 * place of the old one, and links that are set anew, are noticed too.
 *
 *   watch_start → watch_add … → poll fd → watch_changed … → watch_release
 *
 * Not for sharing between threads. */
#ifndef MOCK_REQUESTER_CLI_WATCH_H
#define MOCK_REQUESTER_CLI_WATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

enum { WATCHED_MAX = 256 /* files; those added above it are not watched */ };

/* A file as it was at the last look; all zero: it was not there. */
struct watched {
    char *path;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
};

struct watch {
    int fd; /* readable when something has happened in one of the folders; -1: nothing is watched */
    struct watched *files; /* WATCHED_MAX */
    size_t n;
};

/* ERR_IO: the system has no more watches to give. ERR_NOMEM. */
enum err watch_start(struct watch *watch, struct error *error);
/* Watches the file from now on, there or not. Does nothing for a file that is watched already, and for a watch that was
 * not started (NULL, or fd -1). The path is copied. */
void watch_add(struct watch *watch, const char *path);
/* Reads what has happened. True if one of the files was written and closed, or replaced, since the last call. Never
 * blocks. */
bool watch_changed(struct watch *watch);
void watch_release(struct watch *watch);

#endif
