/* Opening files that may be anything: pipes and devices are refused at once, so that no reader waits for them. */
#ifndef MOCK_REQUESTER_BASE_FILE_H
#define MOCK_REQUESTER_BASE_FILE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdio.h>

/* Opens a regular file to be read. NULL: ERR_NOT_FOUND, or ERR_INVALID with why (`not a regular file`). Without
 * `through_links` a symbolic link is refused too. */
FILE *file_open(const char *path, bool through_links, struct error *error);

#endif
