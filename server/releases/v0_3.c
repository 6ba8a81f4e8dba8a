#include "releases/v0_3.h"

const char *const v0_3_prefixes[] = { "", NULL };

const struct envelope_refusals envelope_refusals_bare = {
    .envelope = REFUSE(400, JSON, ""),
    .signature = REFUSE(400, JSON, ""),
    .payload = REFUSE(400, JSON, ""),
    .no_client = REFUSE(400, JSON, NO_CLIENT),
    .wrong_client = REFUSE(400, JSON, ""),
    .client_echoed = true,
};

const struct envelope_refusals envelope_refusals_prefixed = {
    .envelope = REFUSE(400, JSON, "error unmarshalling envelope: "),
    .signature = REFUSE(400, JSON, "error verifying request signature: "),
    .payload = REFUSE(400, JSON, "error unmarshalling payload: "),
    .no_client = REFUSE(400, JSON, "error validating request: " NO_CLIENT),
    .wrong_client = REFUSE(400, JSON, "error validating request: "),
};

#define JOB_OBJECT REFUSE(400, JOB, "")

const struct route v0_3_routes[JOB_ROUTES_COUNT] = {
    { .endpoint = ENDPOINT_SUBMIT, .path = "/requester/submit", .request = &message_submit_envelope, .payload = &message_submit_payload,
      .signed_refusals = &envelope_refusals_bare, .put = body_job },
    { .endpoint = ENDPOINT_LIST, .path = "/requester/list", .request = &message_list_request, .missing = JOB_OBJECT },
    { .endpoint = ENDPOINT_STATES, .path = "/requester/states", .request = &message_state_request, .full_id = true, .put = body_state },
    { .endpoint = ENDPOINT_EVENTS, .path = "/requester/events", .request = &message_events_request, .full_id = true,
      .missing = REFUSE(500, PLAIN, "job not found: "), .put = body_events },
    { .endpoint = ENDPOINT_RESULTS, .path = "/requester/results", .request = &message_state_request, .full_id = true, .put = body_results },
    { .endpoint = ENDPOINT_CANCEL, .path = "/requester/cancel", .request = &message_signed_envelope, .payload = &message_cancel_payload,
      .signed_refusals = &envelope_refusals_prefixed, .missing = JOB_OBJECT, .put = body_state },
    { .endpoint = ENDPOINT_APPROVE, .path = "/requester/approve", .request = &message_signed_envelope, .payload = &message_approve_payload,
      .signed_refusals = &envelope_refusals_prefixed, .missing = JOB_OBJECT },
    { .endpoint = ENDPOINT_WEBSOCKET, .path = "/requester/websocket/events" },
    NODE_ROUTES,
};
