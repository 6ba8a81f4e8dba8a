/* One exchange on the wire: a request as it came, a reply as it goes.
 *
 * A handler fills a `struct reply`; reply_render turns it into bytes the way the reference's HTTP
 * library lays them out; one place in the edge writes them, in one write. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_EXCHANGE_H
#define MOCK_REQUESTER_WIRE_EXCHANGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/breakage.h"
#include "sim/node.h"

#include <stdint.h>

enum {
    BODY_MAX = 10 * 1024 * 1024,        /* of a request: the reference's own limit */
    REPLY_BODY_MAX = 1024 * 1024 * 1024, /* of a reply: a list of everything may be long */
    REPLY_HEADERS_MAX = 48,
    LENGTH_KNOWN_MAX = 2048, /* a body up to this many bytes has a Content-Length, a longer one is chunked */
};

struct header {
    struct span name, value;
};

enum body_end {
    BODY_WHOLE,
    BODY_TOO_LARGE, /* BODY_MAX bytes were read and more follow */
};

/* Spans borrow from the connection: valid until the exchange ends. */
struct request {
    struct span method, target; /* raw, as on the request line */
    int http_minor;             /* 0 or 1 */
    const struct header *headers;
    size_t n_headers;
    struct span body; /* chunks joined */
    enum body_end body_end;
    struct span remote;   /* "127.0.0.1:54321" */
    int64_t monotonic_ns; /* real time, for the rate limit alone */
};

/* The first header of that name (case ignored), or NULL. */
const struct header *request_header(const struct request *request, const char *name);

struct reply_header {
    const char *name; /* canonical, static; a fault's as it is written, in the arena */
    struct span value;
};

/* How the length of the body is told. */
enum reply_framing { FRAMED_BY_SIZE, FRAMED_BY_LENGTH, FRAMED_BY_CHUNKS };

/* Headers that every reply has of its own; a bit each. */
enum own_header { OWN_DATE = 1, OWN_LENGTH = 2, OWN_CONNECTION = 4 };

/* Until a moment of the engine's clock, or until a gate opens. */
struct reply_wait {
    bool on;
    ns_t until;       /* NS_NEVER: for ever */
    struct span gate; /* p NULL: none */
};

/* The body goes out in pieces; each but the first waits. */
struct reply_trickle {
    size_t bytes; /* of a piece; 0: all at once */
    struct trigger every;
    ns_t since; /* when the piece before was due; 0: it goes out when the wait is over */
};

/* What a fault does to a reply on its way out; zero: nothing. */
struct reply_fate {
    enum reply_break broken;
    struct reply_wait wait; /* before the first byte, then before each piece */
    struct reply_trickle trickle;
    bool has_place; /* it takes one of the places for held replies */
    bool no_place;  /* there was none left: broken is EMPTY_RESPONSE for that */
    struct span near_miss; /* for the log, in the reply's arena: why the first fault nearly took it … */
    struct span note;      /* … and why one that did has not fired */
};

struct reply {
    int status; /* 0: the empty reply; the connection closes without a byte */
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t n_headers;
    struct buf body;
    bool sniffed;  /* Content-Type is the library's guess, text/plain; charset=utf-8, not the handler's */
    bool close;    /* close the connection afterwards, whatever the client wishes */
    bool bare;     /* a reply of the HTTP library itself: no Date, and `headers` in their own order */
    enum reply_framing framing;
    unsigned without;   /* enum own_header: those that it does not have */
    struct reply_fate fate;
    struct arena arena; /* for header values */

    /* Once the reply is written the connection is this function's, until it returns; then it is closed. It
     * is called exactly once, with `fd` < 0 when the reply could not be written. NULL: none. */
    void (*take_over)(void *context, int fd);
    void *take_over_context;
    void *handler_context; /* of the handler that made the reply; NULL: none did */

    /* for the log */
    struct span job_id;
    const char *answered_by; /* static, or in `arena`; NULL = nothing to say */
    struct span warning;     /* what was let pass, e.g. a bad signature; in `arena` */
    uint64_t journal;        /* exchange/journal.h: the ticket of its entry, once it has been `seen` */
    bool seen, unseen;       /* unseen: the journal is not to tell of it */
};

void reply_init(struct reply *reply); /* 200 and nothing else */
void reply_release(struct reply *reply);

/* Sets a header (replacing one of that name). The value is copied into the reply's arena; blanks at its
 * ends go, CR and LF become blanks, as the reference does. */
void reply_header(struct reply *reply, const char *name, struct span value);

/* … adds one of any name, beside those of that name. False: there is no room. */
bool reply_add_header(struct reply *reply, struct span name, struct span value);
/* Takes back all that was said, but for what the log is to say. */
void reply_restart(struct reply *reply);

/* Appends head and body as they go on the wire: status line; the handler's headers by name; Date;
 * Content-Length; a sniffed Content-Type; Connection; Transfer-Encoding. HEAD has no body. `date`: an
 * HTTP date. `keep_alive`: what request and server agree on; reply->close wins. Returns whether the
 * connection may stay open: a long body on 1.0 ends with it. */
bool reply_render(const struct reply *reply, const struct request *request, const char *date, bool keep_alive, struct buf *out);

/* Writes the HTTP date (29 bytes and a NUL) of a moment in ns since 1970. */
enum { HTTP_DATE_SIZE = 30 };
void http_date(int64_t ns, char out[HTTP_DATE_SIZE]);

#endif
