/* The rate limit of an exchange: its headers, and the refusal 429 (wire contract A1). The caller has entered the
 * call's world. */
#ifndef MOCK_REQUESTER_API_RATE_H
#define MOCK_REQUESTER_API_RATE_H

#include "api/call.h"

/* Takes a token and sets the headers, or refuses the call where there is none. */
void rate_limit(struct call *call);
/* Takes a token where there is one and sets the headers. */
void rate_note(struct call *call);
/* Makes the reply the refusal, as if there were no token. */
void rate_refuse(struct call *call);

#endif
