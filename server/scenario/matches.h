/* Reads the MATCH of scenario files, of jobs and of exchanges. */
#ifndef MOCK_REQUESTER_SCENARIO_MATCHES_H
#define MOCK_REQUESTER_SCENARIO_MATCHES_H

#include "sim/match.h"
#include "scenario/keys.h"

key_reader matches_job_reader;      /* struct job_match */
key_reader matches_exchange_reader; /* struct exchange_match: {"client_id": …, "job": MATCH} */

#endif
