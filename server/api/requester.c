#include "api/routes.h"
#include "wire/signature.h"
#include "sim/validate.h"
#include "wire/json_scan.h"
#include "wire/problems.h"

static void client_header(struct call *call, struct span client_id)
{
    reply_header(call->reply, "X-Bacalhau-Client-Id", client_id);
}

static void job_header(struct call *call, struct span job_id)
{
    reply_header(call->reply, "X-Bacalhau-Job-Id", job_id);
    call->reply->job_id = arena_span(&call->reply->arena, job_id);
}

/* ---- signed requests ------------------------------------------------------------------------------------------- */

/* The reference's handler panics: the connection closes without a byte (wire contract A1). */
static void panics(struct call *call)
{
    call->reply->status = 0;
    call->reply->answered_by = "panic";
    call->done = true;
}

static bool check_signature(struct call *call, const struct envelope *envelope, struct public_key *key,
                            struct error *error)
{
    if (atomic_load(&call->world->signatures) == SIGNATURES_OFF)
        return true;
    return public_key_read(envelope->public_key, &call->arena, key, error) == ERR_OK &&
           signature_check(key, envelope->signature, envelope->payload, &call->arena, error) == ERR_OK;
}

/* A bad signature ends the request, or with `warn` is only told. True: go on. */
static bool tolerate(struct call *call, int status, const char *prefix, struct span text)
{
    if (atomic_load(&call->world->signatures) == SIGNATURES_STRICT) {
        call_refuse(call, status, prefix, text);
        call->bad_signature = true;
        return false;
    }
    call->reply->warning = arena_printf(&call->reply->arena, "%.*s (let pass: --signatures warn)", SPAN_ARG(text));
    return true;
}

static bool client_fits(struct call *call, const struct public_key *key, struct span client_id,
                        const struct envelope_words *words)
{
    char id[CLIENT_ID_SIZE + 1];

    if (words->client_echoed)
        client_header(call, client_id);
    if (client_id.n == 0) {
        call_refuse(call, words->client_status, words->client, SPAN("job create payload must contain a client ID"));
        return false;
    }
    if (atomic_load(&call->world->signatures) == SIGNATURES_OFF || !key->modulus.n)
        return true;
    client_id_of(key, id);
    if (span_is(client_id, id))
        return true;
    return tolerate(call, words->client_status, words->client, SPAN("client's public key does not match client ID"));
}

/* Envelope, key, signature, payload, client id, in this order (wire contract A3). `payload` begins with
 * its client id. */
static bool read_signed(struct call *call, const struct message *envelope_message,
                        const struct envelope_words *words, const struct message *payload_message, void *payload)
{
    struct envelope envelope = { 0 };
    struct public_key key = { 0 };
    struct error error;
    struct span why;

    if (!call_read_body(call, envelope_message, &envelope, words->envelope))
        return false;
    if (!envelope.payload.p) {
        panics(call);
        return false;
    }
    if (!check_signature(call, &envelope, &key, &error) &&
        !tolerate(call, 400, words->signature, span_text(error.text)))
        return false;
    if (codec_decode(payload_message, payload, envelope.payload, &call->arena, &why)) {
        call_refuse(call, 400, words->payload, why);
        return false;
    }
    return client_fits(call, &key, *(struct span *)payload, words);
}

/* ---- submit -------------------------------------------------------------------------------------------------------- */

static void check_job(struct call *call, const struct submit_payload *payload)
{
    struct job_request request = { payload->client_id, payload->api_version, payload->spec };
    CLEANUP(buf_release) struct buf why = buf_init(BODY_MAX);

    if (!payload->spec && payload->api_version.n) {
        panics(call);
        return;
    }
    bool is_zero = !payload->spec || codec_is_zero(call->world->release->spec, payload->spec);
    if (validate_job(&request, is_zero, &why))
        call_refuse(call, 400, "", buf_view(&why));
}

void prepare_submit(struct call *call)
{
    struct submit_payload *payload = ARENA_NEW(&call->arena, struct submit_payload);
    const struct header *header = request_header(call->request, "X-Bacalhau-Job-ID");

    call->message = payload;
    if (header && header->value.n) {
        call_refuse(call, 400, "", SPAN("rejecting job because HTTP header X-Bacalhau-Job-ID was set"));
        return;
    }
    if (!read_signed(call, call->world->release->submit_envelope, &call->world->release->submit_words, call->world->release->submit_payload,
                     payload))
        return;
    call->facts.client_id = call->facts.job_client = payload->client_id;
    call->facts.spec = payload->spec;
    check_job(call, payload);
}

static void store_is_full(struct call *call)
{
    problem_plain(call->reply, 503, SPAN("job store is full"));
}

void answer_submit(struct call *call, ns_t now)
{
    const struct submit_payload *payload = call->message;
    const struct job *job;
    struct error error;
    enum err err = engine_submit(call->world->engine, payload->client_id, payload->api_version, payload->spec, now, &job, &error);

    if (err == ERR_NOMEM) {
        store_is_full(call);
        return;
    }
    job_header(call, job ? job->id : SPAN(""));
    call->facts.job_id = call->reply->job_id;
    call->reply->answered_by = "scheduler";
    if (err) {
        problem_plain(call->reply, 500, call_joined(call, call->world->release->schedule_error, span_text(error.text)));
        return;
    }
    call->world->release->put_job(&call->reply->body, job, call->world->zone);
    call_finish_json(call);
}

/* ---- list ------------------------------------------------------------------------------------------------------------ */

void prepare_list(struct call *call)
{
    struct list_request *request = ARENA_NEW(&call->arena, struct list_request);

    call->message = request;
    if (!call_read_body(call, call->world->release->list_request, request, NULL))
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

/* An id names the one job, whatever else the request says. */
static void list_one(struct call *call, const struct list_request *request, ns_t now)
{
    const struct job *job = engine_find(call->world->engine, request->id, now);

    if (!job) {
        problem_job_not_found(call->reply, 400, request->id);
        return;
    }
    call->world->release->put_list(&call->reply->body, &job, 1, call->world->zone);
    call_finish_json(call);
    call_tells_of(call, job);
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
        store_is_full(call);
        return;
    }
    call->world->release->put_list(&call->reply->body, jobs, n, call->world->zone);
    call_finish_json(call);
    call->told = call->listed = jobs;
    call->n_told = n;
}

/* ---- states, events, results: one shape -------------------------------------------------------------------------------- */

static void prepare_read(struct call *call, const struct message *message)
{
    struct state_request *request = ARENA_NEW(&call->arena, struct state_request);

    call->message = request;
    if (!call_read_body(call, message, request, NULL))
        return;
    call->facts.client_id = request->client_id;
    call->facts.job_id = request->job_id;
    client_header(call, request->client_id);
    job_header(call, request->job_id);
}

static void answer_read(struct call *call, ns_t now, const char *not_found,
                        void (*put)(struct buf *out, const struct job *job, int zone))
{
    const struct state_request *request = call->message;
    const struct job *job = engine_job(call->world->engine, request->job_id, now);

    if (!job) {
        problem_plain(call->reply, 500, call_joined(call, not_found, request->job_id));
        return;
    }
    put(&call->reply->body, job, call->world->zone);
    call_finish_json(call);
    call_tells_of(call, job);
}

static const char job_not_found[] = "Job not found. ID: ";

void prepare_states(struct call *call)
{
    prepare_read(call, call->world->release->state_request);
}

void answer_states(struct call *call, ns_t now)
{
    answer_read(call, now, job_not_found, call->world->release->put_state);
}

void prepare_events(struct call *call)
{
    prepare_read(call, call->world->release->events_request);
}

void answer_events(struct call *call, ns_t now)
{
    answer_read(call, now, call->world->release->events_not_found, call->world->release->put_events);
}

void prepare_results(struct call *call)
{
    prepare_read(call, call->world->release->results_request);
}

void answer_results(struct call *call, ns_t now)
{
    answer_read(call, now, job_not_found, call->world->release->put_results);
}

/* ---- cancel --------------------------------------------------------------------------------------------------------------- */

void prepare_cancel(struct call *call)
{
    struct cancel_payload *payload = ARENA_NEW(&call->arena, struct cancel_payload);

    call->message = payload;
    if (!read_signed(call, call->world->release->cancel_envelope, &call->world->release->cancel_words, &message_cancel_payload, payload))
        return;
    client_header(call, payload->client_id);
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_cancel(struct call *call, ns_t now)
{
    const struct cancel_payload *payload = call->message;
    const struct job *job = engine_find(call->world->engine, payload->job_id, now);

    call->reply->job_id = arena_span(&call->reply->arena, payload->job_id);
    if (!job)
        problem_job_not_found(call->reply, 400, payload->job_id);
    else if (!span_eq(job->client_id, payload->client_id))
        call_refuse(call, 403, "mismatched client id: ", payload->client_id);
    else if (!span_eq(job->id, payload->job_id))
        problem_plain(call->reply, 500, call_joined(call, call->world->release->cancel_not_found, payload->job_id));
    else if (engine_cancel(call->world->engine, job, payload->reason, now))
        problem_plain(call->reply, 500,
                      arena_printf(&call->arena, "job %.*s is already in a terminal state", SPAN_ARG(job->id)));
    else {
        job_header(call, job->id);
        call->world->release->put_state(&call->reply->body, job, call->world->zone);
        call_finish_json(call);
    }
}

/* ---- approve --------------------------------------------------------------------------------------------------------------- */

void prepare_approve(struct call *call)
{
    struct approve_payload *payload = ARENA_NEW(&call->arena, struct approve_payload);

    call->message = payload;
    if (!read_signed(call, call->world->release->approve_envelope, &call->world->release->cancel_words, &message_approve_payload, payload))
        return;
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_approve(struct call *call, ns_t now)
{
    const struct approve_payload *payload = call->message;
    struct approval approval = { payload->response.should_bid, payload->response.should_wait, payload->response.reason };
    struct span approver = engine_approver(call->world->engine);
    struct error error;

    if (approver.n == 0 || !span_eq(approver, payload->client_id)) {
        call_refuse(call, 400, "", SPAN("approval submitted by unknown client"));
        return;
    }
    const struct job *job = engine_find(call->world->engine, payload->job_id, now);
    if (!job)
        problem_job_not_found(call->reply, 400, payload->job_id);
    else if (engine_approve(call->world->engine, job, &approval, now, &error))
        call_refuse(call, 400, "", span_text(error.text));
    else
        call->reply->status = 200;
}
