#include "releases/messages.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define AT(type, member) .offset = offsetof(struct type, member)
#define MESSAGE(go_type_, go_struct_, type, table)                                                                \
    { .go_type = go_type_, .go_struct = go_struct_, .size = sizeof(struct type), .fields = table, .n = COUNT(table) }

/* The common kinds of field, one line each. */
#define STRING_FIELD(key, type, member) { .name = key, .kind = FIELD_STRING, .go_type = "string", AT(type, member) }
#define TEXT_FIELD(key, type, member)                                                                             \
    { .name = key, .kind = FIELD_STRING, .flags = OMIT_EMPTY, .go_type = "string", AT(type, member) }
#define BOOL_FIELD(key, type, member) { .name = key, .kind = FIELD_BOOL, .go_type = "bool", AT(type, member) }
#define FLAG_FIELD(key, type, member)                                                                             \
    { .name = key, .kind = FIELD_BOOL, .flags = OMIT_EMPTY, .go_type = "bool", AT(type, member) }
#define INT_FIELD(key, type, member) { .name = key, .kind = FIELD_INT, .go_type = "int", AT(type, member) }
#define COUNT_FIELD(key, type, member)                                                                            \
    { .name = key, .kind = FIELD_INT, .flags = OMIT_EMPTY, .go_type = "int", AT(type, member) }
#define TIME_FIELD(key, type, member) { .name = key, .kind = FIELD_TIME, .go_type = "time.Time", AT(type, member) }
#define ENUM_FIELD(key, type, member, table, go)                                                                  \
    { .name = key, .kind = FIELD_ENUM, .names = &(table), .go_type = go, AT(type, member) }
#define CHOICE_FIELD(key, type, member, table, go)                                                                \
    { .name = key, .kind = FIELD_ENUM, .flags = OMIT_EMPTY, .names = &(table), .go_type = go, AT(type, member) }
#define OBJECT_FIELD(key, type, member, of, go)                                                                   \
    { .name = key, .kind = FIELD_OBJECT, .message = &(of), .go_type = go, AT(type, member) }
#define STRINGS_FIELD(key, type, member)                                                                          \
    { .name = key, .kind = FIELD_STRINGS, .flags = OMIT_EMPTY, .go_type = "[]string", .go_element_type = "string",  \
      AT(type, member) }
#define MAP_FIELD(key, type, member)                                                                              \
    { .name = key, .kind = FIELD_STRING_MAP, .flags = OMIT_EMPTY, .go_type = "map[string]string",                    \
      .go_element_type = "string", AT(type, member) }
#define STORAGES_FIELD(key, type, member)                                                                         \
    { .name = key, .kind = FIELD_OBJECTS, .flags = OMIT_EMPTY, .message = &message_storage,                          \
      .go_type = "[]model.StorageSpec", .go_element_type = "model.StorageSpec", AT(type, member) }

/* ---- enums --------------------------------------------------------------------------------------------------- */

static const char *const job_state_texts[] = { "New", "InProgress", "Cancelled", "Error", "Completed", "CompletedPartially",
                                               "Queued" };
static const char *const execution_state_texts[] = {
    "New", "AskForBid", "AskForBidAccepted", "AskForBidRejected", "BidAccepted", "BidRejected", "WaitingVerification",
    "ResultAccepted", "ResultRejected", "Completed", "Failed", "Cancelled",
};
static const char *const history_texts[] = { "jobHistoryTypeUndefined", "JobLevel", "ExecutionLevel" };
static const char *const engine_texts[] = { "engineUnknown", "Noop", "Docker", "Wasm", "Language", "PythonWasm" };
static const char *const verifier_texts[] = { "verifierUnknown", "Noop", "Deterministic" };
static const char *const publisher_texts[] = { "publisherUnknown", "Noop", "Ipfs", "Filecoin", "Estuary" };
static const char *const network_texts[] = { "None", "Full", "HTTP" };
static const char *const source_texts[] = { "storageSourceUnknown", "IPFS", "URLDownload", "FilecoinUnsealed", "Filecoin",
                                            "Estuary", "Inline", "LocalDirectory" };

#define STATES(texts) { .names = texts, .count = COUNT(texts), .trim = true }

const struct enum_names names_job_state = STATES(job_state_texts);
const struct enum_names names_execution_state = STATES(execution_state_texts);
const struct enum_names names_history_level = STATES(history_texts);
const struct enum_names names_engine = {
    .names = engine_texts, .count = COUNT(engine_texts), .first = 1, .unknown = "executor: unknown engine type '%.*s'",
};
const struct enum_names names_verifier = {
    .names = verifier_texts, .count = COUNT(verifier_texts), .first = 1, .trim = true,
    .unknown = "verifier: unknown type '%.*s'",
};
/* The reference says `verifier` here too. */
const struct enum_names names_publisher = {
    .names = publisher_texts, .count = COUNT(publisher_texts), .first = 1, .trim = true,
    .unknown = "verifier: unknown type '%.*s'",
};
const struct enum_names names_network = {
    .names = network_texts, .count = COUNT(network_texts), .trim = true, .unknown = "model.Network: unknown type '%.*s'",
};
const struct enum_names names_storage_source = {
    .names = source_texts, .count = COUNT(source_texts), .first = 1, .trim = true,
    .unknown = "executor: unknown source type '%.*s'",
};

/* ---- the specification ------------------------------------------------------------------------------------------ */

static const struct field storage_fields[] = {
    CHOICE_FIELD("StorageSource", storage_spec, source, names_storage_source, "model.StorageSourceType"),
    TEXT_FIELD("Name", storage_spec, name),
    TEXT_FIELD("CID", storage_spec, cid),
    TEXT_FIELD("URL", storage_spec, url),
    TEXT_FIELD("SourcePath", storage_spec, source_path),
    TEXT_FIELD("path", storage_spec, path),
    MAP_FIELD("Metadata", storage_spec, metadata),
};
const struct message message_storage = MESSAGE("model.StorageSpec", "StorageSpec", storage_spec, storage_fields);

static const struct field docker_fields[] = {
    TEXT_FIELD("Image", docker_spec, image),
    STRINGS_FIELD("Entrypoint", docker_spec, entrypoint),
    STRINGS_FIELD("EnvironmentVariables", docker_spec, environment),
    TEXT_FIELD("WorkingDirectory", docker_spec, working_directory),
};
static const struct message message_docker = MESSAGE("model.JobSpecDocker", "JobSpecDocker", docker_spec, docker_fields);

static const struct field language_fields[] = {
    TEXT_FIELD("Language", language_spec, language),
    TEXT_FIELD("LanguageVersion", language_spec, version),
    FLAG_FIELD("DeterministicExecution", language_spec, deterministic),
    OBJECT_FIELD("JobContext", language_spec, context, message_storage, "model.StorageSpec"),
    TEXT_FIELD("Command", language_spec, command),
    TEXT_FIELD("ProgramPath", language_spec, program_path),
    TEXT_FIELD("RequirementsPath", language_spec, requirements_path),
};
static const struct message message_language =
    MESSAGE("model.JobSpecLanguage", "JobSpecLanguage", language_spec, language_fields);

static const struct field wasm_fields[] = {
    OBJECT_FIELD("EntryModule", wasm_spec, entry_module, message_storage, "model.StorageSpec"),
    TEXT_FIELD("EntryPoint", wasm_spec, entry_point),
    STRINGS_FIELD("Parameters", wasm_spec, parameters),
    MAP_FIELD("EnvironmentVariables", wasm_spec, environment),
    STORAGES_FIELD("ImportModules", wasm_spec, import_modules),
};
static const struct message message_wasm = MESSAGE("model.JobSpecWasm", "JobSpecWasm", wasm_spec, wasm_fields);

static const struct field resources_fields[] = {
    TEXT_FIELD("CPU", resources, cpu),
    TEXT_FIELD("Memory", resources, memory),
    TEXT_FIELD("Disk", resources, disk),
    STRING_FIELD("GPU", resources, gpu),
};
static const struct message message_resources =
    MESSAGE("model.ResourceUsageConfig", "ResourceUsageConfig", resources, resources_fields);

static const struct field network_fields[] = {
    ENUM_FIELD("Type", network_spec, type, names_network, "model.Network"),
    STRINGS_FIELD("Domains", network_spec, domains),
};
static const struct message message_network = MESSAGE("model.NetworkConfig", "NetworkConfig", network_spec, network_fields);

static const struct field selector_fields[] = {
    STRING_FIELD("Key", node_selector, key),
    { .name = "Operator", .kind = FIELD_STRING, .go_type = "selection.Operator", AT(node_selector, op) },
    STRINGS_FIELD("Values", node_selector, values),
};
static const struct message message_selector =
    MESSAGE("model.LabelSelectorRequirement", "LabelSelectorRequirement", node_selector, selector_fields);

static const struct field deal_fields[] = {
    COUNT_FIELD("Concurrency", deal, concurrency),
    COUNT_FIELD("Confidence", deal, confidence),
    COUNT_FIELD("MinBids", deal, min_bids),
};
const struct message message_deal = MESSAGE("model.Deal", "Deal", deal, deal_fields);

#define SPEC_FIELDS_TO_INPUTS                                                                                     \
    CHOICE_FIELD("Engine", job_spec, engine, names_engine, "model.Engine"),                                         \
        CHOICE_FIELD("Verifier", job_spec, verifier, names_verifier, "model.Verifier"),                               \
        CHOICE_FIELD("Publisher", job_spec, publisher, names_publisher, "model.Publisher"),                           \
        OBJECT_FIELD("Docker", job_spec, docker, message_docker, "model.JobSpecDocker"),                              \
        OBJECT_FIELD("Language", job_spec, language, message_language, "model.JobSpecLanguage"),                      \
        OBJECT_FIELD("Wasm", job_spec, wasm, message_wasm, "model.JobSpecWasm"),                                      \
        OBJECT_FIELD("Resources", job_spec, resources, message_resources, "model.ResourceUsageConfig"),               \
        OBJECT_FIELD("Network", job_spec, network, message_network, "model.NetworkConfig"),                           \
        { .name = "Timeout", .kind = FIELD_FLOAT, .flags = OMIT_EMPTY, .go_type = "float64", AT(job_spec, timeout) },  \
        STORAGES_FIELD("inputs", job_spec, inputs)

#define SPEC_FIELDS_OUTPUTS_TO_SELECTORS                                                                          \
    STORAGES_FIELD("outputs", job_spec, outputs), STRINGS_FIELD("Annotations", job_spec, annotations),              \
    {                                                                                                             \
        .name = "NodeSelectors", .kind = FIELD_OBJECTS, .flags = OMIT_EMPTY, .message = &message_selector,              \
        .go_type = "[]model.LabelSelectorRequirement", .go_element_type = "model.LabelSelectorRequirement",             \
        AT(job_spec, selectors)                                                                                   \
    }

static const struct field spec_fields[] = {
    SPEC_FIELDS_TO_INPUTS,
    SPEC_FIELDS_OUTPUTS_TO_SELECTORS,
    FLAG_FIELD("DoNotTrack", job_spec, do_not_track),
    OBJECT_FIELD("Deal", job_spec, deal, message_deal, "model.Deal"),
};
const struct message message_spec = MESSAGE("model.Spec", "Spec", job_spec, spec_fields);

/* Up to v0.3.23: contexts, sharding and the execution plan stand between. */
static const struct field sharding_fields[] = {
    TEXT_FIELD("GlobPattern", sharding, glob_pattern),
    COUNT_FIELD("BatchSize", sharding, batch_size),
    TEXT_FIELD("GlobPatternBasePath", sharding, glob_base),
};
static const struct message message_sharding =
    MESSAGE("model.JobShardingConfig", "JobShardingConfig", sharding, sharding_fields);

static const struct field plan_fields[] = { COUNT_FIELD("ShardsTotal", job_spec, shards_total) };
static const struct message message_plan = MESSAGE("model.JobExecutionPlan", "JobExecutionPlan", job_spec, plan_fields);

static const struct field sharded_spec_fields[] = {
    SPEC_FIELDS_TO_INPUTS,
    STORAGES_FIELD("Contexts", job_spec, contexts),
    SPEC_FIELDS_OUTPUTS_TO_SELECTORS,
    OBJECT_FIELD("Sharding", job_spec, sharding, message_sharding, "model.JobShardingConfig"),
    FLAG_FIELD("DoNotTrack", job_spec, do_not_track),
    { .name = "ExecutionPlan", .kind = FIELD_OBJECT, .message = &message_plan, .go_type = "model.JobExecutionPlan" },
    OBJECT_FIELD("Deal", job_spec, deal, message_deal, "model.Deal"),
};
const struct message message_sharded_spec = MESSAGE("model.Spec", "Spec", job_spec, sharded_spec_fields);

/* ---- requests ------------------------------------------------------------------------------------------------------ */

#define TAGS_FIELD(key, type, member, go)                                                                         \
    { .name = key, .kind = FIELD_STRINGS, .go_type = "[]" go, .go_element_type = go, AT(type, member) }

static const struct field list_request_fields[] = {
    STRING_FIELD("client_id", list_request, client_id),
    STRING_FIELD("id", list_request, id),
    TAGS_FIELD("include_tags", list_request, include_tags, "model.IncludedTag"),
    TAGS_FIELD("exclude_tags", list_request, exclude_tags, "model.ExcludedTag"),
    INT_FIELD("max_jobs", list_request, max_jobs),
    BOOL_FIELD("return_all", list_request, return_all),
    STRING_FIELD("sort_by", list_request, sort_by),
    BOOL_FIELD("sort_reverse", list_request, sort_reverse),
};
const struct message message_list_request = MESSAGE("publicapi.listRequest", "listRequest", list_request, list_request_fields);

static const struct field state_request_fields[] = {
    STRING_FIELD("client_id", state_request, client_id),
    STRING_FIELD("job_id", state_request, job_id),
};
const struct message message_state_request =
    MESSAGE("publicapi.stateRequest", "stateRequest", state_request, state_request_fields);
const struct message message_events_request =
    MESSAGE("publicapi.eventsRequest", "eventsRequest", state_request, state_request_fields);

static const struct field version_request_fields[] = { STRING_FIELD("client_id", version_request, client_id) };
const struct message message_version_request =
    MESSAGE("publicapi.VersionRequest", "VersionRequest", version_request, version_request_fields);

#define ENVELOPE_FIELDS(payload_key)                                                                              \
    {                                                                                                             \
        { .name = payload_key, .kind = FIELD_RAW, .go_type = "json.RawMessage", AT(envelope, payload) },            \
            STRING_FIELD("signature", envelope, signature), STRING_FIELD("client_public_key", envelope, public_key),  \
    }

static const struct field submit_envelope_fields[] = ENVELOPE_FIELDS("job_create_payload");
static const struct field signed_envelope_fields[] = ENVELOPE_FIELDS("payload");
static const struct field either_envelope_fields[] = {
    { .name = "job_cancel_payload", .kind = FIELD_RAW, .go_type = "json.RawMessage", AT(envelope, payload) },
    { .name = "payload", .kind = FIELD_RAW, .go_type = "json.RawMessage", AT(envelope, payload) },
    STRING_FIELD("signature", envelope, signature),
    STRING_FIELD("client_public_key", envelope, public_key),
};
const struct message message_cancel_envelope_either =
    MESSAGE("publicapi.cancelRequest", "cancelRequest", envelope, either_envelope_fields);
const struct message message_submit_envelope =
    MESSAGE("publicapi.submitRequest", "submitRequest", envelope, submit_envelope_fields);
const struct message message_signed_envelope =
    MESSAGE("publicapi.signedRequest", "signedRequest", envelope, signed_envelope_fields);

#define SUBMIT_PAYLOAD_FIELDS(of)                                                                                 \
    {                                                                                                             \
        STRING_FIELD("ClientID", submit_payload, client_id), STRING_FIELD("APIVersion", submit_payload, api_version), \
            { .name = "Spec", .kind = FIELD_POINTER, .message = &(of), .go_type = "model.Spec",                       \
              AT(submit_payload, spec) },                                                                         \
    }

static const struct field submit_payload_fields[] = SUBMIT_PAYLOAD_FIELDS(message_spec);
static const struct field sharded_submit_payload_fields[] = SUBMIT_PAYLOAD_FIELDS(message_sharded_spec);
const struct message message_submit_payload =
    MESSAGE("model.JobCreatePayload", "JobCreatePayload", submit_payload, submit_payload_fields);

const struct message message_sharded_submit_payload =
    MESSAGE("model.JobCreatePayload", "JobCreatePayload", submit_payload, sharded_submit_payload_fields);

static const struct field cancel_payload_fields[] = {
    STRING_FIELD("ClientID", cancel_payload, client_id),
    STRING_FIELD("JobID", cancel_payload, job_id),
    STRING_FIELD("Reason", cancel_payload, reason),
};
const struct message message_cancel_payload =
    MESSAGE("model.JobCancelPayload", "JobCancelPayload", cancel_payload, cancel_payload_fields);

static const struct field bid_response_fields[] = {
    BOOL_FIELD("shouldBid", bid_response, should_bid),
    BOOL_FIELD("shouldWait", bid_response, should_wait),
    STRING_FIELD("reason", bid_response, reason),
};
static const struct message message_bid_response =
    MESSAGE("bidstrategy.BidStrategyResponse", "BidStrategyResponse", bid_response, bid_response_fields);

static const struct field approve_payload_fields[] = {
    STRING_FIELD("ClientID", approve_payload, client_id),
    STRING_FIELD("JobID", approve_payload, job_id),
    OBJECT_FIELD("Response", approve_payload, response, message_bid_response, "bidstrategy.BidStrategyResponse"),
};
const struct message message_approve_payload =
    MESSAGE("bidstrategy.ModerateJobRequest", "ModerateJobRequest", approve_payload, approve_payload_fields);

/* ---- the job --------------------------------------------------------------------------------------------------------- */

static const struct field requester_fields[] = {
    TEXT_FIELD("RequesterNodeID", job, requester_id),
    TEXT_FIELD("RequesterPublicKey", job, requester_key),
};
const struct message message_requester = MESSAGE("model.JobRequester", "JobRequester", job, requester_fields);

/* An object of the wire whose fields stand in the very struct that holds it. */
#define VIEW_FIELD(key, of, go) { .name = key, .kind = FIELD_OBJECT, .message = &(of), .go_type = go, .offset = 0 }

static const struct field metadata_fields[] = {
    TEXT_FIELD("ID", job, id),
    TIME_FIELD("CreatedAt", job, created_at),
    TEXT_FIELD("ClientID", job, client_id),
    VIEW_FIELD("Requester", message_requester, "model.JobRequester"),
};
static const struct message message_metadata = MESSAGE("model.Metadata", "Metadata", job, metadata_fields);

static const struct field job_fields[] = {
    STRING_FIELD("APIVersion", job, api_version),
    VIEW_FIELD("Metadata", message_metadata, "model.Metadata"),
    OBJECT_FIELD("Spec", job, spec, message_spec, "model.Spec"),
};
const struct message message_job = MESSAGE("model.Job", "Job", job, job_fields);

/* ---- states -------------------------------------------------------------------------------------------------------------- */

static const struct field verification_fields[] = {
    FLAG_FIELD("Complete", verification, complete),
    FLAG_FIELD("Result", verification, result),
};
const struct message message_verification =
    MESSAGE("model.VerificationResult", "VerificationResult", verification, verification_fields);

static const struct field run_output_fields[] = {
    STRING_FIELD("stdout", run_output, stdout_text),
    BOOL_FIELD("stdouttruncated", run_output, stdout_truncated),
    STRING_FIELD("stderr", run_output, stderr_text),
    BOOL_FIELD("stderrtruncated", run_output, stderr_truncated),
    INT_FIELD("exitCode", run_output, exit_code),
    STRING_FIELD("runnerError", run_output, runner_error),
};
const struct message message_run_output = MESSAGE("model.RunCommandResult", "RunCommandResult", run_output, run_output_fields);

static const struct field execution_fields[] = {
    STRING_FIELD("JobID", execution, job_id),
    STRING_FIELD("NodeId", execution, node_id),
    STRING_FIELD("ComputeReference", execution, reference),
    ENUM_FIELD("State", execution, state, names_execution_state, "model.ExecutionStateType"),
    TEXT_FIELD("Status", execution, status),
    { .name = "VerificationProposal", .kind = FIELD_BYTES, .flags = OMIT_EMPTY, .go_type = "[]uint8",
      AT(execution, proposal) },
    OBJECT_FIELD("VerificationResult", execution, verification, message_verification, "model.VerificationResult"),
    { .name = "PublishedResults", .kind = FIELD_POINTER, .flags = ZERO_OBJECT, .message = &message_storage,
      .go_type = "model.StorageSpec", AT(execution, published) },
    { .name = "RunOutput", .kind = FIELD_POINTER, .flags = OMIT_EMPTY, .message = &message_run_output,
      .go_type = "model.RunCommandResult", AT(execution, output) },
    INT_FIELD("Version", execution, version),
    TIME_FIELD("CreateTime", execution, created),
    TIME_FIELD("UpdateTime", execution, updated),
};
static const struct message message_execution =
    MESSAGE("model.ExecutionState", "ExecutionState", execution, execution_fields);

static const struct field job_state_fields[] = {
    STRING_FIELD("JobID", job, id),
    { .name = "Executions", .kind = FIELD_POINTERS, .message = &message_execution, .go_type = "[]model.ExecutionState",
      AT(job, executions) },
    ENUM_FIELD("State", job, state, names_job_state, "model.JobStateType"),
    INT_FIELD("Version", job, version),
    TIME_FIELD("CreateTime", job, created),
    TIME_FIELD("UpdateTime", job, updated),
    TIME_FIELD("TimeoutAt", job, timeout_at),
};
const struct message message_job_state = MESSAGE("model.JobState", "JobState", job, job_state_fields);

static const struct field job_with_info_fields[] = {
    VIEW_FIELD("Job", message_job, "model.Job"),
    VIEW_FIELD("State", message_job_state, "model.JobState"),
};
const struct message message_job_with_info = MESSAGE("model.JobWithInfo", "JobWithInfo", job, job_with_info_fields);

/* ---- history ---------------------------------------------------------------------------------------------------------------- */

static const struct field job_transition_fields[] = {
    CHOICE_FIELD("Previous", transition, previous, names_job_state, "model.JobStateType"),
    CHOICE_FIELD("New", transition, next, names_job_state, "model.JobStateType"),
};
static const struct message message_job_transition =
    MESSAGE("model.StateChange[model.JobStateType]", "StateChange", transition, job_transition_fields);

static const struct field execution_transition_fields[] = {
    CHOICE_FIELD("Previous", transition, previous, names_execution_state, "model.ExecutionStateType"),
    CHOICE_FIELD("New", transition, next, names_execution_state, "model.ExecutionStateType"),
};
static const struct message message_execution_transition =
    MESSAGE("model.StateChange[model.ExecutionStateType]", "StateChange", transition, execution_transition_fields);

static const struct field history_fields[] = {
    ENUM_FIELD("Type", history_view, type, names_history_level, "model.JobHistoryType"),
    STRING_FIELD("JobID", history_view, job_id),
    TEXT_FIELD("NodeID", history_view, node_id),
    TEXT_FIELD("ComputeReference", history_view, reference),
    { .name = "JobState", .kind = FIELD_POINTER, .flags = OMIT_EMPTY, .message = &message_job_transition,
      .go_type = "model.StateChange[model.JobStateType]", AT(history_view, job_state) },
    { .name = "ExecutionState", .kind = FIELD_POINTER, .flags = OMIT_EMPTY, .message = &message_execution_transition,
      .go_type = "model.StateChange[model.ExecutionStateType]", AT(history_view, execution_state) },
    INT_FIELD("NewVersion", history_view, version),
    TEXT_FIELD("Comment", history_view, comment),
    TIME_FIELD("Time", history_view, time),
};
const struct message message_history = MESSAGE("model.JobHistory", "JobHistory", history_view, history_fields);

static const struct field result_fields[] = {
    TEXT_FIELD("NodeID", result_view, node_id),
    { .name = "Data", .kind = FIELD_POINTER, .flags = ZERO_OBJECT, .message = &message_storage,
      .go_type = "model.StorageSpec", AT(result_view, data) },
};
const struct message message_result = MESSAGE("model.PublishedResult", "PublishedResult", result_view, result_fields);

/* ---- events of the websocket ---------------------------------------------------------------------------------------- */

static const char *const event_texts[] = {
    "jobEventUnknown", "Created", "Bid", "BidAccepted", "BidRejected", "ResultsProposed", "ResultsAccepted",
    "ResultsRejected", "ResultsPublished", "ComputeError", "Error", "Canceled",
};
static const struct enum_names names_event = STATES(event_texts);

static const struct field job_event_fields[] = {
    TEXT_FIELD("APIVersion", event_view, api_version),
    TEXT_FIELD("JobID", event_view, job_id),
    TEXT_FIELD("ExecutionID", event_view, execution_id),
    TEXT_FIELD("ClientID", event_view, client_id),
    TEXT_FIELD("SourceNodeID", event_view, source),
    TEXT_FIELD("TargetNodeID", event_view, target),
    CHOICE_FIELD("EventName", event_view, name, names_event, "model.JobEventType"),
    { .name = "Spec", .kind = FIELD_POINTER, .flags = ZERO_OBJECT, .message = &message_spec, .go_type = "model.Spec",
      AT(event_view, spec) },
    { .name = "Deal", .kind = FIELD_POINTER, .flags = ZERO_OBJECT, .message = &message_deal, .go_type = "model.Deal",
      AT(event_view, deal) },
    TEXT_FIELD("Status", event_view, status),
    { .name = "VerificationProposal", .kind = FIELD_BYTES, .flags = OMIT_EMPTY, .go_type = "[]uint8",
      AT(event_view, proposal) },
    OBJECT_FIELD("VerificationResult", event_view, verification, message_verification, "model.VerificationResult"),
    { .name = "PublishedResult", .kind = FIELD_POINTER, .flags = ZERO_OBJECT, .message = &message_storage,
      .go_type = "model.StorageSpec", AT(event_view, published) },
    TIME_FIELD("EventTime", event_view, time),
    TEXT_FIELD("SenderPublicKey", event_view, sender_key),
    { .name = "RunOutput", .kind = FIELD_POINTER, .flags = OMIT_EMPTY, .message = &message_run_output,
      .go_type = "model.RunCommandResult", AT(event_view, output) },
};
const struct message message_job_event = MESSAGE("model.JobEvent", "JobEvent", event_view, job_event_fields);

/* ---- the node's own ------------------------------------------------------------------------------------------------------------ */

static const struct field build_version_fields[] = {
    TEXT_FIELD("major", build_version, major),
    TEXT_FIELD("minor", build_version, minor),
    STRING_FIELD("gitversion", build_version, git_version),
    STRING_FIELD("gitcommit", build_version, git_commit),
    STRING_FIELD("builddate", build_version, build_date),
    STRING_FIELD("goos", build_version, goos),
    STRING_FIELD("goarch", build_version, goarch),
};
const struct message message_build_version =
    MESSAGE("model.BuildVersionInfo", "BuildVersionInfo", build_version, build_version_fields);
