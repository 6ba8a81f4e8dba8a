/* Notes an answered call in the journal, for the expectations and for the verdict. */
#ifndef MOCK_REQUESTER_API_WITNESS_H
#define MOCK_REQUESTER_API_WITNESS_H

#include "api/call.h"

/* Also completes the facts, and names in the reply what answered. The caller has entered the call's world. */
void witness_answer(struct call *call, ns_t now);

#endif
