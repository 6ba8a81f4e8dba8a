/* Error replies. Each sets status, body and the headers that Go's http.Error sets; other headers are kept.
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_PROBLEMS_H
#define MOCK_REQUESTER_WIRE_PROBLEMS_H

#include "wire/reply.h"

/* `text` and a line break, text/plain, nosniff. */
void problem_plain(struct reply *reply, int status, struct span text);

/* {"Code":"error-unknown-server-error","Message":…,"Details":{},"Err":…} and a line break. */
void problem_json(struct reply *reply, int status, struct span message);

/* The not-found object: code error-job-not-found, `Job not found. ID: <id>`, Details {"id":…}. */
void problem_job_not_found(struct reply *reply, int status, struct span id);

#endif
