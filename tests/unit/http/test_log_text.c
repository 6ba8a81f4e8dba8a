/* The lines of the log for people. */
#include "http/log_text.h"
#include "sim/node.h"
#include "support/suite.h"

#include <stdio.h>

#define T "2023-03-22T09:00:00.000Z "
#define ARROW " \xe2\x86\x92 "

static const ns_t NINE = INT64_C(1679475600) * NS_PER_SECOND;

static struct line line;
static struct reply reply;
static struct http_end end;
static struct request request;

static void setup(void)
{
    line_clear(&line);
    reply_init(&reply);
    reply.endpoint = "states";
    reply.answered_by = "scheduler";
    reply.job_id = SPAN("3b1c9f0a-8902-4cc1-beeb-8da1658eec67");
    reply.job_state = "InProgress";
    end = (struct http_end){ .how = "complete" };
    request = (struct request){ .method = SPAN("POST"), .target = SPAN("/requester/states") };
}

static void teardown(void)
{
    reply_release(&reply);
}

static struct logged logged(void)
{
    return (struct logged){ .request = &request, .reply = &reply, .end = &end, .time = NINE };
}

static void assert_line(const char *wanted)
{
    struct span got = line_view(&line);

    ck_assert_msg(span_is(got, wanted), "%.*s instead of %s", SPAN_ARG(got), wanted);
}

static void exchange(void)
{
    const struct logged it = logged();

    log_text_exchange(&line, &it, false);
}

START_TEST(an_exchange_is_a_line_in_columns)
{
    exchange();

    assert_line(T "states    200 3b1c9f0a InProgress scheduler\n");
}
END_TEST

START_TEST(a_broken_exchange_says_how_it_broke)
{
    reply.status = 0;
    reply.answered_by = "fault blip";
    reply.source = SPAN("flaky.json:9");
    end.how = "EMPTY_RESPONSE";

    exchange();

    assert_line(T "states    --- 3b1c9f0a InProgress fault blip flaky.json:9  EMPTY_RESPONSE\n");
}
END_TEST

START_TEST(a_refusal_has_the_message_of_its_body_and_a_hint)
{
    reply.status = 400;
    reply.job_id = SPAN("");
    reply.job_state = reply.answered_by = NULL;
    reply.hint = SPAN("--signatures off accepts it");
    buf_text(&reply.body, "{\"Code\":\"x\",\"Message\":\"a \\\"b\\\" \\u003cc\\u003e\",\"Details\":{}}\n");

    exchange();

    assert_line(T "states    400 -        -          -  a \"b\" \\u003cc\\u003e; --signatures off accepts it\n");
}
END_TEST

START_TEST(a_reason_is_cut_at_120_characters)
{
    reply.status = 500;
    for (int i = 0; i < 200; i++)
        buf_char(&reply.body, 'x');

    exchange();

    struct span got = line_view(&line);
    ck_assert_ptr_nonnull(memmem(got.p, got.n, "x\xe2\x80\xa6\n", 5));
    ck_assert_uint_eq(got.n, sizeof T - 1 + sizeof "states    500 3b1c9f0a InProgress scheduler  " - 1 + 120 + sizeof "\xe2\x80\xa6\n" - 1);
}
END_TEST

START_TEST(an_unknown_path_is_shown)
{
    reply.endpoint = "other";
    reply.status = 404;
    reply.job_id = SPAN("");
    reply.job_state = reply.answered_by = NULL;
    request.target = SPAN("/a\x1b[2J");

    exchange();

    assert_line(T "-         404 -        -          -  POST /a?[2J\n");
}
END_TEST

START_TEST(a_control_call_is_shown_by_its_path)
{
    struct logged it = logged();

    it.control = true;
    reply.job_id = SPAN("");
    reply.endpoint = reply.job_state = reply.answered_by = NULL;
    request.target = SPAN("/__mock/clock/advance");
    log_text_exchange(&line, &it, false);

    assert_line(T "control   200 -        -          -  POST /__mock/clock/advance\n");
}
END_TEST

START_TEST(a_session_ends_the_line_with_its_first_8_characters)
{
    struct logged it = logged();

    it.session = SPAN("test-0123456789");
    log_text_exchange(&line, &it, false);

    assert_line(T "states    200 3b1c9f0a InProgress scheduler  [test-012]\n");
}
END_TEST

START_TEST(colours_are_there_only_if_wanted)
{
    const struct logged it = logged();

    reply.status = 503;
    log_text_exchange(&line, &it, true);

    assert_line(T "states    \x1b[31m503\x1b[0m 3b1c9f0a InProgress scheduler\n");
}
END_TEST

START_TEST(the_longest_names_fit_100_columns)
{
    reply.endpoint = "websocket";
    reply.job_state = "CompletedPartially";
    struct logged it = logged();

    it.session = SPAN("12345678");
    log_text_exchange(&line, &it, false);

    ck_assert_uint_le(line.column, 100);
}
END_TEST

/* ---- moves ----------------------------------------------------------------------------------------------- */

static struct job *job_of(struct execution **x, const struct node *node)
{
    const struct job_spec spec = { .engine = 0 };
    struct job *job = job_new(SPAN("3b1c9f0a-8902-4cc1-beeb-8da1658eec67"), SPAN("c"), SPAN("V1beta1"), &spec, NINE);

    job_move(job, JOB_IN_PROGRESS, SPAN(""), NINE);
    *x = execution_new(job, SPAN("QmNode"), node, NINE);
    return job;
}

static void show_last(const struct job *job)
{
    log_text_move(&line, SPAN(""), job, &job->history[job->n_history - 1], false);
}

START_TEST(a_move_of_a_job_is_a_line)
{
    struct execution *x;
    struct job *job = job_of(&x, NULL);

    job_move(job, JOB_ERROR, SPAN("no node is left"), NINE);
    show_last(job);

    assert_line(T "job           3b1c9f0a InProgress" ARROW "Error  no node is left\n");
    job_free(job);
}
END_TEST

START_TEST(a_move_of_an_execution_names_its_node_and_its_own_moment)
{
    const struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct execution *x;
    struct job *job = job_of(&x, &node);
    const struct execution_change change = { .status = SPAN("no such image") };

    execution_move(job, x, EXECUTION_FAILED, &change, NINE + 2 * NS_PER_SECOND);
    show_last(job);

    assert_line("2023-03-22T09:00:02.000Z n0            3b1c9f0a AskForBid" ARROW "Failed  no such image\n");
    job_free(job);
}
END_TEST

START_TEST(the_longest_move_fits_100_columns)
{
    const struct node node = node_good(SPAN("a-node-with-a-long-name"), SPAN("v0.3.25"));
    struct execution *x;
    struct job *job = job_of(&x, &node);

    execution_force(job, x, EXECUTION_WAITING_VERIFICATION, NULL, NINE);
    execution_force(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED, NULL, NINE);
    log_text_move(&line, SPAN("12345678"), job, &job->history[job->n_history - 1], false);

    ck_assert_uint_le(line.column, 100);
    job_free(job);
}
END_TEST

TEST_MAIN("log text",
    TEST_GROUP("lines", .setup = setup, .teardown = teardown),
    TEST(an_exchange_is_a_line_in_columns),
    TEST(a_broken_exchange_says_how_it_broke),
    TEST(a_refusal_has_the_message_of_its_body_and_a_hint),
    TEST(a_reason_is_cut_at_120_characters),
    TEST(an_unknown_path_is_shown),
    TEST(a_control_call_is_shown_by_its_path),
    TEST(a_session_ends_the_line_with_its_first_8_characters),
    TEST(colours_are_there_only_if_wanted),
    TEST(the_longest_names_fit_100_columns),
    TEST(a_move_of_a_job_is_a_line),
    TEST(a_move_of_an_execution_names_its_node_and_its_own_moment),
    TEST(the_longest_move_fits_100_columns))
