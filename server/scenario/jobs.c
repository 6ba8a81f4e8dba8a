#include "scenario/jobs.h"

#include "base/ascii.h"
#include "scenario/matches.h"
#include "scenario/nodes.h"
#include "sim/steps.h"

#include <stdlib.h>

/* ---- steps ------------------------------------------------------------------------------------------------- */

static void read_job_state(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct script_step *step = object;

    (void)key;
    step->kind = STEP_JOB;
    value_state(r, value, true, &step->state);
}

static void read_execution(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct script_step *step = object;

    (void)key;
    step->kind = STEP_EXECUTION;
    value_nonempty(r, value, &step->node);
}

static void read_execution_state(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    value_state(r, value, false, &((struct script_step *)object)->state);
}

static void read_forget(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    bool forget = false;

    (void)key;
    if (value_bool(r, value, &forget) && !forget)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected true");
    ((struct script_step *)object)->kind = STEP_FORGET;
}

#define OUTPUT(key, reader, member) { .name = key, .read = reader, .offset = offsetof(struct run_output, member) }

static const struct bounds exit_codes = { INT32_MIN, UINT32_MAX };

static const struct key output_keys[] = {
    OUTPUT("stdout", key_text, stdout_text),
    OUTPUT("stdouttruncated", key_bool, stdout_truncated),
    OUTPUT("stderr", key_text, stderr_text),
    OUTPUT("stderrtruncated", key_bool, stderr_truncated),
    { .name = "exitCode", .read = key_integer, .offset = offsetof(struct run_output, exit_code), .detail = &exit_codes },
    OUTPUT("runnerError", key_text, runner_error),
};
static const struct shape output_shape = { SHAPE_KEYS(output_keys) };

static void read_output(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct run_output *output = ARENA_NEW(r->arena, struct run_output);

    (void)key;
    if (!output)
        return;
    keys_read(r, value, &output_shape, output);
    ((struct script_step *)object)->output = output;
}

static const struct choice sources[] = {
    { "IPFS", SOURCE_IPFS },         { "URLDownload", SOURCE_URL_DOWNLOAD },
    { "FilecoinUnsealed", SOURCE_FILECOIN_UNSEALED }, { "Filecoin", SOURCE_FILECOIN },
    { "Estuary", SOURCE_ESTUARY },   { "Inline", SOURCE_INLINE },
    { "LocalDirectory", SOURCE_LOCAL_DIRECTORY },     { NULL, 0 },
};

#define STORAGE(key, member) { .name = key, .read = key_text, .offset = offsetof(struct storage_spec, member) }

static const struct key storage_keys[] = {
    { .name = "StorageSource", .read = key_choice, .offset = offsetof(struct storage_spec, source), .detail = sources },
    STORAGE("Name", name),
    STORAGE("CID", cid),
    STORAGE("URL", url),
    STORAGE("SourcePath", source_path),
    STORAGE("path", path),
};
static const struct shape storage_shape = { SHAPE_KEYS(storage_keys) };

static void read_published(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct storage_spec *published = ARENA_NEW(r->arena, struct storage_spec);

    (void)key;
    if (!published)
        return;
    keys_read(r, value, &storage_shape, published);
    ((struct script_step *)object)->published = published;
}

/* The three kinds of step exclude one another. */
enum { OF_JOB = 1, OF_EXECUTION, OF_FORGET };

static const struct key step_keys[] = {
    { .name = "after", .read = key_trigger, .offset = offsetof(struct script_step, after) },
    { .name = "job", .read = read_job_state, .group = OF_JOB, .required = true },
    { .name = "comment", .read = key_text, .offset = offsetof(struct script_step, comment), .group = OF_JOB },
    { .name = "execution", .read = read_execution, .group = OF_EXECUTION, .required = true },
    { .name = "state", .read = read_execution_state, .group = OF_EXECUTION },
    { .name = "status", .read = key_text, .offset = offsetof(struct script_step, status), .group = OF_EXECUTION },
    { .name = "run_output", .read = read_output, .group = OF_EXECUTION },
    { .name = "published", .read = read_published, .group = OF_EXECUTION },
    { .name = "forget", .read = read_forget, .group = OF_FORGET, .required = true },
};
static const struct shape step_shape = { SHAPE_KEYS(step_keys) };

static void read_steps(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct job_script *script = object;
    size_t n = json_count(value), i = 0;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "an array of steps"))
        return;
    if (n == 0 || n > SCENARIO_STEPS_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected 1 to %d steps", SCENARIO_STEPS_MAX);
        return;
    }
    struct script_step *steps = arena_alloc(r->arena, n * sizeof *steps);
    if (!steps)
        return;
    JSON_EACH(element, value) {
        steps[i] = (struct script_step){ .state = STATE_LEFT_OUT, .line = json_place(r->json, element).line };
        reading_enter_index(r, i);
        keys_read(r, element, &step_shape, &steps[i]);
        reading_leave(r);
        i++;
    }
    script->steps = steps;
    script->n_steps = n;
}

/* ---- a job ------------------------------------------------------------------------------------------------------ */

static void read_match(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    ((struct job_script *)object)->has_match = true;
    matches_job_reader(r, value, key, object);
}

static void read_script_nodes(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct job_script *script = object;
    struct node_list nodes = { 0 };

    (void)key;
    nodes_read(r, value, &nodes);
    script->nodes = nodes.at;
    script->n_nodes = nodes.n;
    script->has_nodes = true;
}

static void read_start(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    static const struct choice starts[] = { { "InProgress", false }, { "Queued", true }, { NULL, 0 } };
    int queued;

    (void)key;
    if (value_choice(r, value, starts, "", &queued))
        ((struct job_script *)object)->start_queued = queued;
}

enum { BY_NODES = 1, BY_STEPS };

static const struct key job_keys[] = {
    { .name = "name", .read = key_name, .offset = offsetof(struct job_script, name) },
    { .name = "match", .read = read_match, .offset = offsetof(struct job_script, match) },
    { .name = "nodes", .read = read_script_nodes, .group = BY_NODES, .required = true },
    { .name = "steps", .read = read_steps, .group = BY_STEPS, .required = true },
    { .name = "start", .read = read_start, .group = BY_STEPS },
    { .name = "unlawful", .read = key_bool, .offset = offsetof(struct job_script, unlawful), .group = BY_STEPS },
};

/* What could not be read has left a step without a state, or with one of the other kind; its finding was added. */
static bool all_read(const struct job_script *script)
{
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct script_step *step = &script->steps[i];
        bool of_job = step->kind == STEP_JOB;
        int least = of_job ? 0 : STATE_LEFT_OUT, count = of_job ? JOB_STATE_COUNT : EXECUTION_STATE_COUNT;
        if (step->kind != STEP_FORGET && (step->state < least || step->state >= count))
            return false;
    }
    return true;
}

/* Adds a finding at the first step that the state tables forbid. */
static void check_steps(struct reading *r, const struct json_value *value, const struct job_script *script)
{
    struct span why = SPAN("");

    if (!all_read(script))
        return;
    size_t bad = steps_check(script, r->arena, &why);

    if (bad == script->n_steps)
        return;
    const struct json_value *steps = json_get(value, "steps"), *step = json_first(steps);
    for (size_t i = 0; i < bad; i++)
        step = json_next(step);
    reading_enter_key(r, SPAN("steps"));
    reading_enter_index(r, bad);
    reading_error_at(r, step, FINDING_BAD_VALUE, NULL, "%.*s is no lawful move (\"unlawful\": true allows it)", SPAN_ARG(why));
    reading_leave(r);
    reading_leave(r);
}

static void settle_job(struct reading *r, const struct json_value *value, void *object)
{
    const struct job_script *script = object;

    if (!script->has_match && !script->name.n)
        reading_error_at(r, value, FINDING_MISSING_KEY, NULL, "a job without \"match\" needs a \"name\", or nothing can ask for it");
    if (script->n_steps)
        check_steps(r, value, script);
}

static const struct shape job_shape = { SHAPE_KEYS(job_keys), settle_job };

void jobs_read(struct reading *r, const struct json_value *value, struct script_list *out)
{
    size_t n = json_count(value), i = 0;

    if (!value_is(r, value, JSON_ARRAY, "an array of jobs"))
        return;
    if (n > SCENARIO_JOBS_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d jobs", SCENARIO_JOBS_MAX);
        return;
    }
    struct job_script *scripts = arena_alloc(r->arena, (n + 1) * sizeof *scripts);
    if (!scripts)
        return;
    JSON_EACH(element, value) {
        scripts[i] = (struct job_script){ .file = arena_span(r->arena, r->file), .line = json_place(r->json, element).line };
        reading_enter_index(r, i);
        keys_read(r, element, &job_shape, &scripts[i]);
        reading_leave(r);
        i++;
    }
    *out = (struct script_list){ scripts, n };
}
