#include "releases/bodies.h"
#include "support/suite.h"

#define T0 (INT64_C(1679475600) * NS_PER_SECOND)

static struct job *new_job(void)
{
    const struct job_spec spec = { .engine = ENGINE_DOCKER, .deal = { .concurrency = 1 } };
    struct job *job = job_new(SPAN("0123456789"), SPAN("client"), SPAN("V1beta1"), &spec, T0);

    ck_assert_ptr_nonnull(job);
    return job;
}

static void assert_body(const char *name, const struct job *job, void (*put)(struct buf *, const struct job *, int),
                        const char *expected)
{
    struct buf body = buf_init(64 * 1024);

    put(&body, job, 0);

    ck_assert_msg(span_is(buf_view(&body), expected), "%s: %.*s", name, SPAN_ARG(buf_view(&body)));
    buf_release(&body);
}

/* ---- results --------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum execution_state state;
    struct verification verification;
    bool published, has_cid, is_result;
} candidates[] = {
    { "all is well", EXECUTION_COMPLETED, { true, true }, true, true, true },
    { "not completed", EXECUTION_RESULT_ACCEPTED, { true, true }, true, true, false },
    { "cancelled after all", EXECUTION_CANCELLED, { true, true }, true, true, false },
    { "not verified", EXECUTION_COMPLETED, { false, true }, true, true, false },
    { "verified and bad", EXECUTION_COMPLETED, { true, false }, true, true, false },
    { "published without a CID", EXECUTION_COMPLETED, { true, true }, true, false, false },
    { "not published", EXECUTION_COMPLETED, { true, true }, false, false, false },
};

START_TEST(a_result_is_completed_verified_and_has_a_cid)
{
    struct job *job = new_job();
    const struct storage_spec with = { .source = SOURCE_IPFS, .name = SPAN("name"), .cid = SPAN("QmX") },
                              without = { .source = SOURCE_IPFS, .name = SPAN("name") };
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0);
    x->state = (int)candidates[_i].state;
    x->verification = candidates[_i].verification;
    x->published = !candidates[_i].published ? NULL : candidates[_i].has_cid ? &with : &without;

    assert_body(candidates[_i].name, job, body_results,
                candidates[_i].is_result
                    ? "{\"results\":[{\"NodeID\":\"n1\",\"Data\":{\"StorageSource\":\"IPFS\",\"Name\":\"name\",\"CID\":\"QmX\"}}]}"
                    : "{\"results\":[]}");
    job_free(job);
}
END_TEST

/* ---- events ------------------------------------------------------------------------------------------------ */

#define AT(ns) "\"Time\":\"2023-03-22T09:00:00" ns "Z\"}"

START_TEST(the_state_new_is_never_printed)
{
    struct job *job = new_job();
    job_move(job, JOB_QUEUED, SPAN(""), T0 + 100 * NS_PER_MS);
    job_move(job, JOB_NEW, SPAN(""), T0 + 200 * NS_PER_MS);

    assert_body("new and queued", job, body_events,
                "{\"events\":[{\"Type\":\"JobLevel\",\"JobID\":\"0123456789\",\"JobState\":{},\"NewVersion\":1,"
                "\"Comment\":\"Job created\"," AT("") ",{\"Type\":\"JobLevel\",\"JobID\":\"0123456789\",\"JobState\":"
                "{\"New\":\"Queued\"},\"NewVersion\":2," AT(".1") ",{\"Type\":\"JobLevel\",\"JobID\":\"0123456789\","
                "\"JobState\":{\"Previous\":\"Queued\"},\"NewVersion\":3," AT(".2") "]}");
    job_free(job);
}
END_TEST

START_TEST(an_execution_has_its_reference_in_entries_from_the_bid_on)
{
    struct job *job = new_job();
    struct execution *x = execution_new(job, SPAN("n1"), NULL, T0 + 1);
    execution_move(job, x, EXECUTION_ASK_FOR_BID_ACCEPTED, &(struct execution_change){ .reference = SPAN("e-1") }, T0 + 2);
    struct buf body = buf_init(64 * 1024);

    body_events(&body, job, 0);

    const char *asked = "{\"Type\":\"ExecutionLevel\",\"JobID\":\"0123456789\",\"NodeID\":\"n1\",\"ExecutionState\":"
                        "{\"New\":\"AskForBid\"},\"NewVersion\":1,";
    const char *bid = "{\"Type\":\"ExecutionLevel\",\"JobID\":\"0123456789\",\"NodeID\":\"n1\",\"ComputeReference\":\"e-1\","
                      "\"ExecutionState\":{\"Previous\":\"AskForBid\",\"New\":\"AskForBidAccepted\"},\"NewVersion\":2,";
    ck_assert_ptr_nonnull(strstr(body.p, asked));
    ck_assert_ptr_nonnull(strstr(body.p, bid));
    buf_release(&body);
    job_free(job);
}
END_TEST

/* ---- states -------------------------------------------------------------------------------------------------- */

START_TEST(no_executions_are_null)
{
    struct job *job = new_job();

    assert_body("a new job", job, body_state,
                "{\"state\":{\"JobID\":\"0123456789\",\"Executions\":null,\"State\":\"New\",\"Version\":1,"
                "\"CreateTime\":\"2023-03-22T09:00:00Z\",\"UpdateTime\":\"2023-03-22T09:00:00Z\","
                "\"TimeoutAt\":\"0001-01-01T00:00:00Z\"}}");
    job_free(job);
}
END_TEST

START_TEST(an_execution_that_was_only_asked_shows_what_is_always_shown)
{
    struct job *job = new_job();
    execution_new(job, SPAN("n1"), NULL, T0 + 100 * NS_PER_MS);
    struct buf body = buf_init(64 * 1024);

    body_state(&body, job, 0);

    ck_assert_ptr_nonnull(
        strstr(body.p, "\"Executions\":[{\"JobID\":\"0123456789\",\"NodeId\":\"n1\",\"ComputeReference\":\"\","
                       "\"State\":\"AskForBid\",\"VerificationResult\":{},\"PublishedResults\":{},\"Version\":1,"
                       "\"CreateTime\":\"2023-03-22T09:00:00.1Z\",\"UpdateTime\":\"2023-03-22T09:00:00.1Z\"}]"));
    buf_release(&body);
    job_free(job);
}
END_TEST

TEST_MAIN("bodies",
    TEST_EACH(a_result_is_completed_verified_and_has_a_cid, candidates),
    TEST(the_state_new_is_never_printed),
    TEST(an_execution_has_its_reference_in_entries_from_the_bid_on),
    TEST(no_executions_are_null),
    TEST(an_execution_that_was_only_asked_shows_what_is_always_shown))
