/* GET and PUT /__mock/scenario. */
#include "support/files.h"
#include "support/panel.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

static struct panel *panel;

static void open_panel(void)
{
    panel = panel_open();
}

static void close_panel(void)
{
    panel_close(panel);
}

static const char *put(const char *body)
{
    return panel_ask(panel, "PUT", "/__mock/scenario", body);
}

START_TEST(a_put_replaces_the_scenario_and_keeps_the_settings)
{
    assert_has(put("{\"version\":1,\"name\":\"other\",\"faults\":[{\"name\":\"f\",\"reply\":{\"status\":500}}]}"),
               "{\"name\":\"other\",\"dialect\":\"v0.3.25\",\"clock\":\"manual\",");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(panel_get(panel, "/__mock/faults"), "{\"faults\":[{\"name\":\"f\",\"source\":\"other:1\",\"added\":false,\"on\":true,");
    assert_has(panel_get(panel, "/__mock/verdict"), "\"expectations\":[]");
}
END_TEST

START_TEST(jobs_keep_their_scripts)
{
    panel_submit(panel, "mock:gated");

    put("{\"version\":1}");
    panel_ask(panel, "POST", "/__mock/gates/go", "");

    ck_assert_int_eq(panel->reply.status, 200);
    assert_has(panel_get(panel, "/__mock/jobs"), "\"state\":\"Completed\"");
}
END_TEST

static const struct {
    const char *body, *changed;
} restarts[] = {
    { "{\"version\":1,\"dialect\":\"v0.3.24\"}", "another dialect needs a restart" },
    { "{\"version\":1,\"start_time\":\"2030-01-01T00:00:00Z\"}", "another start_time needs a restart" },
};

START_TEST(a_setting_that_needs_a_restart_is_refused)
{
    assert_has(put(restarts[_i].body), restarts[_i].changed);

    ck_assert_int_eq(panel->reply.status, 409);
    assert_has(panel_get(panel, "/__mock/scenario"), "{\"name\":\"a\",");
}
END_TEST

START_TEST(faults_added_at_run_time_go)
{
    panel_ask(panel, "POST", "/__mock/faults", "{\"name\":\"f\",\"reply\":{\"status\":500}}");

    put("{\"name\":\"stuck-askforbid\"}");

    assert_has(panel_get(panel, "/__mock/faults"), "{\"faults\":[]}");
}
END_TEST

/* ---- the corpus of bad files --------------------------------------------------------------------------------------- */

#define CORPUS TESTS_DIR "/unit/scenarios/bad/"

/* What a PUT must not change. */
static const char *const shown[] = { "/__mock/scenario", "/__mock/jobs", "/__mock/faults" };

static void show(char *before[ROWS(shown)])
{
    for (size_t i = 0; i < ROWS(shown); i++)
        before[i] = strdup(panel_get(panel, shown[i]));
}

/* Each line of the file begins `NAME:LINE:COLUMN: `; the places must be among the findings. */
static void assert_located(const char *name, const char *wanted, const char *got)
{
    for (const char *line = wanted; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        unsigned at = 0, column = 0;
        char part[64];
        if (sscanf(line, "%*[^:]:%u:%u:", &at, &column) != 2 || strstr(line, "but the file's own is"))
            continue;
        snprintf(part, sizeof part, "\"line\":%u,\"column\":%u,", at, column);
        ck_assert_msg(strstr(got, part), "%s: %s lacks %s", name, got, part);
    }
}

static void put_bad(const char *name)
{
    char path[512];

    snprintf(path, sizeof path, CORPUS "%s", name);
    struct buf text = file_read(path);
    memcpy(strrchr(path, '.'), ".txt", sizeof ".txt");
    struct buf wanted = file_read(path);
    if (strlen(text.p) == text.n) { /* a NUL would end the body here */
        const char *got = put(text.p);
        ck_assert_msg(panel->reply.status == 422, "%s: %d %s", name, panel->reply.status, got);
        assert_located(name, wanted.p, got);
    }
    buf_release(&text);
    buf_release(&wanted);
}

START_TEST(a_bad_file_is_refused_with_the_places_of_its_findings_and_changes_nothing)
{
    struct folder corpus = folder_list(CORPUS, ".json");
    char *before[ROWS(shown)], *after[ROWS(shown)];
    panel_submit(panel, "mock:gated");
    show(before);

    ck_assert_uint_gt(corpus.n, 20);
    for (size_t i = 0; i < corpus.n; i++)
        if (strcmp(corpus.names[i], "no-object.json") != 0) /* it is [], which is no scenario */
            put_bad(corpus.names[i]);

    show(after);
    for (size_t i = 0; i < ROWS(shown); i++) {
        ck_assert_str_eq(before[i], after[i]);
        free(before[i]);
        free(after[i]);
    }
    folder_free(&corpus);
}
END_TEST

TEST_MAIN("scenario calls",
          TEST_GROUP("scenario", .setup = open_panel, .teardown = close_panel),
          TEST(a_put_replaces_the_scenario_and_keeps_the_settings),
          TEST(jobs_keep_their_scripts),
          TEST_EACH(a_setting_that_needs_a_restart_is_refused, restarts),
          TEST(faults_added_at_run_time_go),
          TEST(a_bad_file_is_refused_with_the_places_of_its_findings_and_changes_nothing))
