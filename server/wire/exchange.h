/* One exchange on the wire: a request as it came, a reply as it goes.
 *
 * A handler fills a `struct reply`; reply_render turns it into bytes the way the reference's HTTP
 * library lays them out; one place in the edge writes them, in one write. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_EXCHANGE_H
#define MOCK_REQUESTER_WIRE_EXCHANGE_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdint.h>

enum {
    BODY_MAX = 10 * 1024 * 1024,        /* of a request: the reference's own limit */
    REPLY_BODY_MAX = 1024 * 1024 * 1024, /* of a reply: a list of everything may be long */
    REPLY_HEADERS_MAX = 24,
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
    const char *name; /* canonical, static */
    struct span value;
};

struct reply {
    int status; /* 0: the empty reply; the connection closes without a byte */
    struct reply_header headers[REPLY_HEADERS_MAX];
    size_t n_headers;
    struct buf body;
    bool sniffed;  /* Content-Type is the library's guess, text/plain; charset=utf-8, not the handler's */
    bool close;    /* close the connection afterwards, whatever the client wishes */
    bool bare;     /* a reply of the HTTP library itself: no Date, and `headers` in their own order */
    struct arena arena; /* for header values */

    /* Once the reply is written the connection is this function's, until it returns; then it is closed. It
     * is called exactly once, with `fd` < 0 when the reply could not be written. NULL: none. */
    void (*take_over)(void *context, int fd);
    void *take_over_context;

    /* for the log */
    struct span job_id;
    const char *answered_by; /* static; NULL = nothing to say */
    struct span warning;     /* what was let pass, e.g. a bad signature; in `arena` */
};

void reply_init(struct reply *reply); /* 200 and nothing else */
void reply_release(struct reply *reply);

/* Sets a header (replacing one of that name). The value is copied into the reply's arena; blanks at its
 * ends go, CR and LF become blanks, as the reference does. */
void reply_header(struct reply *reply, const char *name, struct span value);

/* Appends head and body as they go on the wire: status line; the handler's headers by name; Date;
 * Content-Length; a sniffed Content-Type; Connection; Transfer-Encoding. HEAD has no body. `date`: an
 * HTTP date. `keep_alive`: what request and server agree on; reply->close wins. Returns whether the
 * connection may stay open: a long body on 1.0 ends with it. */
bool reply_render(const struct reply *reply, const struct request *request, const char *date, bool keep_alive, struct buf *out);

/* Writes the HTTP date (29 bytes and a NUL) of a moment in ns since 1970. */
enum { HTTP_DATE_SIZE = 30 };
void http_date(int64_t ns, char out[HTTP_DATE_SIZE]);

#endif
