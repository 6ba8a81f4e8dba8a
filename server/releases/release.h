/* A dialect: the tables, words and rules of one release, each in a file of its own.
 *
 * Whoever answers a request asks the dialect for the message to read, the body to print, the words of an
 * error; nobody asks which dialect it is. */
#ifndef MOCK_REQUESTER_RELEASES_RELEASE_H
#define MOCK_REQUESTER_RELEASES_RELEASE_H

#include "sim/scheduler.h"
#include "releases/messages.h"

/* What stands before the text of an error of a signed request. */
struct envelope_words {
    const char *envelope, *signature, *payload, *client;
    int client_status;  /* of a client id that is empty or not the key's */
    bool client_echoed; /* … which then has X-Bacalhau-Client-Id already */
};

struct dialect {
    const char *name; /* `v0.3.25`: also its git version */
    const struct scheduler_rules *rules;
    struct build_version version;

    /* requests */
    const struct message *list_request, *state_request, *events_request, *results_request;
    const struct message *submit_envelope, *cancel_envelope, *approve_envelope;
    const struct message *submit_payload, *spec;
    struct envelope_words submit_words, cancel_words;
    const char *events_not_found; /* stands before the id */
    const char *cancel_not_found; /* the same, for a short id that the lookup knew */
    const char *schedule_error;   /* stands before the reason why a job could not be started */
    const char *const *absent;    /* paths of the route table that this release does not serve; NULL at the end */
    bool node_info_has_version;

    /* answers: the whole body but for the line break; `zone` as codec_encode has it */
    void (*put_job)(struct buf *out, const struct job *job, int zone);
    void (*put_list)(struct buf *out, const struct job *const *jobs, size_t n, int zone);
    void (*put_state)(struct buf *out, const struct job *job, int zone);
    void (*put_events)(struct buf *out, const struct job *job, int zone);
    void (*put_results)(struct buf *out, const struct job *job, int zone);

    /* frames of the websocket, with their line break: a live event, the n-th entry of a replay
     * (nothing where the release has no event for it) */
    void (*put_live)(struct buf *out, const struct job_event *event, int zone);
    void (*put_replay)(struct buf *out, const struct job *job, size_t entry, int zone);
};

extern const struct dialect dialect_v0_3_24, dialect_v0_3_25, dialect_documented;

/* All of them, NULL at the end; the first is the default. */
extern const struct dialect *const dialects[];

/* By name, or NULL. */
const struct dialect *dialect_find(struct span name);

#endif
