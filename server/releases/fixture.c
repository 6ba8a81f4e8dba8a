#include "releases/fixture.h"

#include "base/json_cause.h"
#include "releases/bodies.h"
#include "sim/adopt.h"
#include "sim/store.h"
#include "releases/messages.h"

#include <stdlib.h>

/* ---- tables: the objects of the answers, read into structs of their own --------------------------------------- */

struct requester_read {
    struct span id, key;
};

struct metadata_read {
    struct span id, client_id;
    ns_t created_at;
    struct requester_read requester;
};

struct job_read {
    struct span api_version;
    struct metadata_read metadata;
    struct job_spec spec;
};

struct execution_read {
    struct execution x;
    struct storage_spec *published;
    struct run_output *output;
};

struct execution_list {
    struct execution_read *at;
    size_t n;
};

struct state_read {
    struct execution_list executions;
    int state;
    int64_t version;
    ns_t created, updated;
};

struct entry_read {
    int type;
    struct span node_id, reference, comment;
    struct transition *job_state, *execution_state;
    int64_t version;
    ns_t time;
};

struct entry_list {
    struct entry_read *at;
    size_t n;
};

struct fixture_read {
    struct job_read job;
    struct state_read state;
    struct entry_list history;
};

static const struct field requester_read_fields[] = {
    VALUE_FIELD("RequesterNodeID", requester_read, id, 0),
    VALUE_FIELD("RequesterPublicKey", requester_read, key, 0),
};
LOCAL_MESSAGE(requester_message, requester_read, "Requester", requester_read_fields);

static const struct field metadata_read_fields[] = {
    VALUE_FIELD("ID", metadata_read, id, 0),
    TIME_FIELD("CreatedAt", metadata_read, created_at, 0),
    VALUE_FIELD("ClientID", metadata_read, client_id, 0),
    OBJECT_FIELD("Requester", metadata_read, requester, requester_message, 0),
};
LOCAL_MESSAGE(metadata_message, metadata_read, "Metadata", metadata_read_fields);

static const struct field job_read_fields[] = {
    VALUE_FIELD("APIVersion", job_read, api_version, 0),
    OBJECT_FIELD("Metadata", job_read, metadata, metadata_message, 0),
    OBJECT_FIELD("Spec", job_read, spec, message_spec, 0),
};
LOCAL_MESSAGE(job_message, job_read, "Job", job_read_fields);

static const struct field execution_read_fields[] = {
    VALUE_FIELD("NodeId", execution_read, x.node_id, 0),
    VALUE_FIELD("ComputeReference", execution_read, x.reference, 0),
    ENUM_FIELD("State", execution_read, x.state, names_execution_state, 0),
    VALUE_FIELD("Status", execution_read, x.status, 0),
    BYTES_FIELD("VerificationProposal", execution_read, x.proposal, 0),
    OBJECT_FIELD("VerificationResult", execution_read, x.verification, message_verification, 0),
    OBJECT_FIELD("PublishedResults", execution_read, published, message_storage, 0),
    OBJECT_FIELD("RunOutput", execution_read, output, message_run_output, 0),
    VALUE_FIELD("Version", execution_read, x.version, 0),
    TIME_FIELD("CreateTime", execution_read, x.created, 0),
    TIME_FIELD("UpdateTime", execution_read, x.updated, 0),
};
LOCAL_MESSAGE(execution_message, execution_read, "Execution", execution_read_fields);

static const struct field state_read_fields[] = {
    LIST_FIELD("Executions", state_read, executions, execution_message, 0),
    ENUM_FIELD("State", state_read, state, names_job_state, 0),
    VALUE_FIELD("Version", state_read, version, 0),
    TIME_FIELD("CreateTime", state_read, created, 0),
    TIME_FIELD("UpdateTime", state_read, updated, 0),
};
LOCAL_MESSAGE(state_message, state_read, "State", state_read_fields);

static const struct field job_transition_fields[] = {
    ENUM_FIELD("Previous", transition, previous, names_job_state, 0),
    ENUM_FIELD("New", transition, next, names_job_state, 0),
};
LOCAL_MESSAGE(job_transition_message, transition, "JobState", job_transition_fields);
static const struct field execution_transition_fields[] = {
    ENUM_FIELD("Previous", transition, previous, names_execution_state, 0),
    ENUM_FIELD("New", transition, next, names_execution_state, 0),
};
LOCAL_MESSAGE(execution_transition_message, transition, "ExecutionState", execution_transition_fields);

static const struct field entry_read_fields[] = {
    ENUM_FIELD("Type", entry_read, type, names_history_level, 0),
    VALUE_FIELD("NodeID", entry_read, node_id, 0),
    VALUE_FIELD("ComputeReference", entry_read, reference, 0),
    OBJECT_FIELD("JobState", entry_read, job_state, job_transition_message, 0),
    OBJECT_FIELD("ExecutionState", entry_read, execution_state, execution_transition_message, 0),
    VALUE_FIELD("NewVersion", entry_read, version, 0),
    VALUE_FIELD("Comment", entry_read, comment, 0),
    TIME_FIELD("Time", entry_read, time, 0),
};
LOCAL_MESSAGE(entry_message, entry_read, "History", entry_read_fields);

static const struct field fixture_read_fields[] = {
    OBJECT_FIELD("Job", fixture_read, job, job_message, 0),
    OBJECT_FIELD("State", fixture_read, state, state_message, 0),
    LIST_FIELD("History", fixture_read, history, entry_message, 0),
};
LOCAL_MESSAGE(fixture_message, fixture_read, "fixture", fixture_read_fields);

/* ---- from what was read to what engine_adopt takes -------------------------------------------------------------------- */

static struct execution *executions_of(const struct fixture_read *read, struct arena *arena)
{
    size_t n = read->state.executions.n;
    struct execution *out = read->state.executions.at ? arena_alloc(arena, n * sizeof *out) : NULL;

    for (size_t i = 0; out && i < n; i++) {
        const struct execution_read *from = &read->state.executions.at[i];
        bool nothing = !from->published || codec_is_zero(&message_storage, from->published);
        out[i] = from->x;
        out[i].published = nothing ? NULL : from->published;
        out[i].output = from->output;
    }
    return out;
}

static struct adopted_entry *entries_of(const struct fixture_read *read, struct arena *arena)
{
    struct adopted_entry *out = arena_alloc(arena, read->history.n * sizeof *out);

    for (size_t i = 0; out && i < read->history.n; i++) {
        const struct entry_read *from = &read->history.at[i];
        bool of_job = from->type != HISTORY_EXECUTION;
        const struct transition *t = of_job ? from->job_state : from->execution_state;
        out[i] = (struct adopted_entry){ .node_id = from->node_id,
                                         .reference = from->reference,
                                         .level = of_job ? HISTORY_JOB : HISTORY_EXECUTION,
                                         .previous = t ? t->previous : 0,
                                         .next = t ? t->next : 0,
                                         .version = from->version,
                                         .comment = from->comment,
                                         .time = from->time };
    }
    return out;
}

/* Reads one job. `adopted` borrows from `arena` and `raw`. */
static enum err read_one(struct span raw, struct arena *arena, struct adopted *adopted, struct error *error)
{
    struct fixture_read *read = ARENA_NEW(arena, struct fixture_read);

    if (!read)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = codec_read(&fixture_message, read, raw, arena, error);
    if (err)
        return err;
    const struct metadata_read *metadata = &read->job.metadata;
    *adopted = (struct adopted){
        .id = metadata->id,
        .client_id = metadata->client_id,
        .api_version = read->job.api_version,
        .requester_id = metadata->requester.id,
        .requester_key = metadata->requester.key,
        .created_at = metadata->created_at,
        .spec = &read->job.spec,
        .state = read->state.state,
        .version = read->state.version ? read->state.version : 1,
        .created = read->state.created ? read->state.created : metadata->created_at,
        .updated = read->state.updated ? read->state.updated : metadata->created_at,
        .executions = executions_of(read, arena),
        .n_executions = read->state.executions.n,
        .history = entries_of(read, arena),
        .n_history = read->history.n,
    };
    if (!adopted->id.n)
        return error_set(error, ERR_INVALID, "the job has no Metadata.ID");
    return arena->failed ? error_set(error, ERR_NOMEM, "out of memory") : ERR_OK;
}

static enum err load_one(struct engine *engine, struct span raw, ns_t now, struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct adopted adopted;
    enum err err = read_one(raw, &arena, &adopted, error);

    return err ? err : engine_adopt(engine, &adopted, now, error);
}

static void json_free_at(struct json **json)
{
    json_free(*json);
}

static enum err cannot_parse(enum err err, const struct error *why, struct span text, struct json_place where,
                             struct error *error)
{
    const char *cause = err == ERR_INVALID ? json_cause(text, where) : NULL;

    return cause ? error_set(error, err, "%s (%s)", why->text, cause) : error_set(error, err, "%s", why->text);
}

enum err fixture_load(struct engine *engine, struct span text, ns_t now, struct json_place *where, struct error *error)
{
    CLEANUP(json_free_at) struct json *json = NULL;
    struct error why;
    enum err err = json_parse(text, JSON_WITH_NUL, &json, where, &why);

    if (err)
        return cannot_parse(err, &why, text, *where, error);
    const struct json_value *jobs = json_get(json_root(json), "jobs");
    if (json_type(jobs) != JSON_ARRAY || json_count(jobs) > FIXTURE_JOBS_MAX) {
        *where = json_place(json, json_root(json));
        return error_set(error, ERR_INVALID, "expected {\"jobs\": [{\"Job\": …, \"State\": …}]}");
    }
    JSON_EACH(job, jobs) {
        err = load_one(engine, json_raw(json, job), now, error);
        if (!err)
            continue;
        *where = json_place(json, job);
        return err;
    }
    return ERR_OK;
}

/* ---- all or none --------------------------------------------------------------------------------------------- */

enum err fixture_read(struct span text, struct arena *arena, struct fixture *fixture, struct error *error)
{
    CLEANUP(json_free_at) struct json *json = NULL;
    enum err err = json_parse(text, JSON_WITH_NUL, &json, NULL, error);
    const struct json_value *jobs = err ? NULL : json_get(json_root(json), "jobs");

    *fixture = (struct fixture){ .at = arena_alloc(arena, json_count(jobs) * sizeof *fixture->at) };
    if (!err && !fixture->at)
        return error_set(error, ERR_NOMEM, "out of memory");
    JSON_EACH(job, jobs) {
        if (!err)
            err = read_one(arena_span(arena, json_raw(json, job)), arena, &fixture->at[fixture->n++], error);
    }
    return err;
}

static void forget(struct engine *engine, const struct fixture *fixture, size_t n)
{
    const struct job *job;

    for (size_t i = 0; i < n; i++)
        if (store_alike(engine_store(engine), fixture->at[i].id, &job) == 1)
            engine_forget(engine, job);
}

enum err fixture_add(struct engine *engine, const struct fixture *fixture, ns_t now, struct error *error)
{
    enum err err = ERR_OK;
    size_t n = 0;

    while (!err && n < fixture->n) {
        err = engine_adopt(engine, &fixture->at[n], now, error);
        n += err == ERR_OK;
        if (!err && !store_has_room(engine_store(engine), 0))
            err = error_set(error, ERR_NOMEM, "job store is full");
    }
    if (err)
        forget(engine, fixture, n);
    return err;
}

/* ---- printing ------------------------------------------------------------------------------------------------ */

void fixture_put_job(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"Job\":");
    codec_encode(out, &message_job, job, zone);
    buf_text(out, ",\"State\":");
    codec_encode(out, &message_job_state, job, zone);
    buf_text(out, ",\"History\":[");
    for (size_t i = 0; i < job->n_history; i++) {
        if (i)
            buf_char(out, ',');
        body_entry(out, job, &job->history[i], zone);
    }
    buf_char(out, ']');
}
