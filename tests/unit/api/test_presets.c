/* The presets of faults, each as its client gets it. */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>

static const struct row {
    const char *preset, *path, *body; /* what is asked */
    int status;                       /* 0: an empty reply */
    const char *type;                 /* Content-Type; NULL: it is guessed */
    const char *reply;                /* the body as it is sent */
    bool rated;                       /* has the headers of the rate limit */
} rows[] = {
    { "rate-limited", "/requester/list", "{}", 429, "text/plain; charset=utf-8", "You have reached maximum request limit.", true },
    { "handler-timeout", "/requester/list", "{}", 503, NULL, "Server Timeout!", false },
    { "write-deadline", "/requester/list", "{}", 0, NULL, NULL, false },
    { "job-not-found", "/requester/states", "{\"job_id\":\"abc\"}", 500, "text/plain; charset=utf-8", "Job not found. ID: abc\n", true },
    { "job-not-found", "/requester/events", "{\"job_id\":\"abc\"}", 500, "text/plain; charset=utf-8", "job not found: abc\n", true },
    { "not-enough-nodes", "/requester/list", "{}", 500, "text/plain; charset=utf-8",
      "not enough nodes to run job. requested: 1, available: 0\n", true },
    { "list-empty", "/requester/list", "{}", 200, NULL, "{\"jobs\":[]}\n", true },
    { "plain-500", "/requester/list", "{}", 500, "text/plain; charset=utf-8", "internal server error\n", true },
    { "null-error", "/requester/list", "{}", 500, "text/plain; charset=utf-8", "null\n", true },
    { "empty-object-error", "/requester/list", "{}", 500, "text/plain; charset=utf-8", "{}\n", true },
    { "empty-200", "/requester/list", "{}", 200, NULL, "", true },
    { "bad-json", "/requester/list", "{}", 200, NULL, "{\"job\":{\"APIVersion\":\"V1beta1\",\"Metadata\":\n", true },
};

static struct worlds worlds;
static struct api *api;
static struct reply reply;

static void ask(const char *preset, const char *path, const char *body)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_MANUAL, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:5") };
    struct world *world = NULL;
    struct call call;
    char scenario[256];

    snprintf(scenario, sizeof scenario, "{\"version\": 1, \"faults\": [{\"on\": \"*\", \"preset\": \"%s\"}]}", preset);
    struct program *program = program_of_text(scenario, &settings);
    ck_assert_int_eq(world_new(&(struct world_options){ .program = program }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &worlds, &api, NULL), ERR_OK);
    reply_init(&reply);
    api_prepare(api, &request, &reply, &call);
    api_answer(&call, world_enter(call.world));
    if (reply.fate.has_place)
        held_give_place(&world->held);
    world_leave(world);
    api_call_release(&call);
}

static void stop(void)
{
    reply_release(&reply);
    api_free(api);
    worlds_release(&worlds);
}

/* The zero span: the reply has no such header. */
static struct span header(const char *name)
{
    for (size_t i = 0; i < reply.n_headers; i++)
        if (strcmp(reply.headers[i].name, name) == 0)
            return reply.headers[i].value;
    return (struct span){ NULL, 0 };
}

START_TEST(a_preset_gives_its_answer)
{
    const struct row *row = &rows[_i];

    ask(row->preset, row->path, row->body);

    ck_assert_msg(reply.status == row->status, "%s: status %d", row->preset, reply.status);
    if (row->reply)
        ck_assert_msg(span_is(buf_view(&reply.body), row->reply), "%s: %.*s", row->preset, SPAN_ARG(buf_view(&reply.body)));
    if (row->status) {
        ck_assert_msg(span_eq(header("Content-Type"), span_text(row->type)), "%s: its type", row->preset);
        ck_assert_msg((header("Ratelimit-Limit").p != NULL) == row->rated, "%s: headers of the rate limit", row->preset);
    }
    stop();
}
END_TEST

START_TEST(the_write_deadline_comes_after_twenty_seconds_and_empty)
{
    ask("write-deadline", "/requester/list", "{}");

    ck_assert_int_eq(reply.fate.broken, BREAK_EMPTY_RESPONSE);
    ck_assert(reply.fate.wait.on);
    ck_assert_int_eq(reply.fate.wait.until - worlds_default(&worlds)->clock.base, 20 * NS_PER_SECOND);
    stop();
}
END_TEST

START_TEST(a_truncated_chunk_is_broken_within_its_body)
{
    ask("truncated-chunk", "/requester/list", "{}");

    ck_assert_int_eq(reply.framing, FRAMED_BY_CHUNKS);
    ck_assert_int_eq(reply.fate.broken, BREAK_TRUNCATED_BODY);
    stop();
}
END_TEST

START_TEST(a_gateways_page_has_none_of_our_headers)
{
    ask("gateway-html", "/requester/list", "{}");

    ck_assert_int_eq(reply.status, 502);
    ck_assert(span_is(header("Server"), "nginx"));
    ck_assert(span_starts(buf_view(&reply.body), SPAN("<html>\r\n")));
    ck_assert_ptr_null(header("Ratelimit-Limit").p);
    stop();
}
END_TEST

START_TEST(every_preset_has_a_row_or_a_test_of_its_own)
{
    static const char *const own[] = { "truncated-chunk", "gateway-html" };

    for (int preset = 0; preset < PRESET_COUNT; preset++) {
        bool found = false;
        for (size_t i = 0; i < ROWS(rows); i++)
            found |= strcmp(rows[i].preset, preset_name((enum preset)preset)) == 0;
        for (size_t i = 0; i < ROWS(own); i++)
            found |= strcmp(own[i], preset_name((enum preset)preset)) == 0;
        ck_assert_msg(found, "%s is not tested", preset_name((enum preset)preset));
    }
}
END_TEST

TEST_MAIN("presets",
          TEST_EACH(a_preset_gives_its_answer, rows),
          TEST(the_write_deadline_comes_after_twenty_seconds_and_empty),
          TEST(a_truncated_chunk_is_broken_within_its_body),
          TEST(a_gateways_page_has_none_of_our_headers),
          TEST(every_preset_has_a_row_or_a_test_of_its_own))
