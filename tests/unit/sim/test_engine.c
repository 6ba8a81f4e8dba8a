/* What becomes of a job, from the outside of the engine: one behaviour a row or a test, as section B of the
 * wire contract tells them. */
#include "base/ns.h"
#include "support/network.h"
#include "releases/release.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define V24 (&rules_v0_3_24)
#define V25 (&rules_v0_3_25)
#define SECONDS(n) ((n) * NS_PER_SECOND)

/* An execution's usual entries. */
#define ASK(x) x " v1 New>AskForBid\n"
#define NO(x) x " v2 AskForBid>AskForBidRejected\n"
#define BID(x) x "+ v2 AskForBid>AskForBidAccepted\n"
#define TAKEN(x) x "+ v3 AskForBidAccepted>BidAccepted\n"
#define LEFT(x) x "+ v3 AskForBidAccepted>BidRejected\n"
#define RAN(x) x "+ v4 BidAccepted>WaitingVerification\n"
#define FAILED(x) x "+ v4 BidAccepted>Failed\n"
#define OK(x) x "+ v5 WaitingVerification>ResultAccepted\n"
#define BAD(x) x "+ v5 WaitingVerification>ResultRejected\n"
#define DONE(x) x "+ v6 ResultAccepted>Completed\n"
#define UNPUBLISHED(x) x "+ v6 ResultAccepted>Failed\n"
#define JOB_DONE "job v5 InProgress>Completed\n"
#define JOB_PARTLY "job v5 InProgress>CompletedPartially\n"
#define JOB_FAILED "job v5 InProgress>Error\n"
#define JOB_FAILED_FOR(text) "job v5 InProgress>Error '" text "'\n"
#define HAPPY(x) BID(x) TAKEN(x) RAN(x) OK(x) DONE(x)

#define FULL "not enough capacity available"
#define EXIT "exit status 1"
#define NO_SPACE "failed to publish result: no space"
#define CAST(...) .n = sizeof((enum character[]){ __VA_ARGS__ }) / sizeof(enum character), .cast = { __VA_ARGS__ }

/* ---- casts and what they do with one job ------------------------------------------------------------------ */

static const struct run {
    const char *name;
    const struct scheduler_rules *rules;
    size_t n;
    enum character cast[6];
    int64_t concurrency, confidence, min_bids; /* concurrency 0: 1 */
    int64_t overask;
    bool no_retry;
    double timeout; /* 0: 1800 */
    ns_t after;     /* 0: 3 s */
    const char *story, *standing; /* NULL: not looked at */
} runs[] = {
    { .name = "the happy path has eleven entries", .rules = V25, CAST(GOOD),
      .story = STARTED ASK("n1") HAPPY("n1") JOB_DONE, .standing = "Completed v5\nn1+ Completed v6 ocr!\n" },
    { .name = "the happy path is the same in v0.3.24", .rules = V24, CAST(GOOD),
      .story = STARTED ASK("n1") HAPPY("n1") JOB_DONE, .standing = "Completed v5\nn1+ Completed v6 ocr!\n" },
    { .name = "a noop publisher completes without a result", .rules = V25, CAST(NOOP_PUBLISHER),
      .standing = "Completed v5\nn1+ Completed v6 ocr\n" },

    { .name = "three times as many nodes are asked, all before the first bid", .rules = V25, CAST(GOOD, GOOD, GOOD, GOOD),
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") BID("n1") TAKEN("n1") BID("n2") LEFT("n2") BID("n3") LEFT("n3") RAN("n1")
          OK("n1") DONE("n1") JOB_DONE },
    { .name = "v0.3.25 asks as many more as it is told", .rules = V25, CAST(GOOD, GOOD, GOOD, GOOD), .overask = 2,
      .story = STARTED ASK("n1") ASK("n2") BID("n1") TAKEN("n1") BID("n2") LEFT("n2") RAN("n1") OK("n1") DONE("n1") JOB_DONE },
    { .name = "v0.3.24 always asks three times as many", .rules = V24, CAST(GOOD, GOOD, GOOD, GOOD), .overask = 1,
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") BID("n1") TAKEN("n1") BID("n2") LEFT("n2") BID("n3") LEFT("n3") RAN("n1")
          OK("n1") DONE("n1") JOB_DONE },
    { .name = "three at once complete together", .rules = V25, CAST(GOOD, GOOD, GOOD), .concurrency = 3,
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") BID("n3") TAKEN("n3")
          RAN("n1") RAN("n2") RAN("n3") OK("n1") OK("n2") OK("n3") DONE("n1") DONE("n2") DONE("n3") JOB_DONE },
    { .name = "the first published completes a job of v0.3.24", .rules = V24, CAST(GOOD, GOOD, GOOD), .concurrency = 3,
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") BID("n3") TAKEN("n3")
          RAN("n1") RAN("n2") RAN("n3") OK("n1") OK("n2") OK("n3") DONE("n1") JOB_DONE DONE("n2") DONE("n3") },
    { .name = "no bid is taken before MinBids are in", .rules = V25, CAST(GOOD, GOOD, GOOD), .min_bids = 2,
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") BID("n1") BID("n2") TAKEN("n1") LEFT("n2") BID("n3") LEFT("n3") RAN("n1")
          OK("n1") DONE("n1") JOB_DONE },
    { .name = "no bid is taken before MinBids are in, v0.3.24", .rules = V24, CAST(GOOD, GOOD), .min_bids = 2,
      .story = STARTED ASK("n1") ASK("n2") BID("n1") BID("n2") TAKEN("n1") LEFT("n2") RAN("n1") OK("n1") DONE("n1") JOB_DONE },
    { .name = "negative MinBids are none", .rules = V25, CAST(GOOD), .min_bids = INT64_MIN,
      .story = STARTED ASK("n1") HAPPY("n1") JOB_DONE },

    { .name = "the only node rejects", .rules = V25, CAST(REJECTS), .story = STARTED ASK("n1") NO("n1") JOB_FAILED,
      .standing = "Error v5\nn1 AskForBidRejected v2 '" FULL "'\n" },
    { .name = "the only node rejects, v0.3.24", .rules = V24, CAST(REJECTS),
      .story = STARTED ASK("n1") NO("n1") JOB_FAILED_FOR("not enough bids received"),
      .standing = "Error v5\nn1 AskForBidRejected v2 '" FULL "'\n" },
    { .name = "two bids wanted, one node rejects", .rules = V25, CAST(REJECTS, GOOD), .min_bids = 2,
      .story = STARTED ASK("n1") ASK("n2") NO("n1") JOB_FAILED "n2 v2 AskForBid>Cancelled\n",
      .standing = "Error v5\nn1 AskForBidRejected v2 '" FULL "'\nn2 Cancelled v2\n" },
    { .name = "two bids wanted, one node rejects, v0.3.24", .rules = V24, CAST(REJECTS, GOOD), .min_bids = 2,
      .story = STARTED ASK("n1") ASK("n2") NO("n1") BID("n2") },
    { .name = "three bids wanted, all reject at once", .rules = V25, CAST(REJECTS, REJECTS, REJECTS), .concurrency = 3,
      .story = STARTED ASK("n1") ASK("n2") ASK("n3") NO("n1") JOB_FAILED "n2 v2 AskForBid>Cancelled\n"
          "n3 v2 AskForBid>Cancelled\n",
      .standing = "Error v5\nn1 AskForBidRejected v2 '" FULL "'\nn2 Cancelled v2\nn3 Cancelled v2\n" },
    { .name = "after a rejection a spare node is asked", .rules = V25, CAST(REJECTS, GOOD), .overask = 1,
      .story = STARTED ASK("n1") NO("n1") ASK("n2") HAPPY("n2") JOB_DONE },
    { .name = "no spare node is asked without retries", .rules = V25, CAST(REJECTS, GOOD), .overask = 1, .no_retry = true,
      .story = STARTED ASK("n1") NO("n1") JOB_FAILED },

    { .name = "a failure is tried again on the only node", .rules = V25, CAST(FAILS_RUN),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") ASK("n1#2") BID("n1#2") TAKEN("n1#2") FAILED("n1#2")
          JOB_FAILED_FOR("node n1 failed due to: " EXIT),
      .standing = "Error v5\nn1+ Failed v4 '" EXIT "'\nn1#2+ Failed v4 '" EXIT "'\n" },
    { .name = "the second try may be good", .rules = V25, CAST(FAILS_FIRST),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") ASK("n1#2") HAPPY("n1#2") JOB_DONE },
    { .name = "an unused node is tried before the one that failed", .rules = V25, CAST(FAILS_RUN, GOOD), .overask = 1,
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") ASK("n2") HAPPY("n2") JOB_DONE },
    { .name = "a failure without retries", .rules = V25, CAST(FAILS_RUN), .no_retry = true,
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") JOB_FAILED_FOR("node n1 failed due to: " EXIT) },
    { .name = "a failure ends a job of v0.3.24", .rules = V24, CAST(FAILS_RUN),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") JOB_FAILED_FOR(EXIT),
      .standing = "Error v5\nn1+ Failed v4 '" EXIT "'\n" },
    { .name = "a failure after a good peer cancels the peer", .rules = V25, CAST(GOOD, FAILS_RUN), .concurrency = 2,
      .story = STARTED ASK("n1") ASK("n2") BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") RAN("n1") FAILED("n2") ASK("n2#2")
          BID("n2#2") TAKEN("n2#2") FAILED("n2#2") JOB_FAILED_FOR("node n2 failed due to: " EXIT)
          "n1+ v5 WaitingVerification>Cancelled\n",
      .standing = "Error v5\nn1+ Cancelled v5 'node n2 failed due to: " EXIT "' o\nn2+ Failed v4 '" EXIT
                  "'\nn2#2+ Failed v4 '" EXIT "'\n" },

    { .name = "a failure to publish is tried once more", .rules = V25, CAST(FAILS_PUBLISH),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") RAN("n1") OK("n1") UNPUBLISHED("n1") ASK("n1#2") BID("n1#2")
          TAKEN("n1#2") RAN("n1#2") OK("n1#2") UNPUBLISHED("n1#2") JOB_FAILED_FOR("node n1 failed due to: " NO_SPACE),
      .standing = "Error v5\nn1+ Failed v6 '" NO_SPACE "' ocr\nn1#2+ Failed v6 '" NO_SPACE "' ocr\n" },
    { .name = "one published and one not is a part", .rules = V25, CAST(GOOD, FAILS_PUBLISH), .concurrency = 2,
      .standing = "CompletedPartially v5\nn1+ Completed v6 ocr!\nn2+ Failed v6 '" NO_SPACE "' ocr\n" },
    { .name = "one not published and then one is a part", .rules = V25, CAST(FAILS_PUBLISH, GOOD), .concurrency = 2,
      .story = STARTED ASK("n1") ASK("n2") BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") RAN("n1") RAN("n2") OK("n1") OK("n2")
          UNPUBLISHED("n1") DONE("n2") JOB_PARTLY },
    { .name = "a failure to publish ends a job of v0.3.24", .rules = V24, CAST(FAILS_PUBLISH, GOOD), .concurrency = 2,
      .standing = "Error v5\nn1+ Failed v6 '" NO_SPACE "' ocr\nn2+ Cancelled v6 '" NO_SPACE "' ocr\n" },

    { .name = "the only result is bad", .rules = V25, CAST(BAD_RESULT),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") RAN("n1") BAD("n1") JOB_FAILED,
      .standing = "Error v5\nn1+ ResultRejected v5 oc\n" },
    { .name = "the only result is bad, v0.3.24", .rules = V24, CAST(BAD_RESULT),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") RAN("n1") BAD("n1")
          JOB_FAILED_FOR("failed to verify job JOB: no verified results") },
    { .name = "after a bad result an unused node is asked", .rules = V25, CAST(BAD_RESULT, GOOD), .overask = 1,
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") RAN("n1") BAD("n1") ASK("n2") HAPPY("n2") JOB_DONE },
    { .name = "one of two results is bad", .rules = V25, CAST(GOOD, BAD_RESULT), .concurrency = 2,
      .standing = "CompletedPartially v5\nn1+ Completed v6 ocr!\nn2+ ResultRejected v5 oc\n" },
    { .name = "one of two results is bad and one is enough", .rules = V25, CAST(GOOD, BAD_RESULT), .concurrency = 2,
      .confidence = 1, .standing = "Completed v5\nn1+ Completed v6 ocr!\nn2+ ResultRejected v5 oc\n" },
    { .name = "one of two results is bad, v0.3.24", .rules = V24, CAST(GOOD, BAD_RESULT), .concurrency = 2,
      .standing = "Completed v5\nn1+ Completed v6 ocr!\nn2+ ResultRejected v5 oc\n" },
    { .name = "the verifier fails", .rules = V25, CAST(VERIFIER_ERROR),
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") RAN("n1")
          JOB_FAILED_FOR("failed to verify job JOB: verifier broke") "n1+ v5 WaitingVerification>Cancelled\n",
      .standing = "Error v5\nn1+ Cancelled v5 'failed to verify job JOB: verifier broke' o\n" },
    { .name = "the verifier fails, v0.3.24 hangs", .rules = V24, CAST(VERIFIER_ERROR),
      .standing = "InProgress v4\nn1+ WaitingVerification v4 o\n" },

    { .name = "the only node cannot be reached, the job hangs", .rules = V25, CAST(UNREACHABLE), .after = SECONDS(1700),
      .story = STARTED ASK("n1") "n1 v2 AskForBid>Failed\n", .standing = "InProgress v4\nn1 Failed v2 'failed to dial'\n" },
    { .name = "the only node cannot be reached, v0.3.24", .rules = V24, CAST(UNREACHABLE), .after = SECONDS(1700),
      .standing = "InProgress v4\nn1 AskForBid v1\n" },
    { .name = "one node cannot be reached", .rules = V25, CAST(UNREACHABLE, GOOD),
      .story = STARTED ASK("n1") ASK("n2") "n1 v2 AskForBid>Failed\n" HAPPY("n2") JOB_DONE },
    { .name = "one node cannot be reached, v0.3.24", .rules = V24, CAST(UNREACHABLE, GOOD),
      .standing = "Completed v5\nn1 AskForBid v1\nn2+ Completed v6 ocr!\n" },
    { .name = "a silent node is left behind", .rules = V25, CAST(SILENT, GOOD), .after = SECONDS(4000),
      .standing = "Completed v5\nn1 AskForBid v1\nn2+ Completed v6 ocr!\n" },
    { .name = "a late bid is left behind", .rules = V25, CAST(GOOD, LATE_BID), .after = SECONDS(6),
      .story = STARTED ASK("n1") ASK("n2") HAPPY("n1") JOB_DONE BID("n2") },
    { .name = "a late bid is rejected by v0.3.24", .rules = V24, CAST(GOOD, LATE_BID), .after = SECONDS(6),
      .story = STARTED ASK("n1") ASK("n2") HAPPY("n1") JOB_DONE BID("n2") LEFT("n2") },

    { .name = "a run that takes longer than the time-out fails", .rules = V25, CAST(SLOW), .timeout = 1,
      .standing = "Error v5\nn1+ Failed v4 'execution timed out after 1s'\nn1#2+ Failed v4 'execution timed out after 1s'\n" },
    { .name = "a run that takes longer than the time-out fails, v0.3.24", .rules = V24, CAST(SLOW), .timeout = 1.5,
      .story = STARTED ASK("n1") BID("n1") TAKEN("n1") FAILED("n1") JOB_FAILED_FOR("execution timed out after 1.5s") },
    { .name = "a time-out above the node's maximum", .rules = V25, CAST(GOOD), .timeout = 7200,
      .standing = "Error v5\nn1 AskForBidRejected v2 'job timeout 2h0m0s exceeds maximum allowed 1h0m0s'\n" },
    { .name = "a time-out at the node's maximum", .rules = V25, CAST(GOOD), .timeout = 3600,
      .standing = "Completed v5\nn1+ Completed v6 ocr!\n" },
    { .name = "a time-out below the node's minimum", .rules = V25, CAST(GOOD), .timeout = 0.1,
      .standing = "Error v5\nn1 AskForBidRejected v2 'job timeout 100ms below minimum allowed 500ms'\n" },
    { .name = "a time-out at the node's minimum", .rules = V25, CAST(GOOD), .timeout = 0.5,
      .standing = "Completed v5\nn1+ Completed v6 ocr!\n" },
    { .name = "the longest time-out is no overflow", .rules = V25, CAST(GOOD), .timeout = 9223372036,
      .standing = "Error v5\nn1 AskForBidRejected v2 'job timeout 2562047h47m16s exceeds maximum allowed 1h0m0s'\n" },

    { .name = "too few nodes", .rules = V25, CAST(GOOD), .concurrency = 2,
      .story = "job v1 New>New 'Job created'\njob v2 New>Queued\njob v3 Queued>New\n"
               "job v4 New>Error 'not enough nodes to run job. requested: 2, available: 1'\n" },
    { .name = "too few nodes, v0.3.24", .rules = V24, CAST(GOOD), .concurrency = 2,
      .story = "job v1 New>New 'Job created'\njob v2 New>Queued\njob v3 Queued>New\n" },
    { .name = "too few nodes for MinBids", .rules = V25, CAST(GOOD, GOOD), .min_bids = 3,
      .standing = "Error v4\n" },
    { .name = "as many at once as fit a number", .rules = V25, CAST(GOOD), .concurrency = INT64_MAX, .confidence = INT64_MAX,
      .min_bids = INT64_MAX, .standing = "Error v4\n" },
};

static struct network network_for(const struct run *run)
{
    struct network network = network_of(run->n, run->cast);

    network.options = (struct scheduler_options){ .overask = run->overask, .no_retry = run->no_retry };
    network_start(&network, run->rules);
    return network;
}

START_TEST(a_cast_does_what_the_contract_says)
{
    const struct run *run = &runs[_i];
    struct network network = network_for(run);
    struct job_spec spec = spec_of(run->concurrency ? run->concurrency : 1, run->confidence, run->min_bids);
    if (run->timeout > 0)
        spec.timeout = run->timeout;

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, run->after ? run->after : SECONDS(3));

    const char *story = story_of(&network, job);
    ck_assert_msg(!run->story || strcmp(story, run->story) == 0, "%s:\n%s", run->name, story);
    const char *standing = standing_of(&network, job);
    ck_assert_msg(!run->standing || strcmp(standing, run->standing) == 0, "%s:\n%s", run->name, standing);
    network_stop(&network);
}
END_TEST

/* ---- submit ---------------------------------------------------------------------------------------------------- */

START_TEST(right_after_submit_the_job_is_in_progress_and_nobody_has_answered)
{
    struct network network = NETWORK(GOOD, GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network_start(&network, V25);

    const struct job *job = network_submit(&network, &spec);

    ck_assert_str_eq(story_of(&network, job), STARTED ASK("n1") ASK("n2"));
    ck_assert_int_eq(network.err, ERR_OK);
    network_stop(&network);
}
END_TEST

static const struct scheduler_rules *const rules_of_both[] = { V24, V25 };

START_TEST(too_few_nodes_are_told_to_the_client)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(2, 0, 3);
    network_start(&network, rules_of_both[_i]);

    network_submit(&network, &spec);

    ck_assert_int_eq(network.err, ERR_STATE);
    ck_assert_str_eq(network.error.text, "not enough nodes to run job. requested: 3, available: 1");
    network_stop(&network);
}
END_TEST

START_TEST(whoever_does_not_want_the_text_of_an_error_need_not_take_it)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(2, 0, 0);
    const struct job *job = NULL;
    network_start(&network, V25);

    enum err err =
        submit_with_error(network.engine, SPAN("client"), SPAN("V1beta1"), &spec, network.now, &job, NULL);

    ck_assert_int_eq(err, ERR_STATE);
    ck_assert_str_eq(standing_of(&network, job), "Error v4\n");
    ck_assert_uint_ne(job->history[3].comment.n, 0);
    network_stop(&network);
}
END_TEST

START_TEST(a_malformed_selector_ends_the_job_as_too_few_nodes_do)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct node_selector like = { .key = SPAN("env"), .op = SPAN("like") };
    spec.selectors = (struct selector_list){ &like, 1 };
    network_start(&network, rules_of_both[_i]);

    const struct job *job = network_submit(&network, &spec);

    ck_assert_int_eq(network.err, ERR_STATE);
    ck_assert_msg(strncmp(network.error.text, "operator: Unsupported value: \"like\": supported values: \"in\"", 57) == 0, "%s",
                  network.error.text);
    ck_assert_int_eq(job->state, rules_of_both[_i] == V25 ? JOB_ERROR : JOB_NEW);
    network_stop(&network);
}
END_TEST

START_TEST(everything_of_a_request_is_copied)
{
    struct network network = NETWORK(GOOD);
    char client[] = "client", tag[] = "tag", image[] = "ubuntu";
    struct span annotation = span_text(tag);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.docker.image = span_text(image);
    spec.annotations = (struct span_list){ &annotation, 1 };
    network_start(&network, V25);
    const struct job *job = NULL;

    submit_with_error(network.engine, span_text(client), SPAN("V1beta1"), &spec, network.now, &job, NULL);
    memset(client, 'x', sizeof client);
    memset(tag, 'x', sizeof tag);
    memset(image, 'x', sizeof image);
    annotation = SPAN("");

    ck_assert(span_is(job->client_id, "client"));
    ck_assert(span_is(job->spec.docker.image, "ubuntu"));
    ck_assert(span_is(job->spec.annotations.at[0], "tag"));
    network_stop(&network);
}
END_TEST

/* ---- time --------------------------------------------------------------------------------------------------------- */

static const enum character long_cast[] = { GOOD, FAILS_FIRST, LATE_BID, FAILS_PUBLISH, SLOW, REJECTS };

/* The events of one job of that cast when time passes in steps of `step`, 60 s in all. */
static char *events_by_steps(const struct scheduler_rules *rules, ns_t step)
{
    struct network network = network_of(sizeof long_cast / sizeof long_cast[0], long_cast);
    struct job_spec spec = spec_of(3, 1, 0);
    struct buf body = buf_init(TELLING_MAX);
    network_start(&network, rules);

    const struct job *job = network_submit(&network, &spec);
    for (ns_t gone = 0; gone < SECONDS(60); gone += step)
        network_pass(&network, step);
    release_endpoint(rules == V25 ? &release_v0_3_25 : &release_v0_3_24, ENDPOINT_EVENTS)->put(&body, job, 0);
    network_stop(&network);
    return buf_take(&body);
}

START_TEST(it_does_not_matter_how_rarely_time_passes)
{
    char *often = events_by_steps(rules_of_both[_i], 10 * NS_PER_MS);
    char *once = events_by_steps(rules_of_both[_i], SECONDS(60));

    ck_assert_str_eq(often, once);
    free(often);
    free(once);
}
END_TEST

START_TEST(entries_bear_the_moment_they_were_due)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network_start(&network, V25);

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(3600));

    ns_t done = job->updated - job->created;
    ck_assert_int_ge(done, 500 * NS_PER_MS);
    ck_assert_int_lt(done, 500 * NS_PER_MS + 20);
    network_stop(&network);
}
END_TEST

START_TEST(the_next_deadline_is_when_something_will_happen_by_itself)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    ns_t start = network.now;
    network_start(&network, V25);
    ck_assert_int_eq(engine_next_deadline(network.engine), NS_NEVER);

    network_submit(&network, &spec);
    ck_assert_int_eq(engine_next_deadline(network.engine), start);
    network_pass(&network, 0);
    ck_assert_int_eq(engine_next_deadline(network.engine), start + 200 * NS_PER_MS);
    network_pass(&network, 200 * NS_PER_MS);
    ck_assert_int_eq(engine_next_deadline(network.engine), start + 500 * NS_PER_MS);
    network_pass(&network, 300 * NS_PER_MS);

    ck_assert_int_eq(engine_next_deadline(network.engine), NS_NEVER);
    network_stop(&network);
}
END_TEST

/* One node whose run ends when the gate `go` opens. */
static struct network gated_network(void)
{
    static struct run_behaviour run[] = { { .after = { .kind = TRIGGER_GATE, .gate = { "go", 2 } } } };
    struct network network = NETWORK(GOOD);

    network.nodes[0].run = (struct run_list){ run, 1 };
    network_start(&network, V25);
    return network;
}

START_TEST(a_time_out_leaves_the_plan_when_its_run_has_ended)
{
    struct network network = gated_network();
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, 0);
    ck_assert_int_eq(engine_next_action(network.engine), network.now + SECONDS(1800));

    engine_open_gate(network.engine, SPAN("go"), network.now);
    network_pass(&network, 300 * NS_PER_MS);

    ck_assert_int_eq(job->state, JOB_COMPLETED);
    ck_assert_int_eq(engine_next_action(network.engine), NS_NEVER);
    ck_assert_int_eq(engine_next_deadline(network.engine), NS_NEVER);
    network_stop(&network);
}
END_TEST

START_TEST(what_waits_in_a_cancelled_job_waits_no_more)
{
    struct network network = gated_network();
    struct job_spec spec = spec_of(1, 0, 0);
    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, 0);
    ck_assert_uint_eq(engine_gate_waiting(network.engine, SPAN("go")), 1);

    engine_cancel(network.engine, job, SPAN("enough"), network.now);

    ck_assert_uint_eq(engine_gate_waiting(network.engine, SPAN("go")), 0);
    ck_assert_int_eq(engine_next_action(network.engine), NS_NEVER);
    network_stop(&network);
}
END_TEST

START_TEST(v0_3_19_has_no_policy_and_starts_every_job)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network.options.selection = (enum selection)_i;
    spec.network.type = NETWORK_FULL;
    network_start(&network, &rules_documented);

    const struct job *job = network_submit(&network, &spec);
    ck_assert_int_eq(job->state, JOB_IN_PROGRESS);
    network_pass(&network, SECONDS(7200));

    ck_assert_int_eq(job->state, JOB_COMPLETED);
    network_stop(&network);
}
END_TEST

START_TEST(jitter_stays_within_its_bounds)
{
    static struct run_behaviour run[] = { { .after = { .after = 100 * NS_PER_MS, .jitter = 300 * NS_PER_MS } } };
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    bool at_once = false, late = false;
    network.nodes[0].run = (struct run_list){ run, 1 };
    network_start(&network, V25);

    for (int i = 0; i < 200; i++) {
        const struct job *job = network_submit(&network, &spec);
        network_pass(&network, SECONDS(1));
        ns_t ran = job->updated - job->created - 300 * NS_PER_MS;
        ck_assert_int_ge(ran, 0);
        ck_assert_int_lt(ran, 400 * NS_PER_MS + 20);
        at_once = at_once || ran < 20;
        late = late || ran > 300 * NS_PER_MS;
    }

    ck_assert(at_once && late);
    network_stop(&network);
}
END_TEST

START_TEST(a_jitter_beyond_the_end_of_time_is_never)
{
    static struct run_behaviour run[] = { { .after = { .after = NS_NEVER - 1, .jitter = NS_NEVER / 2 } } };
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.timeout = 1e9; /* so that the node's time-out does not come first */
    network.nodes[0].run = (struct run_list){ run, 1 };
    network.nodes[0].timeout_max = 0;
    network_start(&network, V25);

    for (int i = 0; i < 20; i++)
        network_submit(&network, &spec);
    network_pass(&network, SECONDS(1000));

    const struct list_query query = { .max_jobs = 0 };
    const struct job **jobs;
    size_t n;
    ck_assert_int_eq(engine_list(network.engine, &query, network.now, &jobs, &n), ERR_OK);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(standing_of(&network, jobs[i]), "InProgress v4\nn1+ BidAccepted v3\n");
    free(jobs);
    network_stop(&network);
}
END_TEST

/* ---- housekeeping --------------------------------------------------------------------------------------------------- */

START_TEST(node_of_unknown_engines_is_asked_and_refuses)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network.nodes[0].engines = 1u << ENGINE_WASM;
    network.options.labels_known.after = SECONDS(30);
    network_start(&network, V25);

    const struct job *early = network_submit(&network, &spec);
    ck_assert_int_eq(network.err, ERR_OK);
    network_pass(&network, SECONDS(30));
    ck_assert_str_eq(standing_of(&network, early), "Error v5\nn1 AskForBidRejected v2 'Docker installed: false'\n");
    network_submit(&network, &spec);

    ck_assert_int_eq(network.err, ERR_STATE);
    network_stop(&network);
}
END_TEST

START_TEST(webassembly_past_its_timeout_completes_with_the_runtimes_exit_code)
{
    struct network network = NETWORK(SLOW);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.engine = ENGINE_WASM;
    spec.timeout = 1;
    network_start(&network, V25);

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(60));

    ck_assert_int_eq(job->state, JOB_COMPLETED);
    ck_assert_int_eq(job->executions[0]->output->exit_code, 4026531839);
    ck_assert_uint_eq(job->executions[0]->output->stdout_text.n, 0);
    network_stop(&network);
}
END_TEST

START_TEST(housekeeping_ends_a_job_at_the_first_round_past_its_timeout)
{
    struct network network = NETWORK(HANGS);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.timeout = 60;
    network_start(&network, rules_of_both[_i]);

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(90) - 1);
    ck_assert_str_eq(standing_of(&network, job), "InProgress v4\nn1+ BidAccepted v3\n");
    network_pass(&network, 1);

    ck_assert_str_eq(story_of(&network, job), STARTED ASK("n1") BID("n1") TAKEN("n1") JOB_FAILED_FOR("timed out")
                                                  "n1+ v4 BidAccepted>Cancelled\n");
    ck_assert_str_eq(standing_of(&network, job), "Error v5\nn1+ Cancelled v4 'timed out'\n");
    ck_assert_int_eq(job->updated - job->created, SECONDS(90));
    network_stop(&network);
}
END_TEST

START_TEST(housekeeping_counts_its_rounds_from_the_start_of_the_network)
{
    struct network network = NETWORK(HANGS);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.timeout = 60;
    network.options.housekeeping = SECONDS(10);
    network_start(&network, V25);

    network_pass(&network, SECONDS(9));
    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(3600));

    ck_assert_int_eq(job->updated - job->created, SECONDS(61));
    network_stop(&network);
}
END_TEST

START_TEST(housekeeping_cancels_a_queued_job)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network.options.selection = SELECTION_WAIT;
    network_start(&network, rules_of_both[_i]);

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(1830));

    ck_assert_str_eq(story_of(&network, job),
                     "job v1 New>New 'Job created'\njob v2 New>Queued\njob v3 Queued>Cancelled 'timed out'\n");
    network_stop(&network);
}
END_TEST

START_TEST(housekeeping_ends_what_v0_3_24_left_new)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(2, 0, 0);
    network_start(&network, V24);

    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(1800));
    ck_assert_str_eq(standing_of(&network, job), "New v3\n");
    network_pass(&network, SECONDS(30));

    ck_assert_str_eq(standing_of(&network, job), "Error v4\n");
    network_stop(&network);
}
END_TEST

/* ---- policy and approval --------------------------------------------------------------------------------------------- */

static const struct policy {
    const char *name;
    enum selection selection;
    int network;
    size_t n_nodes;
    const char *standing, *comment;
} policies[] = {
    { "by default a job without network runs", SELECTION_DEFAULT, NETWORK_NONE, 1, "InProgress v4\nn1 AskForBid v1\n", "" },
    { "by default a networked job is refused", SELECTION_DEFAULT, NETWORK_HTTP, 1, "Cancelled v3\n",
      "job rejected: networking is enabled: false" },
    { "a networked job is refused without a look at the nodes", SELECTION_DEFAULT, NETWORK_FULL, 0, "Cancelled v3\n",
      "job rejected: networking is enabled: false" },
    { "whoever accepts everything accepts a networked job", SELECTION_ACCEPT, NETWORK_FULL, 1,
      "InProgress v4\nn1 AskForBid v1\n", "" },
    { "whoever rejects rejects every job", SELECTION_REJECT, NETWORK_NONE, 1, "Cancelled v3\n", "job rejected: not today" },
    { "whoever waits waits", SELECTION_WAIT, NETWORK_NONE, 1, "Queued v2\n", "" },
};

START_TEST(the_requesters_policy_is_asked_first)
{
    const struct policy *policy = &policies[_i];
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    spec.network.type = policy->network;
    network.n_nodes = policy->n_nodes;
    network.options.selection = policy->selection;
    network.options.reject_reason = SPAN("not today");
    network_start(&network, V25);

    const struct job *job = network_submit(&network, &spec);

    ck_assert_msg(network.err == ERR_OK, "%s: %s", policy->name, network.error.text);
    ck_assert_msg(strcmp(standing_of(&network, job), policy->standing) == 0, "%s: %s", policy->name, network.told.p);
    ck_assert_msg(span_is(job->history[job->n_history - 1].comment, policy->comment), "%s: %.*s", policy->name,
                  SPAN_ARG(job->history[job->n_history - 1].comment));
    network_stop(&network);
}
END_TEST

static struct network waiting_network(const struct job **job)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);

    network.options.selection = SELECTION_WAIT;
    network_start(&network, V25);
    *job = network_submit(&network, &spec);
    return network;
}

START_TEST(an_approved_job_goes_the_normal_path)
{
    const struct job *job;
    struct network network = waiting_network(&job);

    enum err err = engine_approve(network.engine, job, &(struct approval){ .should_bid = true }, network.now, &(struct buf){ 0 });
    network_pass(&network, SECONDS(1));

    ck_assert_int_eq(err, ERR_OK);
    ck_assert_str_eq(story_of(&network, job), STARTED ASK("n1") HAPPY("n1") JOB_DONE);
    network_stop(&network);
}
END_TEST

START_TEST(a_refused_job_is_cancelled_with_the_reason)
{
    const struct job *job;
    struct network network = waiting_network(&job);

    engine_approve(network.engine, job, &(struct approval){ .reason = SPAN("too dear") }, network.now, &(struct buf){ 0 });

    ck_assert_str_eq(story_of(&network, job), "job v1 New>New 'Job created'\njob v2 New>Queued\n"
                                              "job v3 Queued>Cancelled 'job rejected: too dear'\n");
    network_stop(&network);
}
END_TEST

START_TEST(a_reason_may_hold_any_byte)
{
    const struct job *job;
    struct network network = waiting_network(&job);

    engine_approve(network.engine, job, &(struct approval){ .reason = SPAN("a\0b") }, network.now, &(struct buf){ 0 });

    struct span comment = job->history[job->n_history - 1].comment;
    ck_assert(span_eq(comment, SPAN("job rejected: a\0b")));
    network_stop(&network);
}
END_TEST

START_TEST(who_waits_leaves_the_job_queued)
{
    const struct job *job;
    struct network network = waiting_network(&job);

    engine_approve(network.engine, job, &(struct approval){ .should_bid = true, .should_wait = true }, network.now, &(struct buf){ 0 });

    ck_assert_str_eq(standing_of(&network, job), "Queued v2\n");
    network_stop(&network);
}
END_TEST

START_TEST(a_job_under_way_cannot_be_approved_again)
{
    const struct job *job;
    struct network network = waiting_network(&job);
    CLEANUP(buf_release) struct buf why = buf_init(TELLING_MAX);
    char expected[128];
    const struct approval yes = { .should_bid = true };

    engine_approve(network.engine, job, &yes, network.now, &why);
    enum err err = engine_approve(network.engine, job, &yes, network.now, &why);

    snprintf(expected, sizeof expected, "job %.*s is in state InProgress but expected Queued", SPAN_ARG(job->id));
    ck_assert_int_eq(err, ERR_STATE);
    ck_assert_str_eq(why.p, expected);
    network_stop(&network);
}
END_TEST

/* ---- cancel ------------------------------------------------------------------------------------------------------------ */

static const struct cancel {
    const char *name;
    enum character cast[2];
    size_t n;
    int64_t concurrency;
    bool waits; /* for approval */
    ns_t after;
    const char *reason;
    const char *story, *standing; /* of what the cancel added */
} cancels[] = {
    { "queued", { GOOD }, 1, 1, true, SECONDS(1), "why", "job v3 Queued>Cancelled 'why'\n", "Cancelled v3\n" },
    { "bidding", { SILENT }, 1, 1, false, SECONDS(1), "why",
      "job v5 InProgress>Cancelled 'why'\nn1 v2 AskForBid>Cancelled\n", "Cancelled v5\nn1 Cancelled v2 'why'\n" },
    { "with a bid that waits for others", { GOOD, SILENT }, 2, 1, false, SECONDS(1), "why",
      "job v5 InProgress>Cancelled 'why'\nn1+ v3 AskForBidAccepted>Cancelled\nn2 v2 AskForBid>Cancelled\n",
      "Cancelled v5\nn1+ Cancelled v3 'why'\nn2 Cancelled v2 'why'\n" },
    { "running", { SLOW }, 1, 1, false, SECONDS(1), "why",
      "job v5 InProgress>Cancelled 'why'\nn1+ v4 BidAccepted>Cancelled\n", "Cancelled v5\nn1+ Cancelled v4 'why'\n" },
    { "running, without a reason", { SLOW }, 1, 1, false, SECONDS(1), "",
      "job v5 InProgress>Cancelled\nn1+ v4 BidAccepted>Cancelled\n", "Cancelled v5\nn1+ Cancelled v4\n" },
    { "waiting for verification", { GOOD, SLOW }, 2, 2, false, SECONDS(1), "why",
      "job v5 InProgress>Cancelled 'why'\nn1+ v5 WaitingVerification>Cancelled\nn2+ v4 BidAccepted>Cancelled\n",
      "Cancelled v5\nn1+ Cancelled v5 'why' o\nn2+ Cancelled v4 'why'\n" },
    { "publishing", { GOOD }, 1, 1, false, 300 * NS_PER_MS, "why",
      "job v5 InProgress>Cancelled 'why'\nn1+ v6 ResultAccepted>Cancelled\n", "Cancelled v5\nn1+ Cancelled v6 'why' ocr\n" },
};

START_TEST(a_cancel_stops_the_job_and_then_what_lives_of_it)
{
    const struct cancel *row = &cancels[_i % (int)(sizeof cancels / sizeof cancels[0])];
    struct network network = network_of(row->n, row->cast);
    struct job_spec spec = spec_of(row->concurrency, 0, row->n > (size_t)row->concurrency ? 2 : 0);
    network.options.selection = row->waits ? SELECTION_WAIT : SELECTION_DEFAULT;
    network_start(&network, rules_of_both[_i >= (int)(sizeof cancels / sizeof cancels[0])]);
    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, row->after);
    size_t before = strlen(story_of(&network, job));

    enum err err = engine_cancel(network.engine, job, span_text(row->reason), network.now);

    ck_assert_msg(err == ERR_OK, "%s", row->name);
    ck_assert_msg(strcmp(story_of(&network, job) + before, row->story) == 0, "%s:\n%s", row->name, network.told.p + before);
    ck_assert_msg(strcmp(standing_of(&network, job), row->standing) == 0, "%s:\n%s", row->name, network.told.p);
    network_pass(&network, SECONDS(4000));
    ck_assert_msg(strcmp(story_of(&network, job) + before, row->story) == 0, "%s, later:\n%s", row->name,
                  network.told.p + before);
    network_stop(&network);
}
END_TEST

START_TEST(a_terminal_job_cannot_be_cancelled)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network_start(&network, rules_of_both[_i]);
    const struct job *job = network_submit(&network, &spec);
    network_pass(&network, SECONDS(1));

    ck_assert_int_eq(engine_cancel(network.engine, job, SPAN("why"), network.now), ERR_STATE);

    ck_assert_str_eq(story_of(&network, job), STARTED ASK("n1") HAPPY("n1") JOB_DONE);
    network_stop(&network);
}
END_TEST

START_TEST(what_v0_3_24_left_new_can_be_cancelled)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(2, 0, 0);
    network_start(&network, V24);
    const struct job *job = network_submit(&network, &spec);

    ck_assert_int_eq(engine_cancel(network.engine, job, SPAN("why"), network.now), ERR_OK);

    ck_assert_str_eq(standing_of(&network, job), "Cancelled v4\n");
    network_stop(&network);
}
END_TEST

START_TEST(what_was_due_before_a_cancel_happens_before_it)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    network_start(&network, V25);
    const struct job *job = network_submit(&network, &spec);

    enum err err = engine_cancel(network.engine, job, SPAN("why"), network.now + SECONDS(1));

    ck_assert_int_eq(err, ERR_STATE);
    ck_assert_str_eq(story_of(&network, job), STARTED ASK("n1") HAPPY("n1") JOB_DONE);
    network_stop(&network);
}
END_TEST

START_TEST(what_was_due_before_an_approval_happens_before_it)
{
    const struct job *job;
    struct network network = waiting_network(&job);
    const struct approval yes = { .should_bid = true };

    enum err err = engine_approve(network.engine, job, &yes, network.now + SECONDS(4000), &(struct buf){ 0 });

    ck_assert_int_eq(err, ERR_STATE);
    ck_assert_str_eq(standing_of(&network, job), "Cancelled v3\n");
    network_stop(&network);
}
END_TEST

START_TEST(a_restart_before_a_cancel_or_an_approval_leaves_nothing_to_act_on)
{
    static const struct trigger in_a_second = { .after = NS_PER_SECOND };
    struct network network = NETWORK(HANGS);
    struct job_spec spec = spec_of(1, 0, 0);
    const struct approval no = { .should_bid = false };
    network_start(&network, V25);
    engine_plan_restarts(network.engine, &in_a_second, 1, engine_start(network.engine));
    const struct job *job = network_submit(&network, &spec);

    enum err err = _i ? engine_approve(network.engine, job, &no, network.now + SECONDS(2), &(struct buf){ 0 })
                      : engine_cancel(network.engine, job, SPAN("why"), network.now + SECONDS(2));

    ck_assert_int_eq(err, ERR_STATE);
    network_stop(&network);
}
END_TEST

/* ---- how many jobs there may be ------------------------------------------------------------------------------------------ */

START_TEST(the_job_that_ended_first_gives_way)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    struct span ids[3];
    network.max_jobs = 2;
    network_start(&network, V25);
    for (int i = 0; i < 2; i++) {
        ids[i] = network_submit(&network, &spec)->id;
        network_pass(&network, SECONDS(1));
    }
    char first[64];
    snprintf(first, sizeof first, "%.*s", SPAN_ARG(ids[0]));

    ids[2] = network_submit(&network, &spec)->id;

    ck_assert_ptr_null(engine_job(network.engine, span_text(first), network.now));
    ck_assert_ptr_nonnull(engine_job(network.engine, ids[1], network.now));
    ck_assert_ptr_nonnull(engine_job(network.engine, ids[2], network.now));
    network_stop(&network);
}
END_TEST

START_TEST(a_full_store_without_an_ended_job_takes_no_more)
{
    struct network network = NETWORK(HANGS);
    struct job_spec spec = spec_of(1, 0, 0);
    network.max_jobs = 2;
    network_start(&network, V25);
    network_submit(&network, &spec);
    network_submit(&network, &spec);

    const struct job *third = network_submit(&network, &spec);

    ck_assert_ptr_null(third);
    ck_assert_int_eq(network.err, ERR_NOMEM);
    network_stop(&network);
}
END_TEST

START_TEST(a_forgotten_job_may_still_have_something_due)
{
    struct network network = NETWORK(GOOD, LATE_BID, SILENT);
    struct job_spec spec = spec_of(1, 0, 0);
    network.max_jobs = 1;
    network_start(&network, rules_of_both[_i]);

    for (int i = 0; i < 20; i++) { /* late bids of up to nine forgotten jobs are under way at once */
        ck_assert_ptr_nonnull(network_submit(&network, &spec));
        network_pass(&network, 600 * NS_PER_MS);
    }
    network_pass(&network, SECONDS(10));
    ck_assert_ptr_nonnull(network_submit(&network, &spec));
    network_pass(&network, SECONDS(1));
    ck_assert_ptr_nonnull(network_submit(&network, &spec));

    network_stop(&network); /* one forgotten job's late bid is never delivered */
}
END_TEST

/* ---- who listens ------------------------------------------------------------------------------------------------------------ */

static void hear(void *context, const struct job_event *event)
{
    size_t *heard = context;

    heard[event->name]++;
}

START_TEST(a_listener_hears_the_happy_path)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    size_t heard[EVENT_NAME_COUNT] = { 0 };
    network_start(&network, V25);
    engine_listen(network.engine, hear, heard);

    network_submit(&network, &spec);
    network_pass(&network, SECONDS(1));

    static const enum job_event_name happy[] = { EVENT_BID, EVENT_BID_ACCEPTED, EVENT_RESULTS_PROPOSED,
                                                 EVENT_RESULTS_ACCEPTED, EVENT_RESULTS_PUBLISHED };
    for (size_t i = 0; i < sizeof happy / sizeof happy[0]; i++)
        ck_assert_uint_eq(heard[happy[i]], 1);
    ck_assert_uint_ge(heard[EVENT_CREATED], 1);
    ck_assert_uint_eq(heard[EVENT_ERROR] + heard[EVENT_CANCELED] + heard[EVENT_COMPUTE_ERROR], 0);
    network_stop(&network);
}
END_TEST

START_TEST(a_listener_hears_nothing_of_a_job_that_the_policy_refuses)
{
    struct network network = NETWORK(GOOD);
    struct job_spec spec = spec_of(1, 0, 0);
    size_t heard[EVENT_NAME_COUNT] = { 0 };
    spec.network.type = NETWORK_FULL;
    network_start(&network, V25);
    engine_listen(network.engine, hear, heard);

    network_submit(&network, &spec);
    network_pass(&network, SECONDS(1));

    for (size_t i = 0; i < EVENT_NAME_COUNT; i++)
        ck_assert_uint_eq(heard[i], 0);
    network_stop(&network);
}
END_TEST

/* ---- its own identity ---------------------------------------------------------------------------------------------------------- */

START_TEST(the_requesters_id_is_the_hash_of_its_key)
{
    struct network network = NETWORK(GOOD);
    network_start(&network, V25);

    struct span id = engine_requester_id(network.engine), key = engine_requester_key(network.engine);

    ck_assert_uint_eq(id.n, 46);
    ck_assert(span_starts(id, SPAN("Qm")));
    ck_assert_uint_eq(key.n, 400);
    ck_assert(span_starts(key, SPAN("CAASpgIwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQ")));
    network_stop(&network);
}
END_TEST

START_TEST(a_node_without_an_id_gets_one)
{
    struct network network = NETWORK(GOOD, GOOD);
    size_t n;
    network.nodes[0].id = SPAN("");
    network_start(&network, V25);

    const struct node *nodes = engine_nodes(network.engine, &n);

    ck_assert_uint_eq(n, 2);
    ck_assert_uint_eq(nodes[0].id.n, 46);
    ck_assert(span_starts(nodes[0].id, SPAN("Qm")));
    ck_assert(span_is(nodes[1].id, "n2"));
    network_stop(&network);
}
END_TEST

TEST_MAIN("engine",
    TEST_EACH(a_cast_does_what_the_contract_says, runs),
    TEST(right_after_submit_the_job_is_in_progress_and_nobody_has_answered),
    TEST_TIMES(too_few_nodes_are_told_to_the_client, 2),
    TEST(whoever_does_not_want_the_text_of_an_error_need_not_take_it),
    TEST_TIMES(a_malformed_selector_ends_the_job_as_too_few_nodes_do, 2),
    TEST(everything_of_a_request_is_copied),
    TEST_TIMES(it_does_not_matter_how_rarely_time_passes, 2),
    TEST(entries_bear_the_moment_they_were_due),
    TEST(the_next_deadline_is_when_something_will_happen_by_itself),
    TEST(a_time_out_leaves_the_plan_when_its_run_has_ended),
    TEST(what_waits_in_a_cancelled_job_waits_no_more),
    TEST_TIMES(v0_3_19_has_no_policy_and_starts_every_job, SELECTION_REJECT + 1),
    TEST(jitter_stays_within_its_bounds),
    TEST(a_jitter_beyond_the_end_of_time_is_never),
    TEST(node_of_unknown_engines_is_asked_and_refuses),
    TEST(webassembly_past_its_timeout_completes_with_the_runtimes_exit_code),
    TEST_TIMES(housekeeping_ends_a_job_at_the_first_round_past_its_timeout, 2),
    TEST(housekeeping_counts_its_rounds_from_the_start_of_the_network),
    TEST_TIMES(housekeeping_cancels_a_queued_job, 2),
    TEST(housekeeping_ends_what_v0_3_24_left_new),
    TEST_EACH(the_requesters_policy_is_asked_first, policies),
    TEST(an_approved_job_goes_the_normal_path),
    TEST(a_refused_job_is_cancelled_with_the_reason),
    TEST(a_reason_may_hold_any_byte),
    TEST(who_waits_leaves_the_job_queued),
    TEST(a_job_under_way_cannot_be_approved_again),
    TEST_TIMES(a_cancel_stops_the_job_and_then_what_lives_of_it, 2 * ROWS(cancels)),
    TEST_TIMES(a_terminal_job_cannot_be_cancelled, 2),
    TEST(what_v0_3_24_left_new_can_be_cancelled),
    TEST(what_was_due_before_a_cancel_happens_before_it),
    TEST(what_was_due_before_an_approval_happens_before_it),
    TEST_TIMES(a_restart_before_a_cancel_or_an_approval_leaves_nothing_to_act_on, 2),
    TEST(the_job_that_ended_first_gives_way),
    TEST(a_full_store_without_an_ended_job_takes_no_more),
    TEST_TIMES(a_forgotten_job_may_still_have_something_due, 2),
    TEST(a_listener_hears_the_happy_path),
    TEST(a_listener_hears_nothing_of_a_job_that_the_policy_refuses),
    TEST(the_requesters_id_is_the_hash_of_its_key),
    TEST(a_node_without_an_id_gets_one))
