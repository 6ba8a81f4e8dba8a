#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>

enum err error_set(struct error *error, enum err code, const char *format, ...)
{
    if (error) {
        va_list args;

        error->code = code;
        va_start(args, format);
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
    }
    return code;
}

noreturn void broken_promise(const char *file, int line, const char *what)
{
    fprintf(stderr, "mock-requester: %s:%d: broken promise: %s\n", file, line, what);
    abort();
}
