/* Notes an answered call in the journal, the expectations and the verdict. */
#ifndef MOCK_REQUESTER_API_WITNESS_H
#define MOCK_REQUESTER_API_WITNESS_H

#include "api/call.h"

/* Also completes the facts, and sets reply->answered_by. The caller has entered the call's world. */
void witness_answer(struct call *call, ns_t now);

#endif
