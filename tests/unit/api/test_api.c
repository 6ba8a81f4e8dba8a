/* The mocked API without a socket: requests as structs, replies as structs. */
#include "api/api.h"
#include "base/json.h"
#include "support/worlds.h"
#include "releases/release.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define SECONDS(n) ((n) * NS_PER_SECOND)
enum { HEADERS_MAX = 4 };

/* An API in front of a network, and what it said last. */
struct desk {
    struct network network;
    struct worlds worlds;
    struct api *api;
    struct header headers[HEADERS_MAX]; /* of the next requests */
    size_t n_headers;
    enum body_end body_end;
    const char *remote;
    int64_t monotonic;
    struct reply reply;
};

static struct desk *desk_with(struct network network, struct api_options options, enum signatures signatures)
{
    struct desk *desk = calloc(1, sizeof *desk);

    ck_assert_ptr_nonnull(desk);
    desk->network = network;
    desk->remote = "127.0.0.1:54321";
    desk->monotonic = SECONDS(1000);
    ck_assert(worlds_init(&desk->worlds, network_world(&desk->network, &release_v0_3_25)));
    atomic_store(&worlds_default(&desk->worlds)->signatures, (int)signatures);
    ck_assert_int_eq(api_new(&options, &desk->worlds, &desk->api, NULL), ERR_OK);
    reply_init(&desk->reply);
    return desk;
}

static struct desk *desk_open(struct network network)
{
    return desk_with(network, (struct api_options){ .rate_limit = true }, SIGNATURES_OFF);
}

static void desk_close(struct desk *desk)
{
    reply_release(&desk->reply);
    api_free(desk->api);
    worlds_release(&desk->worlds);
    desk->network.engine = NULL;
    network_stop(&desk->network);
    free(desk);
}

/* Asks and gives the body. */
static struct span ask(struct desk *desk, const char *method, const char *target, struct span body)
{
    const struct request request = {
        .method = span_text(method),
        .target = span_text(target),
        .http_minor = 1,
        .headers = desk->headers,
        .n_headers = desk->n_headers,
        .body = body,
        .body_end = desk->body_end,
        .remote = span_text(desk->remote),
        .monotonic_ns = desk->monotonic,
    };
    struct call call;

    reply_release(&desk->reply);
    reply_init(&desk->reply);
    api_prepare(desk->api, &request, &desk->reply, &call);
    api_answer(&call, desk->network.now);
    api_call_release(&call);
    return buf_view(&desk->reply.body);
}

static struct span post(struct desk *desk, const char *path, const char *body)
{
    return ask(desk, "POST", path, span_text(body));
}

/* NULL: the reply has no such header. */
static const char *header(const struct desk *desk, const char *name)
{
    static char value[512];

    for (size_t i = 0; i < desk->reply.n_headers; i++)
        if (strcmp(desk->reply.headers[i].name, name) == 0) {
            snprintf(value, sizeof value, "%.*s", SPAN_ARG(desk->reply.headers[i].value));
            return value;
        }
    return NULL;
}

static void assert_header(const struct desk *desk, const char *about, const char *name, const char *value)
{
    const char *got = header(desk, name);

    ck_assert_msg((got == NULL) == (value == NULL) && (!got || strcmp(got, value) == 0), "%s: %s is %s", about, name,
                  got ? got : "absent");
}

static void assert_reply(const struct desk *desk, const char *about, int status, const char *body)
{
    ck_assert_msg(desk->reply.status == status, "%s: status %d", about, desk->reply.status);
    ck_assert_msg(span_is(buf_view(&desk->reply.body), body), "%s: %.*s", about, SPAN_ARG(buf_view(&desk->reply.body)));
}

static void assert_is_error(const struct desk *desk, const char *about)
{
    assert_header(desk, about, "Content-Type", "text/plain; charset=utf-8");
    assert_header(desk, about, "X-Content-Type-Options", "nosniff");
    ck_assert_msg(!desk->reply.sniffed, "%s", about);
}

/* ---- jobs ------------------------------------------------------------------------------------------------------ */

#define SPEC_OF(more)                                                                                              \
    "{\"Engine\":\"Docker\",\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Deal\":{\"Concurrency\":1}" more "}"
#define SPEC SPEC_OF("")
#define ENVELOPE(key, payload) "{\"" key "\":" payload ",\"signature\":\"\",\"client_public_key\":\"\"}"
#define SUBMIT(client, spec)                                                                                       \
    ENVELOPE("job_create_payload", "{\"ClientID\":\"" client "\",\"APIVersion\":\"V1beta1\",\"Spec\":" spec "}")

static const char *submitted(struct desk *desk, const char *body)
{
    static char ids[8][64];
    static size_t n;

    post(desk, "/requester/submit", body);
    ck_assert_msg(desk->reply.status == 200, "%d %.*s", desk->reply.status, SPAN_ARG(buf_view(&desk->reply.body)));
    n = (n + 1) % 8;
    snprintf(ids[n], sizeof ids[n], "%s", header(desk, "X-Bacalhau-Job-Id"));
    return ids[n];
}

static const char *text_of(const char *format, const char *id)
{
    static char text[1024];
    const char *hole = strchr(format, '@');

    snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - format), format, id, hole + 1);
    return text;
}

/* ---- paths --------------------------------------------------------------------------------------------------------- */

static const char *const unknown[] = {
    "/", "/requester", "/requester/", "/requester/submit/", "/Requester/List", "/requester/listx", "/livez/",
    "/requester/list%00", "/swagger%00x", "/swaggerx", "/LIVEZ", "/requester/states/x",
};

START_TEST(an_unknown_path_is_not_found)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, "GET", unknown[_i], SPAN(""));

    assert_reply(desk, unknown[_i], 404, "404 page not found\n");
    assert_is_error(desk, unknown[_i]);
    assert_header(desk, unknown[_i], "X-Rate-Limit-Limit", NULL);
    desk_close(desk);
}
END_TEST

static const struct redirect {
    const char *method, *target, *location, *body;
} redirects[] = {
    { "GET", "//requester/list", "/requester/list", "<a href=\"/requester/list\">Moved Permanently</a>.\n\n" },
    { "POST", "//requester/list", "/requester/list", "" },
    { "PUT", "/requester/./list", "/requester/list", "" },
    { "POST", "/x/../requester/list", "/requester/list", "" },
    { "POST", "//nowhere", "/nowhere", "" },
    { "POST", "//requester/list?a=b", "/requester/list?a=b", "" },
    { "POST", "//requester/list?", "/requester/list", "" },
    { "GET", "//requester/list?a=<&>'\"", "/requester/list?a=<&>'\"",
      "<a href=\"/requester/list?a=&lt;&amp;&gt;&#39;&#34;\">Moved Permanently</a>.\n\n" },
    { "POST", "//a%20b", "/a%20b", "" },
    { "POST", "/swagger", "/swagger/", "" },
    { "POST", "/swagger?x", "/swagger/?x", "" },
    { "POST", "//swagger", "/swagger/", "" },
    { "POST", "http://host//requester/list", "/requester/list", "" },
};

START_TEST(an_unclean_path_is_redirected)
{
    const struct redirect *row = &redirects[_i];
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, row->method, row->target, SPAN("{}"));

    assert_reply(desk, row->target, 301, row->body);
    assert_header(desk, row->target, "Location", row->location);
    assert_header(desk, row->target, "Content-Type", strcmp(row->method, "GET") ? NULL : "text/html; charset=utf-8");
    assert_header(desk, row->target, "X-Rate-Limit-Limit", NULL);
    desk_close(desk);
}
END_TEST

static const char *const refused_targets[] = { "/%zz", "/%4", "requester/list", "*" };

START_TEST(a_target_that_is_none_is_refused_by_the_library)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, "POST", refused_targets[_i], SPAN("{}"));

    assert_reply(desk, refused_targets[_i], 400, "400 Bad Request");
    ck_assert(desk->reply.bare && desk->reply.close);
    assert_header(desk, refused_targets[_i], "X-Rate-Limit-Limit", NULL);
    desk_close(desk);
}
END_TEST

START_TEST(the_librarys_own_options_are_answered)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, "OPTIONS", "*", SPAN(""));

    assert_reply(desk, "OPTIONS *", 200, "");
    desk_close(desk);
}
END_TEST

static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "FOO" };

START_TEST(every_method_is_served)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, methods[_i], "/livez", SPAN(""));
    assert_reply(desk, methods[_i], 200, "OK");
    ask(desk, methods[_i], "/requester/list", SPAN("{}"));
    assert_reply(desk, methods[_i], 200, "{\"jobs\":[]}\n");
    ask(desk, methods[_i], "/requester/%6cist?x=y", SPAN("{} and more"));
    assert_reply(desk, methods[_i], 200, "{\"jobs\":[]}\n");

    desk_close(desk);
}
END_TEST

/* ---- the rate limit ---------------------------------------------------------------------------------------------------- */

static void assert_rate_headers(const struct desk *desk, const char *about, const char *remaining)
{
    assert_header(desk, about, "X-Rate-Limit-Limit", "1000.00");
    assert_header(desk, about, "X-Rate-Limit-Duration", "1");
    assert_header(desk, about, "X-Rate-Limit-Request-Remote-Addr", "127.0.0.1:54321");
    assert_header(desk, about, "Ratelimit-Limit", "1000");
    assert_header(desk, about, "Ratelimit-Reset", "1");
    assert_header(desk, about, "Ratelimit-Remaining", remaining);
}

static const char *const limited[] = { "/requester/list", "/requester/submit", "/requester/cancel", "/requester/states",
                                       "/version",        "/livez",            "/id",               "/requester/debug" };

START_TEST(every_reply_of_a_handler_has_the_rate_headers)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, limited[_i], ""); /* some are errors */

    assert_rate_headers(desk, limited[_i], "999");
    assert_header(desk, limited[_i], "X-Rate-Limit-Request-Forwarded-For", NULL);
    desk_close(desk);
}
END_TEST

START_TEST(who_was_forwarded_is_told_so)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    desk->headers[desk->n_headers++] = (struct header){ SPAN("x-forwarded-for"), SPAN("10.0.0.1") };

    post(desk, "/livez", "");

    assert_header(desk, "forwarded", "X-Rate-Limit-Request-Forwarded-For", "10.0.0.1");
    desk_close(desk);
}
END_TEST

static const char *const raw[] = { "/swagger/index.html", "/requester/websocket/events" };

START_TEST(raw_paths_have_no_rate_headers)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    ask(desk, "GET", raw[_i], SPAN(""));

    assert_header(desk, raw[_i], "X-Rate-Limit-Limit", NULL);
    desk_close(desk);
}
END_TEST

START_TEST(after_a_thousand_requests_there_are_too_many)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    for (int i = 0; i < 1000; i++) {
        post(desk, "/requester/list", "{}");
        ck_assert_int_eq(desk->reply.status, 200);
    }
    assert_rate_headers(desk, "the thousandth", "0");

    post(desk, "/requester/list", "{}");
    assert_reply(desk, "too many", 429, "You have reached maximum request limit.");
    assert_header(desk, "too many", "Content-Type", "text/plain; charset=utf-8");
    assert_header(desk, "too many", "X-Content-Type-Options", NULL);
    assert_header(desk, "too many", "X-Bacalhau-Client-Id", NULL);
    assert_rate_headers(desk, "too many", "0");
    post(desk, "/livez", "");
    assert_reply(desk, "another path", 200, "OK");
    desk->remote = "127.0.0.2:54321";
    post(desk, "/requester/list", "{}");
    assert_reply(desk, "another address", 200, "{\"jobs\":[]}\n");
    desk->remote = "127.0.0.1:1";
    post(desk, "/requester/list", "{}");
    assert_reply(desk, "another port", 429, "You have reached maximum request limit.");
    desk->monotonic += SECONDS(1);
    post(desk, "/requester/list", "{}");

    assert_reply(desk, "a second later", 200, "{\"jobs\":[]}\n");
    desk_close(desk);
}
END_TEST

START_TEST(what_is_refused_for_its_number_does_nothing)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    for (int i = 0; i < 1000; i++)
        post(desk, "/requester/submit", "{");

    post(desk, "/requester/submit", SUBMIT("client", SPEC));
    assert_reply(desk, "too many", 429, "You have reached maximum request limit.");
    post(desk, "/requester/list", "{}");

    assert_reply(desk, "the list", 200, "{\"jobs\":[]}\n");
    desk_close(desk);
}
END_TEST

START_TEST(without_a_limit_the_headers_stay)
{
    struct desk *desk = desk_with(NETWORK(GOOD), (struct api_options){ .rate_limit = false }, SIGNATURES_OFF);

    for (int i = 0; i < 1001; i++)
        post(desk, "/livez", "");

    assert_reply(desk, "unlimited", 200, "OK");
    assert_rate_headers(desk, "unlimited", "999");
    desk_close(desk);
}
END_TEST

/* ---- what is wrong with a body ------------------------------------------------------------------------------------------- */

#define JSON_ERROR(text)                                                                                           \
    "{\"Code\":\"error-unknown-server-error\",\"Message\":\"" text "\",\"Details\":{},\"Err\":\"" text "\"}\n"

static const struct bad {
    const char *name, *path, *body;
    enum body_end end;
    const char *reply;
} bads[] = {
    { "list: nothing", "/requester/list", "", BODY_WHOLE, "EOF\n" },
    { "states: cut", "/requester/states", "{\"job_id\":", BODY_WHOLE, "unexpected EOF\n" },
    { "version: nothing", "/version", "", BODY_WHOLE, "EOF\n" },
    { "list: a type", "/requester/list", "{\"max_jobs\":\"1\"}", BODY_WHOLE,
      "json: cannot unmarshal string into Go struct field listRequest.max_jobs of type int\n" },
    { "list: too large", "/requester/list", "{\"id\":\"", BODY_TOO_LARGE, "http: request body too large\n" },
    { "submit: nothing", "/requester/submit", "", BODY_WHOLE, JSON_ERROR("EOF") },
    { "submit: too large", "/requester/submit", "{\"a\":\"", BODY_TOO_LARGE, JSON_ERROR("http: request body too large") },
    { "cancel: nothing", "/requester/cancel", "", BODY_WHOLE, JSON_ERROR("error unmarshalling envelope: EOF") },
    { "cancel: too large", "/requester/cancel", "{\"a\":\"", BODY_TOO_LARGE,
      JSON_ERROR("error unmarshalling envelope: http: request body too large") },
    { "approve: nothing", "/requester/approve", "", BODY_WHOLE, JSON_ERROR("error unmarshalling envelope: EOF") },
    { "cancel: no client", "/requester/cancel", ENVELOPE("payload", "{}"), BODY_WHOLE,
      JSON_ERROR("error validating request: job create payload must contain a client ID") },
    { "submit: no client", "/requester/submit", ENVELOPE("job_create_payload", "{}"), BODY_WHOLE,
      JSON_ERROR("job create payload must contain a client ID") },
    { "submit: no version", "/requester/submit", ENVELOPE("job_create_payload", "{\"ClientID\":\"c\"}"), BODY_WHOLE,
      JSON_ERROR("APIVersion is empty") },
    { "submit: a bad deal", "/requester/submit", SUBMIT("c", "{\"Deal\":{\"Concurrency\":-1}}"), BODY_WHOLE,
      JSON_ERROR("concurrency must be \\u003e= 1") },
};

START_TEST(a_bad_body_is_refused_in_the_references_words)
{
    const struct bad *row = &bads[_i];
    struct desk *desk = desk_open(NETWORK(GOOD));
    desk->body_end = row->end;

    post(desk, row->path, row->body);

    assert_reply(desk, row->name, 400, row->reply);
    assert_is_error(desk, row->name);
    desk_close(desk);
}
END_TEST

static const struct {
    const char *name, *path, *body;
} panics[] = {
    { "submit without a payload", "/requester/submit", "{}" },
    { "submit with a null payload", "/requester/submit", ENVELOPE("job_create_payload", "null") },
    { "submit without a spec", "/requester/submit",
      ENVELOPE("job_create_payload", "{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\"}") },
    { "submit with a null spec", "/requester/submit", SUBMIT("c", "null") },
    { "cancel without a payload", "/requester/cancel", "{}" },
    { "cancel with a null payload", "/requester/cancel", ENVELOPE("payload", "null") },
    { "approve without a payload", "/requester/approve", "{}" },
};

START_TEST(where_the_reference_panics_the_reply_is_empty)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, panics[_i].path, panics[_i].body);

    assert_reply(desk, panics[_i].name, 0, "");
    desk_close(desk);
}
END_TEST

START_TEST(a_strict_requester_looks_at_the_signature)
{
    struct desk *desk = desk_with(NETWORK(GOOD), (struct api_options){ 0 }, SIGNATURES_STRICT);

    post(desk, "/requester/submit", SUBMIT("client", SPEC));

    ck_assert_int_eq(desk->reply.status, 400);
    ck_assert_ptr_nonnull(memmem(desk->reply.body.p, desk->reply.body.n, "client's signature is invalid: ", 31));
    assert_header(desk, "no signature", "X-Bacalhau-Client-Id", NULL);
    desk_close(desk);
}
END_TEST

START_TEST(a_lenient_requester_tells_of_the_signature_and_goes_on)
{
    struct desk *desk = desk_with(NETWORK(GOOD), (struct api_options){ 0 }, SIGNATURES_WARN);

    post(desk, "/requester/submit", SUBMIT("client", SPEC));

    ck_assert_int_eq(desk->reply.status, 200);
    ck_assert(span_starts(desk->reply.warning, SPAN("client's signature is invalid: ")));
    desk_close(desk);
}
END_TEST

/* ---- submit ------------------------------------------------------------------------------------------------------------------ */

START_TEST(submit_answers_with_the_job)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    struct json *json = NULL;

    struct span body = post(desk, "/requester/submit", SUBMIT("client", SPEC));

    ck_assert_int_eq(desk->reply.status, 200);
    ck_assert(desk->reply.sniffed);
    ck_assert_int_eq(json_parse(body, JSON_STRICT, &json, NULL, NULL), ERR_OK);
    const struct json_value *metadata = json_get(json_get(json_get(json_root(json), "job"), "Metadata"), "ID");
    ck_assert(span_is(json_string(metadata), header(desk, "X-Bacalhau-Job-Id")));
    assert_header(desk, "submit", "X-Bacalhau-Client-Id", "client");
    ck_assert_ptr_nonnull(memmem(body.p, body.n, "\"Timeout\":1800", 14));
    ck_assert_int_eq(body.p[body.n - 1], '\n');
    json_free(json);
    desk_close(desk);
}
END_TEST

START_TEST(a_job_id_in_the_header_is_refused_before_the_body_is_read)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    desk->headers[desk->n_headers++] = (struct header){ SPAN("X-Bacalhau-Job-ID"), SPAN("x") };

    post(desk, "/requester/submit", "{{{");

    assert_reply(desk, "a job id", 400, JSON_ERROR("rejecting job because HTTP header X-Bacalhau-Job-ID was set"));
    desk_close(desk);
}
END_TEST

START_TEST(the_claimed_client_is_echoed_on_later_errors)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/submit", SUBMIT("somebody", "{}"));

    assert_reply(desk, "an empty spec", 400, JSON_ERROR("job spec is empty"));
    assert_header(desk, "an empty spec", "X-Bacalhau-Client-Id", "somebody");
    assert_header(desk, "an empty spec", "X-Bacalhau-Job-Id", NULL);
    desk_close(desk);
}
END_TEST

START_TEST(too_few_nodes_are_a_plain_500_and_the_job_exists)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/submit", SUBMIT("client", SPEC_OF(",\"Deal\":{\"Concurrency\":2}")));
    assert_reply(desk, "too few", 500, "not enough nodes to run job. requested: 2, available: 1\n");
    assert_is_error(desk, "too few");
    assert_header(desk, "too few", "X-Bacalhau-Client-Id", "client");
    char id[64];
    snprintf(id, sizeof id, "%s", header(desk, "X-Bacalhau-Job-Id"));
    post(desk, "/requester/states", text_of("{\"job_id\":\"@\"}", id));

    ck_assert_int_eq(desk->reply.status, 200);
    desk_close(desk);
}
END_TEST

START_TEST(a_full_store_is_a_503)
{
    struct network network = NETWORK(HANGS);
    network.max_jobs = 1;
    struct desk *desk = desk_open(network);
    submitted(desk, SUBMIT("client", SPEC));

    post(desk, "/requester/submit", SUBMIT("client", SPEC));

    assert_reply(desk, "full", 503, "job store is full\n");
    desk_close(desk);
}
END_TEST

/* ---- states, events, results -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *path, *unknown;
} readers[] = {
    { "/requester/states", "Job not found. ID: nobody's\n" },
    { "/requester/events", "job not found: nobody's\n" },
    { "/requester/results", "Job not found. ID: nobody's\n" },
};

START_TEST(an_unknown_job_is_a_plain_500)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, readers[_i].path, "{\"client_id\":\"c\",\"job_id\":\"nobody's\"}");

    assert_reply(desk, readers[_i].path, 500, readers[_i].unknown);
    assert_is_error(desk, readers[_i].path);
    assert_header(desk, readers[_i].path, "X-Bacalhau-Client-Id", "c");
    assert_header(desk, readers[_i].path, "X-Bacalhau-Job-Id", "nobody's");
    desk_close(desk);
}
END_TEST

START_TEST(any_client_may_read_a_job_but_by_its_full_id_alone)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    const char *id = submitted(desk, SUBMIT("client", SPEC));

    post(desk, readers[_i].path, text_of("{\"client_id\":\"another\",\"job_id\":\"@\"}", id));
    ck_assert_int_eq(desk->reply.status, 200);
    assert_header(desk, readers[_i].path, "X-Bacalhau-Client-Id", "another");
    assert_header(desk, readers[_i].path, "X-Bacalhau-Job-Id", id);
    char short_id[9];
    snprintf(short_id, sizeof short_id, "%.8s", id);
    post(desk, readers[_i].path, text_of("{\"job_id\":\"@\"}", short_id));

    ck_assert_int_eq(desk->reply.status, 500);
    desk_close(desk);
}
END_TEST

START_TEST(empty_ids_are_sent_in_headers_all_the_same)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/states", "{}");

    assert_reply(desk, "no ids", 500, "Job not found. ID: \n");
    assert_header(desk, "no ids", "X-Bacalhau-Client-Id", "");
    assert_header(desk, "no ids", "X-Bacalhau-Job-Id", "");
    desk_close(desk);
}
END_TEST

START_TEST(results_are_empty_until_something_is_published)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    const char *id = submitted(desk, SUBMIT("client", SPEC));

    post(desk, "/requester/results", text_of("{\"job_id\":\"@\"}", id));
    assert_reply(desk, "before", 200, "{\"results\":[]}\n");
    desk->network.now += SECONDS(1);
    struct span body = post(desk, "/requester/results", text_of("{\"job_id\":\"@\"}", id));

    ck_assert(span_starts(body, SPAN("{\"results\":[{\"NodeID\":\"n1\",\"Data\":{\"StorageSource\":\"IPFS\",\"Name\":\"job-")));
    desk_close(desk);
}
END_TEST

/* ---- list -------------------------------------------------------------------------------------------------------------------------- */

/* The jobs of the last list by their number of submission: `1 3 2`. */
static const char *listed(struct desk *desk, const char *body)
{
    static char text[256];
    struct json *json = NULL;
    size_t n = 0;

    struct span list = post(desk, "/requester/list", body);
    ck_assert_msg(desk->reply.status == 200, "%s: %.*s", body, SPAN_ARG(list));
    ck_assert_int_eq(json_parse(list, JSON_STRICT, &json, NULL, NULL), ERR_OK);
    text[0] = '\0';
    JSON_EACH(item, json_get(json_root(json), "jobs")) {
        struct span id = json_string(json_get(json_get(json_get(item, "Job"), "Metadata"), "ID"));
        const struct job *job = engine_job(desk->network.engine, id, desk->network.now);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%d", n ? " " : "", (int)job->number);
    }
    json_free(json);
    return text;
}

/* 1 and 2 in one instant, 3 and 4 later; 1 and 3 are a's; tags: 1 x, 2 y, 3 x y, 4 none. */
static struct desk *desk_with_jobs(void)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    submitted(desk, SUBMIT("a", SPEC_OF(",\"Annotations\":[\"x\"]")));
    submitted(desk, SUBMIT("b", SPEC_OF(",\"Annotations\":[\"y\"]")));
    desk->network.now += SECONDS(5);
    submitted(desk, SUBMIT("a", SPEC_OF(",\"Annotations\":[\"x\",\"y\"]")));
    desk->network.now += SECONDS(5);
    submitted(desk, SUBMIT("b", SPEC));
    return desk;
}

static const struct listing {
    const char *body, *jobs;
} listings[] = {
    { "{}", "1 2 3 4" },
    { "{\"client_id\":\"a\"}", "1 3" },
    { "{\"client_id\":\"a\",\"return_all\":true}", "1 2 3 4" },
    { "{\"client_id\":\"nobody\"}", "" },
    { "{\"client_id\":\"nobody\",\"max_jobs\":5}", "" },
    { "{\"sort_by\":\"created_at\"}", "1 2 3 4" },
    { "{\"sort_by\":\"created_at\",\"max_jobs\":3}", "1 2 3" },
    { "{\"sort_by\":\"created_at\",\"sort_reverse\":true,\"max_jobs\":2}", "4 3" },
    { "{\"sort_by\":\"created_at\",\"sort_reverse\":true,\"client_id\":\"a\"}", "3 1" },
    { "{\"sort_by\":\"created_at\",\"sort_reverse\":true,\"client_id\":\"b\",\"max_jobs\":1}", "4" },
    { "{\"sort_by\":\"nothing\",\"sort_reverse\":true}", "1 2 3 4" },
    { "{\"max_jobs\":1}", "1" },
    { "{\"max_jobs\":0}", "1 2 3 4" },
    { "{\"max_jobs\":-1}", "1 2 3 4" },
    { "{\"max_jobs\":9223372036854775807}", "1 2 3 4" },
    { "{\"include_tags\":[\"x\"]}", "1 3" },
    { "{\"include_tags\":[\"x\",\"y\"]}", "1 2 3" },
    { "{\"include_tags\":[\"z\"]}", "" },
    { "{\"exclude_tags\":[\"y\"]}", "1 4" },
    { "{\"exclude_tags\":[\"x\"]}", "2 4" },
    { "{\"include_tags\":[\"y\"],\"exclude_tags\":[\"x\"]}", "2" },   /* 3 has x first */
    { "{\"include_tags\":[\"x\"],\"exclude_tags\":[\"y\"]}", "1 3" }, /* … and so it is in */
    { "{\"include_tags\":[\"x\"],\"exclude_tags\":[\"x\"]}", "1 3" },
    { "{\"include_tags\":[\"x\"],\"max_jobs\":1,\"sort_by\":\"created_at\",\"sort_reverse\":true}", "3" },
    { "{\"exclude_tags\":[\"x\"],\"max_jobs\":1}", "2" },
    { "null", "1 2 3 4" },
};

START_TEST(a_list_has_the_jobs_that_fit_in_their_order)
{
    struct desk *desk = desk_with_jobs();

    const char *jobs = listed(desk, listings[_i].body);

    ck_assert_msg(strcmp(jobs, listings[_i].jobs) == 0, "%s: %s", listings[_i].body, jobs);
    desk_close(desk);
}
END_TEST

START_TEST(sorted_by_id_the_first_of_all_are_listed)
{
    struct desk *desk = desk_with_jobs();
    char all[64], reverse[64], first[64];

    snprintf(all, sizeof all, "%s", listed(desk, "{\"sort_by\":\"id\"}"));
    snprintf(reverse, sizeof reverse, "%s", listed(desk, "{\"sort_by\":\"id\",\"sort_reverse\":true}"));
    snprintf(first, sizeof first, "%s", listed(desk, "{\"sort_by\":\"id\",\"max_jobs\":2}"));

    for (size_t i = 0; i < strlen(all); i++)
        ck_assert_int_eq(all[i], reverse[strlen(all) - 1 - i]);
    ck_assert_int_eq(strncmp(all, first, strlen(first)), 0);
    ck_assert_uint_eq(strlen(first), 3);
    struct span ids[4];
    size_t n = 0;
    for (char *p = all; n < 4; p += 2, n++) {
        const struct list_query query = { .max_jobs = 0 };
        const struct job **jobs;
        size_t count;
        ck_assert_int_eq(engine_list(desk->network.engine, &query, desk->network.now, &jobs, &count), ERR_OK);
        ids[n] = jobs[*p - '1']->id;
        free(jobs);
        ck_assert(n == 0 || span_cmp(ids[n - 1], ids[n]) < 0);
    }
    desk_close(desk);
}
END_TEST

START_TEST(an_id_names_one_job_whatever_else_is_asked)
{
    struct desk *desk = desk_with_jobs();
    const char *id = submitted(desk, SUBMIT("a", SPEC));
    char short_id[10];
    const char *question = "{\"id\":\"@\",\"client_id\":\"b\",\"max_jobs\":1,\"include_tags\":[\"z\"]}";

    ck_assert_str_eq(listed(desk, text_of(question, id)), "5");
    snprintf(short_id, sizeof short_id, "%.8s", id);
    ck_assert_str_eq(listed(desk, text_of(question, short_id)), "5");
    assert_header(desk, "by short id", "X-Bacalhau-Client-Id", "b");
    assert_header(desk, "by short id", "X-Bacalhau-Job-Id", short_id);

    for (int n = 7; n <= 9; n += 2) {
        char expected[256];
        snprintf(short_id, sizeof short_id, "%.*s", n, id);
        snprintf(expected, sizeof expected,
                 "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: %s\",\"Details\":{\"id\":\"%s\"},"
                 "\"Err\":\"Job not found. ID: %s\"}\n",
                 short_id, short_id, short_id);
        post(desk, "/requester/list", text_of(question, short_id));
        assert_reply(desk, short_id, 400, expected);
    }
    desk_close(desk);
}
END_TEST

/* ---- cancel and approve --------------------------------------------------------------------------------------------------------------- */

#define CANCEL(client, reason)                                                                                     \
    ENVELOPE("payload", "{\"ClientID\":\"" client "\",\"JobID\":\"@\",\"Reason\":\"" reason "\"}")
#define NOT_FOUND(id)                                                                                              \
    "{\"Code\":\"error-job-not-found\",\"Message\":\"Job not found. ID: " id "\",\"Details\":{\"id\":\"" id              \
    "\"},\"Err\":\"Job not found. ID: " id "\"}\n"

START_TEST(a_cancel_answers_with_the_state_after_it)
{
    struct desk *desk = desk_open(NETWORK(HANGS));
    const char *id = submitted(desk, SUBMIT("client", SPEC));

    struct span body = post(desk, "/requester/cancel", text_of(CANCEL("client", "why"), id));

    ck_assert_int_eq(desk->reply.status, 200);
    ck_assert(span_starts(body, SPAN("{\"state\":{\"JobID\":\"")));
    ck_assert_ptr_nonnull(memmem(body.p, body.n, "\"State\":\"Cancelled\",\"Version\":5", 31));
    ck_assert_ptr_nonnull(memmem(body.p, body.n, "\"Status\":\"why\"", 14));
    assert_header(desk, "cancel", "X-Bacalhau-Client-Id", "client");
    assert_header(desk, "cancel", "X-Bacalhau-Job-Id", id);
    desk_close(desk);
}
END_TEST

START_TEST(a_cancel_that_comes_too_late_or_from_elsewhere_is_refused)
{
    struct desk *desk = desk_open(NETWORK(GOOD));
    const char *id = submitted(desk, SUBMIT("client", SPEC));
    char short_id[9];
    snprintf(short_id, sizeof short_id, "%.8s", id);

    post(desk, "/requester/cancel", text_of(CANCEL("another", ""), id));
    assert_reply(desk, "another client", 403, JSON_ERROR("mismatched client id: another"));
    post(desk, "/requester/cancel", text_of(CANCEL("client", ""), short_id));
    assert_reply(desk, "a short id", 500, text_of("job not found: @\n", short_id));
    post(desk, "/requester/cancel", text_of(CANCEL("client", ""), "nobody's"));
    assert_reply(desk, "an unknown id", 400, NOT_FOUND("nobody's"));
    assert_header(desk, "an unknown id", "X-Bacalhau-Client-Id", "client");
    assert_header(desk, "an unknown id", "X-Bacalhau-Job-Id", NULL);
    desk->network.now += SECONDS(1);
    post(desk, "/requester/cancel", text_of(CANCEL("client", ""), id));

    assert_reply(desk, "too late", 500, text_of("job @ is already in a terminal state\n", id));
    desk_close(desk);
}
END_TEST

#define APPROVE(client, response)                                                                                  \
    ENVELOPE("payload", "{\"ClientID\":\"" client "\",\"JobID\":\"@\",\"Response\":" response "}")

static struct desk *desk_that_waits(void)
{
    struct network network = NETWORK(GOOD);

    network.options.selection = SELECTION_WAIT;
    network.options.approver = SPAN("boss");
    return desk_open(network);
}

START_TEST(an_approval_has_an_empty_answer)
{
    struct desk *desk = desk_that_waits();
    const char *id = submitted(desk, SUBMIT("client", SPEC));

    post(desk, "/requester/approve", text_of(APPROVE("boss", "{\"shouldBid\":true}"), id));
    assert_reply(desk, "approved", 200, "");
    assert_header(desk, "approved", "X-Bacalhau-Client-Id", NULL);
    assert_header(desk, "approved", "X-Bacalhau-Job-Id", NULL);
    assert_header(desk, "approved", "Content-Type", NULL);
    post(desk, "/requester/approve", text_of(APPROVE("boss", "{\"shouldBid\":true}"), id));

    ck_assert_int_eq(desk->reply.status, 400);
    ck_assert_ptr_nonnull(memmem(desk->reply.body.p, desk->reply.body.n, " is in state InProgress but expected Queued", 43));
    desk_close(desk);
}
END_TEST

START_TEST(only_the_approver_approves)
{
    struct desk *desk = desk_that_waits();
    const char *id = submitted(desk, SUBMIT("client", SPEC));

    post(desk, "/requester/approve", text_of(APPROVE("client", "{\"shouldBid\":true}"), id));
    assert_reply(desk, "another", 400, JSON_ERROR("approval submitted by unknown client"));
    post(desk, "/requester/approve", text_of(APPROVE("boss", "{\"shouldBid\":true}"), "nobody's"));

    assert_reply(desk, "unknown job", 400, NOT_FOUND("nobody's"));
    desk_close(desk);
}
END_TEST

START_TEST(without_an_approver_nobody_approves)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    post(desk, "/requester/approve", text_of(APPROVE("x", "{}"), "nobody's"));

    assert_reply(desk, "no approver", 400, JSON_ERROR("approval submitted by unknown client"));
    desk_close(desk);
}
END_TEST

/* ---- the node's own endpoints ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *path, *body, *type, *reply;
} plain[] = {
    { "/livez", "", "text/plain", "OK" },
    { "/readyz", "", "text/plain", "READY" },
    { "/varz", "", "application/json", "{}" },
    { "/requester/debug", "", NULL, "{}\n" },
    { "/healthz", "", "application/json",
      "{\"FreeSpace\":{\"IPFSMount\":{\"All\":0,\"Used\":0,\"Free\":0},"
      "\"tmp\":{\"All\":1000000000000,\"Used\":250000000000,\"Free\":750000000000},"
      "\"root\":{\"All\":1000000000000,\"Used\":250000000000,\"Free\":750000000000}}}" },
};

START_TEST(the_node_says_how_it_is)
{
    struct desk *desk = desk_with(NETWORK(GOOD), (struct api_options){ .fixed_health = true }, SIGNATURES_OFF);

    post(desk, plain[_i].path, plain[_i].body);

    assert_reply(desk, plain[_i].path, 200, plain[_i].reply);
    assert_header(desk, plain[_i].path, "Content-Type", plain[_i].type);
    ck_assert(desk->reply.sniffed == (plain[_i].type == NULL));
    desk_close(desk);
}
END_TEST

START_TEST(version_says_which_release_it_stands_for)
{
    struct desk *desk = desk_open(NETWORK(GOOD));

    struct span body = post(desk, "/version", "{\"client_id\":\"c\"}");

    ck_assert(span_starts(body, SPAN("{\"build_version_info\":{\"major\":\"0\",\"minor\":\"3\",\"gitversion\":\"v0.3.25\",")));
    desk_close(desk);
}
END_TEST

START_TEST(peers_are_the_requester_and_every_node)
{
    struct desk *desk = desk_open(NETWORK(GOOD, GOOD));
    struct json *json = NULL;

    struct span body = ask(desk, "GET", "/peers", SPAN(""));
    ck_assert_int_eq(json_parse(body, JSON_STRICT, &json, NULL, NULL), ERR_OK);

    ck_assert_uint_eq(json_count(json_root(json)), 3);
    ck_assert(span_eq(json_string(json_get(json_first(json_root(json)), "ID")), engine_requester_id(desk->network.engine)));
    json_free(json);
    desk_close(desk);
}
END_TEST

TEST_MAIN("api",
    TEST_EACH(an_unknown_path_is_not_found, unknown),
    TEST_EACH(an_unclean_path_is_redirected, redirects),
    TEST_EACH(a_target_that_is_none_is_refused_by_the_library, refused_targets),
    TEST(the_librarys_own_options_are_answered),
    TEST_EACH(every_method_is_served, methods),
    TEST_EACH(every_reply_of_a_handler_has_the_rate_headers, limited),
    TEST(who_was_forwarded_is_told_so),
    TEST_EACH(raw_paths_have_no_rate_headers, raw),
    TEST(after_a_thousand_requests_there_are_too_many),
    TEST(what_is_refused_for_its_number_does_nothing),
    TEST(without_a_limit_the_headers_stay),
    TEST_EACH(a_bad_body_is_refused_in_the_references_words, bads),
    TEST_EACH(where_the_reference_panics_the_reply_is_empty, panics),
    TEST(a_strict_requester_looks_at_the_signature),
    TEST(a_lenient_requester_tells_of_the_signature_and_goes_on),
    TEST(submit_answers_with_the_job),
    TEST(a_job_id_in_the_header_is_refused_before_the_body_is_read),
    TEST(the_claimed_client_is_echoed_on_later_errors),
    TEST(too_few_nodes_are_a_plain_500_and_the_job_exists),
    TEST(a_full_store_is_a_503),
    TEST_EACH(an_unknown_job_is_a_plain_500, readers),
    TEST_EACH(any_client_may_read_a_job_but_by_its_full_id_alone, readers),
    TEST(empty_ids_are_sent_in_headers_all_the_same),
    TEST(results_are_empty_until_something_is_published),
    TEST_EACH(a_list_has_the_jobs_that_fit_in_their_order, listings),
    TEST(sorted_by_id_the_first_of_all_are_listed),
    TEST(an_id_names_one_job_whatever_else_is_asked),
    TEST(a_cancel_answers_with_the_state_after_it),
    TEST(a_cancel_that_comes_too_late_or_from_elsewhere_is_refused),
    TEST(an_approval_has_an_empty_answer),
    TEST(only_the_approver_approves),
    TEST(without_an_approver_nobody_approves),
    TEST_EACH(the_node_says_how_it_is, plain),
    TEST(version_says_which_release_it_stands_for),
    TEST(peers_are_the_requester_and_every_node))
