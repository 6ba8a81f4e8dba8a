/* Programs: which setting wins, which seed is taken, what needs a restart, how long one lives. */
#include "scenario/program.h"

#include "support/suite.h"

static const char everything[] =
    "{\"version\": 1, \"dialect\": \"v0.3.24\", \"clock\": {\"scale\": 20}, \"start_time\": \"2023-03-22T10:00:00+01:00\","
    " \"seed\": 42, \"signatures\": \"off\", \"nodes\": [{\"name\": \"a\"}],"
    " \"jobs\": [{\"name\": \"j\", \"nodes\": [{\"name\": \"b\"}, {\"name\": \"c\"}]}]}";
static const char nothing[] = "{\"version\": 1}";

static struct program *program_of(const char *text, const struct program_settings *settings, const struct program *before)
{
    struct scenario_file file = { .name = "a.json", .text = span_text(text) };
    struct program_source source = { &file, 1, settings ? *settings : PROGRAM_SETTINGS_NONE, .before = before };
    struct findings findings = { 0 };
    struct program *program = NULL;
    struct error error;

    ck_assert_msg(program_new(&source, &findings, &program, &error) == ERR_OK, "%s", error.text);
    findings_release(&findings);
    return program;
}

static struct program *manual_of(const char *text)
{
    struct program_settings settings = PROGRAM_SETTINGS_NONE;

    settings.clock = CLOCK_KIND_MANUAL;
    return program_of(text, &settings, NULL);
}

/* ---- settings ---------------------------------------------------------------------------------------------- */

START_TEST(a_file_sets_what_is_left_open)
{
    struct program *program = program_of(everything, NULL, NULL);

    ck_assert_ptr_eq(program->dialect, &release_v0_3_24);
    ck_assert_int_eq(program->clock, CLOCK_KIND_SCALED);
    ck_assert(program->clock_scale > 19 && program->clock_scale < 21);
    ck_assert_int_eq(program->start_time, CLOCK_DEFAULT_START);
    ck_assert_int_eq(program->zone, 3600);
    ck_assert(program->seed_chosen && program->seed == 42);
    ck_assert_int_eq(program->signatures, SIGNATURES_OFF);
    program_drop(program);
}
END_TEST

START_TEST(a_setting_wins_over_the_file)
{
    struct program_settings settings = { &release_v0_3_25, CLOCK_KIND_REAL, 0, 5, 0, true, 7, SIGNATURES_WARN };

    struct program *program = program_of(everything, &settings, NULL);

    ck_assert_ptr_eq(program->dialect, &release_v0_3_25);
    ck_assert_int_eq(program->clock, CLOCK_KIND_REAL);
    ck_assert_int_eq(program->start_time, 5);
    ck_assert_int_eq(program->zone, 0);
    ck_assert(program->seed_chosen && program->seed == 7);
    ck_assert_int_eq(program->signatures, SIGNATURES_WARN);
    program_drop(program);
}
END_TEST

START_TEST(without_any_setting_the_defaults_hold)
{
    struct program *program = program_of(nothing, NULL, NULL);

    ck_assert_ptr_eq(program->dialect, releases[0]);
    ck_assert_int_eq(program->clock, CLOCK_KIND_REAL);
    ck_assert_int_eq(program->start_time, 0);
    ck_assert(!program->seed_chosen);
    ck_assert_int_eq(program->signatures, SIGNATURES_STRICT);
    ck_assert_uint_eq(program->n_nodes, 3);
    program_drop(program);
}
END_TEST

START_TEST(a_manual_clock_has_the_seed_1)
{
    struct program *program = manual_of(nothing);

    ck_assert(program->seed_chosen && program->seed == 1);
    program_drop(program);
}
END_TEST

START_TEST(a_drawn_seed_is_taken_over_by_the_next_program)
{
    struct program *before = program_of(nothing, NULL, NULL);
    struct program *now = program_of(nothing, NULL, before);

    ck_assert_uint_eq(now->seed, before->seed);
    ck_assert_ptr_null(program_needs_restart(now, before));
    program_drop(before);
    program_drop(now);
}
END_TEST

/* ---- what is played ---------------------------------------------------------------------------------------- */

START_TEST(every_node_has_an_id_and_the_version_of_the_release)
{
    struct program *program = program_of(everything, NULL, NULL);
    const struct node *lists[] = { program->nodes, program->scripts[0].nodes };
    size_t counts[] = { program->n_nodes, program->scripts[0].n_nodes };

    ck_assert(counts[0] == 1 && counts[1] == 2);
    for (size_t list = 0; list < 2; list++) {
        for (size_t i = 0; i < counts[list]; i++) {
            ck_assert(span_is(lists[list][i].version, "v0.3.24"));
            ck_assert_uint_eq(lists[list][i].id.n, CID_SIZE);
        }
    }
    program_drop(program);
}
END_TEST

START_TEST(a_fixture_beside_the_files_is_copied)
{
    char text[] = "{\"jobs\": []}";
    struct program_source source = { .settings = PROGRAM_SETTINGS_NONE, .fixture = { SPAN("f.json"), span_text(text) } };
    struct findings findings = { 0 };
    struct program *program = NULL;

    ck_assert_int_eq(program_new(&source, &findings, &program, NULL), ERR_OK);
    memset(text, 'x', sizeof text - 1);

    ck_assert_uint_eq(program->n_fixtures, 1);
    ck_assert(span_is(program->fixtures[0].name, "f.json"));
    ck_assert(span_is(program->fixtures[0].text, "{\"jobs\": []}"));
    program_drop(program);
}
END_TEST

START_TEST(files_that_do_not_pass_make_no_program)
{
    struct scenario_file file = { .name = "a.json", .text = SPAN("{\"version\": 2}") };
    struct program_source source = { &file, 1, .settings = PROGRAM_SETTINGS_NONE };
    struct findings findings = { 0 };
    struct program *program = NULL;

    ck_assert_int_eq(program_new(&source, &findings, &program, NULL), ERR_INVALID);

    ck_assert_uint_eq(findings.n, 1);
    ck_assert_ptr_null(program);
    findings_release(&findings);
}
END_TEST

/* ---- changes and life -------------------------------------------------------------------------------------- */

static const struct changed_row {
    const char *text, *what;
} changed[] = {
    { "{\"version\": 1, \"dialect\": \"v0.3.24\"}", "dialect" },
    { "{\"version\": 1, \"clock\": {\"scale\": 2}, \"seed\": 1}", "clock" },
    { "{\"version\": 1, \"clock\": \"manual\", \"start_time\": \"2024-01-01T00:00:00Z\"}", "start_time" },
    { "{\"version\": 1, \"clock\": \"manual\", \"seed\": 2}", "seed" },
    { "{\"version\": 1, \"clock\": \"manual\", \"nodes\": []}", NULL },
};

START_TEST(the_setting_that_needs_a_restart_is_named)
{
    const struct changed_row *row = &changed[_i];
    struct program *before = program_of("{\"version\": 1, \"clock\": \"manual\"}", NULL, NULL);
    struct program *now = program_of(row->text, NULL, before);

    const char *what = program_needs_restart(now, before);

    ck_assert_msg(what == row->what || (what && row->what && strcmp(what, row->what) == 0), "%s: %s", row->text,
                  what ? what : "none");
    program_drop(before);
    program_drop(now);
}
END_TEST

START_TEST(a_held_program_outlives_its_maker)
{
    struct program *program = program_of(everything, NULL, NULL), *held = program_hold(program);

    program_drop(program);

    ck_assert(span_is(held->scripts[0].name, "j"));
    program_drop(held);
    program_drop(NULL);
}
END_TEST

TEST_MAIN("program",
    TEST(a_file_sets_what_is_left_open),
    TEST(a_setting_wins_over_the_file),
    TEST(without_any_setting_the_defaults_hold),
    TEST(a_manual_clock_has_the_seed_1),
    TEST(a_drawn_seed_is_taken_over_by_the_next_program),
    TEST(every_node_has_an_id_and_the_version_of_the_release),
    TEST(a_fixture_beside_the_files_is_copied),
    TEST(files_that_do_not_pass_make_no_program),
    TEST_EACH(the_setting_that_needs_a_restart_is_named, changed),
    TEST(a_held_program_outlives_its_maker))
