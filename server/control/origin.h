/* Decides which web pages may use the control API: pages of other origins may not. Pure, any thread. */
#ifndef MOCK_REQUESTER_CONTROL_ORIGIN_H
#define MOCK_REQUESTER_CONTROL_ORIGIN_H

#include "wire/request.h"

/* Names that the Host header may have besides addresses, names without a dot and names under `localhost`. Borrowed. */
struct allowed_hosts {
    const char *own;          /* the name or address that the server listens on; NULL: none */
    const char *const *names;
    size_t n;
};

enum origin_refusal {
    ORIGIN_FINE,
    ORIGIN_FOREIGN_HOST, /* the Host header is a name that another site's DNS may have pointed here */
    ORIGIN_FOREIGN,      /* a request that may change something comes from another origin's page */
};

enum origin_refusal origin_check(const struct request *request, const struct allowed_hosts *allowed);

#endif
