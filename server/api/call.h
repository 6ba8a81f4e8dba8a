/* A call of the requester API: what is known of one exchange from its request to its reply, and what its handlers share.
 * Thread: see api/api.h. */
#ifndef MOCK_REQUESTER_API_CALL_H
#define MOCK_REQUESTER_API_CALL_H

#include "exchange/facts.h"
#include "releases/release.h"
#include "world/worlds.h"

struct limiter;

struct api_options {
    bool rate_limit;   /* off: nothing is refused, the headers stay and Remaining says 999 */
    bool fixed_health; /* healthz answers fixed numbers: the clock is moved by hand */
};

/* What all worlds share. */
struct api {
    struct api_options options;
    struct worlds *worlds;   /* borrowed */
    struct limiter *limiter; /* acts in the default world only, under its lock */
};

struct call {
    struct api *api;
    struct world *world;
    const struct route *route; /* of the release; NULL: none has the path, and the reply says so already */
    struct span path;          /* decoded */
    const struct request *request;
    struct reply *reply;
    struct exchange_facts facts; /* what the request says; after api_answer, what it was about */
    struct arena arena; /* what the request decoded to */
    void *message;      /* the decoded request, by route */
    bool done;          /* the reply is complete already */
    bool bad_signature; /* it was refused for that */
    const struct fault *fault; /* that takes the exchange; NULL: none. Valid until the world is left */
    struct near_miss miss;     /* of the first one */
    const struct job *const *told; /* jobs that an answer 200 told of: `reads` triggers count it … */
    size_t n_told;
    const struct job **listed;     /* … and the array of them, where it is the call's to free(3) */
    struct stream *stream; /* the connection becomes this websocket after the reply; the caller closes it */
};

/* The reply is this error, and complete. `value`: see struct refusal; it may hold NUL bytes. */
void call_refuse(struct call *call, const struct refusal *refusal, struct span value);

/* Decodes the body into `into` (a struct for `message`, in call->arena). False: the reply is the refusal. */
bool call_read_body(struct call *call, const struct message *message, void *into, const struct refusal *refusal);

/* The job of that id, found as the endpoint finds jobs. NULL: there is none, and the reply says so. */
const struct job *call_find_job(struct call *call, struct span id, ns_t now);
/* The reply says that there is no job of that id. */
void call_refuse_job(struct call *call, struct span id);

/* The reply is a 301, for GET and HEAD with a page that names the place (net/http, Redirect). */
void call_redirect(struct call *call, struct span location);

/* 200 with the body as it is and a line break; Content-Type is guessed. */
void call_finish_json(struct call *call);

/* The answer tells of this job, in which `reads` triggers may be waiting. */
void call_tells_of(struct call *call, const struct job *job);

#endif
