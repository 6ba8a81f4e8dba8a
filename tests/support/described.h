/* Compares answers of the control API with openapi.json. What differs ends the test. */
#ifndef MOCK_REQUESTER_SUPPORT_DESCRIBED_H
#define MOCK_REQUESTER_SUPPORT_DESCRIBED_H

#include "control/call.h"

/* Status, content type, error key and body of an answer of this call. A body that is not JSON is not looked at. */
void described_check(const struct control_row *row, const struct reply *reply);

#endif
