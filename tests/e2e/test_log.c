/* The log of the program, with a standard error that nothing reads. */
#include "base/error.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXCHANGES = 8000, AWAIT_MS = 10000 };

static struct program program;
static struct http_client client;

static void start(void)
{
    static const char *const words[] = { "--port", "0", "--rate-limit", "off", NULL };

    ck_assert(program_start(&(struct program_start){ .path = BINARY_DIR "/mock-requester", .words = words }, &program));
    ck_assert(http_connect(&client, program_await_ready(&program)));
}

static void stop(void)
{
    http_close(&client);
    program_release(&program);
}

static void exchange(int n)
{
    for (int i = 0; i < n; i++) {
        ck_assert(http_send_text(&client, "GET /requester/of-no-interest HTTP/1.1\r\nHost: a\r\n\r\n"));
        struct http_reply reply = http_read(&client, "GET");
        ck_assert_int_eq(reply.status, 404);
        http_reply_release(&reply);
    }
}

static bool ended(void *context)
{
    siginfo_t info = { 0 };

    return waitid(P_PID, (id_t)*(pid_t *)context, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

START_TEST(a_full_pipe_stops_neither_exchanges_nor_the_end)
{
    exchange(EXCHANGES);

    kill(program.pid, SIGTERM);

    ck_assert(await(ended, &program.pid, AWAIT_MS));
}
END_TEST

static bool tells_of_drops(void *context)
{
    char line[2048];
    struct pollfd polled = { .fd = program.err, .events = POLLIN };

    (void)context;
    if (poll(&polled, 1, 0) > 0) {
        ssize_t n = read(program.err, line, sizeof line);
        if (n > 0)
            buf_add(&program.told, line, (size_t)n);
    }
    return strstr(program_told(&program), "log lines dropped: standard error is not read fast enough\n") != NULL;
}

START_TEST(dropped_lines_are_counted_once_the_pipe_is_read)
{
    exchange(EXCHANGES);

    ck_assert(await(tells_of_drops, NULL, AWAIT_MS));
}
END_TEST

START_TEST(every_line_is_written_when_the_pipe_is_read)
{
    size_t lines = 0;

    exchange(100);
    ck_assert_int_eq(program_stop(&program), 0);

    for (const char *at = program_told(&program); (at = strstr(at, "  GET /requester/of-no-interest  404 page not found")); at++)
        lines++;
    ck_assert_uint_eq(lines, 100);
}
END_TEST

TEST_MAIN("log",
    TEST_GROUP("standard error", .setup = start, .teardown = stop),
    TEST(a_full_pipe_stops_neither_exchanges_nor_the_end),
    TEST(dropped_lines_are_counted_once_the_pipe_is_read),
    TEST(every_line_is_written_when_the_pipe_is_read))
