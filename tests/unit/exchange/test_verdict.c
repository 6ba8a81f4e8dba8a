/* What a test run is held to have done wrong. */
#include "api/api.h"
#include "support/suite.h"
#include "support/worlds.h"

#include <stdio.h>

#define SUBMIT(annotation)                                                                                          \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\"," \
    "\"Publisher\":\"Ipfs\",\"Annotations\":[" annotation "],\"Deal\":{\"Concurrency\":1}}},\"signature\":\"\",\"client_public_key\":\"\"}"

static struct {
    struct worlds worlds;
    struct api *api;
    struct arena arena;
} it;

static void play(const char *scenario, enum signatures signatures)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_MANUAL, .has_seed = true, .seed = 1,
                                               .signatures = (int)signatures };
    struct program *program = program_of_text(scenario, &settings);
    struct world *world = NULL;

    ck_assert_int_eq(world_new(&(struct world_options){ .program = program }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&it.worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &it.worlds, &it.api, NULL), ERR_OK);
}

static void stop(void)
{
    api_free(it.api);
    worlds_release(&it.worlds);
    arena_release(&it.arena);
}

static void post(const char *path, const char *body)
{
    const struct request request = { .method = SPAN("POST"), .target = span_text(path), .http_minor = 1,
                                     .body = span_text(body), .remote = SPAN("127.0.0.1:5") };
    struct reply reply;
    struct call call;

    reply_init(&reply);
    api_prepare(it.api, &request, &reply, &call);
    api_answer(&call, world_enter(call.world));
    world_leave(call.world);
    api_call_release(&call);
    reply_release(&reply);
}

static const struct row {
    const char *name, *scenario;
    enum signatures signatures;
    const char *path, *body; /* what is asked; NULL: nothing */
    const char *kind;        /* of the one reason; NULL: there is none */
    const char *text;
    size_t line;
} rows[] = {
    { "nothing wrong", "{\"version\": 1}", SIGNATURES_OFF, "/requester/submit", SUBMIT(""), NULL, NULL, 0 },
    { "an expectation", "{\"version\": 1,\n\"expect\": [{\"endpoint\": \"submit\", \"times\": 1}]}", SIGNATURES_OFF, NULL, NULL,
      "unmet-expectation", "expected submit 1 time, came 0 times", 2 },
    { "an expectation that is met", "{\"version\": 1, \"expect\": [{\"endpoint\": \"submit\", \"times\": 1}]}", SIGNATURES_OFF,
      "/requester/submit", SUBMIT(""), NULL, NULL, 0 },
    { "an unknown path", "{\"version\": 1}", SIGNATURES_OFF, "/requester/sumbit?x=1", "{}", "not-found",
      "POST /requester/sumbit was answered 404: there is no such path", 0 },
    { "a refused signature", "{\"version\": 1}", SIGNATURES_STRICT, "/requester/submit", SUBMIT(""), "refused-signature",
      "1 signature was refused", 0 },
    { "an unknown name", "{\"version\": 1}", SIGNATURES_OFF, "/requester/submit", SUBMIT("\"mock:nobody\""), "unknown-name",
      "a job asked for mock:nobody, which no script is called", 0 },
    { "an unused fault", "{\"version\": 1,\n\n\"faults\": [{\"name\": \"f\", \"on\": \"cancel\", \"preset\": \"plain-500\"}]}",
      SIGNATURES_OFF, NULL, NULL, "unused-fault", "fault f never fired", 3 },
    { "an unreached step", "{\"version\": 1, \"jobs\": [{\"name\": \"j\", \"steps\":\n[{\"job\": \"Completed\"}]}]}", SIGNATURES_OFF,
      NULL, NULL, "unreached-step", "step 1 of job j was never reached", 2 },
};

START_TEST(each_wrong_is_one_reason_with_its_place)
{
    const struct row *row = &rows[_i];

    play(row->scenario, row->signatures);
    if (row->path)
        post(row->path, row->body);
    struct reasons reasons = world_judge(worlds_default(&it.worlds), &it.arena);

    ck_assert_msg(reasons.n == (row->kind != NULL), "%s: %zu reasons", row->name, reasons.n);
    if (row->kind) {
        ck_assert_str_eq(reason_kind_name(reasons.at[0].kind), row->kind);
        ck_assert_msg(span_is(reasons.at[0].text, row->text), "%s: %.*s", row->name, SPAN_ARG(reasons.at[0].text));
        ck_assert_msg(reasons.at[0].line == row->line, "%s: line %zu", row->name, reasons.at[0].line);
    }
    stop();
}
END_TEST

START_TEST(a_path_is_named_once_and_counted_each_time)
{
    play("{\"version\": 1}", SIGNATURES_OFF);
    for (int i = 0; i < 3; i++)
        post("/nowhere", "");

    ck_assert_uint_eq(world_judge(worlds_default(&it.worlds), &it.arena).n, 1);
    ck_assert_uint_eq(worlds_default(&it.worlds)->verdict.not_found, 3);
    stop();
}
END_TEST

START_TEST(paths_beyond_the_cap_are_only_counted)
{
    play("{\"version\": 1}", SIGNATURES_OFF);
    for (int i = 0; i < VERDICT_PATHS_MAX + 5; i++) {
        char path[32];
        snprintf(path, sizeof path, "/nowhere/%d", i);
        post(path, "");
    }

    ck_assert_uint_eq(world_judge(worlds_default(&it.worlds), &it.arena).n, VERDICT_PATHS_MAX);
    ck_assert_uint_eq(worlds_default(&it.worlds)->verdict.not_found, VERDICT_PATHS_MAX + 5);
    stop();
}
END_TEST

TEST_MAIN("verdict",
          TEST_EACH(each_wrong_is_one_reason_with_its_place, rows),
          TEST(a_path_is_named_once_and_counted_each_time),
          TEST(paths_beyond_the_cap_are_only_counted))
