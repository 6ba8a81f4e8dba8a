/* The control API without a socket: what it answers, what it refuses and in which words. */
#include "api/api.h"
#include "control/control.h"
#include "support/worlds.h"
#include "scenario/scenario.h"
#include "support/network.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define JOB                                                                                                        \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","       \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Annotations\":[\"mock:gated\"],\"Deal\":{\"Concurrency\":1}}},"    \
    "\"signature\":\"\",\"client_public_key\":\"\"}"
#define NINE "2023-03-22T09:00:00Z"

static const char gated[] =
    "{\"version\": 1, \"jobs\": [{\"name\": \"gated\", \"steps\": [{\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\"}]}],\n"
    "\"expect\": [{\"never\": \"cancel\"}, {\"endpoint\": \"list\", \"times\": 1}]}";

/* An API with a clock, in front of an engine that plays a scenario. */
struct desk {
    struct worlds worlds;
    struct api *api;
    struct reply reply;
    enum body_end body_end;
};

static void desk_build(struct desk *desk, enum clock_kind kind)
{
    struct program_settings settings = PROGRAM_SETTINGS_NONE;
    struct world *world = NULL;

    settings.clock = (int)kind;
    settings.clock_scale = 1;
    settings.has_seed = true;
    settings.seed = 1;
    settings.signatures = SIGNATURES_OFF;
    struct program *program = program_of_text(gated, &settings);
    ck_assert_int_eq(world_new(&(struct world_options){ .program = program, .journal = 4 }, &world, NULL), ERR_OK);
    program_drop(program);
    ck_assert(worlds_init(&desk->worlds, world));
    ck_assert_int_eq(api_new(&(struct api_options){ 0 }, &desk->worlds, &desk->api, NULL), ERR_OK);
    reply_init(&desk->reply);
}

static struct desk *desk_open(void)
{
    struct desk *desk = calloc(1, sizeof *desk);

    ck_assert_ptr_nonnull(desk);
    desk_build(desk, CLOCK_KIND_MANUAL);
    return desk;
}

static void desk_close(struct desk *desk)
{
    reply_release(&desk->reply);
    api_free(desk->api);
    worlds_release(&desk->worlds);
    free(desk);
}

static void ask_control(struct desk *desk, const struct request *request)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct control_call call;
    struct target target;

    ck_assert_int_eq(target_read(request->target, &arena, &target), ERR_OK);
    ck_assert(control_serves(target.path));
    control_prepare(&(struct control){ .worlds = &desk->worlds }, request, &target, &desk->reply, &call);
    control_answer(&call, world_enter(call.world));
    world_leave(call.world);
    control_call_release(&call);
}

static void ask_requester(struct desk *desk, const struct request *request)
{
    struct call call;

    api_prepare(desk->api, request, &desk->reply, &call);
    api_answer(&call, world_enter(call.world));
    world_leave(call.world);
    api_call_release(&call);
}

/* The body of the answer; it ends with a NUL. */
static const char *ask(struct desk *desk, const char *method, const char *target, const char *body)
{
    const struct request request = { .method = span_text(method), .target = span_text(target), .http_minor = 1,
                                     .body = span_text(body), .body_end = desk->body_end,
                                     .remote = SPAN("127.0.0.1:5") };
    struct world *world = worlds_default(&desk->worlds);

    reply_release(&desk->reply);
    reply_init(&desk->reply);
    if (strstr(target, "/__mock"))
        ask_control(desk, &request);
    else
        ask_requester(desk, &request);
    api_ended(world, &request, &desk->reply, "complete", 7, clock_now(&world->clock));
    return desk->reply.body.p ? desk->reply.body.p : "";
}

static const char *get(struct desk *desk, const char *target)
{
    return ask(desk, "GET", target, "");
}

static const char *header(const struct desk *desk, const char *name)
{
    static char value[128];

    for (size_t i = 0; i < desk->reply.n_headers; i++)
        if (strcmp(desk->reply.headers[i].name, name) == 0) {
            snprintf(value, sizeof value, "%.*s", SPAN_ARG(desk->reply.headers[i].value));
            return value;
        }
    return "";
}

static void assert_has(const char *body, const char *part)
{
    ck_assert_msg(strstr(body, part), "%s\nlacks %s", body, part);
}

/* Submits the gated job; its id. */
static const char *submit(struct desk *desk)
{
    static char id[64];

    ask(desk, "POST", "/requester/submit", JOB);
    ck_assert_int_eq(desk->reply.status, 200);
    snprintf(id, sizeof id, "%s", header(desk, "X-Bacalhau-Job-Id"));
    return id;
}

static const char *submit_plain(struct desk *desk)
{
    char body[] = JOB;

    memcpy(strstr(body, "mock:"), "nock:", 5);
    ask(desk, "POST", "/requester/submit", body);
    ck_assert_int_eq(desk->reply.status, 200);
    return header(desk, "X-Bacalhau-Job-Id");
}

/* ---- paths and errors ------------------------------------------------------------------------------------ */

static const struct refused {
    const char *method, *target, *body;
    int status;
    const char *error;
} refusals[] = {
    { "GET", "/__mock/helth", "", 404,
      "{\"key\":\"unknown-path\",\"message\":\"there is no /__mock/helth\",\"hint\":\"did you mean /__mock/health?\"}" },
    { "GET", "/__mock", "", 404, "\"unknown-path\"" },
    { "GET", "/__mock/gates/", "", 404, "\"unknown-path\"" },
    { "GET", "/__mock/no/such/thing/at/all/anywhere/in/here", "", 404, "the paths are /__mock/health, /__mock/clock," },
    { "PUT", "/__mock/clock", "", 405,
      "{\"key\":\"wrong-method\",\"message\":\"/__mock/clock takes no PUT\",\"hint\":\"it takes GET, HEAD\"}" },
    { "POST", "/__mock/gates/og", "", 404,
      "{\"key\":\"unknown-gate\",\"message\":\"there is no gate \\\"og\\\"\",\"hint\":\"the gates are \\\"go\\\"\"}" },
    { "POST", "/__mock/gates/goo", "", 404, "did you mean \\\"go\\\"?" },
    { "POST", "/__mock/clock/advance", "", 400, "{\"key\":\"bad-json\",\"message\":\"line 1, column 1: " },
    { "POST", "/__mock/clock/advance", "{\n \"by\": }", 400, "\"message\":\"line 2, column 8: " },
    { "POST", "/__mock/clock/advance", "{\"bye\": \"1s\"}", 400,
      "{\"key\":\"unknown-key\",\"message\":\"line 1, column 2: unknown key \\\"bye\\\"\",\"hint\":\"did you mean "
      "\\\"by\\\"?\"}" },
    { "POST", "/__mock/clock/advance", "{}", 400,
      "{\"key\":\"missing-key\",\"message\":\"line 1, column 1: missing key \\\"by\\\"\",\"hint\":\"send " },
    { "POST", "/__mock/clock/advance", "{\"by\": 10}", 400, "{\"key\":\"wrong-type\"" },
    { "POST", "/__mock/clock/advance", "{\"by\": \"1s\", \"to\": \"next\"}", 400, "{\"key\":\"excluded-key\"" },
    { "POST", "/__mock/clock/advance", "{\"to\": \"nxt\"}", 400, "did you mean \\\"next\\\"?" },
    { "POST", "/__mock/reset", "{\"what\": []}", 400, "{\"key\":\"bad-value\"" },
    { "POST", "/__mock/reset", "{\"what\": [\"job\"]}", 400, "did you mean \\\"jobs\\\"?" },
    { "POST", "/__mock/reset", "[]", 400, "{\"key\":\"wrong-type\"" },
    { "GET", "/__mock/requests?endpont=x", "", 400,
      "{\"key\":\"unknown-parameter\",\"message\":\"there is no parameter \\\"endpont\\\"\",\"hint\":\"did you mean "
      "\\\"endpoint\\\"?\"}" },
    { "GET", "/__mock/requests?endpoint=submt", "", 400, "{\"key\":\"bad-parameter\"" },
    { "GET", "/__mock/requests?since=yesterday", "", 400, "{\"key\":\"bad-parameter\"" },
    { "GET", "/__mock/requests?limit=0", "", 400, "{\"key\":\"bad-parameter\"" },
    { "GET", "/__mock/clock?x=1", "", 400, "{\"key\":\"unknown-parameter\"" },
};

START_TEST(what_is_wrong_is_refused_with_key_message_and_hint)
{
    const struct refused *row = &refusals[_i];
    struct desk *desk = desk_open();

    const char *body = ask(desk, row->method, row->target, row->body);

    ck_assert_msg(desk->reply.status == row->status, "%s %s: %d", row->method, row->target, desk->reply.status);
    ck_assert_msg(strncmp(body, "{\"error\":{\"key\":", 16) == 0, "%s", body);
    assert_has(body, row->error);
    ck_assert_str_eq(header(desk, "Content-Type"), "application/json");
    desk_close(desk);
}
END_TEST

START_TEST(a_wrong_verb_is_told_the_right_ones)
{
    struct desk *desk = desk_open();

    ask(desk, "PUT", "/__mock/requests", "");

    ck_assert_int_eq(desk->reply.status, 405);
    ck_assert_str_eq(header(desk, "Allow"), "GET, HEAD, DELETE");
    desk_close(desk);
}
END_TEST

START_TEST(a_body_that_is_too_large_is_refused)
{
    struct desk *desk = desk_open();

    desk->body_end = BODY_TOO_LARGE;
    assert_has(ask(desk, "POST", "/__mock/reset", "{}"), "body-too-large");

    ck_assert_int_eq(desk->reply.status, 413);
    desk_close(desk);
}
END_TEST

START_TEST(every_row_of_the_table_can_be_reached)
{
    for (size_t i = 0; i < n_control_rows; i++) {
        struct desk *desk = desk_open();
        ask(desk, control_rows[i].method, control_rows[i].path, control_rows[i].form ? "{}" : "");
        ck_assert_msg(desk->reply.status != 405, "%s %s", control_rows[i].method, control_rows[i].path);
        ck_assert(control_rows[i].summary[0]);
        desk_close(desk);
    }
}
END_TEST

/* ---- clock ----------------------------------------------------------------------------------------------- */

#define CLOCK(now, elapsed, idle, next, gates)                                                                     \
    "{\"kind\":\"manual\",\"scale\":0,\"now\":\"" now "\",\"start\":\"" NINE "\",\"elapsed\":\"" elapsed          \
    "\",\"idle\":" idle ",\"next\":" next ",\"waiting\":{\"gates\":" gates ",\"reads\":0}}"

START_TEST(health_tells_what_it_is)
{
    struct desk *desk = desk_open();

    ck_assert_str_eq(get(desk, "/__mock/health"),
                     "{\"status\":\"ok\",\"version\":\"" MOCK_VERSION "\",\"dialect\":\"v0.3.25\",\"scenario\":\"a\",\"seed\":\"1\","
                     "\"uptime\":\"0s\",\"clock\":" CLOCK(NINE, "0s", "true", "null", "0") "}\n");
    desk_close(desk);
}
END_TEST

START_TEST(the_clock_goes_to_the_next_thing_and_until_idle)
{
    struct desk *desk = desk_open();

    submit_plain(desk);
    assert_has(ask(desk, "POST", "/__mock/clock/advance", "{\"to\":\"next\"}"), "{\"advanced\":\"200ms\",\"happened\":1,");
    ck_assert_str_eq(ask(desk, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}"),
                     "{\"advanced\":\"300ms\",\"happened\":1,\"clock\":" CLOCK("2023-03-22T09:00:00.5Z", "500ms", "true",
                                                                              "null", "0") "}\n");
    assert_has(ask(desk, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}"), "{\"advanced\":\"0s\",\"happened\":0,");
    assert_has(ask(desk, "POST", "/__mock/clock/advance", "{\"by\":\"1m30s\"}"), "{\"advanced\":\"1m30s\",");
    desk_close(desk);
}
END_TEST

START_TEST(the_clock_has_an_end)
{
    struct desk *desk = desk_open();

    for (int i = 0; i < 2; i++)
        ask(desk, "POST", "/__mock/clock/advance", "{\"by\":\"876000h\"}");
    assert_has(ask(desk, "POST", "/__mock/clock/advance", "{\"by\":\"876000h\"}"), "clock-too-far");
    ck_assert_int_eq(desk->reply.status, 400);
    desk_close(desk);
}
END_TEST

START_TEST(a_real_clock_is_not_moved)
{
    struct desk *desk = calloc(1, sizeof *desk);

    desk_build(desk, CLOCK_KIND_REAL);

    assert_has(ask(desk, "POST", "/__mock/clock/advance", "{\"by\":\"1s\"}"), "\"clock-is-real\"");
    ck_assert_int_eq(desk->reply.status, 409);
    assert_has(ask(desk, "POST", "/__mock/reset", "{\"what\":[\"clock\"]}"), "\"clock-is-real\"");
    assert_has(ask(desk, "POST", "/__mock/reset", ""), "{\"reset\":[\"jobs\",\"journal\",\"faults\",\"gates\"],");
    desk_close(desk);
}
END_TEST

/* ---- gates ----------------------------------------------------------------------------------------------- */

START_TEST(a_gate_holds_what_waits_for_it_until_it_is_opened)
{
    struct desk *desk = desk_open();

    submit(desk);
    ck_assert_str_eq(get(desk, "/__mock/gates"), "{\"gates\":[{\"name\":\"go\",\"open\":false,\"waiting\":1}]}\n");
    ck_assert_str_eq(ask(desk, "POST", "/__mock/gates/go", ""),
                     "{\"name\":\"go\",\"open\":true,\"waiting\":0,\"released\":1}\n");
    ck_assert_str_eq(ask(desk, "POST", "/__mock/gates/go", ""),
                     "{\"name\":\"go\",\"open\":true,\"waiting\":0,\"released\":0}\n");
    desk_close(desk);
}
END_TEST

/* ---- the journal and the verdict ------------------------------------------------------------------------- */

START_TEST(the_journal_tells_who_asked_and_what_answered)
{
    struct desk *desk = desk_open();
    char wanted[512];

    const char *id = submit(desk);
    snprintf(wanted, sizeof wanted,
             "{\"requests\":[{\"number\":1,\"time\":\"" NINE "\",\"endpoint\":\"submit\",\"method\":\"POST\","
             "\"target\":\"/requester/submit\",\"client_id\":\"c\",\"job_id\":\"%s\",\"status\":200,\"end\":\"complete\","
             "\"bytes\":7,\"answered_by\":\"job gated a.json:1\",\"refused\":null}],\"matched\":1,\"last\":1,\"dropped\":0}\n",
             id);

    ck_assert_str_eq(get(desk, "/__mock/requests"), wanted);
    desk_close(desk);
}
END_TEST

START_TEST(what_was_refused_says_why)
{
    struct desk *desk = desk_open();

    ask(desk, "POST", "/requester/states", "{\"client_id\":\"c\",\"job_id\":\"x\"}");

    assert_has(get(desk, "/__mock/requests"), "\"client_id\":\"c\",\"job_id\":\"x\",\"status\":500,");
    assert_has(desk->reply.body.p, "\"answered_by\":null,\"refused\":\"Job not found. ID: x\"}");
    desk_close(desk);
}
END_TEST

static const struct filter {
    const char *query, *numbers; /* those of the entries shown, in order */
    int matched;
} filters[] = {
    { "", "1234", 4 },           { "?endpoint=list", "24", 2 },      { "?endpoint=other", "3", 1 },
    { "?client_id=a", "2", 1 },  { "?limit=2", "34", 4 },            { "?since=2", "34", 2 },
    { "?since=1&limit=2", "23", 3 }, { "?since=" NINE, "1234", 4 }, { "?since=2024-01-01T00:00:00Z", "", 0 },
    { "?endpoint=list&client_id=b", "4", 1 }, { "?job_id=zz", "", 0 }, { "?client_id=%61", "2", 1 },
};

START_TEST(the_journal_is_filtered)
{
    const struct filter *row = &filters[_i];
    struct desk *desk = desk_open();
    char target[128], number[24], matched[32];

    get(desk, "/version");
    ask(desk, "POST", "/requester/list", "{\"client_id\":\"a\"}");
    get(desk, "/nowhere");
    ask(desk, "POST", "/requester/list", "{\"client_id\":\"b\"}");
    snprintf(target, sizeof target, "/__mock/requests%s", row->query);
    const char *at = get(desk, target);

    snprintf(matched, sizeof matched, "\"matched\":%d,", row->matched);
    assert_has(at, matched);
    for (const char *n = row->numbers; *n; n++) {
        snprintf(number, sizeof number, "{\"number\":%c,", *n);
        ck_assert_msg((at = strstr(at, "{\"number\":")) && strncmp(at, number, strlen(number)) == 0, "%s: %s", row->query,
                      desk->reply.body.p);
        at++;
    }
    ck_assert_ptr_null(strstr(at, "{\"number\":"));
    desk_close(desk);
}
END_TEST

START_TEST(the_control_api_is_not_in_the_journal)
{
    struct desk *desk = desk_open();

    get(desk, "/__mock/health");
    get(desk, "/__mock/nothing");

    ck_assert_str_eq(get(desk, "/__mock/requests"), "{\"requests\":[],\"matched\":0,\"last\":0,\"dropped\":0}\n");
    desk_close(desk);
}
END_TEST

START_TEST(to_delete_the_journal_begins_expectations_anew)
{
    struct desk *desk = desk_open();

    ask(desk, "POST", "/requester/cancel", "{}");
    assert_has(get(desk, "/__mock/verdict"), "expected cancel never, came 1 time");
    ck_assert_str_eq(ask(desk, "DELETE", "/__mock/requests", ""), "{\"deleted\":1}\n");

    ck_assert_ptr_null(strstr(get(desk, "/__mock/verdict"), "expected cancel never, came 1 time"));
    desk_close(desk);
}
END_TEST

START_TEST(the_verdict_names_all_that_is_not_as_it_should_be)
{
    struct desk *desk = desk_open();

    ck_assert_str_eq(get(desk, "/__mock/verdict"),
                     "{\"ok\":false,\"reasons\":["
                     "{\"kind\":\"unmet-expectation\",\"text\":\"expected list 1 time, came 0 times\",\"file\":\"a.json\",\"line\":2},"
                     "{\"kind\":\"unreached-step\",\"text\":\"step 1 of job gated was never reached\",\"file\":\"a.json\",\"line\":1}],"
                     "\"expectations\":["
                     "{\"expected\":\"cancel never\",\"met\":true,\"seen\":0,\"came\":\"came 0 times\",\"file\":\"a.json\",\"line\":2},"
                     "{\"expected\":\"list 1 time\",\"met\":false,\"seen\":0,\"came\":\"came 0 times\",\"file\":\"a.json\",\"line\":2}]}"
                     "\n");
    desk_close(desk);
}
END_TEST

START_TEST(the_verdict_is_good_when_all_came_as_it_should)
{
    struct desk *desk = desk_open();

    submit(desk);
    ask(desk, "POST", "/__mock/gates/go", "");
    ask(desk, "POST", "/requester/list", "{}");

    assert_has(get(desk, "/__mock/verdict"), "{\"ok\":true,\"reasons\":[],");
    desk_close(desk);
}
END_TEST

/* ---- reset ----------------------------------------------------------------------------------------------- */

START_TEST(after_a_reset_it_behaves_as_a_fresh_one)
{
    struct desk *desk = desk_open();
    char first[64], before[1024];

    snprintf(before, sizeof before, "%s", get(desk, "/__mock/health"));
    snprintf(first, sizeof first, "%s", submit(desk));
    ask(desk, "POST", "/__mock/clock/advance", "{\"by\":\"5s\"}");
    ask(desk, "POST", "/__mock/gates/go", "");
    assert_has(ask(desk, "POST", "/__mock/reset", "{}"),
               "{\"reset\":[\"jobs\",\"journal\",\"faults\",\"gates\",\"clock\"],\"clock\":");

    ck_assert_str_eq(get(desk, "/__mock/health"), before);
    ck_assert_str_eq(submit(desk), first);
    assert_has(get(desk, "/__mock/gates"), "\"open\":false,\"waiting\":1");
    assert_has(get(desk, "/__mock/requests"), "\"last\":1,");
    desk_close(desk);
}
END_TEST

START_TEST(a_reset_of_one_thing_leaves_the_others)
{
    struct desk *desk = desk_open();

    submit(desk);
    ask(desk, "POST", "/__mock/reset", "{\"what\":[\"journal\"]}");

    assert_has(get(desk, "/__mock/gates"), "\"waiting\":1");
    assert_has(get(desk, "/__mock/requests"), "\"last\":0,");
    desk_close(desk);
}
END_TEST

START_TEST(the_clock_is_not_set_back_under_jobs)
{
    struct desk *desk = desk_open();

    submit(desk);
    assert_has(ask(desk, "POST", "/__mock/reset", "{\"what\":[\"clock\"]}"), "jobs-in-the-way");

    ck_assert_int_eq(desk->reply.status, 409);
    desk_close(desk);
}
END_TEST

TEST_MAIN("control",
    TEST_EACH(what_is_wrong_is_refused_with_key_message_and_hint, refusals),
    TEST(a_wrong_verb_is_told_the_right_ones),
    TEST(a_body_that_is_too_large_is_refused),
    TEST(every_row_of_the_table_can_be_reached),
    TEST(health_tells_what_it_is),
    TEST(the_clock_goes_to_the_next_thing_and_until_idle),
    TEST(the_clock_has_an_end),
    TEST(a_real_clock_is_not_moved),
    TEST(a_gate_holds_what_waits_for_it_until_it_is_opened),
    TEST(the_journal_tells_who_asked_and_what_answered),
    TEST(what_was_refused_says_why),
    TEST_EACH(the_journal_is_filtered, filters),
    TEST(the_control_api_is_not_in_the_journal),
    TEST(to_delete_the_journal_begins_expectations_anew),
    TEST(the_verdict_names_all_that_is_not_as_it_should_be),
    TEST(the_verdict_is_good_when_all_came_as_it_should),
    TEST(after_a_reset_it_behaves_as_a_fresh_one),
    TEST(a_reset_of_one_thing_leaves_the_others),
    TEST(the_clock_is_not_set_back_under_jobs))
