#include "api/faulting.h"
#include "api/routes.h"
#include "wire/signature.h"
#include "sim/validate.h"
#include "wire/json_scan.h"
#include "wire/problems.h"

#include <stdlib.h>

/* ---- reading bodies ------------------------------------------------------------------------------------------ */

/* Not printf: an id may hold a NUL byte. */
static struct span joined(struct call *call, const char *prefix, struct span text)
{
    size_t n = strlen(prefix);
    char *p = arena_alloc(&call->arena, n + text.n + 1);

    if (!p)
        return SPAN("");
    memcpy(p, prefix, n);
    if (text.n)
        memcpy(p + n, text.p, text.n);
    return span_of(p, n + text.n);
}

static void refuse(struct call *call, int status, const char *prefix, struct span text)
{
    if (prefix)
        problem_json(call->reply, status, joined(call, prefix, text));
    else
        problem_plain(call->reply, status, text);
    call->done = true;
}

static bool decode_body(struct call *call, const struct message *message, void *into, struct span *why)
{
    struct error error;
    struct span value;
    bool cut = false;

    if (json_scan(call->request->body, &value, &cut, &error)) {
        *why = cut && call->request->body_end == BODY_TOO_LARGE ? SPAN("http: request body too large")
                                                                : arena_span(&call->arena, span_text(error.text));
        return false;
    }
    return codec_decode(message, into, value, &call->arena, why) == ERR_OK;
}

bool read_body(struct call *call, const struct message *message, void *into, const char *prefix)
{
    struct span why;

    if (decode_body(call, message, into, &why))
        return true;
    refuse(call, 400, prefix, why);
    return false;
}

void finish_json(struct call *call)
{
    call->reply->status = 200;
    call->reply->sniffed = true;
    buf_char(&call->reply->body, '\n');
}

static void client_header(struct call *call, struct span client_id)
{
    reply_header(call->reply, "X-Bacalhau-Client-Id", client_id);
}

static void job_header(struct call *call, struct span job_id)
{
    reply_header(call->reply, "X-Bacalhau-Job-Id", job_id);
    call->reply->job_id = arena_span(&call->reply->arena, job_id);
}

/* An answer that a fault made does not count as one that told of its jobs. */
static void tell(struct api *api, struct call *call, const struct job *const *jobs, size_t n, ns_t now)
{
    if (!faulting_counts(api, call))
        return;
    for (size_t i = 0; i < n; i++)
        engine_told(api->engine, jobs[i], ENDPOINT_BIT(call->facts.endpoint), now);
}

/* ---- signed requests ------------------------------------------------------------------------------------------- */

/* The reference's handler panics: the connection closes without a byte (wire contract A1). */
static void panics(struct call *call)
{
    call->reply->status = 0;
    call->reply->answered_by = "panic";
    call->done = true;
}

static bool check_signature(struct api *api, struct call *call, const struct envelope *envelope, struct public_key *key,
                            struct error *error)
{
    if (api->options.signatures == SIGNATURES_OFF)
        return true;
    return public_key_read(envelope->public_key, &call->arena, key, error) == ERR_OK &&
           signature_check(key, envelope->signature, envelope->payload, &call->arena, error) == ERR_OK;
}

/* A bad signature ends the request, or with `warn` is only told. True: go on. */
static bool tolerate(struct api *api, struct call *call, int status, const char *prefix, struct span text)
{
    if (api->options.signatures == SIGNATURES_STRICT) {
        refuse(call, status, prefix, text);
        call->bad_signature = true;
        return false;
    }
    call->reply->warning = arena_printf(&call->reply->arena, "%.*s (let pass: --signatures warn)", SPAN_ARG(text));
    return true;
}

static bool client_fits(struct api *api, struct call *call, const struct public_key *key, struct span client_id,
                        const struct envelope_words *words)
{
    char id[CLIENT_ID_SIZE + 1];

    if (words->client_echoed)
        client_header(call, client_id);
    if (client_id.n == 0) {
        refuse(call, words->client_status, words->client, SPAN("job create payload must contain a client ID"));
        return false;
    }
    if (api->options.signatures == SIGNATURES_OFF || !key->modulus.n)
        return true;
    client_id_of(key, id);
    if (span_is(client_id, id))
        return true;
    return tolerate(api, call, words->client_status, words->client, SPAN("client's public key does not match client ID"));
}

/* Envelope, key, signature, payload, client id, in this order (wire contract A3). `payload` begins with
 * its client id. */
static bool read_signed(struct api *api, struct call *call, const struct message *envelope_message,
                        const struct envelope_words *words, const struct message *payload_message, void *payload)
{
    struct envelope envelope = { 0 };
    struct public_key key = { 0 };
    struct error error;
    struct span why;

    if (!read_body(call, envelope_message, &envelope, words->envelope))
        return false;
    if (!envelope.payload.p) {
        panics(call);
        return false;
    }
    if (!check_signature(api, call, &envelope, &key, &error) &&
        !tolerate(api, call, 400, words->signature, span_text(error.text)))
        return false;
    if (codec_decode(payload_message, payload, envelope.payload, &call->arena, &why)) {
        refuse(call, 400, words->payload, why);
        return false;
    }
    return client_fits(api, call, &key, *(struct span *)payload, words);
}

/* ---- submit -------------------------------------------------------------------------------------------------------- */

static void check_job(struct api *api, struct call *call, const struct submit_payload *payload)
{
    struct job_request request = { payload->client_id, payload->api_version, payload->spec };
    CLEANUP(buf_release) struct buf why = buf_init(BODY_MAX);

    if (!payload->spec && payload->api_version.n) {
        panics(call);
        return;
    }
    bool is_zero = !payload->spec || codec_is_zero(api->dialect->spec, payload->spec);
    if (validate_job(&request, is_zero, &why))
        refuse(call, 400, "", buf_view(&why));
}

void prepare_submit(struct api *api, struct call *call)
{
    struct submit_payload *payload = ARENA_NEW(&call->arena, struct submit_payload);
    const struct header *header = request_header(call->request, "X-Bacalhau-Job-ID");

    call->message = payload;
    if (header && header->value.n) {
        refuse(call, 400, "", SPAN("rejecting job because HTTP header X-Bacalhau-Job-ID was set"));
        return;
    }
    if (!read_signed(api, call, api->dialect->submit_envelope, &api->dialect->submit_words, api->dialect->submit_payload,
                     payload))
        return;
    call->facts.client_id = call->facts.job_client = payload->client_id;
    call->facts.spec = payload->spec;
    check_job(api, call, payload);
}

static void store_is_full(struct call *call)
{
    problem_plain(call->reply, 503, SPAN("job store is full"));
}

void answer_submit(struct api *api, struct call *call, ns_t now)
{
    const struct submit_payload *payload = call->message;
    const struct job *job;
    struct error error;
    enum err err = engine_submit(api->engine, payload->client_id, payload->api_version, payload->spec, now, &job, &error);

    if (err == ERR_NOMEM) {
        store_is_full(call);
        return;
    }
    job_header(call, job ? job->id : SPAN(""));
    call->facts.job_id = call->reply->job_id;
    call->reply->answered_by = "scheduler";
    if (err) {
        problem_plain(call->reply, 500, joined(call, api->dialect->schedule_error, span_text(error.text)));
        return;
    }
    api->dialect->put_job(&call->reply->body, job, api->zone);
    finish_json(call);
}

/* ---- list ------------------------------------------------------------------------------------------------------------ */

void prepare_list(struct api *api, struct call *call)
{
    struct list_request *request = ARENA_NEW(&call->arena, struct list_request);

    call->message = request;
    if (!read_body(call, api->dialect->list_request, request, NULL))
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
static void list_one(struct api *api, struct call *call, const struct list_request *request, ns_t now)
{
    const struct job *job = engine_find(api->engine, request->id, now);

    if (!job) {
        problem_job_not_found(call->reply, 400, request->id);
        return;
    }
    api->dialect->put_list(&call->reply->body, &job, 1, api->zone);
    finish_json(call);
    tell(api, call, &job, 1, now);
}

void answer_list(struct api *api, struct call *call, ns_t now)
{
    const struct list_request *request = call->message;
    const struct job **jobs;
    size_t n;

    if (request->id.n) {
        list_one(api, call, request, now);
        return;
    }
    struct list_query query = {
        .client_id = request->return_all ? SPAN("") : request->client_id,
        .include_tags = request->include_tags,
        .exclude_tags = request->exclude_tags,
        .max_jobs = request->max_jobs,
        .order = order_of(request->sort_by),
        .reverse = request->sort_reverse,
        .random_subset = api->options.scenario && api->options.scenario->list_order == LISTS_RANDOM_SUBSET,
    };
    if (engine_list(api->engine, &query, now, &jobs, &n)) {
        store_is_full(call);
        return;
    }
    api->dialect->put_list(&call->reply->body, jobs, n, api->zone);
    finish_json(call);
    tell(api, call, jobs, n, now);
    free(jobs);
}

/* ---- states, events, results: one shape -------------------------------------------------------------------------------- */

static void prepare_read(struct call *call, const struct message *message)
{
    struct state_request *request = ARENA_NEW(&call->arena, struct state_request);

    call->message = request;
    if (!read_body(call, message, request, NULL))
        return;
    call->facts.client_id = request->client_id;
    call->facts.job_id = request->job_id;
    client_header(call, request->client_id);
    job_header(call, request->job_id);
}

static void answer_read(struct api *api, struct call *call, ns_t now, const char *not_found,
                        void (*put)(struct buf *out, const struct job *job, int zone))
{
    const struct state_request *request = call->message;
    const struct job *job = engine_job(api->engine, request->job_id, now);

    if (!job) {
        problem_plain(call->reply, 500, joined(call, not_found, request->job_id));
        return;
    }
    put(&call->reply->body, job, api->zone);
    finish_json(call);
    tell(api, call, &job, 1, now);
}

static const char job_not_found[] = "Job not found. ID: ";

void prepare_states(struct api *api, struct call *call)
{
    prepare_read(call, api->dialect->state_request);
}

void answer_states(struct api *api, struct call *call, ns_t now)
{
    answer_read(api, call, now, job_not_found, api->dialect->put_state);
}

void prepare_events(struct api *api, struct call *call)
{
    prepare_read(call, api->dialect->events_request);
}

void answer_events(struct api *api, struct call *call, ns_t now)
{
    answer_read(api, call, now, api->dialect->events_not_found, api->dialect->put_events);
}

void prepare_results(struct api *api, struct call *call)
{
    prepare_read(call, api->dialect->results_request);
}

void answer_results(struct api *api, struct call *call, ns_t now)
{
    answer_read(api, call, now, job_not_found, api->dialect->put_results);
}

/* ---- cancel --------------------------------------------------------------------------------------------------------------- */

void prepare_cancel(struct api *api, struct call *call)
{
    struct cancel_payload *payload = ARENA_NEW(&call->arena, struct cancel_payload);

    call->message = payload;
    if (!read_signed(api, call, api->dialect->cancel_envelope, &api->dialect->cancel_words, &message_cancel_payload, payload))
        return;
    client_header(call, payload->client_id);
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_cancel(struct api *api, struct call *call, ns_t now)
{
    const struct cancel_payload *payload = call->message;
    const struct job *job = engine_find(api->engine, payload->job_id, now);

    call->reply->job_id = arena_span(&call->reply->arena, payload->job_id);
    if (!job)
        problem_job_not_found(call->reply, 400, payload->job_id);
    else if (!span_eq(job->client_id, payload->client_id))
        refuse(call, 403, "mismatched client id: ", payload->client_id);
    else if (!span_eq(job->id, payload->job_id))
        problem_plain(call->reply, 500, joined(call, api->dialect->cancel_not_found, payload->job_id));
    else if (engine_cancel(api->engine, job, payload->reason, now))
        problem_plain(call->reply, 500,
                      arena_printf(&call->arena, "job %.*s is already in a terminal state", SPAN_ARG(job->id)));
    else {
        job_header(call, job->id);
        api->dialect->put_state(&call->reply->body, job, api->zone);
        finish_json(call);
    }
}

/* ---- approve --------------------------------------------------------------------------------------------------------------- */

void prepare_approve(struct api *api, struct call *call)
{
    struct approve_payload *payload = ARENA_NEW(&call->arena, struct approve_payload);

    call->message = payload;
    if (!read_signed(api, call, api->dialect->approve_envelope, &api->dialect->cancel_words, &message_approve_payload, payload))
        return;
    call->facts.client_id = payload->client_id;
    call->facts.job_id = payload->job_id;
}

void answer_approve(struct api *api, struct call *call, ns_t now)
{
    const struct approve_payload *payload = call->message;
    struct approval approval = { payload->response.should_bid, payload->response.should_wait, payload->response.reason };
    struct span approver = engine_approver(api->engine);
    struct error error;

    if (approver.n == 0 || !span_eq(approver, payload->client_id)) {
        refuse(call, 400, "", SPAN("approval submitted by unknown client"));
        return;
    }
    const struct job *job = engine_find(api->engine, payload->job_id, now);
    if (!job)
        problem_job_not_found(call->reply, 400, payload->job_id);
    else if (engine_approve(api->engine, job, &approval, now, &error))
        refuse(call, 400, "", span_text(error.text));
    else
        call->reply->status = 200;
}
