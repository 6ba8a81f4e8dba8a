/* What was recorded of the reference requester: one file a release and group, each with its cases.
 *
 * Life: recording_load → (cases are read) → recording_release. All spans live as long as the recording.
 *
 * A file has `server` {nodes, options} and `cases`; a case may have a `server` of its own, and has `name`,
 * `jobs` (the real ids, in order of submission) and `steps`. A step is
 *   {"wait_s": 1.5}                 the job runs on, or
 *   {"request": …, "response": …}   one exchange on a connection of its own.
 * Request: `method`, `target`, `http` when not HTTP/1.1, `headers` besides `Host: requester` and
 * `Connection: close` (null takes one away), `content_length` false when none was sent, and `body` (a
 * text, or {"base64": …}) or `signed` {field, payload, key, signature, public_key}: the body is then
 * {"FIELD":PAYLOAD,"signature":"…","client_public_key":"…"}, the payload byte for byte, signed with the key
 * of that client unless signature or public_key say otherwise. `${job1}` is the id of the case's first
 * job, `${short1}` its first 8 characters.
 * Response: null = the connection closed without a reply; else `status_line`, `headers` in order (`*` = a
 * value that differs from run to run; values are bytes written as Latin-1), `framing`, `body` after
 * de-chunking, `interim` (a 100 before it).
 * Recordings of random exchanges (the folder more/) have besides `scenario`, the scenario file that describes
 * the recorded nodes, and steps of bytes: `raw` (or `pieces`, sent `gap_s` apart), `heads` (true for each
 * request that is a HEAD), `responses` in order, `after` (the bytes behind them), `end` of the connection
 * ("closed", "open", "reset") and `quiet_s`, for how long nothing came when it was found open. Such a step
 * is read as several: TOLD_RAW, a TOLD_ANSWER for each response, TOLD_END.
 * The cases of event streams have a form of their own: streams.h. */
#ifndef MOCK_REQUESTER_REFERENCE_RECORDING_H
#define MOCK_REQUESTER_REFERENCE_RECORDING_H

#include "base/arena.h"
#include "base/error.h"
#include "base/json.h"
#include "sim/spec.h"

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
    bool recorded; /* a header's `*` is no value but stands for any */
    struct span_list interim;
    struct span status_line;
    struct told_headers headers;
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

enum told_kind {
    TOLD_EXCHANGE,
    TOLD_NOTHING,   /* an exchange of which no reply was written down: ours is not compared */
    TOLD_HANDSHAKE, /* a handshake; the stream stays open */
    TOLD_FRAMES,    /* what came on a stream: see streams.h */
    TOLD_RAW,       /* bytes are sent on a connection of their own; not compared */
    TOLD_ANSWER,    /* the next reply on that connection */
    TOLD_END,       /* its end, as the status line, and as the body what came behind the replies */
};

enum told_stream { STREAM_LIVE, STREAM_REPLAYED, STREAMS };

struct told_step {
    enum told_kind kind;
    int64_t wait_ns; /* > 0: nothing is sent, the job runs on for so long */
    enum told_stream stream;
    size_t n_frames; /* recorded on it */
    struct span_list pieces; /* of TOLD_RAW */
    int gap_ms;              /* between the pieces */
    int quiet_ms;            /* of TOLD_END: an open connection is silent for so long */
    struct told_request request;
    struct told_reply reply;
};

/* The compute nodes, and how the requester was started. */
struct told_network {
    struct span_list nodes, options;
    struct span_list answers; /* the nodes that answered when asked, as they were recorded: see network.h */
    bool default_policy; /* the requester's own selection policy and the nodes' own bounds */
    struct span scenario; /* a scenario file with the network; empty: it is made of the names above */
};

struct reference_case {
    struct span name;
    struct span_list jobs; /* their ids, in order of submission */
    struct told_network network;
    struct told_step *steps;
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

/* True if the reply of this step is compared. */
bool step_is_told(const struct told_step *step);

/* A whole file, in the arena. */
enum err file_read(const char *path, struct arena *arena, struct span *bytes, struct error *error);

/* A text, or the bytes of {"base64": text}, in the arena; empty for any other value. */
struct span recording_bytes(const struct json_value *value, struct arena *arena);
/* The texts of an array of strings. */
struct span_list texts_of(const struct json_value *array, struct arena *arena);

#endif
