/* What the log says of refusals: why, and what to do. */
#include "base/error.h"
#include "support/desk.h"
#include "support/suite.h"

static struct desk *desk;

static void teardown(void)
{
    desk_close(desk);
    desk = NULL;
}

static const struct row {
    const char *name, *scenario, *method, *target, *body;
    int status;
    const char *refused, *hint; /* reply->refused and reply->hint */
} rows[] = {
    { "no envelope", NULL, "POST", "/requester/submit", "{\"APIVersion\":\"V1beta1\",\"Spec\":{}}", 0,
      "no job_create_payload in the body: the real requester panics here", "\"mock-requester sign\" wraps a payload" },
    { "no envelope for cancel", NULL, "POST", "/requester/cancel", "{\"JobID\":\"x\"}", 0,
      "no payload in the body: the real requester panics here", "\"mock-requester sign\" wraps a payload" },
    { "no spec", NULL, "POST", "/requester/submit", "{\"job_create_payload\":{\"ClientID\":\"a\",\"APIVersion\":\"V1beta1\"}}", 0,
      "no Spec in the payload: the real requester panics here", "a job has a Spec" },
    { "prefix left out", NULL, "POST", "/submit", "", 404, "", "did you mean /requester/submit?" },
    { "misspelt path", NULL, "POST", "/requester/stats", "", 404, "", "did you mean /requester/states?" },
    { "path of a page", NULL, "GET", "/", "", 404, "", "the page is at /__mock/" },
    { "unknown path", NULL, "GET", "/api/v1/orchestrator/jobs", "", 404, "", "v0.3.25 does not serve that path" },
    { "unknown job", NULL, "POST", "/requester/states", "{\"job_id\":\"12345678\"}", 500, "", "" },
    { "fault", "{\"version\":1,\"faults\":[{\"on\":\"livez\",\"preset\":\"rate-limited\"}]}", "GET", "/livez", "", 429, "", "" },
    { "answer", NULL, "GET", "/livez", "", 200, "", "" },
};

START_TEST(a_refusal_has_its_reason_and_its_hint)
{
    const struct row *row = &rows[_i];

    desk = desk_open(row->scenario);
    const struct reply *reply = desk_ask(desk, span_text(row->method), span_text(row->target), span_text(row->body));

    ck_assert_msg(reply->status == row->status, "%s: %d", row->name, reply->status);
    ck_assert_msg(span_is(reply->refused, row->refused), "%s: %.*s", row->name, SPAN_ARG(reply->refused));
    ck_assert_msg(span_is(reply->hint, row->hint), "%s: %.*s", row->name, SPAN_ARG(reply->hint));
}
END_TEST

START_TEST(the_journal_has_the_reason_of_an_answer_without_bytes)
{
    desk = desk_open(NULL);
    desk_ask(desk, SPAN("POST"), SPAN("/requester/submit"), SPAN("{}"));

    const struct reply *reply = desk_ask(desk, SPAN("GET"), SPAN("/__mock/requests"), SPAN(""));

    ck_assert_ptr_nonnull(memmem(reply->body.p, reply->body.n, "\"refused\":\"no job_create_payload in the body: ", 46));
}
END_TEST

static const struct answerer {
    const char *scenario, *by, *source;
} answerers[] = {
    { "{\"version\":1,\"faults\":[\n{\"name\":\"blip\",\"on\":\"livez\",\"preset\":\"plain-500\"}]}", "fault blip", "a.json:2" },
    { "{\"version\":1,\"faults\":[\n\n{\"on\":\"livez\",\"preset\":\"plain-500\"}]}", "fault a.json:3", "a.json:3" },
};

START_TEST(a_fault_is_named_with_its_place)
{
    desk = desk_open(answerers[_i].scenario);

    const struct reply *reply = desk_ask(desk, SPAN("GET"), SPAN("/livez"), SPAN(""));

    ck_assert_str_eq(reply->answered_by, answerers[_i].by);
    ck_assert(span_is(reply->source, answerers[_i].source));
}
END_TEST

TEST_MAIN("hints",
    TEST_GROUP("refusals", .teardown = teardown),
    TEST_EACH(a_refusal_has_its_reason_and_its_hint, rows),
    TEST(the_journal_has_the_reason_of_an_answer_without_bytes),
    TEST_EACH(a_fault_is_named_with_its_place, answerers))
