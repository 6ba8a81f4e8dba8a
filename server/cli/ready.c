#include "cli/ready.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err file_error(const struct ready *ready, const char *why, struct error *error)
{
    return error_set(error, ERR_IO, "cannot write the port file %s: %s", ready->path, why);
}

/* A rename would put a file in the place of a device, a pipe or a link. */
static const char *why_not_a_file(const char *path)
{
    struct stat there;

    if (lstat(path, &there) != 0)
        return errno == ENOENT ? NULL : strerror(errno);
    return S_ISREG(there.st_mode) ? NULL : "not a regular file";
}

static void draft_forget(struct ready *ready)
{
    free(ready->draft);
    ready->draft = NULL;
}

static enum err draft_open(struct ready *ready, struct error *error)
{
    const char *why = why_not_a_file(ready->path);

    if (why)
        return file_error(ready, why, error);
    if (asprintf(&ready->draft, "%s.XXXXXX", ready->path) < 0) {
        ready->draft = NULL;
        return error_set(error, ERR_NOMEM, "out of memory");
    }
    ready->draft_fd = mkostemp(ready->draft, O_CLOEXEC);
    if (ready->draft_fd >= 0)
        return ERR_OK;
    why = strerror(errno);
    draft_forget(ready);
    return file_error(ready, why, error);
}

static enum err fd_check(int fd, struct error *error)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags == -1)
        return error_set(error, ERR_IO, "the ready fd %d is not open", fd);
    if ((flags & O_ACCMODE) == O_RDONLY)
        return error_set(error, ERR_IO, "the ready fd %d is not open for writing", fd);
    return ERR_OK;
}

enum err ready_prepare(struct ready *ready, const char *path, int fd, struct error *error)
{
    *ready = (struct ready){ .path = path, .draft_fd = -1, .fd = fd };
    enum err err = fd >= 0 ? fd_check(fd, error) : ERR_OK;
    return err == ERR_OK && path ? draft_open(ready, error) : err;
}

/* False: errno is set. */
static bool write_port(int fd, int port)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d\n", port);

    return write(fd, text, (size_t)n) == n; /* a write this short is never partial */
}

static bool publish(struct ready *ready, int port)
{
    struct stat draft;

    if (!write_port(ready->draft_fd, port) || fchmod(ready->draft_fd, 0644) != 0)
        return false;
    if (fstat(ready->draft_fd, &draft) != 0 || rename(ready->draft, ready->path) != 0)
        return false;
    draft_forget(ready);
    ready->device = draft.st_dev;
    ready->inode = draft.st_ino;
    ready->published = true;
    return true;
}

static enum err tell_fd(struct ready *ready, int port, struct error *error)
{
    int fd = ready->fd;

    if (!write_port(fd, port))
        return error_set(error, ERR_IO, "cannot write to the ready fd %d: %s", fd, strerror(errno));
    if (fd > STDERR_FILENO)
        close(fd);
    ready->fd = -1;
    return ERR_OK;
}

enum err ready_tell(struct ready *ready, int port, struct error *error)
{
    if (ready->path && !publish(ready, port))
        return file_error(ready, strerror(errno), error);
    return ready->fd >= 0 ? tell_fd(ready, port, error) : ERR_OK;
}

static bool is_ours(const struct ready *ready)
{
    struct stat there;

    return lstat(ready->path, &there) == 0 && there.st_dev == ready->device && there.st_ino == ready->inode;
}

void ready_release(struct ready *ready)
{
    if (ready->draft)
        unlink(ready->draft);
    draft_forget(ready);
    if (ready->draft_fd >= 0)
        close(ready->draft_fd); /* open until now, so that its inode was not reused */
    if (ready->published && is_ours(ready))
        unlink(ready->path);
    *ready = (struct ready){ .draft_fd = -1, .fd = -1 };
}
