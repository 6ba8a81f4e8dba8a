/* A job as a client sends it, signed with a new key. */
#ifndef MOCK_REQUESTER_BENCH_SIGNED_JOB_H
#define MOCK_REQUESTER_BENCH_SIGNED_JOB_H

#include "wire/signature.h"

struct signed_job {
    struct buf payload, signature, envelope; /* the signature in base64; the envelope is the body of a submit */
    struct public_key key;
    struct arena arena;
};

void signed_job_init(struct signed_job *job);
void signed_job_release(struct signed_job *job);

/* How many times a second libcrypto verifies the signature in one thread. */
double signed_job_verify_rate(const struct signed_job *job, double seconds);

#endif
