/* The reply of an exchange: decides whether the connection is kept, renders, writes, and reports the end. */
#ifndef MOCK_REQUESTER_HTTP_SENDING_H
#define MOCK_REQUESTER_HTTP_SENDING_H

#include "http/exchange.h"

/* True if the connection may stay open after the reply, as far as the request and the server decide it. */
bool sending_may_keep(const struct exchange *ex);

/* Sends what the HTTP library of the real requester answers by itself, and closes. Returns the status. */
int sending_refuse(struct exchange *ex, enum refusal refusal);

/* Closes without a reply: the client is gone. */
void sending_abandon(struct exchange *ex);

/* Sends the handler's reply, as its fate says. */
void sending_reply(struct exchange *ex, struct reply *reply);

#endif
