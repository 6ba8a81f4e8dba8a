/* MATCH of scenario files: which jobs, and which exchanges, are meant. */
#ifndef MOCK_REQUESTER_SCENARIO_MATCHES_H
#define MOCK_REQUESTER_SCENARIO_MATCHES_H

#include "sim/match.h"
#include "scenario/reading.h"

key_reader read_job_match;      /* struct job_match */
key_reader read_exchange_match; /* struct exchange_match: {"client_id": …, "job": MATCH} */

#endif
