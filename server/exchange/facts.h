/* What is known of an exchange once its request has been read: what faults, expectations and the journal
 * look at. Texts are borrowed from the exchange. */
#ifndef MOCK_REQUESTER_EXCHANGE_FACTS_H
#define MOCK_REQUESTER_EXCHANGE_FACTS_H

#include "releases/endpoint.h"
#include "sim/job.h"

struct exchange_facts {
    enum endpoint endpoint;      /* ENDPOINT_OTHER: a path of none */
    struct span client_id;       /* as the request claims it; empty: none */
    struct span job_id;          /* the job it names; of a submit the one it made */
    struct span job_client;      /* whose job that is … */
    const struct job_spec *spec; /* … and what it asks for: the submitted one, or the named job's; NULL: no job */
};

#endif
