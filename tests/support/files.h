/* Files for tests: read whole, found by listing. What goes wrong ends the test. */
#ifndef MOCK_REQUESTER_SUPPORT_FILES_H
#define MOCK_REQUESTER_SUPPORT_FILES_H

#include "base/buf.h"

struct buf file_read(const char *path); /* NUL after it */
bool file_exists(const char *path);

/* The names in a folder that end so, sorted; folder_free takes them back. */
struct folder {
    char **names;
    size_t n;
};
struct folder folder_list(const char *path, const char *end);
void folder_free(struct folder *folder);

#endif
