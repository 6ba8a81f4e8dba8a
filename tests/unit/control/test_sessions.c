/* The control API's calls about sessions. */
#include "base/os_clock.h"
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>

static struct panel *panel;

static void open_panel(void)
{
    panel = panel_open();
}

static void close_panel(void)
{
    panel_close(panel);
}

static const char *post(const char *body)
{
    return panel_ask(panel, "POST", "/__mock/sessions", body);
}

static void assert_status(int status)
{
    ck_assert_msg(panel->reply.status == status, "%d: %s", panel->reply.status, panel->reply.body.p);
}

/* The settings that GET scenario shows for the session `a`. */
static void assert_scenario(const char *part)
{
    assert_has(panel_get(panel, "/__mock/scenario?session=a"), part);
}

START_TEST(a_session_is_made_shown_listed_and_ended)
{
    assert_has(post("{\"client_id\":\"a\"}"), "{\"client_id\":\"a\",\"scenario\":\"a\",\"seed\":\"");
    assert_status(201);

    assert_has(panel_get(panel, "/__mock/sessions/a"), "\"jobs\":0,\"requests\":0,\"ttl\":\"10m0s\"}");
    assert_has(panel_get(panel, "/__mock/sessions"), "{\"sessions\":[{\"client_id\":\"a\",");
    assert_has(panel_get(panel, "/__mock/health"), "\"sessions\":1}");
    assert_has(panel_ask(panel, "DELETE", "/__mock/sessions/a", ""), "{\"ok\":false,\"reasons\":[");
    assert_status(200);
    assert_has(panel_get(panel, "/__mock/sessions"), "{\"sessions\":[]}");
}
END_TEST

START_TEST(a_session_that_does_not_exist_is_refused)
{
    static const struct {
        const char *method, *path;
    } calls[] = { { "GET", "/__mock/sessions/a" }, { "DELETE", "/__mock/sessions/a" }, { "GET", "/__mock/clock?session=a" } };

    for (size_t i = 0; i < ROWS(calls); i++) {
        assert_has(panel_ask(panel, calls[i].method, calls[i].path, ""), "\"key\":\"unknown-session\"");
        assert_status(404);
    }
}
END_TEST

START_TEST(a_second_session_of_a_client_is_refused)
{
    post("{\"client_id\":\"a\"}");

    assert_has(post("{\"client_id\":\"a\"}"), "\"key\":\"session-exists\"");
    assert_status(409);
}
END_TEST

static const struct {
    const char *body;
    int status;
    const char *part;
} bad[] = {
    { "{}", 422, "missing key \\\"client_id\\\"" },
    { "{", 422, "\"key\":\"syntax\"" },
    { "{\"client_id\":\"\"}", 422, "\"pointer\":\"/client_id\"" },
    { "{\"client_id\":\"a\",\"ttl\":\"25h\"}", 422, "expected a duration above 0 and up to 24h" },
    { "{\"client_id\":\"a\",\"ttl\":\"0s\"}", 422, "\"pointer\":\"/ttl\"" },
    { "{\"client_id\":\"a\",\"sed\":1}", 422, "did you mean \\\"seed\\\"?" },
    { "{\"client_id\":\"a\",\"dialect\":\"v0.3.24\"}", 409, "\"key\":\"needs-restart\"" },
    { "{\"client_id\":\"a\",\"scenario\":{\"version\":1,\"dialect\":\"v0.3.24\"}}", 409, "another dialect needs a restart" },
    { "{\"client_id\":\"a\",\"scenario\":{\"name\":\"stuck-askforbit\"}}", 422, "did you mean \\\"stuck-askforbid\\\"?" },
    { "{\"client_id\":\"a\",\n \"scenario\":{\"version\":1,\n  \"jobs\":[{\"nam\":\"x\"}]}}", 422,
      "\"line\":3,\"column\":12,\"pointer\":\"/jobs/0\",\"key\":\"unknown-key\"" },
    { "{\"client_id\":\"a\",\"scenario\":[{\"version\":1},\n {\"version\":2}]}", 422, "\"line\":2,\"column\":13" },
    { "{\"client_id\":\"a\",\"scenario\":{\"version\":1,\"fixtures\":[\"f.json\"]}}", 422, "\"key\":\"no-files-here\"" },
    { "{\"client_id\":\"a\",\"fixtures\":\"f.json\"}", 422, "\"key\":\"no-files-here\"" },
    { "{\"client_id\":\"a\",\"fixtures\":{\"jobs\":[\n{\"Job\":{}}]}}", 422, "\"line\":2," },
};

START_TEST(a_bad_body_is_refused_and_makes_no_session)
{
    assert_has(post(bad[_i].body), bad[_i].part);

    assert_status(bad[_i].status);
    assert_has(panel_get(panel, "/__mock/sessions"), "{\"sessions\":[]}");
}
END_TEST

START_TEST(the_body_wins_over_the_scenario_and_the_scenario_over_the_process)
{
    post("{\"client_id\":\"a\",\"seed\":7,\"scenario\":{\"version\":1,\"seed\":8,\"signatures\":\"warn\",\"clock\":\"real\"}}");

    assert_scenario("\"seed\":\"7\"");
    assert_scenario("\"signatures\":\"warn\"");
    assert_scenario("\"clock\":\"real\"");
}
END_TEST

START_TEST(what_is_left_out_comes_from_the_process)
{
    post("{\"client_id\":\"a\"}");

    assert_scenario("\"dialect\":\"v0.3.25\",\"clock\":\"manual\",\"start_time\":\"2023-03-22T09:00:00Z\"");
    assert_scenario("\"signatures\":\"off\",\"parts\":[{\"source\":\"a.json\",\"scenario\":{\"version\": 1, \"jobs\"");
}
END_TEST

START_TEST(an_empty_list_of_scenarios_plays_none)
{
    post("{\"client_id\":\"a\",\"scenario\":[]}");

    assert_scenario("{\"name\":\"none\",");
    assert_scenario("\"parts\":[],\"fixtures\":[]");
}
END_TEST

START_TEST(a_seed_is_drawn_from_that_of_the_process_and_the_client)
{
    char first[256], again[256], other[256];

    snprintf(first, sizeof first, "%.60s", post("{\"client_id\":\"a\"}"));
    panel_ask(panel, "DELETE", "/__mock/sessions/a", "");
    snprintf(again, sizeof again, "%.60s", post("{\"client_id\":\"a\"}"));
    snprintf(other, sizeof other, "%.60s", post("{\"client_id\":\"b\"}"));

    ck_assert_str_eq(first, again);
    ck_assert_str_ne(strstr(first, "seed"), strstr(other, "seed"));
}
END_TEST

START_TEST(a_session_has_a_clock_of_its_own)
{
    post("{\"client_id\":\"a\",\"start_time\":\"2030-01-01T00:00:00Z\"}");

    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance?session=a", "{\"by\":\"10s\"}"), "\"now\":\"2030-01-01T00:00:10Z\"");

    assert_has(panel_get(panel, "/__mock/clock"), "\"now\":\"" PANEL_NINE "\"");
}
END_TEST

START_TEST(requests_of_the_client_are_in_its_journal)
{
    post("{\"client_id\":\"c\"}");

    panel_submit(panel, "x");

    assert_has(panel_get(panel, "/__mock/requests?session=c"), "\"matched\":1,");
    assert_has(panel_get(panel, "/__mock/requests"), "\"matched\":0,");
    assert_has(panel_get(panel, "/__mock/sessions/c"), "\"jobs\":1,\"requests\":1,");
}
END_TEST

START_TEST(a_shipped_scenario_plays_in_a_session)
{
    post("{\"client_id\":\"a\",\"scenario\":[{\"name\":\"stuck-askforbid\"},{\"version\":1,\"name\":\"mine\"}]}");

    assert_scenario("{\"name\":\"stuck-askforbid+mine\",");
    assert_scenario("\"source\":\"scenarios/stuck-askforbid.json\"");
    assert_scenario("{\"source\":\"body\",\"scenario\":{\"version\":1,\"name\":\"mine\"}}");
}
END_TEST

START_TEST(a_session_name_may_need_escapes)
{
    post("{\"client_id\":\"a b/c\"}");

    assert_has(panel_get(panel, "/__mock/sessions/a%20b%2Fc"), "\"client_id\":\"a b/c\"");
    assert_has(panel_get(panel, "/__mock/health?session=a+b%2Fc"), "\"sessions\":1");
}
END_TEST

START_TEST(a_list_keeps_no_session_alive)
{
    post("{\"client_id\":\"a\"}");
    struct world *world = worlds_hold(&panel->worlds, SPAN("a"));
    int64_t used = os_clock_monotonic() - 60 * NS_PER_SECOND;
    atomic_store(&world->membership.last_ns, used);
    world_drop_unused(world);

    panel_get(panel, "/__mock/sessions");

    world = worlds_hold(&panel->worlds, SPAN("a"));
    ck_assert_int_eq(atomic_load(&world->membership.last_ns), used);
    world_drop(world);
}
END_TEST

TEST_MAIN("sessions",
          TEST_GROUP("sessions", .setup = open_panel, .teardown = close_panel),
          TEST(a_session_is_made_shown_listed_and_ended),
          TEST(a_session_that_does_not_exist_is_refused),
          TEST(a_second_session_of_a_client_is_refused),
          TEST_EACH(a_bad_body_is_refused_and_makes_no_session, bad),
          TEST(the_body_wins_over_the_scenario_and_the_scenario_over_the_process),
          TEST(what_is_left_out_comes_from_the_process),
          TEST(an_empty_list_of_scenarios_plays_none),
          TEST(a_seed_is_drawn_from_that_of_the_process_and_the_client),
          TEST(a_session_has_a_clock_of_its_own),
          TEST(requests_of_the_client_are_in_its_journal),
          TEST(a_shipped_scenario_plays_in_a_session),
          TEST(a_session_name_may_need_escapes),
          TEST(a_list_keeps_no_session_alive))
