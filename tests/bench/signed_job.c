#include "bench/signed_job.h"

#include "base/base64.h"
#include "base/os_clock.h"
#include "base/crypto.h"
#include "bench/load.h"

void signed_job_init(struct signed_job *job)
{
    CLEANUP(buf_release) struct buf der = buf_init(4096), key = buf_init(4096), raw = buf_init(4096);
    char id[CLIENT_ID_SIZE + 1];
    struct signing_key *signer;

    *job = (struct signed_job){ .payload = buf_init(1 << 16), .signature = buf_init(4096), .envelope = buf_init(1 << 16) };
    if (signing_key_generate(&signer, NULL) || signing_key_public_der(signer, &der))
        load_fail("the job cannot be signed");
    base64_encode(&key, buf_view(&der));
    if (signature_key_read(buf_view(&key), &job->arena, &job->key, NULL))
        load_fail("the job cannot be signed");
    signature_client_id(&job->key, id);
    buf_printf(&job->payload,
               "{\"ClientID\":\"%s\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\","
               "\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"date\"]},"
               "\"Deal\":{\"Concurrency\":1}}}",
               id);
    if (signing_key_sign(signer, buf_view(&job->payload), &raw))
        load_fail("the job cannot be signed");
    base64_encode(&job->signature, buf_view(&raw));
    buf_printf(&job->envelope, "{\"job_create_payload\":%s,\"signature\":\"%s\",\"client_public_key\":\"%s\"}", job->payload.p,
               job->signature.p, key.p);
    signing_key_free(signer);
}

double signed_job_verify_rate(const struct signed_job *job, double seconds)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span raw;
    long n = 0;

    if (base64_decode(buf_view(&job->signature), &arena, &raw, NULL))
        load_fail("the signature is not base64");
    ns_t start = os_clock_monotonic(), end = start + (ns_t)(seconds * (double)NS_PER_SECOND);
    for (; os_clock_monotonic() < end; n++)
        if (!crypto_rsa_verify(job->key.modulus, job->key.exponent, buf_view(&job->payload), raw))
            load_fail("the signature does not verify");
    return (double)n * (double)NS_PER_SECOND / (double)(os_clock_monotonic() - start);
}

void signed_job_release(struct signed_job *job)
{
    buf_release(&job->payload);
    buf_release(&job->signature);
    buf_release(&job->envelope);
    arena_release(&job->arena);
}
