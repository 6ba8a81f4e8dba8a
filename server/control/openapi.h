/* The table of calls as an OpenAPI 3.0 document: `GET /__mock/openapi.json` and `mock-requester schema control`.
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_CONTROL_OPENAPI_H
#define MOCK_REQUESTER_CONTROL_OPENAPI_H

#include "control/call.h"

enum { OPENAPI_TEXT_MAX = 1 << 20 /* bytes of the document */ };

/* Appends the document and a line feed. */
void openapi_put(struct buf *out, const struct control_row *rows, size_t n);

#endif
