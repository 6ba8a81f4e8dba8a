/* A release that nobody made: another prefix, one more path, other keys, header names and statuses. All of it is in
 * the tables below and in one line of the list. */
#include "api/api.h"
#include "releases/v0_3.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>

/* ---- the release -------------------------------------------------------------------------------------------- */

static const char *const prefixes[] = { "/api/v9", NULL };
static const struct build_version version = BUILD_VERSION("v9.0.0", "0", "2030-01-01T00:00:00Z");

static const struct route routes[] = {
    { .endpoint = ENDPOINT_SUBMIT, .path = "/requester/submit", .methods = "POST", .request = &message_signed_envelope,
      .payload = &message_submit_payload, .signed_refusals = &envelope_refusals_prefixed, .put = body_job },
    { .endpoint = ENDPOINT_STATES, .path = "/requester/states", .methods = "POST", .request = &message_state_request,
      .missing = REFUSE(404, JSON, "unknown job: "), .put = body_state },
    { .endpoint = ENDPOINT_CANCEL, .path = "/requester/cancel", .methods = "POST PUT", .request = &message_signed_envelope,
      .payload = &message_cancel_payload, .signed_refusals = &envelope_refusals_prefixed,
      .missing = REFUSE(404, JSON, "missing job: "), .put = body_state },
    { .endpoint = ENDPOINT_ID, .path = "/whoami", .methods = "GET" },
    NODE_ROUTES,
};

static const struct release release_made_up = {
    .name = "v9.0.0",
    .rules = &rules_v0_3_25,
    .version = &version,
    .prefixes = prefixes,
    .wrong_method = REFUSE(405, PLAIN, "no such method"),
    .client_header = "X-Made-Up-Client",
    .job_header = "X-Made-Up-Job",
    .undecodable = REFUSE(422, JSON, "cannot read: "),
    .missing = REFUSE(404, PLAIN, "no job "),
    .job_id_sent = REFUSE(400, JSON, "the job header was set"),
    .bad_job = REFUSE(400, JSON, ""),
    .unplaced = REFUSE(503, PLAIN, ""),
    .other_client = REFUSE(401, JSON, "not the client of the job: "),
    .short_id = REFUSE(404, PLAIN, "cut short: "),
    .ended = { 409, REFUSAL_PLAIN, "job ", " has ended" },
    .routes = routes,
    .n_routes = sizeof routes / sizeof routes[0],
    .spec = &message_spec,
    .put_listed = body_listed,
    .put_live = body_event,
    .put_replay = body_history_entry,
};

const struct release *const releases[] = { RELEASE_LIST(RELEASE_ADDRESS) &release_made_up, NULL };

/* ---- a client of it ------------------------------------------------------------------------------------------ */

static struct network network;
static struct worlds worlds;
static struct api *api;
static struct reply reply;

static void setup(void)
{
    const struct api_options options = { .rate_limit = false };

    network = NETWORK(GOOD);
    ck_assert(worlds_init(&worlds, network_world(&network, release_find(SPAN("v9.0.0")))));
    ck_assert_int_eq(api_new(&options, &worlds, &api, NULL), ERR_OK);
    reply_init(&reply);
}

static void teardown(void)
{
    reply_release(&reply);
    api_free(api);
    worlds_release(&worlds);
    network.engine = NULL;
    network_stop(&network);
}

static int ask(const char *method, const char *path, const char *body)
{
    const struct request request = { .method = span_text(method), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:1") };
    struct call call;

    reply_release(&reply);
    reply_init(&reply);
    api_prepare(api, &request, &reply, &call);
    api_answer(&call, network.now);
    api_call_release(&call);
    return reply.status;
}

static const char *body(void)
{
    return reply.body.n ? reply.body.p : "";
}

static bool has_header(const char *name)
{
    for (size_t i = 0; i < reply.n_headers; i++)
        if (strcmp(reply.headers[i].name, name) == 0)
            return true;
    return false;
}

/* Submits a job of client c; returns its id. */
static struct span submitted(struct arena *arena)
{
    ck_assert_int_eq(ask("POST", "/api/v9/requester/submit",
                         "{\"payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Noop\","
                         "\"Verifier\":\"Noop\",\"Publisher\":\"Noop\",\"Deal\":{\"Concurrency\":1}}}}"),
                     200);
    return arena_span(arena, reply.job_id);
}

static int cancel(struct span id, const char *client)
{
    char text[256];

    snprintf(text, sizeof text, "{\"payload\":{\"ClientID\":\"%s\",\"JobID\":\"%.*s\"}}", client, SPAN_ARG(id));
    return ask("PUT", "/api/v9/requester/cancel", text);
}

START_TEST(it_is_served_under_its_prefix_only)
{
    ck_assert_int_eq(ask("GET", "/api/v9/whoami", ""), 200);
    ck_assert_int_eq(ask("GET", "/api/v9/livez", ""), 200);
    ck_assert_int_eq(ask("GET", "/livez", ""), 404);
    ck_assert_int_eq(ask("GET", "/whoami", ""), 404);
    ck_assert_int_eq(ask("POST", "/api/v9/requester/list", "{}"), 404);
}
END_TEST

START_TEST(a_method_that_the_row_does_not_name_is_refused)
{
    ck_assert_int_eq(ask("GET", "/api/v9/requester/submit", ""), 405);
    ck_assert_str_eq(body(), "no such method\n");
    ck_assert_int_eq(ask("DELETE", "/api/v9/livez", ""), 200);
}
END_TEST

START_TEST(a_submit_has_its_payload_key_and_header_names)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    submitted(&arena);

    ck_assert(has_header("X-Made-Up-Job"));
    ck_assert(!has_header("X-Bacalhau-Job-Id"));
}
END_TEST

START_TEST(a_missing_job_has_the_status_and_words_of_its_row)
{
    ck_assert_int_eq(ask("POST", "/api/v9/requester/states", "{\"job_id\":\"x\"}"), 404);
    ck_assert_ptr_nonnull(strstr(body(), "\"Message\":\"unknown job: x\""));
    ck_assert_int_eq(ask("POST", "/api/v9/requester/states", "["), 422);
    ck_assert_ptr_nonnull(strstr(body(), "\"Message\":\"cannot read: unexpected EOF\""));
}
END_TEST

START_TEST(a_cancel_answers_with_its_own_statuses)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span id = submitted(&arena);

    ck_assert_int_eq(cancel(SPAN("nothing"), "c"), 404);
    ck_assert_int_eq(cancel(id, "other"), 401);
    ck_assert_int_eq(cancel(id, "c"), 200);
    ck_assert_int_eq(cancel(id, "c"), 409);
    ck_assert_ptr_nonnull(strstr(body(), " has ended\n"));
}
END_TEST

START_TEST(the_swagger_document_has_its_paths)
{
    ck_assert_int_eq(ask("GET", "/api/v9/swagger/doc.json", ""), 200);
    ck_assert_ptr_nonnull(strstr(body(), "\"/api/v9/whoami\":{\"get\""));
}
END_TEST

TEST_MAIN("release",
    TEST_GROUP("made up", .setup = setup, .teardown = teardown),
    TEST(it_is_served_under_its_prefix_only),
    TEST(a_method_that_the_row_does_not_name_is_refused),
    TEST(a_submit_has_its_payload_key_and_header_names),
    TEST(a_missing_job_has_the_status_and_words_of_its_row),
    TEST(a_cancel_answers_with_its_own_statuses),
    TEST(the_swagger_document_has_its_paths))
