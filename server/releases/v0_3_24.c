/* Release v0.3.24 (wire contract A and B). */
#include "releases/bodies.h"
#include "releases/release.h"

static const char *const absent[] = { "/requester/websocket", NULL };

const struct dialect dialect_v0_3_24 = {
    .name = "v0.3.24",
    .rules = &rules_v0_3_24,
    .version = {
        .major = { "0", 1 },
        .minor = { "3", 1 },
        .git_version = { "v0.3.24", 7 },
        .git_commit = { "5c4c7e6ac4bb0e4c1f6d6d4f0a4a3e4e3a8b0c24", 40 }, /* a stand-in's: not the real release's */
        .build_date = { "2023-03-04T08:36:45Z", 20 },
        .goos = { "linux", 5 },
        .goarch = { "amd64", 5 },
    },
    .list_request = &message_list_request,
    .state_request = &message_state_request,
    .events_request = &message_events_request,
    .results_request = &message_state_request,
    .submit_envelope = &message_submit_envelope,
    .cancel_envelope = &message_signed_envelope,
    .approve_envelope = &message_signed_envelope,
    .submit_payload = &message_submit_payload,
    .spec = &message_spec,
    .submit_words = { .envelope = "", .signature = "", .payload = "", .client = "", .client_status = 400,
                      .client_echoed = true },
    .cancel_words = {
        .envelope = "error unmarshalling envelope: ",
        .signature = "error verifying request signature: ",
        .payload = "error unmarshalling payload: ",
        .client = "error validating request: ",
        .client_status = 400,
    },
    .events_not_found = "job not found: ",
    .cancel_not_found = "job not found: ",
    .schedule_error = "",
    .absent = absent,
    .node_info_has_version = true,
    .put_job = body_job,
    .put_list = body_list,
    .put_state = body_state,
    .put_events = body_events,
    .put_results = body_results,
    .put_live = body_event,
    .put_replay = body_history_entry,
};
