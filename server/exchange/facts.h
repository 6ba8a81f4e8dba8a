/* The facts of an exchange, known once its request has been read: the input of faults, expectations and the
 * journal. Texts are borrowed from the exchange. */
#ifndef MOCK_REQUESTER_EXCHANGE_FACTS_H
#define MOCK_REQUESTER_EXCHANGE_FACTS_H

#include "releases/endpoint.h"
#include "sim/job.h"

struct exchange_facts {
    enum endpoint endpoint;      /* ENDPOINT_OTHER: the path has no endpoint */
    struct span client_id;       /* as the request claims it; empty: none */
    struct span job_id;          /* of the job that the request names, or that a submit made */
    struct span job_client;      /* the client of that job */
    const struct job_spec *spec; /* the spec submitted, or of the named job; NULL: no job */
};

#endif
