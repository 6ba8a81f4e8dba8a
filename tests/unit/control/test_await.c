/* Calls that wait, without a socket: a call that would have to wait is answered as if its time were over. */
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>

static struct panel *panel;

static void setup(void)
{
    panel = panel_open();
}

static void teardown(void)
{
    panel_close(panel);
}

static const char *await_job(const char *job, const char *rest)
{
    char body[256];

    snprintf(body, sizeof body, "{\"job\": %s, %s}", job, rest);
    return panel_ask(panel, "POST", "/__mock/jobs/await", body);
}

static const char *quoted_submit(const char *annotation)
{
    static char id[80];

    snprintf(id, sizeof id, "\"%s\"", panel_submit(panel, annotation));
    return id;
}

/* ---- jobs ------------------------------------------------------------------------------------------------ */

START_TEST(the_present_state_counts)
{
    const char *id = quoted_submit("mock:gated");

    const char *body = await_job(id, "\"state\": [\"Error\", \"InProgress\"]");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(body, id);
    assert_has(body, "InProgress");
}
END_TEST

START_TEST(a_job_that_has_ended_otherwise_is_refused_at_once)
{
    const char *id = quoted_submit("mock:gated");

    panel_ask(panel, "POST", "/__mock/gates/go", "");
    const char *body = await_job(id, "\"state\": \"Error\", \"within\": \"5m\"");

    ck_assert_int_eq(panel->reply.status, 408);
    assert_has(body, "\"key\":\"not-seen\"");
    assert_has(body, "it is Completed");
}
END_TEST

START_TEST(the_first_job_that_fits_is_meant_if_it_is_there)
{
    quoted_submit("other");
    const char *id = quoted_submit("mock:gated");

    const char *body = await_job("{\"annotation\": \"mock:gated\"}", "\"state\": \"InProgress\"");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(body, id);
}
END_TEST

START_TEST(nth_counts_the_jobs_that_fit)
{
    quoted_submit("mock:gated");
    quoted_submit("other");
    const char *id = quoted_submit("mock:gated");

    const char *body = await_job("{\"annotation\": \"mock:gated\", \"nth\": 2}", "\"state\": \"InProgress\"");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(body, id);
}
END_TEST

START_TEST(when_the_time_is_over_the_present_state_is_told)
{
    const char *id = quoted_submit("mock:gated");

    const char *body = await_job(id, "\"state\": \"Completed\", \"within\": \"250ms\"");

    ck_assert_int_eq(panel->reply.status, 408);
    assert_has(body, "after 250ms job");
    assert_has(body, "is InProgress");
}
END_TEST

START_TEST(a_job_that_never_came_is_not_seen)
{
    const char *body = await_job("{\"client_id\": \"nobody\"}", "\"state\": \"Completed\"");

    ck_assert_int_eq(panel->reply.status, 408);
    assert_has(body, "after 5s there is no job that fits");
}
END_TEST

/* ---- exchanges ------------------------------------------------------------------------------------------- */

START_TEST(exchanges_of_the_journal_count)
{
    quoted_submit("other");
    quoted_submit("other");

    const char *body = panel_ask(panel, "POST", "/__mock/requests/await", "{\"endpoint\": \"submit\", \"count\": 2}");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(body, "\"matched\":2,\"last\":2");
}
END_TEST

START_TEST(exchanges_up_to_since_do_not_count)
{
    quoted_submit("other");

    const char *body = panel_ask(panel, "POST", "/__mock/requests/await", "{\"since\": 1, \"within\": \"1s\"}");

    ck_assert_int_eq(panel->reply.status, 408);
    assert_has(body, "after 1s 0 of 1 exchanges that fit have come; in all there are: nothing");
}
END_TEST

START_TEST(what_came_instead_is_told)
{
    quoted_submit("other");
    panel_ask(panel, "POST", "/requester/list", "{}");

    const char *body = panel_ask(panel, "POST", "/__mock/requests/await", "{\"endpoint\": \"cancel\"}");

    ck_assert_int_eq(panel->reply.status, 408);
    assert_has(body, "1 submit, 1 list");
}
END_TEST

START_TEST(an_exchange_fits_by_its_job)
{
    const char *id = quoted_submit("mock:gated");

    panel_ask(panel, "POST", "/__mock/requests/await", "{\"match\": {\"job\": {\"annotation\": \"mock:gated\"}}}");
    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(panel->reply.body.p, id);
    panel_ask(panel, "POST", "/__mock/requests/await", "{\"match\": {\"job\": {\"annotation\": \"other\"}}}");
    ck_assert_int_eq(panel->reply.status, 408);
}
END_TEST

/* ---- bodies ---------------------------------------------------------------------------------------------- */

static const struct refused {
    const char *path, *body;
    int status;
    const char *error;
} refusals[] = {
    { "jobs/await", "{\"job\": \"0123456789\", \"state\": \"Completed\"}", 404, "\"unknown-job\"" },
    { "jobs/await", "{\"job\": 7, \"state\": \"Completed\"}", 400, "expected a job id, or an object that says which jobs fit, got a number" },
    { "jobs/await", "{\"job\": {}, \"state\": \"Complete\"}", 400, "did you mean \\\"Completed\\\"?" },
    { "jobs/await", "{\"job\": {}, \"state\": []}", 400, "expected at least one state" },
    { "jobs/await", "{\"job\": {}}", 400, "missing key \\\"state\\\"" },
    { "jobs/await", "{\"job\": {\"img\": \"x\"}, \"state\": \"Error\"}", 400, "\"unknown-key\"" },
    { "jobs/await", "{\"job\": {}, \"state\": \"Error\", \"within\": \"5m1s\"}", 400, "at most 5m, got \\\"5m1s\\\"" },
    { "requests/await", "{\"endpoint\": \"cancl\"}", 400, "did you mean \\\"cancel\\\"?" },
    { "requests/await", "{\"count\": 0}", 400, "from 1 to 10000" },
    { "requests/await", "{\"since\": -1}", 400, "\"bad-value\"" },
    { "requests/await", "", 400, "\"bad-json\"" },
};

START_TEST(what_is_wrong_with_the_body_is_refused)
{
    const struct refused *row = &refusals[_i];
    char path[64];

    snprintf(path, sizeof path, "/__mock/%s", row->path);
    const char *body = panel_ask(panel, "POST", path, row->body);

    ck_assert_msg(panel->reply.status == row->status, "%s: %d %s", row->body, panel->reply.status, body);
    assert_has(body, row->error);
}
END_TEST

TEST_MAIN("calls that wait",
          TEST_GROUP("jobs", .setup = setup, .teardown = teardown),
          TEST(the_present_state_counts),
          TEST(a_job_that_has_ended_otherwise_is_refused_at_once),
          TEST(the_first_job_that_fits_is_meant_if_it_is_there),
          TEST(nth_counts_the_jobs_that_fit),
          TEST(when_the_time_is_over_the_present_state_is_told),
          TEST(a_job_that_never_came_is_not_seen),
          TEST(exchanges_of_the_journal_count),
          TEST(exchanges_up_to_since_do_not_count),
          TEST(what_came_instead_is_told),
          TEST(an_exchange_fits_by_its_job),
          TEST_EACH(what_is_wrong_with_the_body_is_refused, refusals))
