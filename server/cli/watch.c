#include "cli/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file that is being written is read when it is closed. */
static const uint32_t EVENTS = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE;

enum err watch_start(struct watch *watch, struct error *error)
{
    *watch = (struct watch){ .fd = -1, .files = calloc(WATCHED_MAX, sizeof *watch->files) };
    if (!watch->files)
        return error_set(error, ERR_NOMEM, "out of memory");
    watch->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    return watch->fd < 0 ? error_set(error, ERR_IO, "--watch: %s", strerror(errno)) : ERR_OK;
}

void watch_release(struct watch *watch)
{
    for (size_t i = 0; i < watch->n; i++)
        free(watch->files[i].path);
    free(watch->files);
    if (watch->fd >= 0)
        close(watch->fd);
    *watch = (struct watch){ .fd = -1 };
}

/* ---- what is watched ------------------------------------------------------------------------------------- */

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* Watching a folder again changes nothing. */
static void watch_folder_of(const struct watch *watch, const char *path)
{
    size_t n = (size_t)(name_in(path) - path);
    char *folder = n ? strndup(path, n) : strdup(".");

    if (folder)
        inotify_add_watch(watch->fd, folder, EVENTS);
    free(folder);
}

/* The folder of the path, and that of the file which it leads to. */
static void watch_folders(const struct watch *watch, const char *path)
{
    char *real = realpath(path, NULL);

    watch_folder_of(watch, path);
    if (real)
        watch_folder_of(watch, real);
    free(real);
}

/* Notes what the file is now. Returns whether it is another than before, and there. */
static bool look_at(struct watched *file)
{
    struct watched now = { .path = file->path };
    struct stat s;

    if (stat(file->path, &s) == 0)
        now = (struct watched){ file->path, s.st_dev, s.st_ino, s.st_size, s.st_mtim };
    bool other = now.device != file->device || now.inode != file->inode || now.size != file->size ||
                 now.modified.tv_sec != file->modified.tv_sec || now.modified.tv_nsec != file->modified.tv_nsec;
    *file = now;
    return other && now.inode;
}

void watch_add(struct watch *watch, const char *path)
{
    if (!watch || watch->fd < 0 || watch->n == WATCHED_MAX)
        return;
    for (size_t i = 0; i < watch->n; i++)
        if (strcmp(watch->files[i].path, path) == 0)
            return;
    struct watched *file = &watch->files[watch->n];
    *file = (struct watched){ .path = strdup(path) };
    if (!file->path)
        return;
    watch->n++;
    watch_folders(watch, path);
    look_at(file);
}

/* ---- what has happened ----------------------------------------------------------------------------------- */

/* A new file is not read before it is closed; a new link is complete. */
static bool is_link(const struct watched *file)
{
    struct stat s;

    return lstat(file->path, &s) == 0 && S_ISLNK(s.st_mode);
}

/* Whatever its inode and times say: a file may be written twice within one tick of the file system's clock. */
static bool names_a_file(const struct watch *watch, const struct inotify_event *event)
{
    for (size_t i = 0; i < watch->n; i++)
        if (event->len && strcmp(event->name, name_in(watch->files[i].path)) == 0)
            return !(event->mask & IN_CREATE) || is_link(&watch->files[i]);
    return false;
}

/* Sets *named if one of the events is about a file by its name. Returns whether there was any event but the creation
 * of a file. */
static bool read_events(const struct watch *watch, bool *named)
{
    _Alignas(struct inotify_event) char events[2048];
    bool any = false;
    ssize_t n;

    while ((n = read(watch->fd, events, sizeof events)) > 0) {
        for (const char *p = events; p < events + n;) {
            const struct inotify_event *event = (const void *)p;
            *named |= names_a_file(watch, event);
            any |= !(event->mask & IN_CREATE) || *named;
            p += sizeof *event + event->len;
        }
    }
    return any;
}

/* A file that a link leads to, in a folder that was put in the place of another, is found by looking. */
bool watch_changed(struct watch *watch)
{
    bool changed = false;

    if (!read_events(watch, &changed))
        return false;
    for (size_t i = 0; i < watch->n; i++) {
        changed |= look_at(&watch->files[i]);
        watch_folders(watch, watch->files[i].path);
    }
    return changed;
}
