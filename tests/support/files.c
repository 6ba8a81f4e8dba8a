#include "support/files.h"

#include "base/error.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20, PIECE = 64 * 1024, FOLDER_MAX = 4096 };

static void need(bool good, const char *path)
{
    if (good)
        return;
    fprintf(stderr, "cannot read %s\n", path);
    MUST(good);
}

struct buf file_read(const char *path)
{
    struct buf text = buf_init(FILE_MAX);
    FILE *file = fopen(path, "rb");

    need(file != NULL, path);
    for (size_t n = 1; n;) {
        char *room = buf_reserve(&text, PIECE);
        need(room != NULL, path);
        n = fread(room, 1, PIECE, file);
        text.n += n;
    }
    need(!ferror(file), path);
    fclose(file);
    text.p[text.n] = '\0';
    return text;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), m = strlen(end);

    return n > m && strcmp(name + n - m, end) == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct folder folder_list(const char *path, const char *end)
{
    struct folder folder = { calloc(FOLDER_MAX, sizeof(char *)), 0 };
    DIR *dir = opendir(path);

    need(dir && folder.names, path);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (!ends_with(entry->d_name, end))
            continue;
        need(folder.n < FOLDER_MAX, path);
        folder.names[folder.n++] = strdup(entry->d_name);
    }
    closedir(dir);
    qsort(folder.names, folder.n, sizeof(char *), by_name);
    return folder;
}

void folder_free(struct folder *folder)
{
    for (size_t i = 0; i < folder->n; i++)
        free(folder->names[i]);
    free(folder->names);
    *folder = (struct folder){ 0 };
}
