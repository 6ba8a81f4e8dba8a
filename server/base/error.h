/* Errors: a code for the program, a text for people.
 *
 * Functions that can fail return `enum err` and take `struct error *` last (NULL = the caller does not
 * want the text). Outputs are written only on ERR_OK. Only http/ and cli/ log. */
#ifndef MOCK_REQUESTER_BASE_ERROR_H
#define MOCK_REQUESTER_BASE_ERROR_H

#include <stdarg.h>
#include <stdnoreturn.h>

enum err {
    ERR_OK = 0,
    ERR_NOMEM,   /* no memory, or a named cap was met */
    ERR_INVALID, /* the input breaks a rule; the text says which */
    ERR_IO,      /* the operating system refused; the text says why */
    ERR_NOT_FOUND,
    ERR_STATE, /* lawful input, but not now */
};

enum { ERROR_TEXT_MAX = 1024 }; /* longer texts are cut there */

struct error {
    enum err code;
    char text[ERROR_TEXT_MAX];
};

/* Fills `error` (may be NULL) and returns `code`, so that a failure is one line. */
enum err error_set(struct error *error, enum err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports a broken assumption of this program's own code and aborts, in release builds too. Bad input never causes
 * it. */
noreturn void broken_promise(const char *file, int line, const char *what);
/* Calls `before` when a promise is broken, ahead of the end, so that what is in memory can be written; it must return
 * soon. NULL: nothing. One for the process; any thread. */
void broken_promise_before(void (*before)(void));
#define MUST(condition) ((condition) ? (void)0 : broken_promise(__FILE__, __LINE__, #condition))

/* Calls `fn(&variable)` when the variable leaves its scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#endif
