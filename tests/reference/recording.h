/* What was recorded of the reference requester: one file a release and group, each with its cases.
 *
 * Life: recording_load → (cases are read) → recording_release. All spans live as long as the recording.
 * The case format is told in README.md. */
#ifndef MOCK_REQUESTER_REFERENCE_RECORDING_H
#define MOCK_REQUESTER_REFERENCE_RECORDING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "core/spec.h"

enum framing { FRAMING_LENGTH, FRAMING_CHUNKED, FRAMING_CLOSE, FRAMING_UNKNOWN };

struct told_header {
    struct span name, value;
    bool taken_away; /* of a request: a header that it would have else is not sent */
};

struct told_headers {
    struct told_header *at;
    size_t n;
};

/* A reply: the recording's, or ours. */
struct told_reply {
    bool none;           /* the connection closed without a byte */
    struct span trouble; /* ours alone: why there is no reply to look at; empty = there is one */
    struct span_list interim;
    struct span status_line;
    struct told_headers headers; /* a recorded value `*` stands for any */
    enum framing framing;
    struct span body; /* de-chunked */
};

struct told_request {
    struct span method, target, version; /* "HTTP/1.1" */
    struct told_headers headers;         /* besides Host and Connection */
    bool no_length;
    struct span body;
    bool is_signed; /* then the body is made of these */
    struct span field, payload, key, signature, public_key; /* the last two: p is NULL = by the key */
};

struct step {
    int64_t wait_ns; /* > 0: nothing is sent, the job runs on for so long */
    struct told_request request;
    struct told_reply reply;
};

/* The compute nodes, and how the requester was started. */
struct told_network {
    struct span_list nodes, options;
    bool default_policy; /* the requester's own selection policy and the nodes' own bounds */
};

struct reference_case {
    struct span name;
    struct span_list jobs; /* their ids, in order of submission */
    struct told_network network;
    struct step *steps;
    size_t n_steps;
};

struct recording {
    const char *release, *group; /* as given to recording_load */
    struct json *json;
    struct arena arena;
    struct reference_case *cases;
    size_t n_cases;
};

/* Reads reference/RELEASE/GROUP.json of the tests' folder; `release` and `group` are borrowed. The error
 * names file and place. */
enum err recording_load(const char *release, const char *group, struct recording *recording, struct error *error);
void recording_release(struct recording *recording);

/* A whole file, in the arena. */
enum err file_read(const char *path, struct arena *arena, struct span *bytes, struct error *error);

/* The texts of an array of strings. */
struct span_list texts_of(const struct json_value *array, struct arena *arena);

#endif
