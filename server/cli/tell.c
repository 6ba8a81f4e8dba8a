#include "cli/tell.h"

#include <ctype.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SAY_MS = 20,
    LINE_MS = 1000, /* for a line of a longer text */
};

/* Waits up to `wait_ms` for a full pipe, and not again until it was read from: output that is not read must not
 * keep the program from handling signals. */
static bool can_write(int wait_ms)
{
    static bool full;
    struct pollfd polled = { .fd = STDERR_FILENO, .events = POLLOUT };

    full = poll(&polled, 1, full ? 0 : wait_ms) == 0;
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
    if (can_write(SAY_MS))
        fprintf(stderr, "mock-requester: %s\n", line);
    free(line);
}

void say_lines(struct span lines)
{
    while (lines.n) {
        const char *end = memchr(lines.p, '\n', lines.n);
        size_t n = end ? (size_t)(end + 1 - lines.p) : lines.n;
        if (can_write(LINE_MS))
            fwrite(lines.p, 1, n, stderr);
        lines = span_of(lines.p + n, lines.n - n);
    }
}

int complain(int exit_code, const struct error *error)
{
    say("%s", error->text);
    return exit_code;
}
