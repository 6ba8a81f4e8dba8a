/* The ways in which an answer can go wrong on its way, by the names that scenario files use. */
#ifndef MOCK_REQUESTER_WIRE_BREAKAGE_H
#define MOCK_REQUESTER_WIRE_BREAKAGE_H

#include <stdbool.h>

enum reply_break {
    BREAK_NOT,
    BREAK_EMPTY_RESPONSE,           /* closed without a byte */
    BREAK_CONNECTION_RESET_BY_PEER, /* reset without a byte */
    BREAK_MALFORMED_RESPONSE_CHUNK, /* a whole head, then what is no chunk, closed */
    BREAK_RANDOM_DATA_THEN_CLOSE,   /* what is no HTTP at all */
    BREAK_TRUNCATED_HEAD,           /* closed within the status line */
    BREAK_TRUNCATED_BODY,           /* closed half way through the body */
    BREAK_RESET_IN_BODY,            /* reset there */
    BREAK_WRONG_LENGTH,             /* Content-Length says half of what the body has; closed behind it */
    BREAK_HANG,                     /* nothing, until the client goes or the server stops */
    BREAK_COUNT
};

/* Does the client come to see a status? */
bool break_shows_status(enum reply_break broken);
const char *break_name(enum reply_break broken); /* "EMPTY_RESPONSE"; of BREAK_NOT: "" */

#endif
