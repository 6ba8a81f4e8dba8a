/* The writer of the log: lines reach standard error also when the program ends by a broken promise. */
#include "base/error.h"
#include "http/log_writer.h"
#include "support/suite.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES = 1000, PATIENCE_MS = 30000 };

/* In the child: writes lines and ends by a broken promise. Leaves no core file. */
static void write_and_break(int err)
{
    struct log_writer writer;

    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
    signal(SIGABRT, SIG_DFL);
    dup2(err, STDERR_FILENO);
    MUST(log_writer_start(&writer));
    for (int i = 0; i < LINES; i++)
        log_writer_add(&writer, SPAN("a line\n"));
    MUST(writer.buffers == NULL);
    _exit(0);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, "a line\n")); at++)
        n++;
    return n;
}

static void read_all(int fd, char *text, size_t room)
{
    struct pollfd polled = { .fd = fd, .events = POLLIN };
    size_t n = 0;
    ssize_t got = 1;

    while (got > 0 && n < room - 1 && poll(&polled, 1, PATIENCE_MS) == 1) {
        got = read(fd, text + n, room - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    }
    text[n] = '\0';
}

START_TEST(a_broken_promise_loses_no_line)
{
    static char text[16 * LINES];
    int err[2], status;

    ck_assert_int_eq(pipe(err), 0);
    pid_t pid = fork();
    if (pid == 0)
        write_and_break(err[1]);
    close(err[1]);
    read_all(err[0], text, sizeof text);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);

    ck_assert_uint_eq(count_lines(text), LINES);
    ck_assert_ptr_nonnull(strstr(text, "broken promise: writer.buffers == NULL\n"));
    ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    close(err[0]);
}
END_TEST

TEST_MAIN("log writer",
    TEST(a_broken_promise_loses_no_line))
