/* Messages to the user on standard error, apart from the log. */
#ifndef MOCK_REQUESTER_CLI_TELL_H
#define MOCK_REQUESTER_CLI_TELL_H

#include "base/error.h"
#include "base/span.h"

/* Prints `mock-requester: …` on one line; control characters in arguments and file names are replaced. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints lines as they are. */
void say_lines(struct span lines);

/* Prints the error. Returns the exit code. */
int complain(int exit_code, const struct error *error);

#endif
