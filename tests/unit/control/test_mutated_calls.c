/* Requests and control calls as they must not be: targets and bodies that are changed at a few places, again and again.
 * Every one of them gets a whole reply.
 *
 * A batch is a test of its own and its number the seed, so that what fails is found again: CK_RUN_CASE and the loop's index. */
#include "base/json.h"
#include "support/desk.h"
#include "support/mutator.h"
#include "support/suite.h"

enum { BATCHES = 20, CALLS_A_BATCH = 3000, CHANGES = 4 };

#define SIGNED(field, payload) "{\"" field "\":" payload ",\"signature\":\"QUJD\",\"client_public_key\":\"MAYCASMCAQM=\"}"
#define SPEC                                                                                                           \
    "{\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":"  \
    "[\"date\"],\"EnvironmentVariables\":[\"A=b\"]},\"Language\":{\"JobContext\":{}},\"Wasm\":{\"EntryModule\":{},"            \
    "\"EnvironmentVariables\":{\"a\":\"b\"}},\"Resources\":{\"CPU\":\"500m\",\"Memory\":\"1Gb\",\"GPU\":\"0\"},\"Network\":"   \
    "{\"Type\":\"None\"},\"Timeout\":1800,\"inputs\":[{\"StorageSource\":\"IPFS\",\"CID\":\"Qm\",\"path\":\"/in\"}],"          \
    "\"outputs\":[{\"StorageSource\":\"IPFS\",\"Name\":\"o\",\"path\":\"/o\"}],\"Annotations\":[\"mock:gated\",\"a\"],"        \
    "\"NodeSelectors\":[{\"Key\":\"a\",\"Operator\":\"in\",\"Values\":[\"b\"]}],\"Deal\":{\"Concurrency\":2,"                  \
    "\"Confidence\":1,\"MinBids\":1}}"

static const struct base {
    const char *method, *target, *body;
} bases[] = {
    { "POST", "/requester/submit", SIGNED("job_create_payload", "{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":" SPEC "}") },
    { "POST", "/requester/list", "{\"client_id\":\"c\",\"id\":\"\",\"include_tags\":[\"a\"],\"exclude_tags\":[\"canary\"],"
                                 "\"max_jobs\":10,\"return_all\":false,\"sort_by\":\"created_at\",\"sort_reverse\":true}" },
    { "POST", "/requester/states", "{\"client_id\":\"c\",\"job_id\":\"" "12345678-1234-4234-8234-123456789012\"}" },
    { "POST", "/requester/events", "{\"client_id\":\"c\",\"job_id\":\"1\",\"options\":{\"since\":1,\"exclude_job_level\":true}}" },
    { "POST", "/requester/results", "{\"client_id\":\"c\",\"job_id\":\"1\"}" },
    { "POST", "/requester/cancel", SIGNED("payload", "{\"ClientID\":\"c\",\"JobID\":\"1\",\"Reason\":\"enough\"}") },
    { "POST", "/requester/approve", SIGNED("payload", "{\"ClientID\":\"c\",\"JobID\":\"1\",\"Response\":{\"shouldBid\":true}}") },
    { "GET", "/requester/websocket/events?job_id=1", "" },
    { "GET", "/requester/debug", "" },
    { "GET", "/version", "{\"client_id\":\"c\"}" },
    { "POST", "/__mock/clock/advance", "{\"by\": \"1m10s\"}" },
    { "POST", "/__mock/clock/advance", "{\"until\": \"idle\"}" },
    { "POST", "/__mock/gates/go", "" },
    { "GET", "/__mock/jobs?state=Completed&client_id=c&annotation=a&limit=10", "" },
    { "GET", "/__mock/requests?endpoint=submit&client_id=c&job_id=12345678&status=200&since=1&limit=5", "" },
    { "GET", "/__mock/requests/1", "" },
    { "GET", "/__mock/clock/upcoming?limit=10", "" },
    { "POST", "/__mock/jobs", "{\"jobs\": [{\"Job\": {\"APIVersion\": \"V1beta1\", \"Metadata\": {\"ID\": \"12345678-1234-4234-8234-123456789012\","
                              " \"CreatedAt\": \"2023-03-22T08:00:00Z\", \"ClientID\": \"c\"}, \"Spec\": " SPEC "},"
                              " \"State\": {\"State\": \"InProgress\", \"Version\": 3, \"Executions\": []}}]}" },
    { "POST", "/__mock/reset", "{\"what\": [\"jobs\", \"journal\", \"faults\", \"gates\", \"clock\"]}" },
    { "PUT", "/__mock/scenario", "{\"version\": 1, \"nodes\": [{\"run\": {\"after\": \"1s\"}}], \"jobs\": [{\"name\": \"gated\", \"steps\":"
                                 " [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}]}" },
    { "POST", "/__mock/faults", "{\"name\": \"x\", \"on\": [\"states\", \"submit\"], \"count\": 2, \"ttl\": \"30s\", \"preset\": \"plain-500\"}" },
    { "PUT", "/__mock/faults/x", "{\"on\": false}" },
    { "POST", "/__mock/sessions", "{\"client_id\": \"t\", \"clock\": \"manual\", \"seed\": 7, \"ttl\": \"10m\", \"scenario\": {\"name\": \"partial\"}}" },
};

static const char scenario[] =
    "{\"version\": 1, \"jobs\": [{\"name\": \"gated\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}],"
    " \"expect\": [{\"never\": \"cancel\"}, {\"sequence\": [\"submit\", \"states\", \"results\"]}]}";

static void assert_answered(const struct reply *reply, struct span target, struct span body)
{
    struct json *json = NULL;
    bool control = span_starts(target, SPAN("/__mock/"));

    ck_assert_msg(!reply->body.failed, "%.*s: the body is not complete: %.*s", SPAN_ARG(target), SPAN_ARG(body));
    ck_assert_msg(reply->status == 0 || (reply->status >= 101 && reply->status <= 599), "%.*s: status %d: %.*s", SPAN_ARG(target),
                  reply->status, SPAN_ARG(body));
    ck_assert_msg(!control || (reply->status != 500 && reply->status != 101), "%.*s: status %d: %.*s", SPAN_ARG(target),
                  reply->status, SPAN_ARG(body));
    if (control && reply->status && reply->status != 301)
        ck_assert_msg(json_parse(buf_view(&reply->body), JSON_STRICT, &json, NULL, NULL) == ERR_OK, "%.*s: %.*s is answered %.*s",
                      SPAN_ARG(target), SPAN_ARG(body), SPAN_ARG(buf_view(&reply->body)));
    json_free(json);
}

/* One call in four has a changed target, all but those a changed body. */
static void ask_mutant(struct desk *desk, struct draw *random)
{
    const struct base *base = &bases[draw_below(random, ROWS(bases))];
    struct span target = span_text(base->target), body = span_text(base->body);
    bool other_target = body.n == 0 || draw_below(random, 4) == 0;
    struct buf changed = mutant_of(random, other_target ? target : body, CHANGES);

    if (other_target)
        target = buf_view(&changed);
    else
        body = buf_view(&changed);
    assert_answered(desk_ask(desk, span_text(base->method), target, body), target, body);
    buf_release(&changed);
}

START_TEST(a_mutated_request_gets_a_whole_reply)
{
    struct draw random = draw_of_seed((uint64_t)_i);
    struct desk *desk = desk_open(scenario);

    for (int i = 0; i < CALLS_A_BATCH; i++)
        ask_mutant(desk, &random);

    desk_close(desk);
}
END_TEST

START_TEST(a_request_is_answered_before_it_is_mutated)
{
    struct desk *desk = desk_open(scenario);
    struct span target = span_text(bases[_i].target), body = span_text(bases[_i].body);

    assert_answered(desk_ask(desk, span_text(bases[_i].method), target, body), target, body);

    desk_close(desk);
}
END_TEST

TEST_MAIN("mutated calls",
    TEST_EACH(a_request_is_answered_before_it_is_mutated, bases),
    TEST_TIMES(a_mutated_request_gets_a_whole_reply, BATCHES))
