/* What --strict says of sessions at the exit. */
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <stdio.h>

enum { REQUEST_MAX = 1024 };

static void ask(int port, const char *method, const char *path, const char *body, int status)
{
    char request[REQUEST_MAX];

    snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", method, path,
             strlen(body), body);
    struct http_reply reply = http_exchange_text(port, request, method);
    ck_assert_int_eq(reply.status, status);
    http_reply_release(&reply);
}

static const char expecting[] = "{\"client_id\":\"a\",\"scenario\":{\"version\":1,\"expect\":[{\"endpoint\":\"cancel\",\"times\":1}]}}";

/* Runs the program with --strict and a session whose expectation is not met; `ends`: it is deleted. The exit code. */
static int run_strict(bool ends, struct program *program)
{
    const char *const words[] = { "--port", "0", "--log", "off", "--strict", NULL };
    struct program_start start = { .path = BINARY_DIR "/mock-requester", .words = words };

    ck_assert(program_start(&start, program));
    int port = program_await_ready(program);
    ck_assert_msg(port > 0, "%s", program_told(program));
    ask(port, "POST", "/__mock/sessions", expecting, 201);
    if (ends)
        ask(port, "DELETE", "/__mock/sessions/a", "", 200);
    return program_stop(program);
}

START_TEST(strict_judges_a_session_that_has_not_ended)
{
    struct program program;

    ck_assert_int_eq(run_strict(false, &program), 1);

    ck_assert_msg(strstr(program_told(&program), "session a:"), "%s", program_told(&program));
    program_release(&program);
}
END_TEST

START_TEST(strict_leaves_out_a_session_that_has_ended)
{
    struct program program;

    ck_assert_int_eq(run_strict(true, &program), 0);
    program_release(&program);
}
END_TEST

TEST_MAIN("session strict",
          TEST(strict_judges_a_session_that_has_not_ended),
          TEST(strict_leaves_out_a_session_that_has_ended))
