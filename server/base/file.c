#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *file_open(const char *path, bool through_links, struct error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (through_links ? 0 : O_NOFOLLOW));
    struct stat about;

    if (fd < 0) {
        error_set(error, errno == ENOENT ? ERR_NOT_FOUND : ERR_INVALID, "%s", strerror(errno));
        return NULL;
    }
    FILE *file = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? fdopen(fd, "rb") : NULL;
    if (!file) {
        error_set(error, ERR_INVALID, "%s", S_ISREG(about.st_mode) ? strerror(errno) : "not a regular file");
        close(fd);
    }
    return file;
}
