/* Scenario files and fixtures as they must not be: ten thousand broken ones, and one with twenty mistakes.
 *
 * Every good file that there is is changed at a few places, again and again. A batch is a test of its own and
 * its number the seed, so that what fails is found again: CK_RUN_CASE and the loop's index. */
#include "base/draw.h"
#include "base/ns.h"
#include "scenario/scenario.h"
#include "sim/scheduler.h"
#include "releases/release.h"
#include "support/files.h"
#include "support/mutator.h"
#include "releases/fixture.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

#define GOOD TESTS_DIR "/unit/scenarios/good/"
#define SHIPPED SOURCE_DIR "/scenarios/"
#define FIXTURES SOURCE_DIR "/fixtures/"
#define TWENTY TESTS_DIR "/unit/scenarios/bad/twenty-mistakes"

enum { BATCHES = 10, SCENARIOS_A_BATCH = 700, FIXTURES_A_BATCH = 300, MISTAKES = 20 };
enum { PATH_SIZE = 1024, SOURCES_MAX = 512 };


/* ---- the good files ---------------------------------------------------------------------------------------- */

struct sources {
    struct buf at[SOURCES_MAX];
    size_t n;
};

static struct sources scenarios, fixtures;

static void take_folder(struct sources *sources, const char *path)
{
    struct folder folder = folder_list(path, ".json");

    for (size_t i = 0; i < folder.n; i++) {
        char file[PATH_SIZE];
        if (strstr(folder.names[i], ".schema."))
            continue;
        snprintf(file, sizeof file, "%s%s", path, folder.names[i]);
        MUST(sources->n < SOURCES_MAX);
        sources->at[sources->n++] = file_read(file);
    }
    folder_free(&folder);
}

static void release(struct sources *sources)
{
    for (size_t i = 0; i < sources->n; i++)
        buf_release(&sources->at[i]);
}

/* One of the files with one to four changes. */
static struct buf mutant(struct draw *random, const struct sources *sources)
{
    const struct buf *from = &sources->at[draw_below(random, sources->n)];

    return mutant_of(random, buf_view(from), 4);
}

/* ---- scenarios ------------------------------------------------------------------------------------------------- */

/* Every file that is named can be had. */
static enum err read_any(void *context, const char *path, struct buf *text, struct error *error)
{
    (void)context;
    (void)path;
    buf_text(text, "{\"jobs\": []}");
    return text->failed ? error_set(error, ERR_NOMEM, "out of memory") : ERR_OK;
}

static void assert_told(const struct findings *findings, const struct buf *text)
{
    ck_assert_msg(findings->n > 0, "refused without a word: %.*s", SPAN_ARG(buf_view(text)));
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *f = &findings->at[i];
        ck_assert_msg(f->place.line >= 1 && f->place.column >= 1 && f->message.n > 0, "%zu:%zu \"%.*s\": %.*s",
                      f->place.line, f->place.column, SPAN_ARG(f->message), SPAN_ARG(buf_view(text)));
    }
}

START_TEST(a_mutated_scenario_passes_or_is_refused_with_places_and_messages)
{
    struct draw random = draw_of_seed((uint64_t)_i);

    for (int i = 0; i < SCENARIOS_A_BATCH; i++) {
        struct buf text = mutant(&random, &scenarios);
        struct scenario_file file = { .name = "a.json", .text = buf_view(&text), .read_file = read_any };
        struct findings findings = { 0 };
        struct scenario *scenario = NULL;

        enum err err = scenario_load(&file, 1, &findings, &scenario, NULL);

        ck_assert_msg(err == ERR_OK || err == ERR_INVALID, "error %d: %.*s", (int)err, SPAN_ARG(buf_view(&text)));
        if (err)
            assert_told(&findings, &text);
        scenario_free(scenario);
        findings_release(&findings);
        buf_release(&text);
    }
}
END_TEST

/* ---- fixtures ---------------------------------------------------------------------------------------------------- */

static struct engine *empty_engine(void)
{
    struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct engine_options options = { .rules = &rules_v0_3_25, .nodes = &node, .n_nodes = 1, .ids = draw_of_seed(1),
                                      .start = CLOCK_DEFAULT_START };
    struct engine *engine;

    ck_assert(engine_new(&options, &engine, NULL) == ERR_OK);
    return engine;
}

START_TEST(a_mutated_fixture_passes_or_is_refused_with_a_place_and_a_message)
{
    struct draw random = draw_of_seed((uint64_t)_i);

    for (int i = 0; i < FIXTURES_A_BATCH; i++) {
        struct buf text = mutant(&random, &fixtures);
        struct engine *engine = empty_engine();
        struct json_place where = { 0 };
        struct error error = { 0 };

        enum err err = fixture_load(engine, buf_view(&text), CLOCK_DEFAULT_START, &where, &error);

        if (err)
            ck_assert_msg(err == ERR_INVALID && where.line >= 1 && where.column >= 1 && error.text[0],
                          "batch %d, file %d: error %d at %zu:%zu \"%s\"", _i, i, (int)err, where.line, where.column,
                          error.text);
        engine_tick(engine, CLOCK_DEFAULT_START + 3600 * NS_PER_SECOND); /* what was taken in lives on */
        engine_free(engine);
        buf_release(&text);
    }
}
END_TEST

/* ---- twenty mistakes ------------------------------------------------------------------------------------------------ */

START_TEST(twenty_mistakes_in_one_file_are_twenty_messages_at_their_places)
{
    struct buf text = file_read(TWENTY ".json"), wanted = file_read(TWENTY ".txt"), told = buf_init(FINDINGS_TEXT_MAX);
    struct scenario_file file = { .name = "twenty-mistakes.json", .text = buf_view(&text) };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;

    enum err err = scenario_load(&file, 1, &findings, &scenario, NULL);

    ck_assert_int_eq(err, ERR_INVALID);
    findings_put(&told, &findings);
    ck_assert_str_eq(told.p, wanted.p);
    ck_assert_uint_eq(findings.n, MISTAKES);
    findings_release(&findings);
    buf_release(&text);
    buf_release(&wanted);
    buf_release(&told);
}
END_TEST

int main(void)
{
    take_folder(&scenarios, GOOD);
    take_folder(&scenarios, SHIPPED);
    take_folder(&fixtures, FIXTURES);
    const struct suite_row rows[] = {
        TEST_GROUP("mutations"),
        TEST_TIMES(a_mutated_scenario_passes_or_is_refused_with_places_and_messages, BATCHES),
        TEST_TIMES(a_mutated_fixture_passes_or_is_refused_with_a_place_and_a_message, BATCHES),
        TEST_GROUP("mistakes"),
        TEST(twenty_mistakes_in_one_file_are_twenty_messages_at_their_places),
    };
    int code = suite_run("mutated files", rows, ROWS(rows));
    release(&scenarios);
    release(&fixtures);
    return code;
}
