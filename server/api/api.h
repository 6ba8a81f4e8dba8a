/* The mocked API: from a request to a reply.
 *
 * Two steps, so that the slow part needs no lock:
 *   api_prepare  routes the request, reads its body, checks its signature; any thread
 *   api_answer   asks the engine and words the reply; the caller holds the engine's lock
 * Life of a call: zero it → api_prepare → api_answer → api_call_release. */
#ifndef MOCK_REQUESTER_API_API_H
#define MOCK_REQUESTER_API_API_H

#include "core/engine.h"
#include "wire/exchange.h"

struct dialect; /* wire/dialect.h */
struct route;
struct stream;

enum signatures { SIGNATURES_STRICT, SIGNATURES_WARN, SIGNATURES_OFF };

struct api_options {
    const struct dialect *dialect;
    enum signatures signatures;
    bool rate_limit; /* off: nothing is refused, the headers stay and Remaining says 999 */
    bool fixed_health; /* healthz answers fixed numbers: the clock is moved by hand */
    int zone;          /* of time stamps, seconds east of UTC */
};

struct api;

enum err api_new(const struct api_options *options, struct engine *engine, struct api **api, struct error *error);
void api_free(struct api *api);

struct call {
    const struct route *route; /* NULL: none serves the path; the reply says so already */
    struct span path;          /* decoded */
    const struct request *request;
    struct reply *reply;
    struct arena arena; /* what the request decoded to */
    void *message;      /* the decoded request, by route */
    bool done;          /* the reply is complete already */
    struct stream *stream; /* api/events_stream.h: the connection is a websocket after the reply; the caller's to close */
};

/* `request` and `reply` (initialised) must outlive the call. */
void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call);
void api_answer(struct api *api, struct call *call, ns_t now);
void api_call_release(struct call *call);

#endif
