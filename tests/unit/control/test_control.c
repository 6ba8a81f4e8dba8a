/* The control API without a socket: what it answers, what it refuses and in which words. */
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- paths and errors ------------------------------------------------------------------------------------ */

static const struct refused {
    const char *method, *target, *body;
    int status;
    const char *error;
} refusals[] = {
    { "GET", "/__mock/helth", "", 404,
      "{\"key\":\"unknown-path\",\"message\":\"there is no /__mock/helth\",\"hint\":\"did you mean /__mock/health? GET /__mock/ lists all calls\"}" },
    { "GET", "/__mock", "", 404, "\"unknown-path\"" },
    { "GET", "/__mock/gates/", "", 404, "\"unknown-path\"" },
    { "GET", "/__mock/no/such/thing/at/all/anywhere/in/here", "", 404, "\"hint\":\"GET /__mock/ lists all calls\"" },
    { "GET", "/__mock/gate/go", "", 404, "\"hint\":\"did you mean /__mock/gates/go? GET /__mock/ lists all calls\"" },
    { "GET", "/__mock/jobs/await", "", 405, "\"hint\":\"it takes POST\"" },
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
    struct panel *panel = panel_open();

    const char *body = panel_ask(panel, row->method, row->target, row->body);

    ck_assert_msg(panel->reply.status == row->status, "%s %s: %d", row->method, row->target, panel->reply.status);
    ck_assert_msg(strncmp(body, "{\"error\":{\"key\":", 16) == 0, "%s", body);
    assert_has(body, row->error);
    ck_assert_str_eq(panel_header(panel, "Content-Type"), "application/json");
    panel_close(panel);
}
END_TEST

START_TEST(a_wrong_verb_is_told_the_right_ones)
{
    struct panel *panel = panel_open();

    panel_ask(panel, "PUT", "/__mock/requests", "");

    ck_assert_int_eq(panel->reply.status, 405);
    ck_assert_str_eq(panel_header(panel, "Allow"), "GET, HEAD, DELETE");
    panel_close(panel);
}
END_TEST

START_TEST(a_body_that_is_too_large_is_refused)
{
    struct panel *panel = panel_open();

    panel->body_end = BODY_TOO_LARGE;
    assert_has(panel_ask(panel, "POST", "/__mock/reset", "{}"), "body-too-large");

    ck_assert_int_eq(panel->reply.status, 413);
    panel_close(panel);
}
END_TEST

/* ---- clock ----------------------------------------------------------------------------------------------- */

#define CLOCK(now, elapsed, idle, next, gates)                                                                     \
    "{\"kind\":\"manual\",\"scale\":0,\"now\":\"" now "\",\"start\":\"" PANEL_NINE "\",\"elapsed\":\"" elapsed          \
    "\",\"idle\":" idle ",\"next\":" next ",\"waiting\":{\"gates\":" gates ",\"reads\":0}}"

START_TEST(health_tells_what_it_is)
{
    struct panel *panel = panel_open();

    ck_assert_str_eq(panel_get(panel, "/__mock/health"),
                     "{\"status\":\"ok\",\"version\":\"" MOCK_VERSION "\",\"dialect\":\"v0.3.25\",\"scenario\":\"a\",\"seed\":\"1\","
                     "\"uptime\":\"0s\",\"clock\":" CLOCK(PANEL_NINE, "0s", "true", "null", "0") ",\"sessions\":0}\n");
    panel_close(panel);
}
END_TEST

START_TEST(the_clock_goes_to_the_next_thing_and_until_idle)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "x");
    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"to\":\"next\"}"), "{\"advanced\":\"200ms\",\"happened\":1,");
    ck_assert_str_eq(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}"),
                     "{\"advanced\":\"300ms\",\"happened\":1,\"clock\":" CLOCK("2023-03-22T09:00:00.5Z", "500ms", "true",
                                                                              "null", "0") "}\n");
    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"until\":\"idle\"}"), "{\"advanced\":\"0s\",\"happened\":0,");
    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"1m30s\"}"), "{\"advanced\":\"1m30s\",");
    panel_close(panel);
}
END_TEST

START_TEST(the_clock_has_an_end)
{
    struct panel *panel = panel_open();

    for (int i = 0; i < 2; i++)
        panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"876000h\"}");
    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"876000h\"}"), "clock-too-far");
    ck_assert_int_eq(panel->reply.status, 400);
    panel_close(panel);
}
END_TEST

START_TEST(a_real_clock_is_not_moved)
{
    struct panel *panel = panel_open_with("{\"version\": 1}", CLOCK_KIND_REAL);

    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"1s\"}"), "\"clock-is-real\"");
    ck_assert_int_eq(panel->reply.status, 409);
    assert_has(panel_ask(panel, "POST", "/__mock/reset", "{\"what\":[\"clock\"]}"), "\"clock-is-real\"");
    assert_has(panel_ask(panel, "POST", "/__mock/reset", ""), "{\"reset\":[\"jobs\",\"journal\",\"faults\",\"gates\"],");
    panel_close(panel);
}
END_TEST

/* ---- gates ----------------------------------------------------------------------------------------------- */

START_TEST(a_gate_holds_what_waits_for_it_until_it_is_opened)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "mock:gated");
    ck_assert_str_eq(panel_get(panel, "/__mock/gates"), "{\"gates\":[{\"name\":\"go\",\"open\":false,\"waiting\":1}]}\n");
    ck_assert_str_eq(panel_ask(panel, "POST", "/__mock/gates/go", ""),
                     "{\"name\":\"go\",\"open\":true,\"waiting\":0,\"released\":1}\n");
    ck_assert_str_eq(panel_ask(panel, "POST", "/__mock/gates/go", ""),
                     "{\"name\":\"go\",\"open\":true,\"waiting\":0,\"released\":0}\n");
    panel_close(panel);
}
END_TEST

/* ---- the journal and the verdict ------------------------------------------------------------------------- */

START_TEST(the_journal_tells_who_asked_and_what_answered)
{
    struct panel *panel = panel_open();
    char wanted[512];

    const char *id = panel_submit(panel, "mock:gated");
    snprintf(wanted, sizeof wanted,
             "{\"requests\":[{\"number\":1,\"time\":\"" PANEL_NINE "\",\"endpoint\":\"submit\",\"method\":\"POST\","
             "\"target\":\"/requester/submit\",\"client_id\":\"c\",\"job_id\":\"%s\",\"status\":200,\"end\":\"complete\","
             "\"bytes\":%zu,\"answered_by\":\"job gated a.json:1\",\"refused\":null", id,
             panel->reply.head.n + panel->reply.body.n);

    ck_assert(span_starts(span_text(panel_get(panel, "/__mock/requests")), span_text(wanted)));
    panel_close(panel);
}
END_TEST

START_TEST(what_was_refused_says_why)
{
    struct panel *panel = panel_open();

    panel_ask(panel, "POST", "/requester/states", "{\"client_id\":\"c\",\"job_id\":\"x\"}");

    assert_has(panel_get(panel, "/__mock/requests"), "\"client_id\":\"c\",\"job_id\":\"x\",\"status\":500,");
    assert_has(panel->reply.body.p, "\"answered_by\":null,\"refused\":\"Job not found. ID: x\",");
    panel_close(panel);
}
END_TEST

static const struct filter {
    const char *query, *numbers; /* those of the entries shown, in order */
    int matched;
} filters[] = {
    { "", "1234", 4 },           { "?endpoint=list", "24", 2 },      { "?endpoint=other", "3", 1 },
    { "?status=404", "3", 1 },   { "?status=0", "", 0 },
    { "?client_id=a", "2", 1 },  { "?limit=2", "34", 4 },            { "?since=2", "34", 2 },
    { "?since=1&limit=2", "23", 3 }, { "?since=" PANEL_NINE, "1234", 4 }, { "?since=2024-01-01T00:00:00Z", "", 0 },
    { "?endpoint=list&client_id=b", "4", 1 }, { "?job_id=zz", "", 0 }, { "?client_id=%61", "2", 1 },
};

START_TEST(the_journal_is_filtered)
{
    const struct filter *row = &filters[_i];
    struct panel *panel = panel_open();
    char target[128], number[24], matched[32];

    panel_get(panel, "/version");
    panel_ask(panel, "POST", "/requester/list", "{\"client_id\":\"a\"}");
    panel_get(panel, "/nowhere");
    panel_ask(panel, "POST", "/requester/list", "{\"client_id\":\"b\"}");
    snprintf(target, sizeof target, "/__mock/requests%s", row->query);
    const char *at = panel_get(panel, target);

    snprintf(matched, sizeof matched, "\"matched\":%d,", row->matched);
    assert_has(at, matched);
    for (const char *n = row->numbers; *n; n++) {
        snprintf(number, sizeof number, "{\"number\":%c,", *n);
        ck_assert_msg((at = strstr(at, "{\"number\":")) && strncmp(at, number, strlen(number)) == 0, "%s: %s", row->query,
                      panel->reply.body.p);
        at++;
    }
    ck_assert_ptr_null(strstr(at, "{\"number\":"));
    panel_close(panel);
}
END_TEST

START_TEST(the_control_api_is_not_in_the_journal)
{
    struct panel *panel = panel_open();

    panel_get(panel, "/__mock/health");
    panel_get(panel, "/__mock/nothing");

    ck_assert_str_eq(panel_get(panel, "/__mock/requests"), "{\"requests\":[],\"matched\":0,\"last\":0,\"dropped\":0,\"evicted\":0}\n");
    panel_close(panel);
}
END_TEST

START_TEST(to_delete_the_journal_begins_expectations_anew)
{
    struct panel *panel = panel_open();

    panel_ask(panel, "POST", "/requester/cancel", "{}");
    assert_has(panel_get(panel, "/__mock/verdict"), "expected cancel never, came 1 time");
    ck_assert_str_eq(panel_ask(panel, "DELETE", "/__mock/requests", ""), "{\"deleted\":1}\n");

    ck_assert_ptr_null(strstr(panel_get(panel, "/__mock/verdict"), "expected cancel never, came 1 time"));
    panel_close(panel);
}
END_TEST

START_TEST(the_verdict_names_all_that_is_not_as_it_should_be)
{
    struct panel *panel = panel_open();

    ck_assert_str_eq(panel_get(panel, "/__mock/verdict"),
                     "{\"ok\":false,\"reasons\":["
                     "{\"kind\":\"unmet-expectation\",\"text\":\"expected list 1 time, came 0 times\",\"file\":\"a.json\",\"line\":2},"
                     "{\"kind\":\"unreached-step\",\"text\":\"step 1 of job gated was never reached\",\"file\":\"a.json\",\"line\":1}],"
                     "\"expectations\":["
                     "{\"expected\":\"cancel never\",\"met\":true,\"seen\":0,\"came\":\"came 0 times\",\"file\":\"a.json\",\"line\":2},"
                     "{\"expected\":\"list 1 time\",\"met\":false,\"seen\":0,\"came\":\"came 0 times\",\"file\":\"a.json\",\"line\":2}]}"
                     "\n");
    panel_close(panel);
}
END_TEST

START_TEST(what_a_browser_asks_by_itself_does_not_count_against_the_verdict)
{
    struct panel *panel = panel_open_with("{\"version\": 1}", CLOCK_KIND_MANUAL);

    panel_get(panel, "/");
    ck_assert_int_eq(panel->reply.status, 404);
    panel_get(panel, "/favicon.ico");
    ck_assert_int_eq(panel->reply.status, 404);
    assert_has(panel_get(panel, "/__mock/verdict"), "{\"ok\":true,");

    panel_ask(panel, "POST", "/", "");
    assert_has(panel_get(panel, "/__mock/verdict"), "\"kind\":\"not-found\"");
    panel_close(panel);
}
END_TEST

START_TEST(the_verdict_is_good_when_all_came_as_it_should)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "mock:gated");
    panel_ask(panel, "POST", "/__mock/gates/go", "");
    panel_ask(panel, "POST", "/requester/list", "{}");

    assert_has(panel_get(panel, "/__mock/verdict"), "{\"ok\":true,\"reasons\":[],");
    panel_close(panel);
}
END_TEST

/* ---- reset ----------------------------------------------------------------------------------------------- */

START_TEST(after_a_reset_it_behaves_as_a_fresh_one)
{
    struct panel *panel = panel_open();
    char first[64], before[1024];

    snprintf(before, sizeof before, "%s", panel_get(panel, "/__mock/health"));
    snprintf(first, sizeof first, "%s", panel_submit(panel, "mock:gated"));
    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"5s\"}");
    panel_ask(panel, "POST", "/__mock/gates/go", "");
    assert_has(panel_ask(panel, "POST", "/__mock/reset", "{}"),
               "{\"reset\":[\"jobs\",\"journal\",\"faults\",\"gates\",\"clock\"],\"clock\":");

    ck_assert_str_eq(panel_get(panel, "/__mock/health"), before);
    ck_assert_str_eq(panel_submit(panel, "mock:gated"), first);
    assert_has(panel_get(panel, "/__mock/gates"), "\"open\":false,\"waiting\":1");
    assert_has(panel_get(panel, "/__mock/requests"), "\"last\":1,");
    panel_close(panel);
}
END_TEST

START_TEST(a_reset_of_one_thing_leaves_the_others)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "mock:gated");
    panel_ask(panel, "POST", "/__mock/reset", "{\"what\":[\"journal\"]}");

    assert_has(panel_get(panel, "/__mock/gates"), "\"waiting\":1");
    assert_has(panel_get(panel, "/__mock/requests"), "\"last\":0,");
    panel_close(panel);
}
END_TEST

START_TEST(the_clock_is_not_set_back_under_jobs)
{
    struct panel *panel = panel_open();

    panel_submit(panel, "mock:gated");
    assert_has(panel_ask(panel, "POST", "/__mock/reset", "{\"what\":[\"clock\"]}"), "jobs-in-the-way");

    ck_assert_int_eq(panel->reply.status, 409);
    panel_close(panel);
}
END_TEST

TEST_MAIN("control",
    TEST_EACH(what_is_wrong_is_refused_with_key_message_and_hint, refusals),
    TEST(a_wrong_verb_is_told_the_right_ones),
    TEST(a_body_that_is_too_large_is_refused),
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
    TEST(what_a_browser_asks_by_itself_does_not_count_against_the_verdict),
    TEST(the_verdict_is_good_when_all_came_as_it_should),
    TEST(after_a_reset_it_behaves_as_a_fresh_one),
    TEST(a_reset_of_one_thing_leaves_the_others),
    TEST(the_clock_is_not_set_back_under_jobs))
