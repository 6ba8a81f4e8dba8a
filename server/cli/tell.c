#include "cli/tell.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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
    fprintf(stderr, "mock-requester: %s\n", line);
    free(line);
}

int complain(int exit_code, const struct error *error)
{
    say("%s", error->text);
    return exit_code;
}
