/* A call of the requester API: what is known of one exchange from its request to its reply, and what its handlers share.
 * Thread: see api/api.h. */
#ifndef MOCK_REQUESTER_API_CALL_H
#define MOCK_REQUESTER_API_CALL_H

#include "base/crypto.h"
#include "exchange/facts.h"
#include "releases/release.h"
#include "wire/signature.h"
#include "world/worlds.h"

struct limiter;

struct api_options {
    bool rate_limit;   /* false: nothing is refused, and the headers say 999 remaining */
    bool fixed_health; /* healthz answers fixed numbers, as it does in a world whose clock is moved by hand */
};

/* The state that all worlds share. */
struct api {
    struct api_options options;
    struct worlds *worlds;   /* borrowed */
    struct limiter *limiter; /* acts in the default world only, under its lock */
};

/* What the journal tells of a signature that was refused. */
struct refused_signature {
    struct span verified;                /* the bytes that were verified, as they are in the body */
    char sha256[2 * SHA256_SIZE + 1];    /* of them, in hex */
    char key_id[CLIENT_ID_SIZE + 1];     /* the client id of the key; empty: it could not be read */
    struct span claimed_id;              /* the client id in the payload; empty: none */
};

struct call {
    struct api *api;
    struct world *world; /* that the exchange belongs to, held (world_hold) until api_call_release */
    bool world_named;    /* the request names its session in a header */
    const struct route *route; /* of the release; NULL: no route has the path, and the reply is complete */
    struct span path;          /* decoded */
    const struct request *request;
    struct reply *reply;
    struct exchange_facts facts; /* from the request; completed by api_answer */
    struct arena arena; /* for the decoded request */
    void *message;      /* the decoded request, by route */
    bool done;          /* the reply is complete already */
    const struct refused_signature *refused_signature; /* in `arena`; NULL: none was refused */
    const struct fault *fault; /* takes the exchange; NULL: none, or it was removed in a pause */
    uint64_t fault_number;     /* of `fault`, during a pause */
    const struct job *const *told; /* jobs that a 200 shows: `reads` triggers count it … */
    size_t n_told;
    const struct job **listed;     /* … and their array, if the call must free(3) it */
    ns_t now;                      /* the world's present moment, also after a pause */
    const struct job *named;       /* the job that the exchange is about, and … */
    bool holds;                    /* … true: it and those that are told of are held (engine_hold) */
    struct stream *stream; /* the connection becomes this websocket after the reply; the caller closes it */
};

/* Chooses the world by the client id that the request claims, then by the full id of the job that it names; either may
 * be empty. The header X-Mock-Session counts more. */
void call_choose_world(struct call *call, struct span client_id, struct span job_id);

/* Makes this error the reply, complete. `value`: see struct refusal; it may hold NUL bytes. */
void call_refuse(struct call *call, const struct refusal *refusal, struct span value);

/* What a value of a request decodes to costs at most DECODED_PER_BYTE times its bytes, and DECODED_LEAST more: lists of many
 * empty objects would otherwise cost a hundred times as much. Above that it is refused as a body over 10 MiB is. */
enum { DECODED_PER_BYTE = 8, DECODED_LEAST = 64 * 1024 };

/* codec_decode into call->arena, within that limit. */
enum err call_decode(struct call *call, const struct message *message, void *into, struct span value, struct span *why);

/* Decodes the body into `into` (a struct for `message`, in call->arena). False: the reply is the refusal. */
bool call_read_body(struct call *call, const struct message *message, void *into, const struct refusal *refusal);

/* Returns the job of that id, found as the endpoint finds jobs. NULL: there is none, and the reply is an error. */
const struct job *call_find_job(struct call *call, struct span id, ns_t now);
/* Makes the reply the error that there is no job of that id. */
void call_refuse_job(struct call *call, struct span id);

/* Gives the world's lock to those who wait for it, within an answer that takes long. The jobs that call->told shows and the
 * one that the exchange is about stay in memory; call->now and call->fault may change, and what else is borrowed from
 * the world ends. */
void call_pause(struct call *call);
/* The same in two steps: the lock is not held between them. */
void call_leave(struct call *call);
void call_enter(struct call *call);
/* Ends the holds of pauses. Caller holds the world's lock. */
void call_let_go(struct call *call);

/* Makes the reply a 301, for GET and HEAD with a page that links to the location (net/http, Redirect). */
void call_redirect(struct call *call, struct span location);

/* Makes the reply a 200: adds a line break to the body; Content-Type is sniffed. */
void call_finish_json(struct call *call);

/* Notes that the answer shows this job, for `reads` triggers. */
void call_tells_of(struct call *call, const struct job *job);

#endif
