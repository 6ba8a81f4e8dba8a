/* The scenarios of README's recipes do what README says. */
#include "base/error.h"
#include "support/files.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PROGRAM BINARY_DIR "/mock-requester"
#define JOB                                                                                                       \
    "{\"job_create_payload\":{\"ClientID\":\"c1\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","          \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":1}}},"    \
    "\"signature\":\"\",\"client_public_key\":\"\"}"

enum { TEXT_MAX = 1 << 20 };

/* The first block of JSON under the heading, written to a file. */
static void write_recipe(const char *heading, const char *path)
{
    CLEANUP(buf_release) struct buf readme = file_read(SOURCE_DIR "/README.md");
    static const char fence[] = "\n```json\n";
    FILE *out = fopen(path, "w");

    ck_assert_ptr_nonnull(out);
    const char *section = strstr(readme.p, heading);
    ck_assert_msg(section != NULL, "README has no %s", heading);
    const char *block = strstr(section, fence);
    ck_assert_ptr_nonnull(block);
    block += sizeof fence - 1;
    fwrite(block, 1, (size_t)(strstr(block, "\n```") - block), out);
    ck_assert_int_eq(fclose(out), 0);
}

static struct http_reply asked(int port, const char *target, const char *body)
{
    CLEANUP(buf_release) struct buf request = buf_init(TEXT_MAX);

    buf_printf(&request, "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", target,
               strlen(body), body);
    struct http_reply reply = http_exchange(port, request.p, request.n, "POST");
    ck_assert_int_eq(reply.status, 200);
    return reply;
}

/* The body, till the next call. */
static const char *ask(int port, const char *target, const char *body)
{
    static char text[TEXT_MAX];
    struct http_reply reply = asked(port, target, body);

    snprintf(text, sizeof text, "%.*s", SPAN_ARG(buf_view(&reply.body)));
    http_reply_release(&reply);
    return text;
}

START_TEST(results_stay_empty_for_three_polls_after_completion)
{
    static char file[] = "/tmp/mock-requester-recipe-XXXXXX", question[128];
    const char *const words[] = { "--port", "0", "--clock", "manual", "--signatures", "off", "--log", "off", file, NULL };
    struct program_start start = { .path = PROGRAM, .words = words };
    struct program program;

    close(mkstemp(file));
    write_recipe("### Results that come late\n", file);
    ck_assert(program_start(&start, &program));
    int port = program_await_ready(&program);
    ck_assert_msg(port > 0, "%s", program_told(&program));
    struct http_reply submitted = asked(port, "/requester/submit", JOB);
    snprintf(question, sizeof question, "{\"client_id\":\"c1\",\"job_id\":\"%.*s\"}",
             SPAN_ARG(http_reply_value(&submitted, "X-Bacalhau-Job-Id")));
    http_reply_release(&submitted);

    for (int i = 0; i < 5; i++)
        ck_assert_ptr_null(strstr(ask(port, "/requester/results", question), "Qm"));
    ask(port, "/__mock/clock/advance", "{\"by\": \"1s\"}");
    ck_assert_ptr_nonnull(strstr(ask(port, "/requester/states", question), "\"State\":\"Completed\""));
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(strstr(ask(port, "/requester/results", question), "\"CID\""));
    ck_assert_ptr_nonnull(strstr(ask(port, "/requester/results", question), "\"CID\":\"QmXoypizj"));

    ck_assert_int_eq(program_stop(&program), 0);
    program_release(&program);
    unlink(file);
}
END_TEST

TEST_MAIN("recipes",
    TEST(results_stay_empty_for_three_polls_after_completion))
