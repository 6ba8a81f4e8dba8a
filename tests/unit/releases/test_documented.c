/* The dialect `documented`, v0.3.19, through its API: the shapes of the API's page, a behaviour a row or a test. */
#include "api/api.h"
#include "support/worlds.h"
#include "releases/release.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS(n) ((n) * NS_PER_SECOND)
#define MS(n) ((n) * NS_PER_MS)
#define CAST(...) .n = sizeof((enum character[]){ __VA_ARGS__ }) / sizeof(enum character), .cast = { __VA_ARGS__ }

struct desk {
    struct network network;
    struct worlds worlds;
    struct api *api;
    struct reply reply;
    struct buf told;
};

static struct desk *desk_open(struct network network)
{
    struct desk *desk = calloc(1, sizeof *desk);
    struct api_options options = { 0 };

    ck_assert_ptr_nonnull(desk);
    desk->network = network;
    desk->told = buf_init(TELLING_MAX);
    ck_assert(worlds_init(&desk->worlds, network_world(&desk->network, &release_documented)));
    ck_assert_int_eq(api_new(&options, &desk->worlds, &desk->api, NULL), ERR_OK);
    reply_init(&desk->reply);
    return desk;
}

static void desk_close(struct desk *desk)
{
    reply_release(&desk->reply);
    buf_release(&desk->told);
    api_free(desk->api);
    worlds_release(&desk->worlds);
    desk->network.engine = NULL;
    network_stop(&desk->network);
    free(desk);
}

/* The call is the caller's to release. */
static struct call call_with(struct desk *desk, const struct request *request)
{
    struct call call;

    reply_release(&desk->reply);
    reply_init(&desk->reply);
    api_prepare(desk->api, request, &desk->reply, &call);
    api_answer(&call, desk->network.now);
    return call;
}

static struct span post(struct desk *desk, const char *path, const char *body)
{
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:54321"),
                                     .monotonic_ns = SECONDS(1000) };
    struct call call = call_with(desk, &request);

    api_call_release(&call);
    return buf_view(&desk->reply.body);
}

static void assert_header(const struct desk *desk, const char *name, const char *value)
{
    for (size_t i = 0; i < desk->reply.n_headers; i++)
        if (strcmp(desk->reply.headers[i].name, name) == 0) {
            struct span got = desk->reply.headers[i].value;
            ck_assert_msg(value && span_is(got, value), "%s: %.*s", name, SPAN_ARG(got));
            return;
        }
    ck_assert_msg(!value, "%s is absent", name);
}

static void assert_is(const char *about, struct span got, const char *wanted)
{
    ck_assert_msg(span_is(got, wanted), "%s:\n%.*s\nwanted:\n%s", about, SPAN_ARG(got), wanted);
}

static void assert_reply(const struct desk *desk, int status, const char *body)
{
    ck_assert_msg(desk->reply.status == status, "status %d: %.*s", desk->reply.status, SPAN_ARG(buf_view(&desk->reply.body)));
    assert_is("body", buf_view(&desk->reply.body), body);
}

/* ---- what is drawn, told by letters ------------------------------------------------------------------------------- */

static bool replaced(struct buf *out, struct span text, size_t *at, struct span drawn, const char *letters)
{
    if (!drawn.n || text.n - *at < drawn.n || memcmp(text.p + *at, drawn.p, drawn.n) != 0)
        return false;
    buf_text(out, letters);
    *at += drawn.n;
    return true;
}

static bool execution_replaced(struct buf *out, struct span text, size_t *at, const struct job *job)
{
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (replaced(out, text, at, x->reference, "EXECUTION") || (x->published && replaced(out, text, at, x->published->cid, "CID")))
            return true;
    }
    return false;
}

/* A time stamp: 2023-…Z after a quote. */
static bool time_replaced(struct buf *out, struct span text, size_t *at)
{
    const char *end = text.n - *at > 20 && text.p[*at + 4] == '-' && text.p[*at + 10] == 'T'
                          ? memchr(text.p + *at, '"', text.n - *at) : NULL;

    if (!end || end[-1] != 'Z')
        return false;
    buf_text(out, "TIME");
    *at = (size_t)(end - text.p);
    return true;
}

static struct span lettered(struct desk *desk, const struct job *job, struct span text)
{
    struct buf *out = &desk->told;
    struct span requester = engine_requester_id(desk->network.engine);

    buf_clear(out);
    for (size_t i = 0; i < text.n;)
        if (!replaced(out, text, &i, job->id, "JOB") && !replaced(out, text, &i, requester, "REQUESTER") &&
            !replaced(out, text, &i, span_of(requester.p, 8), "REQUESTE") && !execution_replaced(out, text, &i, job) &&
            !time_replaced(out, text, &i))
            buf_char(out, text.p[i++]);
    ck_assert(!out->failed);
    return buf_view(out);
}

static struct span asked_about(struct desk *desk, const struct job *job, const char *path)
{
    char body[256];

    snprintf(body, sizeof body, "{\"client_id\":\"client\",\"job_id\":\"%.*s\"}", SPAN_ARG(job->id));
    post(desk, path, body);
    ck_assert_int_eq(desk->reply.status, 200);
    return lettered(desk, job, buf_view(&desk->reply.body));
}

/* ---- what is told of a job ------------------------------------------------------------------------------------------ */

/* The value of the member called `key` (its opening included) in the object at `p`, before `end`. */
static struct span member(const char *p, const char *end, const char *key)
{
    const char *begin = memmem(p, (size_t)(end - p), key, strlen(key));

    if (!begin)
        return SPAN("");
    begin += strlen(key);
    const char *quote = memchr(begin, '"', (size_t)(end - begin));
    return quote ? span_of(begin, (size_t)(quote - begin)) : SPAN("");
}

static void put_word(struct buf *out, const char *before, struct span word)
{
    if (word.n)
        buf_printf(out, "%s%.*s", before, SPAN_ARG(word));
}

/* A line an object: its name, `source`, `>target`, 'status', c and r for what the verifier said, o for an
 * output, ! for something published. */
static void put_line(struct buf *out, const char *p, const char *end)
{
    struct span object = span_of(p, (size_t)(end - p));
    static const struct { const char *text, *mark; } marks[] = {
        { "\"Complete\":true", "c" }, { "\"Result\":true", "r" }, { "\"RunOutput\":{", "o" }, { "\"CID\":", "!" } };

    put_word(out, "", member(p, end, "\"EventName\":\""));
    put_word(out, " ", member(p, end, "\"SourceNodeID\":\""));
    put_word(out, ">", member(p, end, "\"TargetNodeID\":\""));
    put_word(out, "", member(p, end, "\"NodeId\":\""));
    put_word(out, " ", member(p, end, "\"State\":\""));
    put_word(out, " ~", member(p, end, "\"Status\":\""));
    for (size_t i = 0; i < ROWS(marks); i++)
        if (memmem(object.p, object.n, marks[i].text, strlen(marks[i].text)))
            buf_printf(out, " %s", marks[i].mark);
    buf_char(out, '\n');
}

/* The objects of a body, each of which begins with `opening`. */
static void put_lines(struct buf *out, struct span body, const char *opening)
{
    const char *end = body.p + body.n, *next;

    for (const char *p = memmem(body.p, body.n, opening, strlen(opening)); p; p = next) {
        next = memmem(p + 1, (size_t)(end - p - 1), opening, strlen(opening));
        put_line(out, p, next ? next : end);
    }
}

static void assert_told(struct desk *desk, const struct job *job, const char *name, const char *path, const char *opening,
                        const char *wanted)
{
    CLEANUP(buf_release) struct buf lines = buf_init(TELLING_MAX);

    put_lines(&lines, asked_about(desk, job, path), opening);
    assert_is(name, buf_view(&lines), wanted);
}

#define CREATED "Created REQUESTER\n"
#define BID(n) "Bid " n "\n"
#define TAKEN(n) "BidAccepted REQUESTER>" n "\n"
#define LEFT(n) "BidRejected REQUESTER>" n "\n"
#define RAN(n) "ResultsProposed " n " o\n"
#define OK(n) "ResultsAccepted REQUESTER>" n " c r\n"
#define BAD(n) "ResultsRejected REQUESTER>" n " c\n"
#define DONE(n) "ResultsPublished " n " !\n"
#define FAILED(n, why) "ComputeError " n " ~" why "\n"
#define WHY(why) "[REQUESTE] shard: JOB:0 at state: Error error completing job due to " why
#define LATE(stage) WHY("shard timed out while in state " stage ", see --timeout")
#define GAVE_UP(why) "Error REQUESTER ~" why "\n"
#define ALL_DONE(n) n " Completed c r o !\n"

static const struct life {
    const char *name;
    size_t n;
    enum character cast[8];
    int64_t concurrency, min_bids; /* concurrency 0: 1 */
    double timeout;                /* 0: 1800 */
    ns_t after;                    /* 0: 3 s */
    const char *events, *states;
} lives[] = {
    { .name = "six events", CAST(GOOD), .events = CREATED BID("n1") TAKEN("n1") RAN("n1") OK("n1") DONE("n1"),
      .states = ALL_DONE("n1") },
    { .name = "a taken bid waits", CAST(HANGS), .events = CREATED BID("n1") TAKEN("n1"), .states = "n1 Waiting\n" },
    { .name = "an accepted result is still verifying", CAST(GOOD), .after = MS(300),
      .events = CREATED BID("n1") TAKEN("n1") RAN("n1") OK("n1"), .states = "n1 Verifying c r o\n" },
    { .name = "a proposed result is verifying", CAST(GOOD, HANGS), .concurrency = 2,
      .events = CREATED BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") RAN("n1"), .states = "n1 Verifying o\nn2 Waiting\n" },
    { .name = "three times as many are asked", CAST(GOOD, GOOD, GOOD, GOOD),
      .events = CREATED BID("n1") TAKEN("n1") BID("n2") LEFT("n2") BID("n3") LEFT("n3") RAN("n1") OK("n1") DONE("n1"),
      .states = ALL_DONE("n1") "n2 Cancelled\nn3 Cancelled\n" },
    { .name = "bids queue until MinBids are in", CAST(GOOD, LATE_BID, SILENT), .min_bids = 2,
      .events = CREATED BID("n1"), .states = "n1 Bidding\n" },
    { .name = "of the queued bids one is taken", CAST(GOOD, GOOD, GOOD), .min_bids = 2,
      .events = CREATED BID("n1") BID("n2") TAKEN("n1") LEFT("n2") BID("n3") LEFT("n3") RAN("n1") OK("n1") DONE("n1"),
      .states = ALL_DONE("n1") "n2 Cancelled\nn3 Cancelled\n" },
    { .name = "a node that says no shows nothing", CAST(REJECTS), .events = CREATED, .states = "" },
    { .name = "a node that cannot be reached shows nothing", CAST(UNREACHABLE), .events = CREATED, .states = "" },
    { .name = "nobody bids: two minutes are not over at 120 s", CAST(SILENT), .after = SECONDS(149), .events = CREATED, .states = "" },
    { .name = "nobody bids: Error at the look after two minutes", CAST(SILENT), .after = SECONDS(150),
      .events = CREATED GAVE_UP(LATE("AcceptingBids")), .states = "REQUESTER Error ~" LATE("AcceptingBids") "\n" },
    { .name = "too few bids: Error while they are queued", CAST(GOOD, SILENT), .min_bids = 2, .after = SECONDS(150),
      .events = CREATED BID("n1") GAVE_UP(LATE("EnqueuingBids")),
      .states = "REQUESTER Error ~" LATE("EnqueuingBids") "\nn1 Bidding\n" },
    { .name = "an execution fails, and nothing more", CAST(FAILS_RUN), .after = SECONDS(1800),
      .events = CREATED BID("n1") TAKEN("n1") FAILED("n1", "exit status 1"), .states = "n1 Error ~exit status 1\n" },
    { .name = "an execution fails: Error at Spec.Timeout", CAST(FAILS_RUN), .timeout = 100, .after = SECONDS(120),
      .events = CREATED BID("n1") TAKEN("n1") FAILED("n1", "exit status 1") GAVE_UP(LATE("WaitingForResults")),
      .states = "REQUESTER Error ~" LATE("WaitingForResults") "\nn1 Error ~exit status 1\n" },
    { .name = "publishing fails", CAST(FAILS_PUBLISH),
      .events = CREATED BID("n1") TAKEN("n1") RAN("n1") OK("n1") FAILED("n1", "failed to publish result: no space"),
      .states = "n1 Error ~failed to publish result: no space c r o\n" },
    { .name = "publishing fails: Error at Spec.Timeout", CAST(FAILS_PUBLISH), .timeout = 100, .after = SECONDS(120),
      .events = CREATED BID("n1") TAKEN("n1") RAN("n1") OK("n1") FAILED("n1", "failed to publish result: no space")
          GAVE_UP(LATE("WaitingToPublishResults")),
      .states = "REQUESTER Error ~" LATE("WaitingToPublishResults")
          "\nn1 Error ~failed to publish result: no space c r o\n" },
    { .name = "all results rejected: it just ends so", CAST(BAD_RESULT), .timeout = 100, .after = SECONDS(300),
      .events = CREATED BID("n1") TAKEN("n1") RAN("n1") BAD("n1"), .states = "n1 Error c o\n" },
    { .name = "the verifier breaks", CAST(VERIFIER_ERROR),
      .events = CREATED BID("n1") TAKEN("n1") RAN("n1") GAVE_UP(WHY("failed to verify job: verifier broke")),
      .states = "REQUESTER Error ~" WHY("failed to verify job: verifier broke") "\nn1 Verifying o\n" },
    { .name = "later publishes are recorded too", CAST(GOOD, GOOD), .concurrency = 2,
      .events = CREATED BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") RAN("n1") RAN("n2") OK("n1") OK("n2") DONE("n1") DONE("n2"),
      .states = ALL_DONE("n1") ALL_DONE("n2") },
    { .name = "one publishes, one cannot: no Error ever", CAST(GOOD, FAILS_PUBLISH), .concurrency = 2, .timeout = 100,
      .after = SECONDS(300),
      .events = CREATED BID("n1") TAKEN("n1") BID("n2") TAKEN("n2") RAN("n1") RAN("n2") OK("n1") OK("n2") DONE("n1")
          FAILED("n2", "failed to publish result: no space"),
      .states = ALL_DONE("n1") "n2 Error ~failed to publish result: no space c r o\n" },
};

static const struct job *lived(struct desk *desk, const struct life *life)
{
    struct job_spec spec = spec_of(life->concurrency ? life->concurrency : 1, 0, life->min_bids);

    spec.timeout = life->timeout > 0 ? life->timeout : 1800;
    const struct job *job = network_submit(&desk->network, &spec);
    ck_assert_ptr_nonnull(job);
    network_pass(&desk->network, life->after ? life->after : SECONDS(3));
    return job;
}

START_TEST(a_job_lives_as_its_events_and_states_tell)
{
    const struct life *life = &lives[_i];
    struct desk *desk = desk_open(network_of(life->n, life->cast));

    const struct job *job = lived(desk, life);

    assert_told(desk, job, life->name, "/requester/events", "{\"JobID\":", life->events);
    assert_told(desk, job, life->name, "/requester/states", "{\"NodeId\":", life->states);
    desk_close(desk);
}
END_TEST

/* ---- bodies, key for key ------------------------------------------------------------------------------------------- */

#define OUTPUT                                                                                                     \
    "\"RunOutput\":{\"stdout\":\"hello\\n\",\"stdouttruncated\":false,\"stderr\":\"\",\"stderrtruncated\":false,"  \
    "\"exitCode\":0,\"runnerError\":\"\"}"
#define RESULT "{\"StorageSource\":\"IPFS\",\"Name\":\"job-JOB-shard-0-host-n1\",\"CID\":\"CID\"}"
#define NODES                                                                                                      \
    "{\"Nodes\":{\"n1\":{\"Shards\":{\"0\":{\"NodeId\":\"n1\",\"ExecutionId\":\"EXECUTION\",\"State\":\"Completed\"," \
    "\"VerificationResult\":{\"Complete\":true,\"Result\":true},\"PublishedResults\":" RESULT "," OUTPUT "}}},"    \
    "\"n2\":{\"Shards\":{\"0\":{\"NodeId\":\"n2\",\"ExecutionId\":\"EXECUTION\",\"State\":\"Cancelled\","          \
    "\"VerificationResult\":{},\"PublishedResults\":{}}}}}}"
#define EVENT_REST                                                                                                 \
    "\"Spec\":{\"Docker\":{},\"Language\":{\"JobContext\":{}},\"Wasm\":{\"EntryModule\":{}},\"Resources\":{\"GPU\":\"\"}," \
    "\"Network\":{\"Type\":\"None\"},\"Sharding\":{},\"ExecutionPlan\":{},\"Deal\":{}},\"JobExecutionPlan\":{},\"Deal\":{}," \
    "\"VerificationResult\":{},\"PublishedResult\":{},\"EventTime\":\"TIME\"}"
#define CREATED_BODY "{\"JobID\":\"JOB\",\"SourceNodeID\":\"REQUESTER\",\"EventName\":\"Created\"," EVENT_REST
#define BID_BODY "{\"JobID\":\"JOB\",\"ExecutionID\":\"EXECUTION\",\"SourceNodeID\":\"n1\",\"EventName\":\"Bid\"," EVENT_REST
#define TAKEN_BODY                                                                                                 \
    "{\"JobID\":\"JOB\",\"ExecutionID\":\"EXECUTION\",\"SourceNodeID\":\"REQUESTER\",\"TargetNodeID\":\"n1\","      \
    "\"EventName\":\"BidAccepted\"," EVENT_REST

START_TEST(states_are_nodes_and_shards)
{
    struct desk *desk = desk_open(NETWORK(GOOD, GOOD));
    const struct job *job = lived(desk, &(struct life){ 0 });

    assert_is("states", asked_about(desk, job, "/requester/states"), "{\"state\":" NODES "}\n");
    assert_is("results", asked_about(desk, job, "/requester/results"), "{\"results\":[{\"NodeID\":\"n1\",\"Data\":" RESULT "}]}\n");
    desk_close(desk);
}
END_TEST

START_TEST(before_bids_there_is_nothing)
{
    struct desk *desk = desk_open(NETWORK(SILENT));
    const struct job *job = lived(desk, &(struct life){ 0 });

    assert_is("states", asked_about(desk, job, "/requester/states"), "{\"state\":{}}\n");
    assert_is("results", asked_about(desk, job, "/requester/results"), "{\"results\":[]}\n");
    assert_is("events", asked_about(desk, job, "/requester/events"), "{\"events\":[" CREATED_BODY "]}\n");
    desk_close(desk);
}
END_TEST

START_TEST(an_event_has_the_keys_of_its_release)
{
    struct desk *desk = desk_open(NETWORK(HANGS));
    const struct job *job = lived(desk, &(struct life){ 0 });

    assert_is("events", asked_about(desk, job, "/requester/events"),
              "{\"events\":[" CREATED_BODY "," BID_BODY "," TAKEN_BODY "]}\n");
    desk_close(desk);
}
END_TEST

/* ---- submit and list -------------------------------------------------------------------------------------------------- */

#define ENVELOPE(key, payload) "{\"" key "\":" payload ",\"signature\":\"\",\"client_public_key\":\"\"}"
#define SUBMIT                                                                                                     \
    ENVELOPE("job_create_payload", "{\"ClientID\":\"client\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":"       \
             "\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Deal\":{\"Concurrency\":1}}}")
#define LIST "{\"client_id\":\"client\",\"max_jobs\":10,\"sort_by\":\"created_at\"}"
#define JOB_WITH(state)                                                                                            \
    "{\"APIVersion\":\"V1beta1\",\"Metadata\":{\"ID\":\"JOB\",\"CreatedAt\":\"TIME\",\"ClientID\":\"client\"},\"Spec\":{" \
    "\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{},\"Language\":{\"JobContext\":{}}," \
    "\"Wasm\":{\"EntryModule\":{}},\"Resources\":{\"GPU\":\"\"},\"Network\":{\"Type\":\"None\"},\"Timeout\":1800,"   \
    "\"Sharding\":{},\"ExecutionPlan\":{\"ShardsTotal\":1},\"Deal\":{\"Concurrency\":1}},"                         \
    "\"Status\":{\"JobState\":" state ",\"Requester\":{\"RequesterNodeID\":\"REQUESTER\",\"RequesterPublicKey\":\"KEY\"}}}"

/* What was submitted last. */
static const struct job *posted_job(struct desk *desk)
{
    struct span body = buf_view(&desk->reply.body);

    return engine_find(desk->network.engine, member(body.p, body.p + body.n, "\"ID\":\""), desk->network.now);
}

/* The requester's key as KEY. */
static void assert_job(struct desk *desk, const struct job *job, const char *wanted)
{
    struct span got = lettered(desk, job, buf_view(&desk->reply.body));
    struct span key = member(got.p, got.p + got.n, "\"RequesterPublicKey\":\"");
    CLEANUP(buf_release) struct buf out = buf_init(TELLING_MAX);

    ck_assert_msg(key.n, "%.*s", SPAN_ARG(got));
    buf_span(&out, span_of(got.p, (size_t)(key.p - got.p)));
    buf_text(&out, "KEY");
    buf_span(&out, span_of(key.p + key.n, got.n - (size_t)(key.p - got.p) - key.n));
    assert_is("job", buf_view(&out), wanted);
}

START_TEST(submit_answers_with_a_job_that_has_a_status)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/submit", SUBMIT);

    ck_assert_int_eq(desk->reply.status, 200);
    assert_job(desk, posted_job(desk), "{\"job\":" JOB_WITH("{}") "}\n");
    desk_close(desk);
}
END_TEST

START_TEST(list_items_are_jobs_with_their_states)
{
    struct desk *desk = desk_open(NETWORK(GOOD, GOOD));
    post(desk, "/requester/submit", SUBMIT);
    const struct job *job = posted_job(desk);
    network_pass(&desk->network, SECONDS(3));

    post(desk, "/requester/list", LIST);

    assert_job(desk, job, "{\"jobs\":[" JOB_WITH(NODES) "]}\n");
    desk_close(desk);
}
END_TEST

START_TEST(too_few_nodes_make_no_job)
{
    struct network network = NETWORK(GOOD);
    network.n_nodes = 0;
    struct desk *desk = desk_open(network);

    post(desk, "/requester/submit", SUBMIT);
    assert_reply(desk, 500, "error starting job: not enough nodes to run job. requested: 1, available: 0\n");
    assert_header(desk, "X-Bacalhau-Client-Id", "client");
    assert_header(desk, "X-Bacalhau-Job-Id", "");
    post(desk, "/requester/list", LIST);

    assert_reply(desk, 200, "{\"jobs\":[]}\n");
    desk_close(desk);
}
END_TEST

/* ---- errors and paths --------------------------------------------------------------------------------------------------- */

static const char *const readers[] = { "/requester/states", "/requester/results", "/requester/events" };

START_TEST(an_unknown_job_is_not_found_in_the_same_words_everywhere)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, readers[_i], "{\"client_id\":\"client\",\"job_id\":\"none\"}");

    assert_reply(desk, 500, "Job not found. ID: none\n");
    assert_header(desk, "X-Bacalhau-Client-Id", "client");
    assert_header(desk, "X-Bacalhau-Job-Id", "none");
    desk_close(desk);
}
END_TEST

static const char *const absent[] = { "/requester/local_events", "/requester/approve", "/requester/websocket/events",
                                      "/requester/node/websocket", "/requester/logs" };

START_TEST(what_the_dialect_does_not_serve_is_not_found)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, absent[_i], "{}");

    assert_reply(desk, 404, "404 page not found\n");
    desk_close(desk);
}
END_TEST

START_TEST(version_and_node_info_are_of_the_release)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    struct span body = post(desk, "/version", "{\"client_id\":\"client\"}");
    ck_assert(memmem(body.p, body.n, "\"gitversion\":\"v0.3.19\"", 22) != NULL);
    body = post(desk, "/node_info", "");
    ck_assert(memmem(body.p, body.n, "\"ComputeNodeInfo\"", 17) != NULL);
    ck_assert(memmem(body.p, body.n, "BacalhauVersion", 15) == NULL);
    desk_close(desk);
}
END_TEST

/* ---- cancel --------------------------------------------------------------------------------------------------------------- */

static struct span cancel(struct desk *desk, const char *key, const char *client, struct span id)
{
    char body[512];

    snprintf(body, sizeof body, "{\"%s\":{\"ClientID\":\"%s\",\"JobID\":\"%.*s\",\"Reason\":\"why\"}}", key, client, SPAN_ARG(id));
    return post(desk, "/requester/cancel", body);
}

static const char *const cancel_keys[] = { "job_cancel_payload", "payload" };

START_TEST(a_cancel_ends_the_live_shards)
{
    struct desk *desk = desk_open(NETWORK(HANGS, GOOD));
    const struct job *job = lived(desk, &(struct life){ 0 });
    CLEANUP(buf_release) struct buf lines = buf_init(TELLING_MAX);

    put_lines(&lines, lettered(desk, job, cancel(desk, cancel_keys[_i], "client", job->id)), "{\"NodeId\":");

    ck_assert_int_eq(desk->reply.status, 200);
    assert_header(desk, "X-Bacalhau-Client-Id", "client");
    assert_is("states", buf_view(&lines), "n1 Cancelled ~why\nn2 Cancelled\n");
    assert_told(desk, job, "events", "/requester/events", "{\"JobID\":",
                CREATED BID("n1") TAKEN("n1") BID("n2") LEFT("n2") "Canceled REQUESTER ~why\n");
    desk_close(desk);
}
END_TEST

START_TEST(a_job_without_bids_is_cancelled_once)
{
    struct desk *desk = desk_open(NETWORK(SILENT));
    const struct job *job = lived(desk, &(struct life){ 0 });
    char over[128];
    snprintf(over, sizeof over, "job %.*s is already in a terminal state\n", SPAN_ARG(job->id));

    cancel(desk, "payload", "client", job->id);
    assert_reply(desk, 200, "{\"state\":{}}\n");
    cancel(desk, "payload", "client", job->id);

    assert_reply(desk, 500, over);
    assert_header(desk, "X-Bacalhau-Client-Id", "client");
    assert_header(desk, "X-Bacalhau-Job-Id", NULL);
    desk_close(desk);
}
END_TEST

static const struct ending {
    const char *name;
    enum character character;
    ns_t after;
} endings[] = {
    { "completed", GOOD, SECONDS(3) },
    { "its execution failed", FAILS_RUN, SECONDS(3) },
    { "its result was rejected", BAD_RESULT, SECONDS(3) },
    { "nobody bid, it gave up", SILENT, SECONDS(150) },
};

START_TEST(a_job_without_a_live_shard_is_over)
{
    const struct ending *row = &endings[_i];
    struct desk *desk = desk_open(network_of(1, &row->character));
    const struct job *job = lived(desk, &(struct life){ .after = row->after });

    cancel(desk, "payload", "client", job->id);

    ck_assert_msg(desk->reply.status == 500, "%s: %d", row->name, desk->reply.status);
    desk_close(desk);
}
END_TEST

#define PROBLEM(text)                                                                                              \
    "{\"Code\":\"error-unknown-server-error\",\"Message\":\"" text "\",\"Details\":{},\"Err\":\"" text "\"}\n"

START_TEST(a_cancel_is_refused)
{
    struct desk *desk = desk_open(NETWORK(HANGS));
    const struct job *job = lived(desk, &(struct life){ 0 });
    char text[128];

    cancel(desk, "payload", "another", job->id);
    assert_reply(desk, 403, PROBLEM("mismatched client id: another"));
    assert_header(desk, "X-Bacalhau-Client-Id", "another");
    cancel(desk, "payload", "client", SPAN("none"));
    ck_assert_int_eq(desk->reply.status, 400);
    cancel(desk, "payload", "client", span_of(job->id.p, 8));
    snprintf(text, sizeof text, "Job not found. ID: %.8s\n", job->id.p);
    assert_reply(desk, 500, text);
    desk_close(desk);
}
END_TEST

START_TEST(a_cancel_without_a_client_is_a_401)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/cancel", ENVELOPE("job_cancel_payload", "{\"JobID\":\"x\"}"));

    assert_reply(desk, 401, PROBLEM("job create payload must contain a client ID"));
    assert_header(desk, "X-Bacalhau-Client-Id", "");
    desk_close(desk);
}
END_TEST

/* ---- the stream ------------------------------------------------------------------------------------------------------------ */

/* The call has the stream; its request is gone. */
static struct call listen_to(struct desk *desk, const struct job *job)
{
    char target[128];
    struct header headers[] = { { SPAN("Connection"), SPAN("Upgrade") },
                                       { SPAN("Upgrade"), SPAN("websocket") },
                                       { SPAN("Sec-WebSocket-Version"), SPAN("13") },
                                       { SPAN("Sec-WebSocket-Key"), SPAN("dGhlIHNhbXBsZSBub25jZQ==") } };

    snprintf(target, sizeof target, "/requester/websocket?job_id=%.*s", SPAN_ARG(job->id));
    const struct request request = { .method = SPAN("GET"), .target = span_text(target), .http_minor = 1, .headers = headers,
                                .n_headers = ROWS(headers), .remote = SPAN("127.0.0.1:1") };
    struct call call = call_with(desk, &request);

    call.request = NULL;
    return call;
}

START_TEST(the_stream_tells_events_of_old_and_new_alike)
{
    struct desk *desk = desk_open(NETWORK(LATE_BID));
    const struct job *job = lived(desk, &(struct life){ 0 });
    struct call call = listen_to(desk, job);
    CLEANUP(buf_release) struct buf frames = buf_init(TELLING_MAX);

    ck_assert_int_eq(desk->reply.status, 101);
    network_pass(&desk->network, SECONDS(2));
    stream_take(call.stream, &frames);

    struct span told = lettered(desk, job, buf_view(&frames));
    static const char *const wanted[] = { CREATED_BODY "\n", BID_BODY "\n", TAKEN_BODY "\n" };
    for (size_t i = 0; i < ROWS(wanted); i++)
        ck_assert_msg(memmem(told.p, told.n, wanted[i], strlen(wanted[i])) != NULL, "%.*s", SPAN_ARG(told));
    stream_close(call.stream);
    api_call_release(&call);
    desk_close(desk);
}
END_TEST

TEST_MAIN("documented",
    TEST_EACH(a_job_lives_as_its_events_and_states_tell, lives),
    TEST(states_are_nodes_and_shards),
    TEST(before_bids_there_is_nothing),
    TEST(an_event_has_the_keys_of_its_release),
    TEST(submit_answers_with_a_job_that_has_a_status),
    TEST(list_items_are_jobs_with_their_states),
    TEST(too_few_nodes_make_no_job),
    TEST_EACH(an_unknown_job_is_not_found_in_the_same_words_everywhere, readers),
    TEST_EACH(what_the_dialect_does_not_serve_is_not_found, absent),
    TEST(version_and_node_info_are_of_the_release),
    TEST_EACH(a_cancel_ends_the_live_shards, cancel_keys),
    TEST(a_job_without_bids_is_cancelled_once),
    TEST_EACH(a_job_without_a_live_shard_is_over, endings),
    TEST(a_cancel_is_refused),
    TEST(a_cancel_without_a_client_is_a_401),
    TEST(the_stream_tells_events_of_old_and_new_alike))
