#include "api/routes.h"
#include "wire/signature.h"
#include "sim/validate.h"
#include "wire/json_scan.h"
#include "wire/problems.h"

static void client_header(struct call *call, struct span client_id)
{
    reply_header(call->reply, call->world->release->client_header, client_id);
}

static void job_header(struct call *call, struct span job_id)
{
    reply_header(call->reply, call->world->release->job_header, job_id);
    call->reply->job_id = arena_span(&call->reply->arena, job_id);
}

/* 200 with the endpoint's body of one job. */
static void put_answer(struct call *call, const struct job *job)
{
    call->route->put(&call->reply->body, job, call->world->zone);
    call_finish_json(call);
}

/* ---- signed requests ------------------------------------------------------------------------------------------- */

static bool check_signature(struct call *call, const struct envelope *envelope, struct public_key *key,
                            struct error *error)
{
    if (atomic_load(&call->world->signatures) == SIGNATURES_OFF)
        return true;
    return signature_key_read(envelope->public_key, &call->arena, key, error) == ERR_OK &&
           signature_check(key, envelope->signature, envelope->payload, &call->arena, error) == ERR_OK;
}

static void put_hex(char *to, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    *to = '\0';
}

/* Notes for the journal what was verified. */
static void note_refused(struct call *call, struct span verified, const struct public_key *key)
{
    struct refused_signature *refused = ARENA_NEW(&call->arena, struct refused_signature);
    unsigned char digest[SHA256_SIZE];

    if (!refused)
        return;
    crypto_sha256(verified, digest);
    put_hex(refused->sha256, digest, sizeof digest);
    refused->verified = verified;
    if (key->modulus.n)
        signature_client_id(key, refused->key_id);
    refused->claimed_id = *(const struct span *)call->message;
    call->refused_signature = refused;
}

/* What is verified of a signed request. */
struct signing {
    struct span payload; /* its bytes */
    struct public_key key;
};

/* True if the request may go on: with --signatures warn a bad signature is only logged. */
static bool tolerate(struct call *call, const struct signing *signing, const struct refusal *refusal, struct span value)
{
    if (atomic_load(&call->world->signatures) == SIGNATURES_STRICT) {
        note_refused(call, signing->payload, &signing->key);
        call_refuse(call, refusal, value);
        return false;
    }
    call->reply->warning = arena_printf(&call->reply->arena, "%.*s (accepted: --signatures warn)", SPAN_ARG(value));
    return true;
}

static bool client_fits(struct call *call, const struct signing *signing, struct span client_id)
{
    const struct envelope_refusals *refusals = call->route->signed_refusals;
    char id[CLIENT_ID_SIZE + 1];

    if (refusals->client_echoed)
        client_header(call, client_id);
    if (client_id.n == 0) {
        call_refuse(call, &refusals->no_client, SPAN(""));
        return false;
    }
    if (atomic_load(&call->world->signatures) == SIGNATURES_OFF || !signing->key.modulus.n)
        return true;
    signature_client_id(&signing->key, id);
    if (span_is(client_id, id))
        return true;
    return tolerate(call, signing, &refusals->wrong_client, SPAN("client's public key does not match client ID"));
}

/* The real requester panics for want of `what`; the log says why. */
static void refuse_absent(struct call *call, const struct refusal *refusal, const char *what, const char *where)
{
    if (!refusal->status)
        call->reply->refused = arena_printf(&call->reply->arena, "no %s in the %s: the real requester panics here", what, where);
    call_refuse(call, refusal, SPAN(""));
}

/* Envelope, key, signature, payload, client id, in this order (wire contract A3); the payload is decoded before the
 * signature is checked, as it says whose world decides about signatures. `payload` (NULL: there is no memory) begins with
 * its client id; `job_id`: where in it the job's id is; 0: it has none. */
static bool read_signed(struct call *call, void *payload, size_t job_id)
{
    const struct route *route = call->route;
    const struct envelope_refusals *refusals = route->signed_refusals;
    struct envelope envelope = { 0 };
    struct signing signing = { 0 };
    struct error error;
    struct span why;

    call->message = payload;
    call->done = !payload;
    if (call->done || !call_read_body(call, route->request, &envelope, &refusals->envelope))
        return false;
    if (!envelope.payload.p) {
        refuse_absent(call, &refusals->no_payload, route->request->fields[0].name, "body");
        return false;
    }
    signing.payload = envelope.payload;
    bool good = call_decode(call, route->payload, payload, envelope.payload, &why) == ERR_OK;
    call_choose_world(call, *(struct span *)payload, job_id ? *(struct span *)(void *)((char *)payload + job_id) : SPAN(""));
    if (!check_signature(call, &envelope, &signing.key, &error) &&
        !tolerate(call, &signing, &refusals->signature, span_text(error.text)))
        return false;
    if (!good) {
        call_refuse(call, &refusals->payload, why);
        return false;
    }
    return client_fits(call, &signing, *(struct span *)payload);
}

/* ---- submit -------------------------------------------------------------------------------------------------------- */

static void check_job(struct call *call, const struct submit_payload *payload)
{
    struct job_request request = { payload->client_id, payload->api_version, payload->spec };
    CLEANUP(buf_release) struct buf why = buf_init(BODY_MAX);

    if (!payload->spec && payload->api_version.n) {
        refuse_absent(call, &call->world->release->no_spec, "Spec", "payload");
        return;
    }
    bool is_zero = !payload->spec || codec_is_zero(call->world->release->spec, payload->spec);
    if (validate_job(&request, is_zero, &why))
        call_refuse(call, &call->world->release->bad_job, buf_view(&why));
}

void prepare_submit(struct call *call)
{
    struct submit_payload *payload = ARENA_NEW(&call->arena, struct submit_payload);
    const struct release *release = call->world->release;
    const struct header *header = request_header(call->request, release->job_header);

    if (header && header->value.n) {
        call_refuse(call, &release->job_id_sent, SPAN(""));
        return;
    }
    if (!read_signed(call, payload, 0))
        return;
    call->facts.client_id = call->facts.job_client = payload->client_id;
    call->facts.spec = payload->spec;
    check_job(call, payload);
}

static void refuse_full(struct call *call)
{
    problem_plain(call->reply, 503, SPAN("job store is full"));
}

void answer_submit(struct call *call, ns_t now)
{
    const struct submit_payload *payload = call->message;
    CLEANUP(buf_release) struct buf why = buf_init(REPLY_BODY_MAX);
    const struct job *job;
    enum err err = engine_submit(call->world->engine, payload->client_id, payload->api_version, payload->spec, now, &job, &why);

    if (err == ERR_NOMEM) {
        refuse_full(call);
        return;
    }
    if (err == ERR_INVALID) {
        job_header(call, engine_submitted_id(call->world->engine));
        call_refuse(call, &call->world->release->bad_storage, buf_view(&why));
        return;
    }
    job_header(call, job ? job->id : SPAN(""));
    call->facts.job_id = call->reply->job_id;
    call->reply->answered_by = "scheduler";
    if (err) {
        call_refuse(call, &call->world->release->unplaced, why.failed ? SPAN("out of memory") : buf_view(&why));
        return;
    }
    put_answer(call, job);
}

enum { PIECE = 256 * 1024 /* bytes of a list that are encoded before the lock is given to others */ };

/* ---- list ------------------------------------------------------------------------------------------------------------ */

void prepare_list(struct call *call)
{
    struct list_request *request = ARENA_NEW(&call->arena, struct list_request);

    call->message = request;
    bool good = call_read_body(call, call->route->request, request, &call->world->release->undecodable);
    if (request)
        call_choose_world(call, request->client_id, request->id);
    if (!good)
        return;
    call->facts.client_id = request->client_id;
    call->facts.job_id = request->id;
    client_header(call, request->client_id);
    job_header(call, request->id);
}

static enum list_order order_of(struct span sort_by)
{
    if (span_is(sort_by, "created_at"))
        return LIST_CREATED;
    return span_is(sort_by, "id") ? LIST_ID : LIST_SUBMITTED;
}

/* Lists the job of the request's id; the other conditions do not count. */
static void list_one(struct call *call, const struct list_request *request, ns_t now)
{
    const struct job *job = call_find_job(call, request->id, now);

    if (!job)
        return;
    release_put_list(call->world->release, &call->reply->body, &job, 1, call->world->zone);
    call_finish_json(call);
    call_tells_of(call, job);
}

/* Each job as it is when it is encoded. The real requester's list is no snapshot either: it reads the jobs, then their
 * states one by one (pkg/requester/publicapi/endpoints_list.go, v0.3.25). */
static void put_jobs(struct call *call)
{
    const struct world *world = call->world;
    struct buf *body = &call->reply->body;
    size_t begin = body->n;

    if (call->n_told == 0)
        release_put_list(world->release, body, NULL, 0, world->zone);
    for (size_t i = 0; i < call->n_told; i++) {
        release_put_listed(world->release, body, call->told[i], i, call->n_told, world->zone);
        if (body->n - begin < PIECE)
            continue;
        begin = body->n;
        call_pause(call);
    }
}

void answer_list(struct call *call, ns_t now)
{
    const struct list_request *request = call->message;
    const struct job **jobs;
    size_t n;

    if (request->id.n) {
        list_one(call, request, now);
        return;
    }
    struct list_query query = {
        .client_id = request->return_all ? SPAN("") : request->client_id,
        .include_tags = request->include_tags,
        .exclude_tags = request->exclude_tags,
        .max_jobs = request->max_jobs,
        .order = order_of(request->sort_by),
        .reverse = request->sort_reverse,
        .random_subset = call->world->program->scenario->list_order == LISTS_RANDOM_SUBSET,
    };
    if (engine_list(call->world->engine, &query, now, &jobs, &n)) {
        refuse_full(call);
        return;
    }
    call->told = call->listed = jobs;
    call->n_told = n;
    put_jobs(call);
    call_finish_json(call);
}

/* ---- states, events, results: one shape -------------------------------------------------------------------------------- */

void prepare_read(struct call *call)
{
    struct state_request *request = ARENA_NEW(&call->arena, struct state_request);

    call->message = request;
    bool good = call_read_body(call, call->route->request, request, &call->world->release->undecodable);
    if (request)
        call_choose_world(call, request->client_id, request->job_id);
    if (!good)
        return;
    call->facts.client_id = request->client_id;
    call->facts.job_id = request->job_id;
    client_header(call, request->client_id);
    job_header(call, request->job_id);
}

void answer_read(struct call *call, ns_t now)
{
    const struct state_request *request = call->message;
    const struct job *job = call_find_job(call, request->job_id, now);

    if (!job)
        return;
    bodies_put(&call->world->bodies, call->route->put, job, call->world->zone, &call->reply->body);
    call_finish_json(call);
    call_tells_of(call, job);
}

/* ---- cancel --------------------------------------------------------------------------------------------------------------- */

void prepare_cancel(struct call *call)
{
    struct cancel_payload *payload = ARENA_NEW(&call->arena, struct cancel_payload);

    if (!read_signed(call, payload, offsetof(struct cancel_payload, job_id)))
        return;
    client_header(call, payload->client_id);
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_cancel(struct call *call, ns_t now)
{
    const struct release *release = call->world->release;
    const struct cancel_payload *payload = call->message;
    const struct job *job = call_find_job(call, payload->job_id, now);

    call->reply->job_id = arena_span(&call->reply->arena, payload->job_id);
    if (!job)
        return;
    if (!span_eq(job->client_id, payload->client_id)) {
        call_refuse(call, &release->other_client, payload->client_id);
    } else if (!span_eq(job->id, payload->job_id)) {
        call_refuse(call, &release->short_id, payload->job_id);
    } else if (engine_cancel(call->world->engine, job, payload->reason, now)) {
        call_refuse(call, &release->ended, job->id);
    } else {
        job_header(call, job->id);
        put_answer(call, job);
    }
}

/* ---- approve --------------------------------------------------------------------------------------------------------------- */

void prepare_approve(struct call *call)
{
    struct approve_payload *payload = ARENA_NEW(&call->arena, struct approve_payload);

    if (!read_signed(call, payload, offsetof(struct approve_payload, job_id)))
        return;
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_approve(struct call *call, ns_t now)
{
    const struct release *release = call->world->release;
    const struct approve_payload *payload = call->message;
    struct approval approval = { payload->response.should_bid, payload->response.should_wait, payload->response.reason };
    struct span approver = engine_approver(call->world->engine);
    CLEANUP(buf_release) struct buf why = buf_init(REPLY_BODY_MAX);

    if (approver.n == 0 || !span_eq(approver, payload->client_id)) {
        call_refuse(call, &release->unknown_approver, SPAN(""));
        return;
    }
    const struct job *job = call_find_job(call, payload->job_id, now);
    if (!job)
        return;
    if (engine_approve(call->world->engine, job, &approval, now, &why))
        call_refuse(call, &release->not_approved, buf_view(&why));
    else
        call->reply->status = 200;
}
