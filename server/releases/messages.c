#include "releases/messages.h"


#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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

#define STATES(texts, go) { .names = texts, .count = COUNT(texts), .trim = true, .go_type = go }

const struct enum_names names_job_state = STATES(job_state_texts, "model.JobStateType");
const struct enum_names names_execution_state = STATES(execution_state_texts, "model.ExecutionStateType");
const struct enum_names names_history_level = STATES(history_texts, "model.JobHistoryType");
const struct enum_names names_engine = {
    .go_type = "model.Engine", .names = engine_texts, .count = COUNT(engine_texts), .first = 1, .unknown = "executor: unknown engine type '%.*s'",
};
const struct enum_names names_verifier = {
    .go_type = "model.Verifier", .names = verifier_texts, .count = COUNT(verifier_texts), .first = 1, .trim = true,
    .unknown = "verifier: unknown type '%.*s'",
};
/* The real requester says `verifier` here too. */
const struct enum_names names_publisher = {
    .go_type = "model.Publisher", .names = publisher_texts, .count = COUNT(publisher_texts), .first = 1, .trim = true,
    .unknown = "verifier: unknown type '%.*s'",
};
const struct enum_names names_network = {
    .go_type = "model.Network", .names = network_texts, .count = COUNT(network_texts), .trim = true, .unknown = "model.Network: unknown type '%.*s'",
};
const struct enum_names names_storage_source = {
    .go_type = "model.StorageSourceType", .names = source_texts, .count = COUNT(source_texts), .first = 1, .trim = true,
    .unknown = "executor: unknown source type '%.*s'",
};

/* ---- the specification ------------------------------------------------------------------------------------------ */

static const struct field storage_fields[] = {
    ENUM_FIELD("StorageSource", storage_spec, source, names_storage_source, OMIT_EMPTY),
    VALUE_FIELD("Name", storage_spec, name, OMIT_EMPTY),
    VALUE_FIELD("CID", storage_spec, cid, OMIT_EMPTY),
    VALUE_FIELD("URL", storage_spec, url, OMIT_EMPTY),
    VALUE_FIELD("SourcePath", storage_spec, source_path, OMIT_EMPTY),
    VALUE_FIELD("path", storage_spec, path, OMIT_EMPTY),
    VALUE_FIELD("Metadata", storage_spec, metadata, OMIT_EMPTY),
};
MESSAGE(message_storage, storage_spec, "model.StorageSpec", storage_fields);

static const struct field docker_fields[] = {
    VALUE_FIELD("Image", docker_spec, image, OMIT_EMPTY),
    VALUE_FIELD("Entrypoint", docker_spec, entrypoint, OMIT_EMPTY),
    VALUE_FIELD("EnvironmentVariables", docker_spec, environment, OMIT_EMPTY),
    VALUE_FIELD("WorkingDirectory", docker_spec, working_directory, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_docker, docker_spec, "model.JobSpecDocker", docker_fields);

static const struct field language_fields[] = {
    VALUE_FIELD("Language", language_spec, language, OMIT_EMPTY),
    VALUE_FIELD("LanguageVersion", language_spec, version, OMIT_EMPTY),
    VALUE_FIELD("DeterministicExecution", language_spec, deterministic, OMIT_EMPTY),
    OBJECT_FIELD("JobContext", language_spec, context, message_storage, 0),
    VALUE_FIELD("Command", language_spec, command, OMIT_EMPTY),
    VALUE_FIELD("ProgramPath", language_spec, program_path, OMIT_EMPTY),
    VALUE_FIELD("RequirementsPath", language_spec, requirements_path, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_language, language_spec, "model.JobSpecLanguage", language_fields);

static const struct field wasm_fields[] = {
    OBJECT_FIELD("EntryModule", wasm_spec, entry_module, message_storage, 0),
    VALUE_FIELD("EntryPoint", wasm_spec, entry_point, OMIT_EMPTY),
    VALUE_FIELD("Parameters", wasm_spec, parameters, OMIT_EMPTY),
    VALUE_FIELD("EnvironmentVariables", wasm_spec, environment, OMIT_EMPTY),
    LIST_FIELD("ImportModules", wasm_spec, import_modules, message_storage, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_wasm, wasm_spec, "model.JobSpecWasm", wasm_fields);

static const struct field resources_fields[] = {
    VALUE_FIELD("CPU", resources, cpu, OMIT_EMPTY),
    VALUE_FIELD("Memory", resources, memory, OMIT_EMPTY),
    VALUE_FIELD("Disk", resources, disk, OMIT_EMPTY),
    VALUE_FIELD("GPU", resources, gpu, 0),
};
LOCAL_MESSAGE(message_resources, resources, "model.ResourceUsageConfig", resources_fields);

static const struct field network_fields[] = {
    ENUM_FIELD("Type", network_spec, type, names_network, 0),
    VALUE_FIELD("Domains", network_spec, domains, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_network, network_spec, "model.NetworkConfig", network_fields);

static const struct field selector_fields[] = {
    VALUE_FIELD("Key", node_selector, key, 0),
    NAMED_FIELD("Operator", node_selector, op, "selection.Operator", 0),
    VALUE_FIELD("Values", node_selector, values, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_selector, node_selector, "model.LabelSelectorRequirement", selector_fields);

static const struct field deal_fields[] = {
    VALUE_FIELD("Concurrency", deal, concurrency, OMIT_EMPTY),
    VALUE_FIELD("Confidence", deal, confidence, OMIT_EMPTY),
    VALUE_FIELD("MinBids", deal, min_bids, OMIT_EMPTY),
};
MESSAGE(message_deal, deal, "model.Deal", deal_fields);

#define SPEC_FIELDS_TO_INPUTS                                                  \
    ENUM_FIELD("Engine", job_spec, engine, names_engine, OMIT_EMPTY),          \
    ENUM_FIELD("Verifier", job_spec, verifier, names_verifier, OMIT_EMPTY),    \
    ENUM_FIELD("Publisher", job_spec, publisher, names_publisher, OMIT_EMPTY), \
    OBJECT_FIELD("Docker", job_spec, docker, message_docker, 0),               \
    OBJECT_FIELD("Language", job_spec, language, message_language, GO_VALUE),  \
    OBJECT_FIELD("Wasm", job_spec, wasm, message_wasm, GO_VALUE),              \
    OBJECT_FIELD("Resources", job_spec, resources, message_resources, 0),      \
    OBJECT_FIELD("Network", job_spec, network, message_network, 0),            \
    VALUE_FIELD("Timeout", job_spec, timeout, OMIT_EMPTY),                     \
    LIST_FIELD("inputs", job_spec, inputs, message_storage, OMIT_EMPTY)

#define SPEC_FIELDS_OUTPUTS_TO_SELECTORS                                   \
    LIST_FIELD("outputs", job_spec, outputs, message_storage, OMIT_EMPTY), \
    VALUE_FIELD("Annotations", job_spec, annotations, OMIT_EMPTY),               \
    LIST_FIELD("NodeSelectors", job_spec, selectors, message_selector, OMIT_EMPTY)

static const struct field spec_fields[] = {
    SPEC_FIELDS_TO_INPUTS,
    SPEC_FIELDS_OUTPUTS_TO_SELECTORS,
    VALUE_FIELD("DoNotTrack", job_spec, do_not_track, OMIT_EMPTY),
    OBJECT_FIELD("Deal", job_spec, deal, message_deal, 0),
};
MESSAGE(message_spec, job_spec, "model.Spec", spec_fields);

/* Up to v0.3.23 contexts, sharding and the execution plan come between. */
static const struct field sharding_fields[] = {
    VALUE_FIELD("GlobPattern", sharding, glob_pattern, OMIT_EMPTY),
    VALUE_FIELD("BatchSize", sharding, batch_size, OMIT_EMPTY),
    VALUE_FIELD("GlobPatternBasePath", sharding, glob_base, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_sharding, sharding, "model.JobShardingConfig", sharding_fields);

static const struct field plan_fields[] = { VALUE_FIELD("ShardsTotal", job_spec, shards_total, OMIT_EMPTY) };
LOCAL_MESSAGE(message_plan, job_spec, "model.JobExecutionPlan", plan_fields);

static const struct field sharded_spec_fields[] = {
    SPEC_FIELDS_TO_INPUTS,
    LIST_FIELD("Contexts", job_spec, contexts, message_storage, OMIT_EMPTY),
    SPEC_FIELDS_OUTPUTS_TO_SELECTORS,
    OBJECT_FIELD("Sharding", job_spec, sharding, message_sharding, 0),
    VALUE_FIELD("DoNotTrack", job_spec, do_not_track, OMIT_EMPTY),
    VIEW_FIELD("ExecutionPlan", job_spec, message_plan),
    OBJECT_FIELD("Deal", job_spec, deal, message_deal, 0),
};
MESSAGE(message_sharded_spec, job_spec, "model.Spec", sharded_spec_fields);

/* ---- requests ------------------------------------------------------------------------------------------------------ */

static const struct field list_request_fields[] = {
    VALUE_FIELD("client_id", list_request, client_id, 0),
    VALUE_FIELD("id", list_request, id, 0),
    NAMED_FIELD("include_tags", list_request, include_tags, "model.IncludedTag", 0),
    NAMED_FIELD("exclude_tags", list_request, exclude_tags, "model.ExcludedTag", 0),
    VALUE_FIELD("max_jobs", list_request, max_jobs, 0),
    VALUE_FIELD("return_all", list_request, return_all, 0),
    VALUE_FIELD("sort_by", list_request, sort_by, 0),
    VALUE_FIELD("sort_reverse", list_request, sort_reverse, 0),
};
MESSAGE(message_list_request, list_request, "publicapi.listRequest", list_request_fields);

static const struct field state_request_fields[] = {
    VALUE_FIELD("client_id", state_request, client_id, 0),
    VALUE_FIELD("job_id", state_request, job_id, 0),
};
MESSAGE(message_state_request, state_request, "publicapi.stateRequest", state_request_fields);
MESSAGE(message_events_request, state_request, "publicapi.eventsRequest", state_request_fields);

static const struct field version_request_fields[] = { VALUE_FIELD("client_id", version_request, client_id, 0) };
MESSAGE(message_version_request, version_request, "publicapi.VersionRequest", version_request_fields);

#define ENVELOPE_FIELDS(payload_key)                                \
    {                                                               \
        RAW_FIELD(payload_key, envelope, payload, 0),               \
        VALUE_FIELD("signature", envelope, signature, 0),           \
        VALUE_FIELD("client_public_key", envelope, public_key, 0),  \
    }

static const struct field submit_envelope_fields[] = ENVELOPE_FIELDS("job_create_payload");
static const struct field signed_envelope_fields[] = ENVELOPE_FIELDS("payload");
static const struct field either_envelope_fields[] = {
    RAW_FIELD("job_cancel_payload", envelope, payload, 0),
    RAW_FIELD("payload", envelope, payload, 0),
    VALUE_FIELD("signature", envelope, signature, 0),
    VALUE_FIELD("client_public_key", envelope, public_key, 0),
};
MESSAGE(message_cancel_envelope_either, envelope, "publicapi.cancelRequest", either_envelope_fields);
MESSAGE(message_submit_envelope, envelope, "publicapi.submitRequest", submit_envelope_fields);
MESSAGE(message_signed_envelope, envelope, "publicapi.signedRequest", signed_envelope_fields);

#define SUBMIT_PAYLOAD_FIELDS(of)                                  \
    {                                                              \
        VALUE_FIELD("ClientID", submit_payload, client_id, 0),     \
        VALUE_FIELD("APIVersion", submit_payload, api_version, 0), \
        OBJECT_FIELD("Spec", submit_payload, spec, of, 0),         \
    }

static const struct field submit_payload_fields[] = SUBMIT_PAYLOAD_FIELDS(message_spec);
static const struct field sharded_submit_payload_fields[] = SUBMIT_PAYLOAD_FIELDS(message_sharded_spec);
MESSAGE(message_submit_payload, submit_payload, "model.JobCreatePayload", submit_payload_fields);

MESSAGE(message_sharded_submit_payload, submit_payload, "model.JobCreatePayload", sharded_submit_payload_fields);

static const struct field cancel_payload_fields[] = {
    VALUE_FIELD("ClientID", cancel_payload, client_id, 0),
    VALUE_FIELD("JobID", cancel_payload, job_id, 0),
    VALUE_FIELD("Reason", cancel_payload, reason, 0),
};
MESSAGE(message_cancel_payload, cancel_payload, "model.JobCancelPayload", cancel_payload_fields);

static const struct field bid_response_fields[] = {
    VALUE_FIELD("shouldBid", bid_response, should_bid, 0),
    VALUE_FIELD("shouldWait", bid_response, should_wait, 0),
    VALUE_FIELD("reason", bid_response, reason, 0),
};
LOCAL_MESSAGE(message_bid_response, bid_response, "bidstrategy.BidStrategyResponse", bid_response_fields);

static const struct field approve_payload_fields[] = {
    VALUE_FIELD("ClientID", approve_payload, client_id, 0),
    VALUE_FIELD("JobID", approve_payload, job_id, 0),
    OBJECT_FIELD("Response", approve_payload, response, message_bid_response, 0),
};
MESSAGE(message_approve_payload, approve_payload, "publicapi.JobApprovePayload", approve_payload_fields);

/* ---- the job --------------------------------------------------------------------------------------------------------- */

static const struct field requester_fields[] = {
    VALUE_FIELD("RequesterNodeID", job, requester_id, OMIT_EMPTY),
    VALUE_FIELD("RequesterPublicKey", job, requester_key, OMIT_EMPTY),
};
MESSAGE(message_requester, job, "model.JobRequester", requester_fields);

static const struct field metadata_fields[] = {
    VALUE_FIELD("ID", job, id, OMIT_EMPTY),
    TIME_FIELD("CreatedAt", job, created_at, 0),
    VALUE_FIELD("ClientID", job, client_id, OMIT_EMPTY),
    VIEW_FIELD("Requester", job, message_requester),
};
LOCAL_MESSAGE(message_metadata, job, "model.Metadata", metadata_fields);

static const struct field job_fields[] = {
    VALUE_FIELD("APIVersion", job, api_version, 0),
    VIEW_FIELD("Metadata", job, message_metadata),
    OBJECT_FIELD("Spec", job, spec, message_spec, 0),
};
MESSAGE(message_job, job, "model.Job", job_fields);

/* ---- states -------------------------------------------------------------------------------------------------------------- */

static const struct field verification_fields[] = {
    VALUE_FIELD("Complete", verification, complete, OMIT_EMPTY),
    VALUE_FIELD("Result", verification, result, OMIT_EMPTY),
};
MESSAGE(message_verification, verification, "model.VerificationResult", verification_fields);

static const struct field run_output_fields[] = {
    VALUE_FIELD("stdout", run_output, stdout_text, 0),
    VALUE_FIELD("stdouttruncated", run_output, stdout_truncated, 0),
    VALUE_FIELD("stderr", run_output, stderr_text, 0),
    VALUE_FIELD("stderrtruncated", run_output, stderr_truncated, 0),
    VALUE_FIELD("exitCode", run_output, exit_code, 0),
    VALUE_FIELD("runnerError", run_output, runner_error, 0),
};
MESSAGE(message_run_output, run_output, "model.RunCommandResult", run_output_fields);

static const struct field execution_fields[] = {
    VALUE_FIELD("JobID", execution, job_id, 0),
    VALUE_FIELD("NodeId", execution, node_id, 0),
    VALUE_FIELD("ComputeReference", execution, reference, 0),
    ENUM_FIELD("State", execution, state, names_execution_state, 0),
    VALUE_FIELD("Status", execution, status, OMIT_EMPTY),
    BYTES_FIELD("VerificationProposal", execution, proposal, OMIT_EMPTY),
    OBJECT_FIELD("VerificationResult", execution, verification, message_verification, 0),
    OBJECT_FIELD("PublishedResults", execution, published, message_storage, ZERO_OBJECT),
    OBJECT_FIELD("RunOutput", execution, output, message_run_output, OMIT_EMPTY),
    VALUE_FIELD("Version", execution, version, 0),
    TIME_FIELD("CreateTime", execution, created, 0),
    TIME_FIELD("UpdateTime", execution, updated, 0),
};
LOCAL_MESSAGE(message_execution, execution, "model.ExecutionState", execution_fields);

static const struct field job_state_fields[] = {
    VALUE_FIELD("JobID", job, id, 0),
    ARRAY_FIELD("Executions", job, executions, n_executions, message_execution, 0),
    ENUM_FIELD("State", job, state, names_job_state, 0),
    VALUE_FIELD("Version", job, version, 0),
    TIME_FIELD("CreateTime", job, created, 0),
    TIME_FIELD("UpdateTime", job, updated, 0),
    TIME_FIELD("TimeoutAt", job, timeout_at, 0),
};
MESSAGE(message_job_state, job, "model.JobState", job_state_fields);

static const struct field job_with_info_fields[] = {
    VIEW_FIELD("Job", job, message_job),
    VIEW_FIELD("State", job, message_job_state),
};
MESSAGE(message_job_with_info, job, "model.JobWithInfo", job_with_info_fields);

/* ---- history ---------------------------------------------------------------------------------------------------------------- */

static const struct field job_transition_fields[] = {
    ENUM_FIELD("Previous", transition, previous, names_job_state, OMIT_EMPTY),
    ENUM_FIELD("New", transition, next, names_job_state, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_job_transition, transition, "model.StateChange[model.JobStateType]", job_transition_fields);

static const struct field execution_transition_fields[] = {
    ENUM_FIELD("Previous", transition, previous, names_execution_state, OMIT_EMPTY),
    ENUM_FIELD("New", transition, next, names_execution_state, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_execution_transition, transition, "model.StateChange[model.ExecutionStateType]", execution_transition_fields);

static const struct field history_fields[] = {
    ENUM_FIELD("Type", history_view, type, names_history_level, 0),
    VALUE_FIELD("JobID", history_view, job_id, 0),
    VALUE_FIELD("NodeID", history_view, node_id, OMIT_EMPTY),
    VALUE_FIELD("ComputeReference", history_view, reference, OMIT_EMPTY),
    OBJECT_FIELD("JobState", history_view, job_state, message_job_transition, OMIT_EMPTY),
    OBJECT_FIELD("ExecutionState", history_view, execution_state, message_execution_transition, OMIT_EMPTY),
    VALUE_FIELD("NewVersion", history_view, version, 0),
    VALUE_FIELD("Comment", history_view, comment, OMIT_EMPTY),
    TIME_FIELD("Time", history_view, time, 0),
};
MESSAGE(message_history, history_view, "model.JobHistory", history_fields);

static const struct field result_fields[] = {
    VALUE_FIELD("NodeID", result_view, node_id, OMIT_EMPTY),
    OBJECT_FIELD("Data", result_view, data, message_storage, ZERO_OBJECT),
};
MESSAGE(message_result, result_view, "model.PublishedResult", result_fields);

/* ---- events of the websocket ---------------------------------------------------------------------------------------- */

static const char *const event_texts[] = {
    "jobEventUnknown", "Created", "Bid", "BidAccepted", "BidRejected", "ResultsProposed", "ResultsAccepted",
    "ResultsRejected", "ResultsPublished", "ComputeError", "Error", "Canceled",
};
static const struct enum_names names_event = STATES(event_texts, "model.JobEventType");

static const struct field job_event_fields[] = {
    VALUE_FIELD("APIVersion", event_view, api_version, OMIT_EMPTY),
    VALUE_FIELD("JobID", event_view, job_id, OMIT_EMPTY),
    VALUE_FIELD("ExecutionID", event_view, execution_id, OMIT_EMPTY),
    VALUE_FIELD("ClientID", event_view, client_id, OMIT_EMPTY),
    VALUE_FIELD("SourceNodeID", event_view, source, OMIT_EMPTY),
    VALUE_FIELD("TargetNodeID", event_view, target, OMIT_EMPTY),
    ENUM_FIELD("EventName", event_view, name, names_event, OMIT_EMPTY),
    OBJECT_FIELD("Spec", event_view, spec, message_spec, ZERO_OBJECT),
    OBJECT_FIELD("Deal", event_view, deal, message_deal, ZERO_OBJECT),
    VALUE_FIELD("Status", event_view, status, OMIT_EMPTY),
    BYTES_FIELD("VerificationProposal", event_view, proposal, OMIT_EMPTY),
    OBJECT_FIELD("VerificationResult", event_view, verification, message_verification, 0),
    OBJECT_FIELD("PublishedResult", event_view, published, message_storage, ZERO_OBJECT),
    TIME_FIELD("EventTime", event_view, time, 0),
    VALUE_FIELD("SenderPublicKey", event_view, sender_key, OMIT_EMPTY),
    OBJECT_FIELD("RunOutput", event_view, output, message_run_output, OMIT_EMPTY),
};
MESSAGE(message_job_event, event_view, "model.JobEvent", job_event_fields);

/* ---- the node's own ------------------------------------------------------------------------------------------------------------ */

static const struct field build_version_fields[] = {
    VALUE_FIELD("major", build_version, major, OMIT_EMPTY),
    VALUE_FIELD("minor", build_version, minor, OMIT_EMPTY),
    VALUE_FIELD("gitversion", build_version, git_version, 0),
    VALUE_FIELD("gitcommit", build_version, git_commit, 0),
    VALUE_FIELD("builddate", build_version, build_date, 0),
    VALUE_FIELD("goos", build_version, goos, 0),
    VALUE_FIELD("goarch", build_version, goarch, 0),
};
MESSAGE(message_build_version, build_version, "model.BuildVersionInfo", build_version_fields);
