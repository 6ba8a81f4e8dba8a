/* What goes over the wire, as tables: the messages that v0.3.24 and v0.3.25 share (wire contract A2).
 *
 * Requests are decoded into the structs below; answers are encoded from the core's own structs, whose
 * fields the tables name. A dialect (dialect_*.c) picks its messages from here or brings its own. */
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

extern const struct message message_list_request, message_state_request, message_events_request, message_version_request;
extern const struct message message_submit_envelope, message_signed_envelope;
extern const struct message message_cancel_envelope_either; /* `job_cancel_payload` or `payload` */
extern const struct message message_submit_payload, message_sharded_submit_payload, message_cancel_payload, message_approve_payload;

/* ---- answers: over the core's structs ------------------------------------------------------------------ */

extern const struct message message_spec, message_storage, message_deal, message_run_output, message_verification;
extern const struct message message_sharded_spec;  /* of releases up to v0.3.23 */
extern const struct message message_requester;     /* over struct job */
extern const struct message message_job;           /* over struct job */
extern const struct message message_job_state;     /* over struct job */
extern const struct message message_job_with_info; /* over struct job: Job and State */

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
extern const struct message message_history;

struct result_view {
    struct span node_id;
    const struct storage_spec *data;
};
extern const struct message message_result;

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
extern const struct message message_job_event;

/* ---- the node's own ---------------------------------------------------------------------------------------- */

struct build_version {
    struct span major, minor, git_version, git_commit, build_date, goos, goarch;
};
extern const struct message message_build_version;

/* ---- enums ----------------------------------------------------------------------------------------------------- */

extern const struct enum_names names_job_state, names_execution_state, names_history_level;
extern const struct enum_names names_engine, names_verifier, names_publisher, names_network, names_storage_source;

#endif
