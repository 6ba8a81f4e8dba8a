#include "support/suite.h"
#include "wire/problems.h"

static struct reply reply;

static void setup(void)
{
    reply_init(&reply);
}

static void teardown(void)
{
    reply_release(&reply);
}

static void assert_is(int status, const char *body)
{
    ck_assert_int_eq(reply.status, status);
    ck_assert_str_eq(reply.body.p, body);
    ck_assert_msg(reply.body.n == strlen(body), "%zu", reply.body.n);
}

START_TEST(a_plain_problem_is_its_text_and_a_line_break)
{
    problem_plain(&reply, 404, SPAN("404 page not found"));

    assert_is(404, "404 page not found\n");
}
END_TEST

START_TEST(a_plain_problem_keeps_a_nul_byte)
{
    problem_plain(&reply, 500, SPAN("Job not found. ID: a\0b"));

    ck_assert(span_eq(buf_view(&reply.body), SPAN("Job not found. ID: a\0b\n")));
}
END_TEST

static const struct object {
    struct span message;
    const char *body;
} objects[] = {
    { { "EOF", 3 }, "{\"Code\":\"error-unknown-server-error\",\"Message\":\"EOF\",\"Details\":{},\"Err\":\"EOF\"}\n" },
    { { "invalid character '\\'' <", 24 },
      "{\"Code\":\"error-unknown-server-error\",\"Message\":\"invalid character '\\\\'' \\u003c\",\"Details\":{},"
      "\"Err\":\"invalid character '\\\\'' \\u003c\"}\n" },
};

START_TEST(a_json_problem_says_its_text_twice)
{
    problem_json(&reply, 400, objects[_i].message);

    assert_is(400, objects[_i].body);
}
END_TEST

static const struct missing {
    struct span id;
    const char *body;
} missing[] = {
    { { "abcdefgh", 8 },
      "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: abcdefgh\",\"Details\":{\"id\":\"abcdefgh\"},"
      "\"Err\":\"Job not found. ID: abcdefgh\"}\n" },
    { { "a\0b\"", 4 },
      "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: a\\u0000b\\\"\",\"Details\":{\"id\":\"a\\u0000b\\\"\"},"
      "\"Err\":\"Job not found. ID: a\\u0000b\\\"\"}\n" },
    { { NULL, 0 },
      "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: \",\"Details\":{\"id\":\"\"},\"Err\":\"Job not found. ID: \"}\n" },
};

START_TEST(a_missing_job_is_named_in_the_details)
{
    problem_job_not_found(&reply, 400, missing[_i].id);

    assert_is(400, missing[_i].body);
}
END_TEST

START_TEST(a_problem_replaces_the_body_and_keeps_the_headers_that_were_set)
{
    struct request request = { .method = SPAN("POST"), .http_minor = 1, .keeps = true };
    struct buf out = buf_init(4096);

    reply_header(&reply, "X-Bacalhau-Job-Id", SPAN(""));
    reply.sniffed = true;
    buf_text(&reply.body, "half a list");
    problem_plain(&reply, 400, SPAN("EOF"));
    reply_make_head(&reply, &request, "D");
    buf_span(&out, buf_view(&reply.head));
    reply_put_body(&reply, &request, &out);

    ck_assert_str_eq(out.p,
                     "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nX-Bacalhau-Job-Id: \r\n"
                            "X-Content-Type-Options: nosniff\r\nDate: D\r\nContent-Length: 4\r\n\r\nEOF\n");
    buf_release(&out);
}
END_TEST

TEST_MAIN("problems",
    TEST_GROUP("problems", .setup = setup, .teardown = teardown),
    TEST(a_plain_problem_is_its_text_and_a_line_break),
    TEST(a_plain_problem_keeps_a_nul_byte),
    TEST_EACH(a_json_problem_says_its_text_twice, objects),
    TEST_EACH(a_missing_job_is_named_in_the_details, missing),
    TEST(a_problem_replaces_the_body_and_keeps_the_headers_that_were_set))
