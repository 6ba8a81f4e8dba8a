/* What a user reads on standard error, the log aside. */
#ifndef MOCK_REQUESTER_CLI_TELL_H
#define MOCK_REQUESTER_CLI_TELL_H

#include "base/error.h"
#include "base/span.h"

/* `mock-requester: …`, on one line, whatever bytes an argument or a file's name brought along. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints lines as they are. */
void say_lines(struct span lines);

/* Says the error; the exit code. */
int complain(int exit_code, const struct error *error);

#endif
