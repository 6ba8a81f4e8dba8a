/* The control API's calls about faults. */
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>

#define FAULT(name, more) "{\"name\":\"" name "\",\"on\":\"livez\",\"reply\":{\"status\":500}" more "}"

static struct panel *panel;

static void open_panel(void)
{
    panel = panel_open_with("{\"version\": 1,\n\"faults\": [{\"name\": \"loaded\", \"on\": \"livez\", \"count\": 2, \"reply\": {\"status\": 501}}]}",
                            CLOCK_KIND_MANUAL);
}

static void close_panel(void)
{
    panel_close(panel);
}

static const char *post(const char *body)
{
    return panel_ask(panel, "POST", "/__mock/faults", body);
}

static int livez(void)
{
    panel_get(panel, "/livez");
    return panel->reply.status;
}

START_TEST(the_faults_are_listed_with_what_they_took)
{
    livez();

    assert_has(panel_get(panel, "/__mock/faults"),
               "{\"faults\":[{\"name\":\"loaded\",\"source\":\"a.json:2\",\"added\":false,\"on\":true,\"seen\":1,\"fired\":1,\"left\":1}]}");
}
END_TEST

START_TEST(a_fault_that_is_added_stands_in_front)
{
    assert_has(post(FAULT("a", "")), "{\"added\":[{\"name\":\"a\",\"source\":null,\"added\":true,\"on\":true,\"seen\":0,\"fired\":0,\"left\":null}]}");
    ck_assert_int_eq(panel->reply.status, 201);

    ck_assert_int_eq(livez(), 500);
}
END_TEST

START_TEST(a_list_keeps_its_order)
{
    post("[" FAULT("a", ",\"count\":1") "," FAULT("b", "") "]");

    assert_has(panel_get(panel, "/__mock/faults"), "{\"faults\":[{\"name\":\"a\",");
}
END_TEST

START_TEST(a_name_in_use_is_refused_and_nothing_is_added)
{
    assert_has(post("[" FAULT("a", "") "," FAULT("loaded", "") "]"), "\"key\":\"fault-exists\"");

    ck_assert_int_eq(panel->reply.status, 409);
    ck_assert_int_eq(livez(), 501);
}
END_TEST

static const struct {
    const char *body, *part;
} bad[] = {
    { "{\"reply\":{\"status\":500}}", "missing key \\\"name\\\"" },
    { "{\"name\":\"a\",\"reply\":{\"statu\":500}}", "\"line\":1,\"column\":22,\"pointer\":\"/reply\",\"key\":\"unknown-key\"" },
    { "[" FAULT("a", "") ",\n" FAULT("a", "") "]", "\"line\":2," },
    { FAULT("a", ",\"ttl\":\"0s\""), "expected a duration above 0" },
    { "{\"name\":\"a\",\"reply\":{\"body_file\":\"x\"}}", "\"key\":\"no-files-here\"" },
    { "{\"name\":", "\"key\":\"syntax\"" },
    { "7", "\"key\":\"wrong-type\"" },
};

START_TEST(a_bad_fault_is_refused_with_the_place_of_what_is_wrong)
{
    assert_has(post(bad[_i].body), bad[_i].part);

    ck_assert_int_eq(panel->reply.status, 422);
    ck_assert_int_eq(livez(), 501);
}
END_TEST

START_TEST(a_fault_is_switched_off_and_on)
{
    assert_has(panel_ask(panel, "PUT", "/__mock/faults/loaded", "{\"on\":false}"), "\"on\":false,");
    ck_assert_int_eq(livez(), 200);

    panel_ask(panel, "PUT", "/__mock/faults/loaded", "{\"on\":true}");

    ck_assert_int_eq(livez(), 501);
}
END_TEST

START_TEST(only_a_fault_that_was_added_is_removed)
{
    post(FAULT("a", ""));

    assert_has(panel_ask(panel, "DELETE", "/__mock/faults/a", ""), "{\"removed\":1}");
    assert_has(panel_ask(panel, "DELETE", "/__mock/faults/loaded", ""), "\"key\":\"loaded-fault\"");
    ck_assert_int_eq(panel->reply.status, 409);
    assert_has(panel_ask(panel, "DELETE", "/__mock/faults/a", ""), "\"key\":\"unknown-fault\"");
    ck_assert_int_eq(panel->reply.status, 404);
}
END_TEST

START_TEST(all_that_were_added_are_removed_at_once)
{
    post("[" FAULT("a", "") "," FAULT("b", "") "]");

    assert_has(panel_ask(panel, "DELETE", "/__mock/faults", ""), "{\"removed\":2}");

    ck_assert_int_eq(livez(), 501);
}
END_TEST

START_TEST(a_ttl_ends_on_the_clock_of_the_world)
{
    post(FAULT("a", ",\"ttl\":\"30s\""));

    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"30s\"}");

    ck_assert_int_eq(livez(), 501);
    assert_has(post(FAULT("a", "")), "{\"added\":");
}
END_TEST

START_TEST(a_reset_removes_what_was_added_and_sets_counts_to_zero)
{
    post(FAULT("a", ",\"count\":1"));
    livez();
    livez();

    panel_ask(panel, "POST", "/__mock/reset", "{\"what\":[\"faults\"]}");

    assert_has(panel_get(panel, "/__mock/faults"), "{\"faults\":[{\"name\":\"loaded\",\"source\":\"a.json:2\",\"added\":false,\"on\":true,\"seen\":0,\"fired\":0,");
}
END_TEST

START_TEST(an_unused_fault_that_was_added_counts_in_the_verdict_until_it_is_gone)
{
    livez();
    post(FAULT("unused", ",\"ttl\":\"30s\""));
    assert_has(panel_get(panel, "/__mock/verdict"), "unused");

    panel_ask(panel, "POST", "/__mock/clock/advance", "{\"by\":\"30s\"}");

    assert_has(panel_get(panel, "/__mock/verdict"), "{\"ok\":true,");
}
END_TEST

TEST_MAIN("fault calls",
          TEST_GROUP("faults", .setup = open_panel, .teardown = close_panel),
          TEST(the_faults_are_listed_with_what_they_took),
          TEST(a_fault_that_is_added_stands_in_front),
          TEST(a_list_keeps_its_order),
          TEST(a_name_in_use_is_refused_and_nothing_is_added),
          TEST_EACH(a_bad_fault_is_refused_with_the_place_of_what_is_wrong, bad),
          TEST(a_fault_is_switched_off_and_on),
          TEST(only_a_fault_that_was_added_is_removed),
          TEST(all_that_were_added_are_removed_at_once),
          TEST(a_ttl_ends_on_the_clock_of_the_world),
          TEST(a_reset_removes_what_was_added_and_sets_counts_to_zero),
          TEST(an_unused_fault_that_was_added_counts_in_the_verdict_until_it_is_gone))
