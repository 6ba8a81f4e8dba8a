/* A release: everything that one release of the real requester decides, as tables and functions. One file a release.
 *
 * Code outside releases/ takes paths, messages, statuses, words, bodies and scheduler rules from here; it never checks
 * which release it has. */
#ifndef MOCK_REQUESTER_RELEASES_RELEASE_H
#define MOCK_REQUESTER_RELEASES_RELEASE_H

#include "releases/endpoint.h"
#include "releases/messages.h"
#include "sim/scheduler.h"

enum refusal_form {
    REFUSAL_PLAIN, /* text/plain: the text and a line break */
    REFUSAL_JSON,  /* {"Code":"error-unknown-server-error","Message":…,"Details":{},"Err":…} */
    REFUSAL_JOB,   /* {"Code":"error-job-not-found","Message":"Job not found. ID: <id>","Details":{"id":…},"Err":…} */
};

/* An error answer. Its text is `before`, a value of the request (an id, a decode error …), `after`; NULL: nothing. */
struct refusal {
    int status; /* 0: the real requester's handler panics, the connection closes without a byte */
    enum refusal_form form;
    const char *before, *after;
};

/* Errors of a signed request, in the order in which they are looked for (wire contract A3). */
struct envelope_refusals {
    struct refusal envelope;      /* the body does not decode; value: the decode error */
    struct refusal no_payload;    /* the payload is absent or null */
    struct refusal signature;     /* key or signature are bad; value: why */
    struct refusal payload;       /* the payload does not decode; value: the decode error */
    struct refusal no_client;     /* the client id is empty … */
    struct refusal wrong_client;  /* … or not the hash of the key; value: Go's text */
    bool client_echoed;           /* the last two have the client header */
};

typedef void put_job_fn(struct buf *out, const struct job *job, int zone);

/* An endpoint that the release serves. */
struct route {
    enum endpoint endpoint;
    const char *path;              /* behind the release's prefix; one that ends in `/` serves all below it */
    const char *methods;           /* "GET HEAD"; NULL: every method */
    const struct message *request; /* of the body; NULL: no body is read */
    const struct message *payload; /* of a signed request */
    const struct envelope_refusals *signed_refusals;
    bool full_id;                  /* a job is found by its full id only; else by its first 8 characters too */
    struct refusal missing;        /* there is no such job; value: the id. Status 0: the release's own */
    put_job_fn *put;               /* the 200's body but for the line break, where it is about one job */
};

struct release {
    const char *name; /* `v0.3.25` */
    const struct scheduler_rules *rules;
    const struct build_version *version;
    const struct build_version *node_info_version; /* shown by node_info; NULL: it shows none */

    /* what is served */
    const char *const *prefixes; /* each route is served under each of them; NULL at the end */
    const struct route *routes;
    size_t n_routes;
    struct refusal wrong_method;

    const char *client_header, *job_header; /* names */
    const struct message *spec;             /* of a job */

    /* Errors. Value: the decode error; the id; the header's value; nothing; what is
     * wrong; why; why; the client id; the id; the id. */
    struct refusal undecodable;     /* of a request that is not signed */
    struct refusal missing;         /* no such job, for routes without words of their own */
    struct refusal job_id_sent;     /* submit with the job header */
    struct refusal no_spec;         /* submit without a spec */
    struct refusal bad_job;         /* the job does not pass the checks */
    struct refusal bad_storage;     /* inline storage of the job cannot be read */
    struct refusal unplaced;        /* the job cannot be scheduled */
    struct refusal other_client;    /* cancel of another client's job */
    struct refusal short_id;        /* cancel by a short id that was found */
    struct refusal ended;           /* cancel of a job that has ended */
    struct refusal unknown_approver;
    struct refusal not_approved;    /* approve failed; value: why */

    void (*put_listed)(struct buf *out, const struct job *job, int zone); /* a job of a list; see release_put_listed */

    /* Frames of the websocket with their line break: a live event, the n-th entry of a replay (nothing if the
     * release has no event for it). */
    void (*put_live)(struct buf *out, const struct job_event *event, int zone);
    void (*put_replay)(struct buf *out, const struct job *job, size_t entry, int zone);
};

/* Every release, the default first: release_v0_3_25 is in releases/v0_3_25.c. */
#define RELEASE_LIST(X) X(v0_3_25) X(v0_3_24) X(documented)

#define RELEASE_DECLARE(name)                   \
    extern const struct release release_##name; \
    extern const struct scheduler_rules rules_##name;
RELEASE_LIST(RELEASE_DECLARE)

/* All of them, NULL at the end. Alone in releases/list.c, so that a test can link another list. */
#define RELEASE_ADDRESS(name) &release_##name,
extern const struct release *const releases[];

/* By name, or NULL. */
const struct release *release_find(struct span name);

/* The route that serves a decoded path, or NULL. */
const struct route *release_route(const struct release *release, struct span path);
/* The first route of an endpoint, or NULL. */
const struct route *release_endpoint(const struct release *release, enum endpoint endpoint);
/* Appends the body of a list, but for the line break. */
void release_put_list(const struct release *release, struct buf *out, const struct job *const *jobs, size_t n, int zone);
/* … a part of it: the job `i` of the `n` of a list, with what comes before it and, if it is the last one, after it. */
void release_put_listed(const struct release *release, struct buf *out, const struct job *job, size_t i, size_t n, int zone);
/* True if the route takes requests of that method. */
bool route_takes(const struct route *route, struct span method);

#endif
