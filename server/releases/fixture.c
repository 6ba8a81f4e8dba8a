#include "releases/fixture.h"

#include "sim/adopt.h"
#include "releases/messages.h"

#include <stddef.h>
#include <stdlib.h>

/* ---- tables: the same objects as the answers', into structs of their own --------------------------------------- */

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

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define F(key, kind_, type, member) { .name = key, .kind = kind_, .go_type = "value", .offset = offsetof(struct type, member) }
#define ENUM_F(key, type, member, table)                                                                          \
    { .name = key, .kind = FIELD_ENUM, .names = &(table), .go_type = "state", .offset = offsetof(struct type, member) }
#define OF(key, kind_, type, member, of)                                                                          \
    { .name = key, .kind = kind_, .message = &(of), .go_type = "object", .go_element_type = "object",                  \
      .offset = offsetof(struct type, member) }
#define TABLE(type, name_) { .go_type = name_, .go_struct = name_, .size = sizeof(struct type), .fields = type##_fields,   \
                             .n = COUNT(type##_fields) }

static const struct field requester_read_fields[] = {
    F("RequesterNodeID", FIELD_STRING, requester_read, id),
    F("RequesterPublicKey", FIELD_STRING, requester_read, key),
};
static const struct message requester_message = TABLE(requester_read, "Requester");

static const struct field metadata_read_fields[] = {
    F("ID", FIELD_STRING, metadata_read, id),
    F("CreatedAt", FIELD_TIME, metadata_read, created_at),
    F("ClientID", FIELD_STRING, metadata_read, client_id),
    OF("Requester", FIELD_OBJECT, metadata_read, requester, requester_message),
};
static const struct message metadata_message = TABLE(metadata_read, "Metadata");

static const struct field job_read_fields[] = {
    F("APIVersion", FIELD_STRING, job_read, api_version),
    OF("Metadata", FIELD_OBJECT, job_read, metadata, metadata_message),
    OF("Spec", FIELD_OBJECT, job_read, spec, message_spec),
};
static const struct message job_message = TABLE(job_read, "Job");

#define X(key, kind_, member) F(key, kind_, execution_read, x.member)

static const struct field execution_read_fields[] = {
    X("NodeId", FIELD_STRING, node_id),
    X("ComputeReference", FIELD_STRING, reference),
    ENUM_F("State", execution_read, x.state, names_execution_state),
    X("Status", FIELD_STRING, status),
    X("VerificationProposal", FIELD_BYTES, proposal),
    OF("VerificationResult", FIELD_OBJECT, execution_read, x.verification, message_verification),
    OF("PublishedResults", FIELD_POINTER, execution_read, published, message_storage),
    OF("RunOutput", FIELD_POINTER, execution_read, output, message_run_output),
    X("Version", FIELD_INT, version),
    X("CreateTime", FIELD_TIME, created),
    X("UpdateTime", FIELD_TIME, updated),
};
static const struct message execution_message = TABLE(execution_read, "Execution");

static const struct field state_read_fields[] = {
    OF("Executions", FIELD_OBJECTS, state_read, executions, execution_message),
    ENUM_F("State", state_read, state, names_job_state),
    F("Version", FIELD_INT, state_read, version),
    F("CreateTime", FIELD_TIME, state_read, created),
    F("UpdateTime", FIELD_TIME, state_read, updated),
};
static const struct message state_message = TABLE(state_read, "State");

static const struct field job_transition_fields[] = {
    ENUM_F("Previous", transition, previous, names_job_state),
    ENUM_F("New", transition, next, names_job_state),
};
static const struct message job_transition_message = { .go_type = "JobState", .go_struct = "JobState",
                                                       .size = sizeof(struct transition), .fields = job_transition_fields,
                                                       .n = COUNT(job_transition_fields) };
static const struct field execution_transition_fields[] = {
    ENUM_F("Previous", transition, previous, names_execution_state),
    ENUM_F("New", transition, next, names_execution_state),
};
static const struct message execution_transition_message = { .go_type = "ExecutionState", .go_struct = "ExecutionState",
                                                             .size = sizeof(struct transition),
                                                             .fields = execution_transition_fields,
                                                             .n = COUNT(execution_transition_fields) };

static const struct field entry_read_fields[] = {
    ENUM_F("Type", entry_read, type, names_history_level),
    F("NodeID", FIELD_STRING, entry_read, node_id),
    F("ComputeReference", FIELD_STRING, entry_read, reference),
    OF("JobState", FIELD_POINTER, entry_read, job_state, job_transition_message),
    OF("ExecutionState", FIELD_POINTER, entry_read, execution_state, execution_transition_message),
    F("NewVersion", FIELD_INT, entry_read, version),
    F("Comment", FIELD_STRING, entry_read, comment),
    F("Time", FIELD_TIME, entry_read, time),
};
static const struct message entry_message = TABLE(entry_read, "History");

static const struct field fixture_read_fields[] = {
    OF("Job", FIELD_OBJECT, fixture_read, job, job_message),
    OF("State", FIELD_OBJECT, fixture_read, state, state_message),
    OF("History", FIELD_OBJECTS, fixture_read, history, entry_message),
};
static const struct message fixture_message = TABLE(fixture_read, "fixture");

/* ---- from what was read to what the core takes -------------------------------------------------------------------- */

static struct execution *executions_of(const struct fixture_read *read, struct arena *arena)
{
    size_t n = read->state.executions.n;
    struct execution *out = arena_alloc(arena, n * sizeof *out);

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

static enum err take(struct engine *engine, const struct fixture_read *read, ns_t now, struct arena *arena,
                     struct error *error)
{
    const struct metadata_read *metadata = &read->job.metadata;
    struct adopted adopted = {
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

    if (!adopted.id.n)
        return error_set(error, ERR_INVALID, "the job has no Metadata.ID");
    if (arena->failed)
        return error_set(error, ERR_NOMEM, "out of memory");
    return engine_adopt(engine, &adopted, now, error);
}

static enum err load_one(struct engine *engine, struct span raw, ns_t now, struct error *error)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct fixture_read *read = ARENA_NEW(&arena, struct fixture_read);

    if (!read)
        return error_set(error, ERR_NOMEM, "out of memory");
    enum err err = codec_read(&fixture_message, read, raw, &arena, error);
    return err ? err : take(engine, read, now, &arena, error);
}

static void json_free_at(struct json **json)
{
    json_free(*json);
}

enum err fixture_load(struct engine *engine, struct span text, ns_t now, struct json_place *where, struct error *error)
{
    CLEANUP(json_free_at) struct json *json = NULL;
    enum err err = json_parse(text, JSON_WITH_NUL, &json, where, error);

    if (err)
        return err;
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
