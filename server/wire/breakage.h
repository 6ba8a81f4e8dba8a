/* The ways in which sending a reply can fail, under the names that scenario files use. */
#ifndef MOCK_REQUESTER_WIRE_BREAKAGE_H
#define MOCK_REQUESTER_WIRE_BREAKAGE_H

#include <stdbool.h>

enum reply_break {
    BREAK_NOT,
    BREAK_EMPTY_RESPONSE,           /* closed without a byte */
    BREAK_CONNECTION_RESET_BY_PEER, /* reset without a byte */
    BREAK_MALFORMED_RESPONSE_CHUNK, /* a whole head, then bytes that are no chunk; closed */
    BREAK_RANDOM_DATA_THEN_CLOSE,   /* bytes that are not HTTP */
    BREAK_TRUNCATED_HEAD,           /* closed within the status line */
    BREAK_TRUNCATED_BODY,           /* closed half way through the body */
    BREAK_RESET_IN_BODY,            /* reset there */
    BREAK_WRONG_LENGTH,             /* Content-Length is half the body's length; closed after the body */
    BREAK_HANG,                     /* no byte until the client closes or the server stops */
    BREAK_COUNT
};

/* True if the client receives a status line. */
bool breakage_shows_status(enum reply_break broken);
const char *breakage_name(enum reply_break broken); /* "EMPTY_RESPONSE"; of BREAK_NOT: "" */

#endif
