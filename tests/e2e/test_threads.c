/* The program with fewer threads to be had than it wants. Only root can lower the limit for a user who has no other
 * processes; for others there is nothing to test. */
#include "base/error.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOBODY "65533"

static char copy[] = "/tmp/mock-requester-threads-XXXXXX";

/* A copy that every user may run. */
static void setup(void)
{
    char command[1024];
    int fd = mkstemp(copy);

    ck_assert_int_ge(fd, 0);
    close(fd);
    snprintf(command, sizeof command, "cp '%s/mock-requester' %s && chmod 755 %s", BINARY_DIR, copy, copy);
    ck_assert_int_eq(system(command), 0);
}

static void teardown(void)
{
    unlink(copy);
}

static struct program start_with(const char *nproc)
{
    const char *words[] = { "--reuid=" NOBODY, "--regid=" NOBODY, "--clear-groups", "prlimit", nproc, copy, "--port", "0",
                            NULL };
    struct program program;

    ck_assert(program_start(&(struct program_start){ .path = "/usr/bin/setpriv", .words = words }, &program));
    return program;
}

START_TEST(too_few_threads_end_the_start_and_name_the_limit)
{
    struct program program = start_with("--nproc=12");

    ck_assert_int_eq(program_end(&program), 4);

    ck_assert_msg(strstr(program_told(&program), "threads could be started") && strstr(program_told(&program), "ulimit -u 12"),
                  "%s", program_told(&program));
    program_release(&program);
}
END_TEST

START_TEST(fewer_threads_serve_with_lower_caps_and_say_so)
{
    struct program program = start_with("--nproc=60");
    int port = program_await_ready(&program);

    struct http_reply reply = http_exchange_text(port, "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", "GET");

    ck_assert_msg(reply.status == 200, "%s, %s", http_read_end_name(reply.end), program_told(&program));
    http_reply_release(&reply);
    ck_assert_int_eq(program_stop(&program), 0);
    ck_assert_msg(strstr(program_told(&program), "of 168 threads could be started"), "%s", program_told(&program));
    program_release(&program);
}
END_TEST

int main(void)
{
    const struct suite_row rows[] = {
        TEST_GROUP("limited", .setup = setup, .teardown = teardown),
        TEST(too_few_threads_end_the_start_and_name_the_limit),
        TEST(fewer_threads_serve_with_lower_caps_and_say_so),
    };

    return geteuid() == 0 ? suite_run("threads", rows, ROWS(rows)) : 0;
}
