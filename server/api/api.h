/* The mocked API: from a request to a reply.
 *
 * Two steps, so that the slow part needs no lock:
 *   api_prepare  routes the request, reads its body, checks its signature; any thread
 *   api_answer   asks the engine and words the reply; the caller holds the engine's lock
 * Life of a call: zero it → api_prepare → api_answer → api_call_release. */
#ifndef MOCK_REQUESTER_API_API_H
#define MOCK_REQUESTER_API_API_H

#include "base/clock.h"
#include "sim/engine.h"
#include "exchange/facts.h"
#include "exchange/fault.h"
#include "scenario/scenario.h"
#include "wire/signature.h"
#include "exchange/verdict.h"
#include "wire/exchange.h"

struct dialect; /* releases/release.h */
struct route;
struct stream;

/* Replies that a fault holds back: for the control API, which moves what they wait for. The lock is held. */
struct held_replies {
    ns_t (*next)(void *context); /* the first moment after now that lets one go; NS_NEVER: none does */
    size_t (*at_gate)(void *context, struct span gate);
    void *context; /* all NULL: nobody holds any */
};

struct api_options {
    const struct dialect *dialect;
    enum signatures signatures;
    bool rate_limit; /* off: nothing is refused, the headers stay and Remaining says 999 */
    bool fixed_health; /* healthz answers fixed numbers: the clock is moved by hand */
    int zone;          /* of time stamps, seconds east of UTC */
    bool control;      /* api/control.h; needs the clock */
    struct clock *clock;
    uint64_t seed;     /* for the control API to tell … */
    bool seeded;       /* … and, where it was chosen, to begin with again at a reset */
    size_t journal;    /* how many exchanges it remembers */
    struct held_replies held;
    const struct scenario *scenario; /* what is loaded; NULL: nothing. Borrowed */
    struct fixture_text fixture;     /* one more to start with, besides the scenario's; no text: none. Borrowed */
};

struct api;

enum err api_new(const struct api_options *options, struct engine *engine, struct api **api, struct error *error);
void api_free(struct api *api);

/* Takes the jobs of all fixtures in: at the start, and after a reset. ERR_INVALID: the text names file and
 * place (`fixtures/a.json:3:1: …`). The engine's lock is held. */
enum err api_load_fixtures(struct api *api, ns_t now, struct error *error);

struct call {
    const struct route *route; /* NULL: none serves the path; the reply says so already */
    struct span path;          /* decoded */
    const struct request *request;
    struct reply *reply;
    struct exchange_facts facts; /* what the request says; after api_answer, what it was about */
    struct arena arena; /* what the request decoded to */
    void *message;      /* the decoded request, by route */
    bool done;          /* the reply is complete already */
    bool bad_signature; /* it was refused for that */
    struct control_call *control; /* api/control.h: it is for the control API */
    bool moved; /* the clock or a gate was: whoever waits for those should look again */
    const struct fault *fault; /* that takes the exchange; NULL: none. Until the lock is given back */
    struct near_miss miss;     /* of the first one */
    bool patched;
    struct stream *stream; /* api/events_stream.h: the connection is a websocket after the reply; the caller's to close */
};

/* `request` and `reply` (initialised) must outlive the call. */
void api_prepare(struct api *api, const struct request *request, struct reply *reply, struct call *call);
void api_answer(struct api *api, struct call *call, ns_t now);
void api_call_release(struct call *call);

/* An answer is about to be written whole: in the journal it is complete before its reader can ask. The engine's
 * lock is held. */
void api_writing(struct api *api, const struct reply *reply, int64_t bytes);

/* How an exchange ended, for the journal; also one that never came so far as to be answered. `how` is
 * static. The engine's lock is held. */
void api_ended(struct api *api, const struct request *request, const struct reply *reply, const char *how, int64_t bytes,
               ns_t now);

/* What is not as it should be. The engine's lock is held. */
struct reasons api_judge(const struct api *api, struct arena *arena);

/* Another program from now on: gates, expectations and the verdict start anew. False: no memory, and all is
 * as it was but for the expectations, of which there are none. The engine's lock is held. */
bool api_reload(struct api *api, const struct scenario *scenario, enum signatures signatures);

#endif
