/* The messages that v0.3.24 and v0.3.25 share, as tables (wire contract A2).
 *
 * Requests are decoded into the structs below; answers are encoded from the structs of sim/, whose members the
 * tables name. A release picks its messages from here or has its own. */
#ifndef MOCK_REQUESTER_RELEASES_MESSAGES_H
#define MOCK_REQUESTER_RELEASES_MESSAGES_H

#include "sim/job.h"
#include "wire/codec.h"

/* ---- requests ---------------------------------------------------------------------------------------- */

struct list_request {
    struct span id, client_id, sort_by;
    struct span_list include_tags, exclude_tags;
    int64_t max_jobs;
    bool return_all, sort_reverse;
};

struct state_request {
    struct span client_id, job_id;
};

struct version_request {
    struct span client_id;
};

struct envelope {
    struct span payload; /* raw bytes; NULL: absent or null */
    struct span signature, public_key;
};

struct submit_payload {
    struct span client_id, api_version;
    struct job_spec *spec;
};

struct cancel_payload {
    struct span client_id, job_id, reason;
};

struct bid_response {
    bool should_bid, should_wait;
    struct span reason;
};

struct approve_payload {
    struct span client_id, job_id;
    struct bid_response response;
};

MESSAGE_DECLARE(message_list_request, list_request);
MESSAGE_DECLARE(message_state_request, state_request);
MESSAGE_DECLARE(message_events_request, state_request);
MESSAGE_DECLARE(message_version_request, version_request);
MESSAGE_DECLARE(message_submit_envelope, envelope);
MESSAGE_DECLARE(message_signed_envelope, envelope);
MESSAGE_DECLARE(message_cancel_envelope_either, envelope); /* `job_cancel_payload` or `payload` */
MESSAGE_DECLARE(message_submit_payload, submit_payload);
MESSAGE_DECLARE(message_sharded_submit_payload, submit_payload);
MESSAGE_DECLARE(message_cancel_payload, cancel_payload);
MESSAGE_DECLARE(message_approve_payload, approve_payload);

/* ---- answers: over the core's structs ------------------------------------------------------------------ */

MESSAGE_DECLARE(message_spec, job_spec);
MESSAGE_DECLARE(message_storage, storage_spec);
MESSAGE_DECLARE(message_deal, deal);
MESSAGE_DECLARE(message_run_output, run_output);
MESSAGE_DECLARE(message_verification, verification);
MESSAGE_DECLARE(message_sharded_spec, job_spec);  /* of releases up to v0.3.23 */
MESSAGE_DECLARE(message_requester, job);     /* over struct job */
MESSAGE_DECLARE(message_job, job);           /* over struct job */
MESSAGE_DECLARE(message_job_state, job);     /* over struct job */
MESSAGE_DECLARE(message_job_with_info, job); /* over struct job: Job and State */

/* One entry of a history, as it is shown. */
struct transition {
    int previous, next;
};

struct history_view {
    int type; /* enum history_level */
    struct span job_id, node_id, reference;
    const struct transition *job_state, *execution_state; /* one of the two */
    int64_t version;
    struct span comment;
    ns_t time;
};
MESSAGE_DECLARE(message_history, history_view);

struct result_view {
    struct span node_id;
    const struct storage_spec *data;
};
MESSAGE_DECLARE(message_result, result_view);

/* An event as the websocket shows it. */
struct event_view {
    struct span api_version, job_id, execution_id, client_id, source, target;
    int name; /* enum job_event_name, counted from 1 */
    const struct job_spec *spec; /* NULL: all zeros */
    const struct deal *deal;
    struct span status, proposal;
    struct verification verification;
    const struct storage_spec *published;
    ns_t time;
    struct span sender_key;
    const struct run_output *output;
};
MESSAGE_DECLARE(message_job_event, event_view);

/* ---- the node's own ---------------------------------------------------------------------------------------- */

struct build_version {
    struct span major, minor, git_version, git_commit, build_date, goos, goarch;
};
MESSAGE_DECLARE(message_build_version, build_version);

/* ---- enums ----------------------------------------------------------------------------------------------------- */

extern const struct enum_names names_job_state, names_execution_state, names_history_level;
extern const struct enum_names names_engine, names_verifier, names_publisher, names_network, names_storage_source;

#endif
