/* What the log adds to a refusal for its reader: why, where the answer does not say it, and what to do about it. */
#ifndef MOCK_REQUESTER_API_HINTS_H
#define MOCK_REQUESTER_API_HINTS_H

#include "api/call.h"

/* Sets reply->hint of an answer that refuses, where a hint is known. Answers of a fault get none. Caller holds the lock
 * of the call's world. */
void hints_add(const struct call *call);

/* Returns the text of a refusal: reply->refused, else the body of an error. Empty: it is none. */
struct span hints_refusal(const struct reply *reply);

#endif
