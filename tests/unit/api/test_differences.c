/* What random requests to the real v0.3.25 showed, a behaviour a row or a test (tests/reference/differences.json). */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>
#include <stdlib.h>

static struct network network;
static struct worlds worlds;
static struct api *api;
static struct reply reply;

static void setup(void)
{
    const struct api_options options = { .fixed_health = true };

    network = NETWORK(GOOD);
    ck_assert(worlds_init(&worlds, network_world(&network, &release_v0_3_25)));
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

static int ask(const char *method, const char *target, struct span body, enum body_end end)
{
    const struct request request = { .method = span_text(method), .target = span_text(target), .http_minor = 1,
                                     .body = body, .body_end = end, .remote = SPAN("127.0.0.1:1") };
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

/* "": there is none. */
static const char *header(const char *name)
{
    static char value[256];

    value[0] = '\0';
    for (size_t i = 0; i < reply.n_headers; i++)
        if (strcmp(reply.headers[i].name, name) == 0)
            snprintf(value, sizeof value, "%.*s", SPAN_ARG(reply.headers[i].value));
    return value;
}

/* ---- the Swagger pages ----------------------------------------------------------------------------------------- */

static const struct swagger {
    const char *method, *target;
    int status;
    const char *type, *location, *body; /* NULL: a page of our own */
} swagger[] = {
    { "GET", "/swagger/", 301, "text/html; charset=utf-8", "/swagger/index.html",
      "<a href=\"/swagger/index.html\">Moved Permanently</a>.\n\n" },
    { "GET", "/swagger/index.html", 200, "text/html; charset=utf-8", "", NULL },
    { "GET", "/swagger/doc.json", 200, "application/json; charset=utf-8", "", NULL },
    { "GET", "/swagger/x", 404, "", "", "Not Found" },
    { "GET", "/swagger/x.json", 404, "application/json; charset=utf-8", "", "Not Found" },
    { "GET", "/swagger/doc.json?x", 404, "", "", "Not Found" },
    { "POST", "/swagger/doc.json", 405, "text/plain; charset=utf-8", "", "Method not allowed\n" },
    { "HEAD", "/swagger/doc.json", 405, "text/plain; charset=utf-8", "", "Method not allowed\n" },
};

START_TEST(a_swagger_page_is_answered_to_get_only)
{
    const struct swagger *row = &swagger[_i];

    ck_assert_int_eq(ask(row->method, row->target, SPAN(""), BODY_WHOLE), row->status);

    ck_assert_str_eq(header("Content-Type"), row->type);
    ck_assert_str_eq(header("Location"), row->location);
    ck_assert(!row->body || strcmp(body(), row->body) == 0);
}
END_TEST

/* ---- targets and bodies -------------------------------------------------------------------------------------------- */

static const char *const pathless[] = { "http://", "http://h", "h:80" };

START_TEST(a_target_without_a_path_is_redirected_to_the_root)
{
    ck_assert_int_eq(ask("GET", pathless[_i], SPAN(""), BODY_WHOLE), 301);

    ck_assert_str_eq(header("Location"), "/");
}
END_TEST

START_TEST(a_bare_number_that_reaches_the_limit_is_too_large)
{
    ck_assert_int_eq(ask("POST", "/requester/list", SPAN("   123"), BODY_TOO_LARGE), 400);
    ck_assert_str_eq(body(), "http: request body too large\n");

    ck_assert_int_eq(ask("POST", "/requester/list", SPAN("   123"), BODY_WHOLE), 400);
    ck_assert_str_eq(body(), "json: cannot unmarshal number into Go value of type publicapi.listRequest\n");
}
END_TEST

START_TEST(an_approval_of_another_type_names_the_approvals_type)
{
    ask("POST", "/requester/approve", SPAN("{\"payload\":{\"ClientID\":1}}"), BODY_WHOLE);

    ck_assert_ptr_nonnull(strstr(body(), "into Go struct field JobApprovePayload.ClientID of type string"));
}
END_TEST

#define SUBMIT(spec)                                                                                                \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Noop\","                \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Noop\",\"Deal\":{\"Concurrency\":1}," spec "}}}"

START_TEST(a_long_error_of_a_selector_is_whole)
{
    ask("POST", "/requester/submit",
        SPAN(SUBMIT("\"NodeSelectors\":[{\"Key\":\"env\",\"Operator\":\"in\","
                    "\"Values\":[\"a b!\",\"b c!\",\"c d!\",\"d e!\",\"e f!\"]}]")),
        BODY_WHOLE);

    ck_assert_int_eq(reply.status, 500);
    ck_assert_uint_gt(reply.body.n, 1200);
    struct span text = buf_view(&reply.body), end = span_of(text.p + text.n - 3, 3);
    ck_assert(span_is(end, ")]\n"));
}
END_TEST

START_TEST(inline_data_that_cannot_be_read_makes_no_job)
{
    char id[64], states[128];

    ask("POST", "/requester/submit",
        SPAN(SUBMIT("\"inputs\":[{\"StorageSource\":\"Inline\",\"URL\":\"x\",\"path\":\"/in\"}]")), BODY_WHOLE);

    ck_assert_int_eq(reply.status, 500);
    ck_assert_str_eq(body(), "failed to read spec &{Inline   x  /in map[]}: missing data prefix\n");
    ck_assert_str_eq(header("X-Bacalhau-Client-Id"), "c");
    snprintf(id, sizeof id, "%s", header("X-Bacalhau-Job-Id"));
    ck_assert_uint_eq(strlen(id), 36);
    snprintf(states, sizeof states, "{\"job_id\":\"%s\"}", id);
    ck_assert_int_eq(ask("POST", "/requester/states", span_text(states), BODY_WHOLE), 500);
}
END_TEST

START_TEST(without_an_ipfs_mount_its_space_is_zero)
{
    ck_assert_int_eq(ask("GET", "/healthz", SPAN(""), BODY_WHOLE), 200);

    ck_assert(span_starts(buf_view(&reply.body), SPAN("{\"FreeSpace\":{\"IPFSMount\":{\"All\":0,\"Used\":0,\"Free\":0},")));
}
END_TEST

TEST_MAIN("differences",
    TEST_GROUP("of the real requester", .setup = setup, .teardown = teardown),
    TEST_EACH(a_swagger_page_is_answered_to_get_only, swagger),
    TEST_EACH(a_target_without_a_path_is_redirected_to_the_root, pathless),
    TEST(a_bare_number_that_reaches_the_limit_is_too_large),
    TEST(an_approval_of_another_type_names_the_approvals_type),
    TEST(a_long_error_of_a_selector_is_whole),
    TEST(inline_data_that_cannot_be_read_makes_no_job),
    TEST(without_an_ipfs_mount_its_space_is_zero))
