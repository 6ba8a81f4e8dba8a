/* The program as a user starts it, for tests that care for what it serves and what it says.
 *
 *   program_start → (program_await_ready → requests → program_stop) or program_end → program_release
 *
 * It never outlives the test. Of the program's variables only those given are set. */
#ifndef MOCK_REQUESTER_SUPPORT_PROGRAM_H
#define MOCK_REQUESTER_SUPPORT_PROGRAM_H

#include "base/buf.h"

#include <sys/types.h>

enum { PROGRAM_PATIENCE_MS = 30000, PROGRAM_WORDS_MAX = 16 };

struct program {
    pid_t pid;
    int err;         /* our end of its standard error */
    struct buf told; /* what came from there so far */
};

/* `words`: after the program's name, NULL at the end. `folder`: where it starts; NULL: here. `scenario`: the
 * value of MOCK_REQUESTER_SCENARIO; NULL: not set. False: there is no such program, errno says why. */
struct program_start {
    const char *path;
    const char *folder;
    const char *const *words;
    const char *scenario;
    bool terminal; /* its standard error is one */
};
bool program_start(const struct program_start *start, struct program *program);

/* Waits for the ready line; its port. -1: it ended, or said nothing for the time of patience. */
int program_await_ready(struct program *program);
/* Reads standard error until it has that text. False: it ended, or said nothing for the time of patience. */
bool program_await_told(struct program *program, const char *text);
int program_end(struct program *program);  /* reads to the end and waits; its exit code, or -1 */
int program_stop(struct program *program); /* SIGTERM first */
const char *program_told(const struct program *program);
void program_release(struct program *program); /* kills one that still runs */

#endif
