/* Release v0.3.25 (wire contract A and B). */
#include "releases/bodies.h"
#include "releases/release.h"

static const char *const absent[] = { "/requester/websocket", NULL };

const struct dialect dialect_v0_3_25 = {
    .name = "v0.3.25",
    .rules = &rules_v0_3_25,
    .version = {
        .major = { "0", 1 },
        .minor = { "3", 1 },
        .git_version = { "v0.3.25", 7 },
        .git_commit = { "8e2c6f1f4b7d9a0c3e5f7a9b1d3c5e7f90a1b325", 40 }, /* a stand-in's: not the real release's */
        .build_date = { "2023-03-21T22:16:49Z", 20 },
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
