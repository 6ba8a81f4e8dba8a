/* Scenario files: what is read, what is refused and in which words, and that no bytes do harm. */
#include "support/network.h"
#include "scenario/scenario.h"
#include "scenario/nodes.h"
#include "sim/scheduler.h"
#include "releases/release.h"
#include "support/suite.h"
#include "wire/signature.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>

#define GOOD TESTS_DIR "/unit/scenarios/good/"
#define BAD TESTS_DIR "/unit/scenarios/bad/"
#define LOADER_ONLY TESTS_DIR "/unit/scenarios/loader-only/"

enum { PATH_SIZE = 512, TEXT_MAX = 1 << 16 };


/* ---- loading --------------------------------------------------------------------------------------------- */

static enum err load_file(const char *name, struct span text, struct findings *findings, struct scenario **scenario)
{
    struct scenario_file file = { .name = name, .text = text };

    return scenario_load(&file, 1, findings, scenario, NULL);
}

/* What is wrong, a line each; until the next call. */
static const char *lines_of(const struct findings *findings)
{
    static struct buf out;

    buf_release(&out);
    out = buf_init(FINDINGS_TEXT_MAX);
    findings_put(&out, findings);
    return out.p ? out.p : "";
}

static void assert_loads(const char *name, struct span text, struct scenario **scenario)
{
    struct findings findings = { 0 };
    enum err err = load_file(name, text, &findings, scenario);

    ck_assert_msg(err == ERR_OK, "%s", lines_of(&findings));
    findings_release(&findings);
}

/* Text in a file of its own; `'` stands for `"`. */
static struct span quoted(const char *text)
{
    static char copies[2][TEXT_MAX];
    static size_t turn;
    char *copy = copies[turn = !turn];

    ck_assert_uint_lt(strlen(text), TEXT_MAX);
    snprintf(copy, TEXT_MAX, "%s", text);
    for (char *p = copy; (p = strchr(p, '\''));)
        *p = '"';
    return span_text(copy);
}

static struct scenario *loaded(const char *text)
{
    struct scenario *scenario = NULL;

    assert_loads("a.json", quoted(text), &scenario);
    return scenario;
}

/* A scenario with this one NODE. */
static struct scenario *with_node(const char *node)
{
    struct buf text = buf_init(TEXT_MAX);

    buf_printf(&text, "{'version': 1, 'nodes': [%s]}", node);
    struct scenario *scenario = loaded(text.p);
    buf_release(&text);
    return scenario;
}

static struct scenario *of_two(const char *first, const char *second)
{
    struct scenario_file files[] = { { .name = "first.json", .text = quoted(first) },
                                     { .name = "second.json", .text = quoted(second) } };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;
    enum err err = scenario_load(files, 2, &findings, &scenario, NULL);

    ck_assert_msg(err == ERR_OK, "%s", lines_of(&findings));
    findings_release(&findings);
    return scenario;
}

static void assert_text(struct span got, const char *wanted)
{
    ck_assert_msg(span_is(got, wanted), "got \"%.*s\", wanted \"%s\"", SPAN_ARG(got), wanted);
}

/* ---- the corpus -------------------------------------------------------------------------------------------- */

static struct folder good, bad, loader_only;

START_TEST(a_good_file_passes)
{
    char path[PATH_SIZE];
    struct scenario *scenario = NULL;

    snprintf(path, sizeof path, "%s%s", GOOD, good.names[_i]);
    struct buf text = file_read(path);
    assert_loads(good.names[_i], buf_view(&text), &scenario);

    ck_assert_uint_eq(scenario->names.n, strlen(good.names[_i]) - strlen(".json"));
    scenario_free(scenario);
    buf_release(&text);
}
END_TEST

static void assert_refused(const char *folder, const char *name)
{
    char path[PATH_SIZE];
    struct scenario *scenario = NULL;
    struct findings findings = { 0 };

    snprintf(path, sizeof path, "%s%s", folder, name);
    struct buf text = file_read(path);
    memcpy(strrchr(path, '.'), ".txt", sizeof ".txt");
    struct buf wanted = file_read(path);
    enum err err = load_file(name, buf_view(&text), &findings, &scenario);

    ck_assert_msg(err == ERR_INVALID, "%s passed", name);
    ck_assert_str_eq(lines_of(&findings), wanted.p);
    ck_assert_ptr_null(scenario);
    findings_release(&findings);
    buf_release(&text);
    buf_release(&wanted);
}

START_TEST(a_bad_file_is_refused_with_all_that_is_wrong_in_order)
{
    assert_refused(BAD, bad.names[_i]);
}
END_TEST

/* Files that the schema lets pass, each named by the rule that it breaks. */
START_TEST(what_only_the_loader_sees_is_refused)
{
    assert_refused(LOADER_ONLY, loader_only.names[_i]);
}
END_TEST

/* ---- defaults ------------------------------------------------------------------------------------------------ */

static void assert_good(const struct node *node, const char *name)
{
    struct node want = node_good(SPAN(""), SPAN(""));

    assert_text(node->name, name);
    ck_assert_uint_eq(node->id.n + node->version.n + node->unreachable.n + node->max_job.cpu.n, 0);
    ck_assert_ptr_eq(node->bid.at, want.bid.at);
    ck_assert_ptr_eq(node->run.at, want.run.at);
    ck_assert_ptr_eq(node->verify.at, want.verify.at);
    ck_assert_ptr_eq(node->publish.at, want.publish.at);
    ck_assert_ptr_eq(node->labels.at, want.labels.at);
    ck_assert_uint_eq(node->engines, want.engines);
    ck_assert_int_eq(node->timeout_min, want.timeout_min);
    ck_assert_int_eq(node->timeout_max, want.timeout_max);
}

static void assert_happy(const struct scenario *scenario)
{
    ck_assert_uint_eq(scenario->n_nodes, 3);
    assert_good(&scenario->nodes[0], "n0");
    assert_good(&scenario->nodes[1], "n1");
    assert_good(&scenario->nodes[2], "n2");
    ck_assert_int_eq(scenario->clock.kind, SETTING_LEFT_OUT);
    ck_assert_int_eq(scenario->signatures, SETTING_LEFT_OUT);
    ck_assert_uint_eq(scenario->dialect.n, 0);
    ck_assert(!scenario->has_seed);
    ck_assert(!scenario->start_time);
}

START_TEST(version_1_alone_is_the_happy_path)
{
    struct scenario *scenario = loaded("{'version': 1}");

    assert_happy(scenario);
    assert_text(scenario->names, "a");
    scenario_free(scenario);
}
END_TEST

START_TEST(no_file_at_all_is_the_happy_path_too)
{
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;

    ck_assert_int_eq(scenario_load(NULL, 0, &findings, &scenario, NULL), ERR_OK);

    assert_happy(scenario);
    assert_text(scenario->names, "none");
    scenario_free(scenario);
}
END_TEST

START_TEST(a_node_without_keys_is_a_good_one)
{
    struct scenario *scenario = with_node("{}");

    ck_assert_uint_eq(scenario->n_nodes, 1);
    assert_good(scenario->nodes, "n0");
    scenario_free(scenario);
}
END_TEST

START_TEST(an_empty_list_of_nodes_is_a_network_without_nodes)
{
    struct scenario *scenario = loaded("{'version': 1, 'nodes': []}");

    ck_assert_uint_eq(scenario->n_nodes, 0);
    scenario_free(scenario);
}
END_TEST

START_TEST(nodes_without_a_version_get_the_one_asked_for)
{
    struct scenario *scenario = loaded("{'version': 1, 'nodes': [{}, {'version': 'v0.3.20'}]}");
    struct arena arena = { 0 };
    struct node *nodes = scenario_network(scenario, SPAN("v0.3.24"), 1, &arena);

    assert_text(nodes[0].version, "v0.3.24");
    assert_text(nodes[1].version, "v0.3.20");
    arena_release(&arena);
    scenario_free(scenario);
}
END_TEST

/* ---- settings ------------------------------------------------------------------------------------------------ */

START_TEST(every_setting_is_read)
{
    struct scenario *scenario = loaded("{'version': 1, 'dialect': 'v0.3.24', 'clock': {'scale': 2.5}, 'seed': 7,"
                                       " 'start_time': '2023-03-22T11:00:00+02:00', 'signatures': 'warn'}");

    assert_text(scenario->dialect, "v0.3.24");
    ck_assert_int_eq(scenario->clock.kind, CLOCK_KIND_SCALED);
    ck_assert(scenario->clock.scale > 2.4 && scenario->clock.scale < 2.6);
    ck_assert(scenario->has_seed);
    ck_assert_int_eq(scenario->seed, 7);
    ck_assert_int_eq(scenario->start_time, CLOCK_DEFAULT_START);
    ck_assert_int_eq(scenario->zone, 7200);
    ck_assert_int_eq(scenario->signatures, SIGNATURES_WARN);
    scenario_free(scenario);
}
END_TEST

START_TEST(every_key_of_the_scheduler_is_read)
{
    struct scenario *scenario =
        loaded("{'version': 1, 'scheduler': {'overask': 5, 'retry': false, 'selection': {'reject': 'no'},"
               " 'ties': 'random', 'housekeeping': '10s', 'approver': 'boss',"
               " 'labels_known': {'after': '30s', 'jitter': '1s'}}}");
    const struct scheduler_options *s = &scenario->scheduler;

    ck_assert_int_eq(s->overask, 5);
    ck_assert(s->no_retry);
    ck_assert_int_eq(s->selection, SELECTION_REJECT);
    assert_text(s->reject_reason, "no");
    ck_assert(s->ties_random);
    ck_assert_int_eq(s->housekeeping, 10 * NS_PER_SECOND);
    assert_text(s->approver, "boss");
    ck_assert_int_eq(s->labels_known.after, 30 * NS_PER_SECOND);
    ck_assert_int_eq(s->labels_known.jitter, NS_PER_SECOND);
    scenario_free(scenario);
}
END_TEST

static const struct selected {
    const char *text;
    enum selection selection;
} selections[] = {
    { "'default'", SELECTION_DEFAULT },
    { "'accept'", SELECTION_ACCEPT },
    { "'wait'", SELECTION_WAIT },
    { "{'reject': ''}", SELECTION_REJECT },
};

START_TEST(each_selection_is_known)
{
    char text[256];

    snprintf(text, sizeof text, "{'version': 1, 'scheduler': {'selection': %s}}", selections[_i].text);
    struct scenario *scenario = loaded(text);

    ck_assert_msg(scenario->scheduler.selection == selections[_i].selection, "%s", selections[_i].text);
    scenario_free(scenario);
}
END_TEST

/* ---- several files ------------------------------------------------------------------------------------------- */

START_TEST(settings_of_the_later_file_win_key_by_key)
{
    struct scenario *scenario =
        of_two("{'version': 1, 'seed': 1, 'dialect': 'v0.3.24', 'scheduler': {'overask': 2, 'retry': false}}",
               "{'version': 1, 'seed': 2, 'scheduler': {'overask': 9}}");

    ck_assert_int_eq(scenario->seed, 2);
    assert_text(scenario->dialect, "v0.3.24");
    ck_assert_int_eq(scenario->scheduler.overask, 9);
    ck_assert(scenario->scheduler.no_retry);
    assert_text(scenario->names, "first+second");
    scenario_free(scenario);
}
END_TEST

START_TEST(nodes_of_the_later_file_replace_the_earlier_ones)
{
    struct scenario *scenario = of_two("{'version': 1, 'nodes': [{'name': 'a'}, {'name': 'b'}]}",
                                       "{'version': 1, 'nodes': [{'name': 'b'}]}");

    ck_assert_uint_eq(scenario->n_nodes, 1);
    assert_text(scenario->nodes[0].name, "b");
    scenario_free(scenario);
}
END_TEST

START_TEST(a_later_file_without_nodes_leaves_them)
{
    struct scenario *scenario = of_two("{'version': 1, 'nodes': [{'name': 'a'}]}", "{'version': 1}");

    ck_assert_uint_eq(scenario->n_nodes, 1);
    assert_text(scenario->nodes[0].name, "a");
    scenario_free(scenario);
}
END_TEST

START_TEST(each_bad_file_of_several_is_told)
{
    struct scenario_file files[] = { { .name = "x/a.json", .text = SPAN("{") },
                                     { .name = "b.json", .text = SPAN("{\"version\": 1}") },
                                     { .name = "c.json", .text = SPAN("1") } };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;

    ck_assert_int_eq(scenario_load(files, ROWS(files), &findings, &scenario, NULL), ERR_INVALID);

    ck_assert_str_eq(lines_of(&findings), "x/a.json:1:2: the text ends too early\n"
                                          "c.json:1:1: expected an object, got a number in /\n");
    findings_release(&findings);
}
END_TEST

static const struct named {
    const char *file, *name;
} named[] = {
    { "flaky.json", "flaky" }, { "a/b/flaky.json", "flaky" }, { "flaky", "flaky" },
    { "./.json", ".json" },    { "a.b.json", "a.b" },
};

START_TEST(a_scenario_is_called_as_its_file)
{
    struct scenario *scenario = NULL;

    assert_loads(named[_i].file, SPAN("{\"version\": 1}"), &scenario);

    assert_text(scenario->names, named[_i].name);
    scenario_free(scenario);
}
END_TEST

/* ---- behaviours ---------------------------------------------------------------------------------------------- */

START_TEST(a_run_with_an_exit_code_alone_keeps_its_200_ms)
{
    struct scenario *scenario = with_node("{'run': {'exit_code': 3}}");
    const struct run_behaviour *run = scenario->nodes->run.at;

    ck_assert_int_eq(run->output.exit_code, 3);
    ck_assert_int_eq(run->after.after, 200 * NS_PER_MS);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_run_that_fails_does_so_after_200_ms)
{
    struct scenario *scenario = with_node("{'run': {'fail': 'exit status 1'}}");
    const struct run_behaviour *run = scenario->nodes->run.at;

    ck_assert(run->fail);
    assert_text(run->error, "exit status 1");
    ck_assert_int_eq(run->after.after, 200 * NS_PER_MS);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_publishing_that_fails_does_so_after_300_ms)
{
    struct scenario *scenario = with_node("{'publish': {'fail': 'no space'}}");
    const struct publish_behaviour *publish = scenario->nodes->publish.at;

    ck_assert_int_eq(publish->what, PUBLISH_FAILS);
    assert_text(publish->error, "no space");
    ck_assert_int_eq(publish->after.after, 300 * NS_PER_MS);
    scenario_free(scenario);
}
END_TEST

START_TEST(never_is_never)
{
    struct scenario *scenario = with_node("{'bid': 'never', 'run': {'after': 'never'}, 'publish': 'never'}");
    const struct node *node = scenario->nodes;

    ck_assert_int_eq(node->bid.at->after.after, NS_NEVER);
    ck_assert_int_eq(node->run.at->after.after, NS_NEVER);
    ck_assert_int_eq(node->publish.at->after.after, NS_NEVER);
    scenario_free(scenario);
}
END_TEST

START_TEST(every_entry_of_a_list_begins_with_the_defaults)
{
    struct scenario *scenario = with_node("{'run': [{'fail': 'x'}, {'after': '1s', 'exit_code': 2}, {}]}");
    const struct run_list *run = &scenario->nodes->run;

    ck_assert_uint_eq(run->n, 3);
    ck_assert(run->at[0].fail && !run->at[1].fail && !run->at[2].fail);
    ck_assert_int_eq(run->at[1].after.after, NS_PER_SECOND);
    ck_assert_int_eq(run->at[2].after.after, 200 * NS_PER_MS);
    ck_assert_int_eq(run->at[2].output.exit_code, 0);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_node_can_be_told_to_leave_its_output_out)
{
    struct scenario *scenario = with_node("{'run': {'output': false}}");

    ck_assert(scenario->nodes->run.at->no_output);
    scenario_free(scenario);
}
END_TEST

static const struct verdict_case {
    const char *text;
    enum verdict verdict;
} verdicts[] = {
    { "{}", VERDICT_BY_RULE },
    { "{'accept': true}", VERDICT_ACCEPTED },
    { "{'accept': false}", VERDICT_REJECTED },
    { "{'error': 'broken'}", VERDICT_ERROR },
};

START_TEST(each_verdict_is_known)
{
    char text[256];

    snprintf(text, sizeof text, "{'verify': %s}", verdicts[_i].text);
    struct scenario *scenario = with_node(text);

    ck_assert_msg(scenario->nodes->verify.at->verdict == verdicts[_i].verdict, "%s", verdicts[_i].text);
    scenario_free(scenario);
}
END_TEST

/* ---- outputs -------------------------------------------------------------------------------------------------- */

#define FFFD "\xef\xbf\xbd"

static const struct output_case {
    const char *name;
    size_t filler; /* letters before the tail */
    const char *tail, *kept;
    bool truncated;
} outputs[] = {
    { "2048 bytes", 2046, "xy", "xy", false },
    { "one more", 2047, "xy", "x", true },
    { "a character that just fits", 2046, "\xc3\xa9z", "\xc3\xa9", true },
    { "two bytes torn", 2047, "\xc3\xa9", FFFD, true },
    { "three bytes torn after the first", 2047, "\xe2\x82\xac", FFFD, true },
    { "three bytes torn after the second", 2046, "\xe2\x82\xac", FFFD, true },
    { "four bytes torn after the third", 2045, "\xf0\x9f\x98\x80", FFFD, true },
};

START_TEST(a_long_output_is_cut_and_flagged)
{
    const struct output_case *row = &outputs[_i];
    struct buf text = buf_init(TEXT_MAX);

    buf_text(&text, "{'run': {'stdout': '");
    for (size_t i = 0; i < row->filler; i++)
        buf_char(&text, 'a');
    buf_printf(&text, "%s'}}", row->tail);
    struct scenario *scenario = with_node(text.p);
    const struct run_output *output = &scenario->nodes->run.at->output;

    ck_assert_msg(output->stdout_truncated == row->truncated, "%s", row->name);
    ck_assert_msg(output->stdout_text.n == row->filler + strlen(row->kept) &&
                      memcmp(output->stdout_text.p + row->filler, row->kept, strlen(row->kept)) == 0,
                  "%s: ends in %.*s", row->name, 4, output->stdout_text.p + row->filler);
    ck_assert(!output->stderr_truncated);
    scenario_free(scenario);
    buf_release(&text);
}
END_TEST

START_TEST(a_short_output_can_be_said_to_be_cut)
{
    struct scenario *scenario = with_node("{'run': {'stderr': 'x', 'stderr_truncated': true}}");

    ck_assert(scenario->nodes->run.at->output.stderr_truncated);
    ck_assert(!scenario->nodes->run.at->output.stdout_truncated);
    scenario_free(scenario);
}
END_TEST

/* ---- what a node is -------------------------------------------------------------------------------------------- */

START_TEST(a_label_left_out_keeps_its_default)
{
    struct scenario *scenario = with_node("{'labels': {'Architecture': 'arm64', 'region': 'eu'}}");
    const struct span_map *labels = &scenario->nodes->labels;

    ck_assert_uint_eq(labels->n, 4);
    assert_text(labels->at[0].key, "Architecture");
    assert_text(labels->at[0].value, "arm64");
    assert_text(labels->at[2].key, "git-lfs");
    assert_text(labels->at[2].value, "False");
    assert_text(labels->at[3].key, "region");
    assert_text(labels->at[3].value, "eu");
    scenario_free(scenario);
}
END_TEST

static const struct engines_case {
    const char *text;
    unsigned asked, not_asked; /* engine */
} engines[] = {
    { "['Docker', 'Wasm']", ENGINE_WASM, ENGINE_NOOP },
    { "['PythonWasm']", ENGINE_PYTHON_WASM, ENGINE_DOCKER },
    { "[]", ENGINE_UNKNOWN, ENGINE_DOCKER },
};

START_TEST(a_node_has_the_engines_it_lists_and_no_other)
{
    char text[256];

    snprintf(text, sizeof text, "{'engines': %s}", engines[_i].text);
    struct scenario *scenario = with_node(text);
    unsigned bits = scenario->nodes->engines;

    ck_assert_msg(bits >> engines[_i].asked & 1, "%s", engines[_i].text);
    ck_assert_msg(!(bits >> engines[_i].not_asked & 1), "%s", engines[_i].text);
    scenario_free(scenario);
}
END_TEST

START_TEST(bounds_left_out_keep_their_defaults)
{
    struct scenario *scenario = with_node("{'timeout': {'max': '2h'}, 'max_job': {'Memory': '1GB', 'GPU': '0'}}");
    const struct node *node = scenario->nodes;

    ck_assert_int_eq(node->timeout_min, 500 * NS_PER_MS);
    ck_assert_int_eq(node->timeout_max, 7200 * NS_PER_SECOND);
    assert_text(node->max_job.memory, "1GB");
    assert_text(node->max_job.gpu, "0");
    ck_assert_uint_eq(node->max_job.cpu.n, 0);
    scenario_free(scenario);
}
END_TEST

START_TEST(an_id_a_name_and_a_dial_error_are_kept)
{
    struct scenario *scenario = with_node("{'id': 'any text of 8', 'name': 'x', 'unreachable': 'gone'}");

    assert_text(scenario->nodes->id, "any text of 8");
    assert_text(scenario->nodes->name, "x");
    assert_text(scenario->nodes->unreachable, "gone");
    scenario_free(scenario);
}
END_TEST

START_TEST(more_nodes_than_the_cap_are_refused)
{
    struct buf text = buf_init(TEXT_MAX);
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;

    buf_text(&text, "{\"version\": 1, \"nodes\": [{}");
    for (size_t i = 0; i < SCENARIO_NODES_MAX; i++)
        buf_text(&text, ",{}");
    buf_text(&text, "]}");
    ck_assert(!text.failed);

    ck_assert_int_eq(load_file("a.json", buf_view(&text), &findings, &scenario), ERR_INVALID);
    ck_assert_str_eq(lines_of(&findings), "a.json:1:25: expected up to 10000 nodes, got 10001 in /nodes\n");
    findings_release(&findings);
    buf_release(&text);
}
END_TEST

/* ---- it plays ---------------------------------------------------------------------------------------------------- */

static const struct job *submit_to(struct engine *engine, ns_t now)
{
    struct job_spec spec = { .engine = ENGINE_DOCKER,
                             .verifier = VERIFIER_NOOP,
                             .publisher = PUBLISHER_NOOP,
                             .timeout = 1800,
                             .deal = { .concurrency = 1 } };
    const struct job *job = NULL;
    struct error error;

    submit_with_error(engine, SPAN("client"), SPAN("V1beta1"), &spec, now, &job, &error);
    return job;
}

static struct engine *engine_of(const struct scenario *scenario, struct arena *arena)
{
    struct engine_options options = { .rules = &rules_v0_3_25,
                                      .scheduler = scenario->scheduler,
                                      .nodes = scenario_network(scenario, SPAN("v0.3.25"), 1, arena),
                                      .n_nodes = scenario->n_nodes,
                                      .ids = draw_of_seed(1),
                                      .start = CLOCK_DEFAULT_START };
    struct engine *engine = NULL;

    ck_assert_int_eq(engine_new(&options, &engine, NULL), ERR_OK);
    return engine;
}

START_TEST(a_network_that_rejects_ends_a_job_in_error)
{
    struct scenario *scenario = loaded("{'version': 1, 'nodes': [{'bid': {'after': '1s', 'reject': 'full'}}]}");
    struct arena arena = { 0 };
    struct engine *engine = engine_of(scenario, &arena);
    const struct job *job = submit_to(engine, CLOCK_DEFAULT_START);

    ck_assert_int_eq(job->executions[0]->state, EXECUTION_ASK_FOR_BID);
    engine_tick(engine, CLOCK_DEFAULT_START + NS_PER_SECOND);

    ck_assert_int_eq(job->executions[0]->state, EXECUTION_ASK_FOR_BID_REJECTED);
    assert_text(job->executions[0]->status, "full");
    ck_assert_int_eq(job->state, JOB_ERROR);
    engine_free(engine);
    arena_release(&arena);
    scenario_free(scenario);
}
END_TEST

START_TEST(a_node_that_lists_no_engine_is_never_asked)
{
    struct scenario *scenario = with_node("{'engines': []}");
    struct arena arena = { 0 };
    struct engine *engine = engine_of(scenario, &arena);

    const struct job *job = submit_to(engine, CLOCK_DEFAULT_START);

    ck_assert_uint_eq(job->n_executions, 0);
    engine_free(engine);
    arena_release(&arena);
    scenario_free(scenario);
}
END_TEST

/* ---- any bytes ---------------------------------------------------------------------------------------------------- */

enum { MUTATIONS = 2000, OPERATIONS = 4 };

static const char *const pieces[] = {
    "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "1e9", "-1", "\"\"", "\"never\"", "\"2s\"", "\"after\"",
    "\"nodes\":", "\"version\": 1", "\"jobs\": []", "{\"after\": \"1s\"}", "\xff", "\n", "\\u0000", "9007199254740993",
};

static size_t place_in(struct draw *random, size_t n)
{
    return (size_t)draw_below(random, n + 1);
}

/* Cuts a stretch out and puts another piece there: letters of the text itself, or one of the list. */
static void mutate(struct draw *random, struct buf *text)
{
    struct buf next = buf_init(TEXT_MAX * 4);
    size_t from = place_in(random, text->n), gone = place_in(random, 8), again = place_in(random, text->n);
    size_t to = from + gone < text->n ? from + gone : text->n, n = place_in(random, 40);

    buf_add(&next, text->p, from);
    if (draw_below(random, 3) == 0)
        buf_add(&next, text->p + again, again + n < text->n ? n : text->n - again);
    else if (draw_below(random, 2) == 0)
        buf_text(&next, pieces[draw_below(random, ROWS(pieces))]);
    buf_add(&next, text->p + to, text->n - to);
    buf_release(text);
    *text = next;
}

static void assert_places(const struct findings *findings)
{
    ck_assert_uint_gt(findings->n, 0);
    for (size_t i = 0; i < findings->n; i++) {
        const struct finding *f = &findings->at[i];
        ck_assert_uint_ge(f->place.line, 1);
        ck_assert_uint_ge(f->place.column, 1);
        ck_assert_uint_gt(f->message.n, 0);
        ck_assert_ptr_nonnull(finding_key_name(f->key));
    }
}

START_TEST(no_bytes_do_harm_and_every_refusal_has_a_place)
{
    struct draw random = draw_of_seed((uint64_t)_i);
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s%s", GOOD, good.names[_i]);
    struct buf original = file_read(path);
    for (int k = 0; k < MUTATIONS; k++) {
        struct buf text = buf_init(TEXT_MAX * 4);
        struct findings findings = { 0 };
        struct scenario *scenario = NULL;
        buf_span(&text, buf_view(&original));
        for (uint64_t n = draw_below(&random, OPERATIONS) + 1; n; n--)
            mutate(&random, &text);
        ck_assert(!text.failed);
        enum err err = load_file(good.names[_i], buf_view(&text), &findings, &scenario);
        if (err == ERR_INVALID)
            assert_places(&findings);
        else
            ck_assert_msg(err == ERR_OK && !findings.n, "error %d with %zu findings", (int)err, findings.n);
        ck_assert_uint_eq(strlen(lines_of(&findings)) > 0, err == ERR_INVALID);
        scenario_free(scenario);
        findings_release(&findings);
        buf_release(&text);
    }
    buf_release(&original);
}
END_TEST

START_TEST(a_file_of_nothing_but_errors_is_told_up_to_the_cap)
{
    struct buf text = buf_init(1 << 20);
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;

    buf_text(&text, "{");
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "\"k%d\": 1,\n", i);
    buf_text(&text, "\"version\": 1}");

    ck_assert_int_eq(load_file("a.json", buf_view(&text), &findings, &scenario), ERR_INVALID);
    ck_assert_uint_eq(findings.n, FINDINGS_MAX);
    ck_assert_uint_eq(findings.n + findings.dropped, 20000);
    findings_release(&findings);
    buf_release(&text);
}
END_TEST

int main(void)
{
    good = folder_list(GOOD, ".json");
    bad = folder_list(BAD, ".json");
    loader_only = folder_list(LOADER_ONLY, ".json");
    const struct suite_row rows[] = {
        TEST_GROUP("corpus"),
        TEST_TIMES(a_good_file_passes, good.n),
        TEST_TIMES(a_bad_file_is_refused_with_all_that_is_wrong_in_order, bad.n),
        TEST_TIMES(what_only_the_loader_sees_is_refused, loader_only.n),
        TEST_GROUP("read"),
        TEST(version_1_alone_is_the_happy_path),
        TEST(no_file_at_all_is_the_happy_path_too),
        TEST(every_setting_is_read),
        TEST(every_key_of_the_scheduler_is_read),
        TEST_EACH(each_selection_is_known, selections),
        TEST_GROUP("files"),
        TEST(settings_of_the_later_file_win_key_by_key),
        TEST(nodes_of_the_later_file_replace_the_earlier_ones),
        TEST(a_later_file_without_nodes_leaves_them),
        TEST(each_bad_file_of_several_is_told),
        TEST_EACH(a_scenario_is_called_as_its_file, named),
        TEST_GROUP("nodes"),
        TEST(a_node_without_keys_is_a_good_one),
        TEST(an_empty_list_of_nodes_is_a_network_without_nodes),
        TEST(nodes_without_a_version_get_the_one_asked_for),
        TEST(a_run_with_an_exit_code_alone_keeps_its_200_ms),
        TEST(a_run_that_fails_does_so_after_200_ms),
        TEST(a_publishing_that_fails_does_so_after_300_ms),
        TEST(never_is_never),
        TEST(every_entry_of_a_list_begins_with_the_defaults),
        TEST(a_node_can_be_told_to_leave_its_output_out),
        TEST_EACH(each_verdict_is_known, verdicts),
        TEST_EACH(a_long_output_is_cut_and_flagged, outputs),
        TEST(a_short_output_can_be_said_to_be_cut),
        TEST(a_label_left_out_keeps_its_default),
        TEST_EACH(a_node_has_the_engines_it_lists_and_no_other, engines),
        TEST(bounds_left_out_keep_their_defaults),
        TEST(an_id_a_name_and_a_dial_error_are_kept),
        TEST(more_nodes_than_the_cap_are_refused),
        TEST_GROUP("plays"),
        TEST(a_network_that_rejects_ends_a_job_in_error),
        TEST(a_node_that_lists_no_engine_is_never_asked),
        TEST_GROUP("bytes"),
        TEST_TIMES(no_bytes_do_harm_and_every_refusal_has_a_place, good.n),
        TEST(a_file_of_nothing_but_errors_is_told_up_to_the_cap),
    };
    int code = suite_run("scenario", rows, ROWS(rows));
    folder_free(&good);
    folder_free(&bad);
    folder_free(&loader_only);
    return code;
}
