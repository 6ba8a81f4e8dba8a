#include "cli/tell.h"

#include <ctype.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAY_MS = 20 };

/* Waits SAY_MS at most for a full pipe, and not again until it was read from. */
static bool can_write(void)
{
    static bool full;
    struct pollfd polled = { .fd = STDERR_FILENO, .events = POLLOUT };

    full = poll(&polled, 1, full ? 0 : SAY_MS) == 0;
    return !full;
}

void say(const char *format, ...)
{
    va_list args;
    char *line = NULL;

    va_start(args, format);
    int n = vasprintf(&line, format, args);
    va_end(args);
    if (n < 0)
        return;
    for (char *p = line; *p; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
    if (can_write())
        fprintf(stderr, "mock-requester: %s\n", line);
    free(line);
}

int complain(int exit_code, const struct error *error)
{
    say("%s", error->text);
    return exit_code;
}
