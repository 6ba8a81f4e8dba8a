/* Checks whether the requester accepts a job (wire contract A4.2; pkg/job/validate.go). Pure. */
#ifndef MOCK_REQUESTER_SIM_VALIDATE_H
#define MOCK_REQUESTER_SIM_VALIDATE_H

#include "base/buf.h"
#include "base/error.h"
#include "sim/spec.h"

struct job_request {
    struct span client_id, api_version;
    struct job_spec *spec; /* NULL: absent */
};

/* Checks in the real requester's order; the first that fails gives its text. `spec_is_zero`: every field of the
 * spec is as if it had not been sent. `spec` must be there. */
enum err validate_job(const struct job_request *request, bool spec_is_zero, struct buf *why);

#endif
