/* The core and the wire when memory runs out: whole flows are run again and again, and each time another
 * allocation fails, until one goes by in which none did. */
#include "support/network.h"
#include "base/json.h"
#include "base/ns.h"
#include "scenario/scenario.h"
#include "sim/scheduler.h"
#include "releases/release.h"
#include "support/failing.h"
#include "support/files.h"
#include "releases/bodies.h"
#include "support/suite.h"
#include "wire/codec.h"
#include "releases/envelope.h"
#include "releases/fixture.h"
#include "releases/messages.h"

#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 16 << 20, TEXT_MAX = 1 << 20 };
#define HOUR (3600 * NS_PER_SECOND)

/* ---- the engine ---------------------------------------------------------------------------------------------- */

/* Loaded once, with all the memory there is. */
static struct scenario *rich;
static struct buf fixtures, everything, payload;

static enum err engine_of(const struct scenario *scenario, const struct job_script *scripts, struct engine **engine,
                          struct error *error)
{
    struct engine_options options = { .rules = &rules_v0_3_25,
                                      .scheduler = { .approver = SPAN("client") },
                                      .nodes = scenario->nodes,
                                      .n_nodes = scenario->n_nodes,
                                      .ids = draw_of_seed(1),
                                      .start = CLOCK_DEFAULT_START,
                                      .scripts = scripts,
                                      .n_scripts = scripts ? scenario->n_scripts : 0 };

    return engine_new(&options, engine, error);
}

static enum err submit(struct engine *engine, ns_t now, const struct job **job, struct error *error)
{
    static struct span words[] = { { "echo", 4 }, { "hello", 5 } };
    struct job_spec spec = { .engine = ENGINE_DOCKER,
                             .verifier = VERIFIER_NOOP,
                             .publisher = PUBLISHER_IPFS,
                             .docker = { .image = SPAN("ubuntu"), .entrypoint = { words, 2 } },
                             .timeout = 1800,
                             .deal = { .concurrency = 2 } };

    return submit_with_error(engine, SPAN("client"), SPAN("V1beta1"), &spec, now, job, error);
}

static enum err print(const struct job *job, void (*put)(struct buf *, const struct job *, int))
{
    CLEANUP(buf_release) struct buf body = buf_init(BODY_MAX);

    put(&body, job, 0);
    return body.failed ? ERR_NOMEM : ERR_OK;
}

static enum err print_all(const struct job *job)
{
    void (*const bodies[])(struct buf *, const struct job *, int) = { body_job, body_state, body_events, body_results };
    enum err first = ERR_OK;

    for (size_t i = 0; i < ROWS(bodies); i++) {
        enum err err = print(job, bodies[i]);
        first = first ? first : err;
    }
    return first;
}

static enum err print_list(struct engine *engine, ns_t now)
{
    CLEANUP(buf_release) struct buf body = buf_init(BODY_MAX);
    struct list_query query = { .order = LIST_CREATED, .max_jobs = 10 };
    const struct job **jobs;
    size_t n;
    enum err err = engine_list(engine, &query, now, &jobs, &n);

    if (err)
        return err;
    release_put_list(&release_v0_3_25, &body, jobs, n, 0);
    free(jobs);
    return body.failed ? ERR_NOMEM : ERR_OK;
}

/* A job that stands in the store though it could not be scheduled is told all the same. */
static enum err live(struct engine *engine, ns_t *now, struct error *error)
{
    const struct job *job = NULL;
    char id[UUID_SIZE];
    enum err err = submit(engine, *now, &job, error);

    if (!job)
        return err ? err : ERR_INVALID;
    MUST(job->id.n == UUID_SIZE);
    memcpy(id, job->id.p, UUID_SIZE);
    for (int i = 0; i < 20; i++)
        engine_tick(engine, *now += NS_PER_SECOND / 10);
    engine_tick(engine, *now += 2 * HOUR); /* housekeeping ends what got stuck */
    job = engine_job(engine, span_of(id, UUID_SIZE), *now);
    MUST(job != NULL);
    enum err printed = print_all(job), listed = print_list(engine, *now);
    return err ? err : printed ? printed : listed;
}

static enum err a_job_runs_to_its_end(struct error *error)
{
    struct engine *engine;
    ns_t now = CLOCK_DEFAULT_START;
    struct scenario happy = { .nodes = rich->nodes, .n_nodes = rich->n_nodes };
    enum err err = engine_of(&happy, NULL, &engine, error);

    if (err)
        return err;
    err = live(engine, &now, error);
    engine_free(engine);
    return err;
}

static enum err a_job_plays_a_script(struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct engine *engine;
    ns_t now = CLOCK_DEFAULT_START;
    const struct job_script *scripts = scenario_scripts(rich, SPAN("v0.3.25"), 1, &arena);

    if (!scripts)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = engine_of(rich, scripts, &engine, error);
    if (err)
        return err;
    err = live(engine, &now, error);
    engine_open_gate(engine, SPAN("go"), now);
    engine_tick(engine, now + HOUR);
    engine_free(engine);
    return err;
}

static enum err a_job_is_cancelled(struct error *error)
{
    struct engine *engine;
    const struct job *job = NULL;
    ns_t now = CLOCK_DEFAULT_START;
    enum err err = engine_of(rich, NULL, &engine, error);

    if (err)
        return err;
    err = submit(engine, now, &job, error);
    if (job) {
        enum err cancelled = engine_cancel(engine, job, SPAN("enough"), now + 1);
        MUST(cancelled == ERR_OK || cancelled == ERR_NOMEM || cancelled == ERR_STATE);
        engine_tick(engine, now + 2 * HOUR);
    }
    engine_forget_all(engine);
    engine_free(engine);
    return err;
}

/* ---- files and requests ------------------------------------------------------------------------------------------ */

static enum err a_scenario_is_loaded(struct error *error)
{
    struct scenario_file files[] = { { .name = "everything.json", .text = buf_view(&everything) },
                                     { .name = "second.json", .text = SPAN("{\"version\": 1}") } };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;
    enum err err = scenario_load(files, 2, &findings, &scenario, error);

    scenario_free(scenario);
    findings_release(&findings);
    return err;
}

static enum err what_is_wrong_with_a_scenario_is_told(struct error *error)
{
    struct scenario_file file = { .name = "bad.json", .text = SPAN("{\"version\": 2, \"node\": [], \"seed\": \"x\"}") };
    struct findings findings = { 0 };
    struct scenario *scenario = NULL;
    enum err err = scenario_load(&file, 1, &findings, &scenario, error);

    MUST(err == ERR_INVALID || err == ERR_NOMEM);
    if (err == ERR_INVALID) {
        CLEANUP(buf_release) struct buf out = buf_init(FINDINGS_TEXT_MAX);
        findings_put(&out, &findings);
        err = out.failed ? ERR_NOMEM : ERR_OK;
    }
    findings_release(&findings);
    return err;
}

static enum err a_fixture_is_loaded(struct error *error)
{
    struct engine *engine;
    struct json_place where = { 0 };
    enum err err = engine_of(rich, NULL, &engine, error);

    if (err)
        return err;
    err = fixture_load(engine, buf_view(&fixtures), CLOCK_DEFAULT_START, &where, error);
    engine_tick(engine, CLOCK_DEFAULT_START + HOUR);
    engine_free(engine);
    return err;
}

static enum err a_payload_is_read_and_printed(struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    CLEANUP(buf_release) struct buf out = buf_init(BODY_MAX);
    struct submit_payload read = { 0 };
    enum err err = codec_read(&message_submit_payload, &read, buf_view(&payload), &arena, error);

    if (err)
        return err;
    codec_encode(&out, &message_spec, read.spec, 0);
    return out.failed ? ERR_NOMEM : ERR_OK;
}

static enum err a_payload_is_made_ready_to_sign(struct error *error)
{
    CLEANUP(buf_release) struct buf out = buf_init(BODY_MAX);

    return envelope_payload(buf_view(&payload), SPAN("0123"), &out, error);
}

static enum err json_is_read(struct error *error)
{
    struct json *json = NULL;
    enum err err = json_parse(buf_view(&everything), JSON_STRICT, &json, NULL, error);

    json_free(json);
    return err;
}

/* ---- one after the other ------------------------------------------------------------------------------------------- */

static const struct flow {
    const char *name;
    enum err (*run)(struct error *error);
    long at_least; /* allocations it has when all goes well: does the wrapping work? */
} flows[] = {
    { "a job runs to its end", a_job_runs_to_its_end, 20 },
    { "a job plays a script", a_job_plays_a_script, 20 },
    { "a job is cancelled", a_job_is_cancelled, 10 },
    { "a scenario is loaded", a_scenario_is_loaded, 100 },
    { "what is wrong with a scenario is told", what_is_wrong_with_a_scenario_is_told, 20 },
    { "a fixture is loaded", a_fixture_is_loaded, 100 },
    { "a payload is read and printed", a_payload_is_read_and_printed, 3 },
    { "a payload is made ready to sign", a_payload_is_made_ready_to_sign, 1 },
    { "JSON is read", json_is_read, 100 },
};

struct outcome {
    enum err err;
    bool failed; /* an allocation did */
    long calls, leaked;
    struct error error;
};

static struct outcome run(const struct flow *flow, enum failing_mode mode, long fail_at)
{
    long living = failing_living();
    struct error error = { 0 };

    failing_begin(mode, fail_at);
    enum err err = flow->run(&error);
    struct failing got = failing_end();
    return (struct outcome){ err, got.failed > 0, got.calls, failing_living() - living, error };
}

START_TEST(a_flow_goes_well_while_there_is_memory)
{
    const struct flow *flow = &flows[_i];

    struct outcome got = run(flow, FAILS_ONCE, 0);

    ck_assert_msg(got.err == ERR_OK, "%s: %s", flow->name, got.error.text);
    ck_assert_msg(got.calls >= flow->at_least, "%s: %ld allocations", flow->name, got.calls);
    ck_assert_msg(got.leaked == 0, "%s: %ld blocks leaked", flow->name, got.leaked);
}
END_TEST

/* The losses that a flow survives leave ERR_OK. A job that nobody could be asked for stands in the store: ERR_STATE. */
static bool is_lawful(const struct outcome *got)
{
    return got->err == ERR_OK || got->err == ERR_NOMEM ||
           (got->err == ERR_STATE && strcmp(got->error.text, "out of memory") == 0);
}

static void fail_each(const struct flow *flow, enum failing_mode mode)
{
    struct outcome got = { .failed = true };

    for (long n = 1; got.failed; n++) {
        got = run(flow, mode, n);
        ck_assert_msg(is_lawful(&got), "%s, allocation %ld: %s", flow->name, n, got.error.text);
        ck_assert_msg(got.leaked == 0, "%s, allocation %ld: %ld blocks leaked", flow->name, n, got.leaked);
    }
}

START_TEST(one_allocation_that_fails_is_an_error_and_no_leak)
{
    fail_each(&flows[_i], FAILS_ONCE);
}
END_TEST

START_TEST(memory_that_is_gone_for_good_is_an_error_and_no_leak)
{
    fail_each(&flows[_i], FAILS_FROM_THEN_ON);
}
END_TEST

/* ---- what the flows need ----------------------------------------------------------------------------------------------- */

static void load(void)
{
    static const char text[] =
        "{\"version\": 1, \"nodes\": [{\"id\": \"QmNode00\"}, {\"id\": \"QmNode01\"}, {}],"
        " \"jobs\": [{\"name\": \"slow\", \"match\": {\"image\": \"ubuntu*\"}, \"steps\": ["
        "  {\"after\": \"1s\", \"execution\": \"n0\", \"state\": \"Completed\", \"status\": \"fine\"},"
        "  {\"after\": {\"reads\": 2}, \"job\": \"InProgress\"},"
        "  {\"after\": {\"gate\": \"go\"}, \"job\": \"Completed\", \"comment\": \"at last\"}]}]}";
    struct scenario_file file = { .name = "rich.json", .text = { text, sizeof text - 1 } };
    struct findings findings = { 0 };

    enum err err = scenario_load(&file, 1, &findings, &rich, NULL);
    if (err) {
        CLEANUP(buf_release) struct buf out = buf_init(TEXT_MAX);
        findings_put(&out, &findings);
        fputs(out.p ? out.p : "", stderr);
    }
    MUST(err == ERR_OK);
    findings_release(&findings);
    everything = file_read(TESTS_DIR "/unit/scenarios/good/everything.json");
    fixtures = file_read(SOURCE_DIR "/fixtures/several-clients.json");
    payload = file_read(TESTS_DIR "/fuzz/corpus/json/every-kind");
}

int main(void)
{
    failing_init();
    load();
    const struct suite_row rows[] = {
        TEST_EACH(a_flow_goes_well_while_there_is_memory, flows),
        TEST_EACH(one_allocation_that_fails_is_an_error_and_no_leak, flows),
        TEST_EACH(memory_that_is_gone_for_good_is_an_error_and_no_leak, flows),
    };
    int code = suite_run("failing memory", rows, ROWS(rows));
    scenario_free(rich);
    buf_release(&everything);
    buf_release(&fixtures);
    buf_release(&payload);
    return code;
}
