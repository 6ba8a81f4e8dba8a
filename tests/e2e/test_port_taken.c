/* A port that is taken: the message says who has it. */
#include "base/error.h"
#include "support/program.h"
#include "support/suite.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"

static struct program start_at(int port, const char *more)
{
    char number[16];
    const char *const words[] = { "--port", number, "--seed", "1", more, NULL };
    struct program program;

    snprintf(number, sizeof number, "%d", port);
    ck_assert(program_start(&(struct program_start){ .path = PROGRAM, .words = words }, &program));
    return program;
}

static void assert_refused(int port, const char *user)
{
    struct program second = start_at(port, NULL);
    char told[256];

    snprintf(told, sizeof told, "mock-requester: 127.0.0.1:%d: Address already in use: %s has it; stop that, or take another port "
                                "(--port 0: any free one)\n", port, user);
    ck_assert_int_eq(program_end(&second), 3);
    ck_assert_str_eq(program_told(&second), told);
    program_release(&second);
}

static const struct user {
    const char *option, *told;
} users[] = {
    { "stuck-askforbid", "another mock-requester (scenario stuck-askforbid)" },
    { "--control=off", "another requester" },
};

START_TEST(a_requester_is_named)
{
    struct program first = start_at(0, users[_i].option);
    int port = program_await_ready(&first);

    assert_refused(port, users[_i].told);

    ck_assert_int_eq(program_stop(&first), 0);
    program_release(&first);
}
END_TEST

START_TEST(a_program_that_does_not_answer_is_no_requester)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, n) + listen(fd, 8), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &n), 0);

    assert_refused(ntohs(address.sin_port), "a program that is no requester");

    close(fd);
}
END_TEST

TEST_MAIN("port taken",
    TEST_EACH(a_requester_is_named, users),
    TEST(a_program_that_does_not_answer_is_no_requester))
