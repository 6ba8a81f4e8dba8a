/* A reply as it goes on the wire.
 *
 * A handler fills a `struct reply`; reply_make_head turns what goes before the body into bytes in the layout of Go's
 * net/http, reply_put_body the rest; one place in http/ writes them, in one write. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_REPLY_H
#define MOCK_REQUESTER_WIRE_REPLY_H

#include "base/arena.h"
#include "base/buf.h"
#include "wire/breakage.h"
#include "wire/request.h"
#include "sim/node.h"

#include <stdint.h>

enum {
    REPLY_BODY_MAX = 1024 * 1024 * 1024, /* a list of all jobs may be long */
    REPLY_HEADERS_MAX = 48,
    LENGTH_KNOWN_MAX = 2048, /* a body up to this many bytes has a Content-Length, a longer one is chunked */
};

struct reply_header {
    const char *name; /* canonical, static; a fault's as it is written, in the arena */
    size_t name_n;    /* its length */
    struct span value;
};

/* How the end of the body is marked. FRAMED_BY_SIZE: by length or in chunks, as its size says. */
enum reply_framing { FRAMED_BY_SIZE, FRAMED_BY_LENGTH, FRAMED_BY_CHUNKS };

/* The headers that reply_make_head adds; a bit each. */
enum own_header { OWN_DATE = 1, OWN_LENGTH = 2, OWN_CONNECTION = 4 };

/* Until a moment of the world's clock, or until a gate opens. */
struct reply_wait {
    bool on;
    ns_t until;       /* NS_NEVER: without end */
    struct span gate; /* p NULL: none */
    unsigned round;   /* of the world's held replies (world/held.h) when the wait was made */
};

/* The body goes out in pieces; each one after the first waits. */
struct reply_trickle {
    size_t bytes; /* of a piece; 0: all at once */
    struct trigger every;
    ns_t since; /* when the previous piece was due; 0: this one goes out when the wait is over */
    unsigned round; /* as in struct reply_wait */
};

/* What a fault does to a reply on its way out; zero: nothing. */
struct reply_fate {
    enum reply_break broken;
    struct reply_wait wait; /* before the first byte, then before each piece */
    struct reply_trickle trickle;
    bool has_place; /* it occupies one of the places for held replies */
    bool no_place;  /* none was left: `broken` is EMPTY_RESPONSE for that reason */
    struct span near_miss; /* for the log, in the reply's arena: why the first fault did not apply … */
    struct span note;      /* … and why one that applied did not fire */
};

struct reply {
    int status; /* 0: the empty reply; the connection closes without a byte */
    size_t n_headers; /* of `headers` */
    struct buf body;
    bool sniffed;  /* the handler sets no Content-Type: net/http guesses text/plain; charset=utf-8 */
    bool close;    /* close the connection afterwards, even if the client asks to keep it */
    bool bare;     /* a reply of net/http itself: no Date, and `headers` in their own order */
    enum reply_framing framing;
    unsigned without;   /* enum own_header: those left out */
    struct reply_fate fate;
    struct arena arena; /* for header values */
    struct arena spare; /* empty, maybe with memory: for the handler to use and to give back empty */
    int64_t moment;     /* that Date shows, ns since 1970; 0: left to http/ */
    struct buf head;    /* made by reply_make_head; empty: not yet */
    bool keeps;         /* set with it: the connection stays open */

    /* Called once, after the reply was written: has the connection to itself until it returns; then the
     * connection is closed. `fd` < 0: the reply could not be written. NULL: none. */
    void (*take_over)(void *context, int fd);
    void *take_over_context;
    void *handler_context; /* of the handler that made the reply; NULL: none did */

    bool waited; /* the handler has waited: a control call */

    /* for the log */
    int64_t answered_ns;       /* the world's clock when it was answered; 0: it was not */
    uint64_t number;           /* of its entry in the journal; 0: it has none */
    const char *endpoint;      /* static; NULL: it was refused before it was routed, or is one of the control API */
    const char *job_state;     /* of the job it is about, after the exchange; static. NULL: there is none */
    struct span client_id;     /* as the request claims it; in `arena` */
    struct span refused;       /* why it was refused, where the body does not say it; static, or in `arena` */
    struct span source;        /* the place in a scenario file that answered; in `arena` */
    struct span hint;          /* what to do about a refusal; static, or in `arena` */
    struct span job_id;
    const char *answered_by; /* static, or in `arena`; NULL: nothing */
    struct span warning;     /* e.g. a bad signature that --signatures warn accepted; in `arena` */
    uint64_t journal;        /* exchange/journal.h: the ticket of its entry, once it has been `seen` */
    int64_t foreseen;        /* bytes that the entry says were written; -1: it has no end yet */
    bool seen, unseen;       /* unseen: it is not for the journal */

    struct reply_header headers[REPLY_HEADERS_MAX]; /* last: not cleared */
};

/* Memory of a reply that is over, to be used again. Zeroed: none. */
struct reply_memory {
    struct buf body, head;
    struct arena arena, spare;
};

void reply_init(struct reply *reply); /* 200 and nothing else */
/* … with memory that is empty again (reply_keep). */
void reply_init_with(struct reply *reply, struct reply_memory *memory);
/* As reply_release, but keeps up to `keep` bytes of each buffer and arena. */
void reply_keep(struct reply *reply, size_t keep, struct reply_memory *memory);
void reply_memory_release(struct reply_memory *memory);
void reply_release(struct reply *reply);

/* Sets a header, replacing one of that name. The value is copied into the reply's arena; as in net/http, blanks
 * at its ends are dropped, CR and LF become blanks. */
void reply_header(struct reply *reply, const char *name, struct span value);

/* Sets a header to a value that outlives the reply and needs no cleaning. */
void reply_constant(struct reply *reply, const char *name, struct span value);

/* Adds a header, also if there is one of that name. False: there is no room. */
bool reply_add_header(struct reply *reply, struct span name, struct span value);
/* Back to a 200 without headers and body; what the log will say is kept. */
void reply_restart(struct reply *reply);

/* Makes reply->head as it goes on the wire: status line; the handler's headers by name; Date; Content-Length; a sniffed
 * Content-Type; Connection; Transfer-Encoding. Replaces one made before. Of status 0: nothing. The handler has filled
 * the reply, body included. `date`: an HTTP date. Sets reply->keeps: false for a long body on HTTP/1.0, which ends with
 * the connection. */
void reply_make_head(struct reply *reply, const struct request *request, const char *date);
/* The lines of reply->head between the status line and the empty line. */
struct span reply_head_lines(const struct reply *reply);
/* Appends the body as it goes on the wire behind reply->head; HEAD has none. */
void reply_put_body(const struct reply *reply, const struct request *request, struct buf *out);
/* How many bytes reply_put_body appends. */
size_t reply_body_size(const struct reply *reply, const struct request *request);

/* Writes the HTTP date (29 bytes and a NUL) of a moment in ns since 1970. */
enum { HTTP_DATE_SIZE = 30 };
void http_date(int64_t ns, char out[HTTP_DATE_SIZE]);

#endif
