/* The head of a request: its parts, and the rules by which the real requester's HTTP library (Go's net/http)
 * refuses one before any handler sees it. Pure, any thread.
 *
 * Life: head_size until it is complete → head_parse → head_check. Spans are borrowed. Rules: net/http/request.go,
 * net/http/transfer.go, net/http/server.go and net/textproto/reader.go of Go 1.19. */
#ifndef MOCK_REQUESTER_HTTP_HEAD_H
#define MOCK_REQUESTER_HTTP_HEAD_H

#include "wire/reply.h"

enum { HEAD_HEADERS_MAX = 64 /* headers; with as many or more the answer is 431 */ };

struct head {
    struct span method, target; /* raw, as on the request line */
    int major, minor;           /* of the HTTP version; minor is 0 or 1, and 1 for every major above 1 */
    size_t n_headers;           /* of `headers` */

    /* Set by head_check: how the body is framed. */
    bool chunked;
    int64_t length; /* by Content-Length; 0 without one */

    struct header headers[HEAD_HEADERS_MAX]; /* values without blanks at their ends. Last: not cleared */
};

enum refusal {
    REFUSE_NOT,
    REFUSE_BAD,
    REFUSE_TRANSFER_CODING,
    REFUSE_VERSION,
    REFUSE_NO_HOST,
    REFUSE_HOST,
    REFUSE_HEADER_NAME,
    REFUSE_TOO_LARGE,
    REFUSE_NO_TURN, /* not of net/http: bodies in flight take too much memory */
    REFUSAL_COUNT
};

/* A refusal's reply. Its body is the status line's text unless it has a text of its own. */
struct refusal_row {
    int status;
    const char *line;
    const char *body;
};
extern const struct refusal_row refusal_rows[REFUSAL_COUNT];

/* Returns the length of the head at the beginning of `raw`, its empty line included; 0 if it is not complete. A line
 * may end with LF alone; an empty first line is a head of its own. */
size_t head_size(struct span raw);

/* Fills `head` with the parts of a complete head. False if it is malformed: REFUSE_BAD. Of more than HEAD_HEADERS_MAX
 * headers the rest is dropped. */
bool head_parse(struct head *head, struct span raw);

/* Decides about the head in the order in which net/http does, and sets how the body is framed. */
enum refusal head_check(struct head *head);

/* The first header of that name (case ignored), or NULL. */
const struct header *head_header(const struct head *head, const char *name);

/* True if the token is in the comma-separated lists of the headers of that name. */
bool head_has_token(const struct head *head, const char *name, const char *token);

/* True if the client wants the connection kept: HTTP/1.1 unless it says `close`, HTTP/1.0 if it says
 * `keep-alive`. */
bool head_keeps(const struct head *head);

#endif
