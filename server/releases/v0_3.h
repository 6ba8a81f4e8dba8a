/* What several releases of v0.3 share, for their files to use. */
#ifndef MOCK_REQUESTER_RELEASES_V0_3_H
#define MOCK_REQUESTER_RELEASES_V0_3_H

#include "releases/bodies.h"
#include "releases/release.h"

#define REFUSE(status_, form_, before_) { .status = status_, .form = REFUSAL_##form_, .before = before_ }
#define NO_CLIENT "job create payload must contain a client ID"

/* Version data in place of the real builds'; commit and date are not the real ones. */
#define TEXT(literal) { literal, sizeof(literal) - 1 }
#define BUILD_VERSION(tag, commit, date)                                                            \
    { .major = TEXT("0"), .minor = TEXT("3"), .git_version = TEXT(tag), .git_commit = TEXT(commit), \
      .build_date = TEXT(date), .goos = TEXT("linux"), .goarch = TEXT("amd64") }

/* Errors of signed requests: bare texts, or what failed in front of them. */
extern const struct envelope_refusals envelope_refusals_bare, envelope_refusals_prefixed;

/* The routes of the node itself. */
#define NODE_ROUTES                                                                            \
    { .endpoint = ENDPOINT_DEBUG, .path = "/requester/debug" },                                \
    { .endpoint = ENDPOINT_VERSION, .path = "/version", .request = &message_version_request }, \
    { .endpoint = ENDPOINT_ID, .path = "/id" },                                                \
    { .endpoint = ENDPOINT_PEERS, .path = "/peers" },                                          \
    { .endpoint = ENDPOINT_NODE_INFO, .path = "/node_info" },                                  \
    { .endpoint = ENDPOINT_LIVEZ, .path = "/livez" },                                          \
    { .endpoint = ENDPOINT_READYZ, .path = "/readyz" },                                        \
    { .endpoint = ENDPOINT_HEALTHZ, .path = "/healthz" },                                      \
    { .endpoint = ENDPOINT_VARZ, .path = "/varz" },                                            \
    { .endpoint = ENDPOINT_LOGZ, .path = "/logz" },                                            \
    { .endpoint = ENDPOINT_SWAGGER, .path = "/swagger/", .methods = "GET" }

/* The members of struct release that v0.3.19 to v0.3.25 share. */
#define V0_3_MEMBERS                                                                                 \
    .prefixes = v0_3_prefixes,                                                                       \
    .wrong_method = REFUSE(405, PLAIN, "Method not allowed"),                                        \
    .client_header = "X-Bacalhau-Client-Id",                                                         \
    .job_header = "X-Bacalhau-Job-Id",                                                               \
    .undecodable = REFUSE(400, PLAIN, ""),                                                           \
    .missing = REFUSE(500, PLAIN, "Job not found. ID: "),                                            \
    .job_id_sent = REFUSE(400, JSON, "rejecting job because HTTP header X-Bacalhau-Job-ID was set"), \
    .bad_job = REFUSE(400, JSON, ""),                                                                \
    .bad_storage = REFUSE(500, PLAIN, ""),                                                           \
    .other_client = REFUSE(403, JSON, "mismatched client id: "),                                     \
    .ended = { 500, REFUSAL_PLAIN, "job ", " is already in a terminal state" },                      \
    .unknown_approver = REFUSE(400, JSON, "approval submitted by unknown client"),                   \
    .not_approved = REFUSE(400, JSON, "")
extern const char *const v0_3_prefixes[];

/* The routes of jobs and the rest of v0.3.24 and v0.3.25, which differ in their scheduler rules only. */
#define JOB_ROUTES_COUNT 19
extern const struct route v0_3_routes[JOB_ROUTES_COUNT];
#define V0_3_24_MEMBERS                                \
    V0_3_MEMBERS,                                      \
    .routes = v0_3_routes,                             \
    .n_routes = JOB_ROUTES_COUNT,                      \
    .spec = &message_spec,                             \
    .short_id = REFUSE(500, PLAIN, "job not found: "), \
    .unplaced = REFUSE(500, PLAIN, ""),                \
    .put_listed = body_listed,                         \
    .put_live = body_event,                            \
    .put_replay = body_history_entry

#endif
