#include "base/error.h"

#include <stdatomic.h>
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

static void (*_Atomic before_the_end)(void);

void broken_promise_before(void (*before)(void))
{
    atomic_store(&before_the_end, before);
}

noreturn void broken_promise(const char *file, int line, const char *what)
{
    void (*before)(void) = atomic_exchange(&before_the_end, NULL);

    if (before)
        before();
    fprintf(stderr, "mock-requester: %s:%d: broken promise: %s\n", file, line, what);
    abort();
}
