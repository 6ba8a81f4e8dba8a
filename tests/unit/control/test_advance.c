/* POST /__mock/clock/advance with {"until": {"job", "state"}}. */
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>

/* Advances until the job, named by its first 8 characters, is in the state; the answer's body. */
static const char *advance_until(struct panel *panel, const char *id, const char *state)
{
    char body[256];

    snprintf(body, sizeof body, "{\"until\":{\"job\":\"%.8s\",\"state\":\"%s\"}}", id, state);
    return panel_ask(panel, "POST", "/__mock/clock/advance", body);
}

static struct panel *panel_with_steps(const char *steps)
{
    char scenario[512];

    snprintf(scenario, sizeof scenario, "{\"version\": 1, \"jobs\": [{\"match\": {}, \"steps\": [%s]}]}", steps);
    return panel_open_with(scenario, CLOCK_KIND_MANUAL);
}

START_TEST(the_clock_goes_to_the_moment_of_a_state)
{
    struct panel *panel = panel_open();

    const char *id = panel_submit(panel, "x");

    assert_has(advance_until(panel, id, "Completed"), "{\"advanced\":\"500ms\",\"happened\":2,");
    ck_assert_int_eq(panel->reply.status, 200);
    panel_close(panel);
}
END_TEST

START_TEST(a_state_that_is_there_needs_no_time)
{
    struct panel *panel = panel_open();

    assert_has(advance_until(panel, panel_submit(panel, "x"), "InProgress"), "{\"advanced\":\"0s\",\"happened\":0,");
    panel_close(panel);
}
END_TEST

START_TEST(a_state_that_is_passed_within_a_moment_counts)
{
    struct panel *panel = panel_open_with(
        "{\"version\": 1, \"jobs\": [{\"match\": {}, \"unlawful\": true, \"steps\": [{\"after\": \"1s\", \"job\": \"CompletedPartially\"},"
        "{\"job\": \"Error\"}, {\"after\": \"9s\", \"job\": \"Completed\"}]}]}", CLOCK_KIND_MANUAL);

    assert_has(advance_until(panel, panel_submit(panel, "x"), "CompletedPartially"), "{\"advanced\":\"1s\",");
    panel_close(panel);
}
END_TEST

START_TEST(a_job_that_ends_otherwise_stops_the_clock_there)
{
    struct panel *panel = panel_with_steps("{\"after\": \"5s\", \"job\": \"Error\"}");

    assert_has(advance_until(panel, panel_submit(panel, "x"), "Completed"), "\"key\":\"not-reached\",\"message\":\"the job ");
    assert_has(panel->reply.body.p, " is Error\"");
    ck_assert_int_eq(panel->reply.status, 409);

    assert_has(panel_get(panel, "/__mock/clock"), "\"elapsed\":\"5s\"");
    panel_close(panel);
}
END_TEST

START_TEST(a_job_that_waits_for_a_gate_stops_the_clock)
{
    struct panel *panel = panel_open();

    assert_has(advance_until(panel, panel_submit(panel, "mock:gated"), "Completed"),
               " is InProgress, and nothing but gates, reads and housekeeping lies ahead\"");
    ck_assert_int_eq(panel->reply.status, 409);
    assert_has(panel->reply.body.p, "tells what it waits for");
    panel_close(panel);
}
END_TEST

START_TEST(a_job_that_is_forgotten_stops_the_clock)
{
    struct panel *panel = panel_with_steps("{\"after\": \"5s\", \"forget\": true}");

    assert_has(advance_until(panel, panel_submit(panel, "x"), "Completed"), " was forgotten\"");
    panel_close(panel);
}
END_TEST

START_TEST(an_unknown_job_is_refused)
{
    struct panel *panel = panel_open();

    assert_has(advance_until(panel, "01234567", "Completed"), "\"key\":\"unknown-job\"");

    ck_assert_int_eq(panel->reply.status, 404);
    panel_close(panel);
}
END_TEST

static const struct bad {
    const char *body, *text;
} bad[] = {
    { "{\"until\":{\"state\":\"Completed\"}}", "missing key \\\"job\\\"" },
    { "{\"until\":{\"job\":\"01234567\"}}", "missing key \\\"state\\\"" },
    { "{\"until\":{\"job\":\"01234567\",\"state\":\"Complete\"}}", "did you mean \\\"Completed\\\"?" },
    { "{\"until\":{\"job\":\"\",\"state\":\"Completed\"}}", "\"bad-value\"" },
    { "{\"until\":\"never\"}", "\"bad-value\"" },
};

START_TEST(a_wrong_body_is_refused)
{
    struct panel *panel = panel_open();

    assert_has(panel_ask(panel, "POST", "/__mock/clock/advance", bad[_i].body), bad[_i].text);

    ck_assert_int_eq(panel->reply.status, 400);
    panel_close(panel);
}
END_TEST

TEST_MAIN("advances until a state",
    TEST(the_clock_goes_to_the_moment_of_a_state),
    TEST(a_state_that_is_there_needs_no_time),
    TEST(a_state_that_is_passed_within_a_moment_counts),
    TEST(a_job_that_ends_otherwise_stops_the_clock_there),
    TEST(a_job_that_waits_for_a_gate_stops_the_clock),
    TEST(a_job_that_is_forgotten_stops_the_clock),
    TEST(an_unknown_job_is_refused),
    TEST_EACH(a_wrong_body_is_refused, bad))
