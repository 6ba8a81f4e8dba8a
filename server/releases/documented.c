/* The shapes on the API's page, which v0.3.19 was the last to produce: states as Nodes and Shards, events
 * as JobEvents, plus the page's cancel, which that release did not have yet.
 *
 * Everything is read from the same history as in other releases: an entry that the release has an event
 * for becomes that event, the others are not shown. */
#include "releases/v0_3.h"
#include "wire/json_put.h"

#include <stdlib.h>

/* ---- tables --------------------------------------------------------------------------------------------------- */

static const char *const shard_state_texts[] = { "jobStateUnknown", "Bidding", "Waiting", "Running",
                                                 "Verifying", "Cancelled", "Error", "Completed" };
enum shard_state { SHARD_UNKNOWN, SHARD_BIDDING, SHARD_WAITING, SHARD_RUNNING, SHARD_VERIFYING, SHARD_CANCELLED, SHARD_ERROR,
                   SHARD_COMPLETED };
static const struct enum_names names_shard_state = { .names = shard_state_texts, .count = 8, .first = 1, .trim = true,
                                                     .unknown = "executor: unknown job typ type '%.*s'" };

/* How the documentation page shows the state of an execution, and the event that led to it. */
static const struct shown_state {
    enum shard_state shard; /* SHARD_UNKNOWN: not shown */
    int event;              /* enum job_event_name, or -1 */
} shown_states[EXECUTION_STATE_COUNT] = {
    [EXECUTION_NEW] = { SHARD_UNKNOWN, -1 },
    [EXECUTION_ASK_FOR_BID] = { SHARD_UNKNOWN, -1 },
    [EXECUTION_ASK_FOR_BID_REJECTED] = { SHARD_UNKNOWN, -1 },
    [EXECUTION_ASK_FOR_BID_ACCEPTED] = { SHARD_BIDDING, EVENT_BID },
    [EXECUTION_BID_ACCEPTED] = { SHARD_WAITING, EVENT_BID_ACCEPTED },
    [EXECUTION_BID_REJECTED] = { SHARD_CANCELLED, EVENT_BID_REJECTED },
    [EXECUTION_WAITING_VERIFICATION] = { SHARD_VERIFYING, EVENT_RESULTS_PROPOSED },
    [EXECUTION_RESULT_ACCEPTED] = { SHARD_VERIFYING, EVENT_RESULTS_ACCEPTED },
    [EXECUTION_RESULT_REJECTED] = { SHARD_ERROR, EVENT_RESULTS_REJECTED },
    [EXECUTION_COMPLETED] = { SHARD_COMPLETED, EVENT_RESULTS_PUBLISHED },
    [EXECUTION_FAILED] = { SHARD_ERROR, EVENT_COMPUTE_ERROR },
    [EXECUTION_CANCELLED] = { SHARD_CANCELLED, -1 },
};

struct shard_view {
    struct span node_id, execution_id;
    int64_t index;
    int state;
    struct span status, proposal;
    struct verification verification;
    const struct storage_spec *published;
    const struct run_output *output;
};

static const struct field shard_fields[] = {
    VALUE_FIELD("NodeId", shard_view, node_id, OMIT_EMPTY),
    VALUE_FIELD("ExecutionId", shard_view, execution_id, OMIT_EMPTY),
    VALUE_FIELD("ShardIndex", shard_view, index, OMIT_EMPTY),
    ENUM_FIELD("State", shard_view, state, names_shard_state, OMIT_EMPTY),
    VALUE_FIELD("Status", shard_view, status, OMIT_EMPTY),
    BYTES_FIELD("VerificationProposal", shard_view, proposal, OMIT_EMPTY),
    OBJECT_FIELD("VerificationResult", shard_view, verification, message_verification, 0),
    OBJECT_FIELD("PublishedResults", shard_view, published, message_storage, ZERO_OBJECT),
    OBJECT_FIELD("RunOutput", shard_view, output, message_run_output, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_shard, shard_view, "model.JobShardState", shard_fields);

static const char *const event_texts[] = {
    "jobEventUnknown", "Created", "Bid", "BidAccepted", "BidRejected", "ResultsProposed", "ResultsAccepted",
    "ResultsRejected", "ResultsPublished", "ComputeError", "Error", "Canceled",
};
static const struct enum_names names_event = { .names = event_texts, .count = 12, .first = 1, .trim = true,
                                               .unknown = "executor: unknown job event type '%.*s'" };

/* v0.3.19 never fills the members of an event that describe the job: they are always zero. */
static const struct field event_fields[] = {
    VALUE_FIELD("APIVersion", event_view, api_version, OMIT_EMPTY),
    VALUE_FIELD("JobID", event_view, job_id, OMIT_EMPTY),
    VALUE_FIELD("ExecutionID", event_view, execution_id, OMIT_EMPTY),
    VALUE_FIELD("ClientID", event_view, client_id, OMIT_EMPTY),
    VALUE_FIELD("SourceNodeID", event_view, source, OMIT_EMPTY),
    VALUE_FIELD("TargetNodeID", event_view, target, OMIT_EMPTY),
    ENUM_FIELD("EventName", event_view, name, names_event, OMIT_EMPTY),
    OBJECT_FIELD("Spec", event_view, spec, message_sharded_spec, ZERO_OBJECT),
    OBJECT_FIELD("JobExecutionPlan", event_view, deal, message_deal, ZERO_OBJECT), /* both print {} */
    OBJECT_FIELD("Deal", event_view, deal, message_deal, ZERO_OBJECT),
    VALUE_FIELD("Status", event_view, status, OMIT_EMPTY),
    BYTES_FIELD("VerificationProposal", event_view, proposal, OMIT_EMPTY),
    OBJECT_FIELD("VerificationResult", event_view, verification, message_verification, 0),
    OBJECT_FIELD("PublishedResult", event_view, published, message_storage, ZERO_OBJECT),
    TIME_FIELD("EventTime", event_view, time, 0),
    VALUE_FIELD("SenderPublicKey", event_view, sender_key, OMIT_EMPTY),
    OBJECT_FIELD("RunOutput", event_view, output, message_run_output, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_event, event_view, "model.JobEvent", event_fields);

static const struct field metadata_fields[] = {
    VALUE_FIELD("ID", job, id, OMIT_EMPTY),
    TIME_FIELD("CreatedAt", job, created_at, 0),
    VALUE_FIELD("ClientID", job, client_id, OMIT_EMPTY),
};
LOCAL_MESSAGE(message_metadata, job, "model.Metadata", metadata_fields);

/* ---- states ----------------------------------------------------------------------------------------------------- */

static void put_shard(struct buf *out, bool *first, const struct shard_view *view, int zone)
{
    buf_text(out, *first ? "{\"Nodes\":{" : ",");
    *first = false;
    json_put_string(out, view->node_id);
    buf_text(out, ":{\"Shards\":{\"0\":");
    codec_encode(out, &message_shard, view, zone);
    buf_text(out, "}}");
}

static struct shard_view view_of(const struct execution *x)
{
    return (struct shard_view){
        .node_id = x->node_id,
        .execution_id = x->reference,
        .state = (int)shown_states[x->state].shard,
        .status = x->status,
        .proposal = x->proposal,
        .verification = x->verification,
        .published = x->published,
        .output = x->output,
    };
}

/* An execution that never bid is not shown. */
static bool is_shown(const struct execution *x)
{
    return x->reference.n && shown_states[x->state].shard != SHARD_UNKNOWN;
}

/* A job in Error shows the requester among the nodes. */
static struct shard_view requester_view(const struct job *job)
{
    struct span why = SPAN("");

    for (size_t i = 0; i < job->n_history; i++)
        if (job->history[i].level == HISTORY_JOB && job->history[i].next == JOB_ERROR)
            why = job->history[i].comment;
    return (struct shard_view){ .node_id = job->requester_id, .state = SHARD_ERROR, .status = why };
}

static int by_node(const void *a, const void *b)
{
    const struct shard_view *x = a, *y = b;

    return span_cmp(x->node_id, y->node_id);
}

/* The value of JobState: `{}` while no node has bid. Keys are sorted, as Go prints maps. */
static void put_shards(struct buf *out, const struct job *job, int zone)
{
    struct shard_view *views = calloc(job->n_executions + 1, sizeof *views);
    size_t n = 0;
    bool first = true;

    if (!views) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < job->n_executions; i++)
        if (is_shown(job->executions[i]))
            views[n++] = view_of(job->executions[i]);
    if (job->state == JOB_ERROR)
        views[n++] = requester_view(job);
    qsort(views, n, sizeof *views, by_node);
    for (size_t i = 0; i < n; i++)
        put_shard(out, &first, &views[i], zone);
    buf_text(out, first ? "{}" : "}}");
    free(views);
}

static void put_state(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"state\":");
    put_shards(out, job, zone);
    buf_char(out, '}');
}

/* ---- jobs ------------------------------------------------------------------------------------------------------------- */

static void put_whole_job(struct buf *out, const struct job *job, bool with_state, int zone)
{
    buf_text(out, "{\"APIVersion\":");
    json_put_string(out, job->api_version);
    buf_text(out, ",\"Metadata\":");
    codec_encode(out, &message_metadata, job, zone);
    buf_text(out, ",\"Spec\":");
    codec_encode(out, &message_sharded_spec, &job->spec, zone);
    buf_text(out, ",\"Status\":{\"JobState\":");
    if (with_state)
        put_shards(out, job, zone);
    else
        buf_text(out, "{}");
    buf_text(out, ",\"Requester\":");
    codec_encode(out, &message_requester, job, zone);
    buf_text(out, "}}");
}

static void put_job(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"job\":");
    put_whole_job(out, job, false, zone);
    buf_char(out, '}');
}

static void put_listed(struct buf *out, const struct job *job, int zone)
{
    put_whole_job(out, job, true, zone);
}

/* ---- events ----------------------------------------------------------------------------------------------------------- */

static void put_event(struct buf *out, const struct job_event *event, int zone)
{
    struct event_view view = event_view_of(event);

    view.api_version = view.client_id = SPAN("");
    view.spec = NULL;
    view.deal = NULL;
    codec_encode(out, &message_event, &view, zone);
}

/* History at execution level lags one step behind: the moment of an entry is the Time of the execution's
 * next one, of its last the execution's CreateTime. */
static ns_t moment_of(const struct job *job, size_t entry)
{
    const struct history *h = &job->history[entry];

    for (size_t i = entry + 1; i < job->n_history; i++)
        if (job->history[i].level == HISTORY_EXECUTION && job->history[i].execution == h->execution)
            return job->history[i].time;
    return job->executions[h->execution]->created;
}

static bool job_event_of(const struct job *job, const struct history *h, struct job_event *event)
{
    static const struct {
        int previous, next;
        enum job_event_name name;
    } rows[] = {
        { JOB_NEW, JOB_IN_PROGRESS, EVENT_CREATED },
        { JOB_IN_PROGRESS, JOB_ERROR, EVENT_ERROR },
        { JOB_IN_PROGRESS, JOB_CANCELLED, EVENT_CANCELED },
        { JOB_QUEUED, JOB_CANCELLED, EVENT_CANCELED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].previous == h->previous && rows[i].next == h->next) {
            *event = (struct job_event){ .name = rows[i].name, .job = job, .status = h->comment, .time = h->time };
            return true;
        }
    return false;
}

static bool execution_event_of(const struct job *job, size_t entry, struct job_event *event)
{
    const struct history *h = &job->history[entry];
    const struct execution *x = job->executions[h->execution];
    int name = shown_states[h->next].event;

    if (name < 0 || !h->has_reference)
        return false;
    *event = (struct job_event){ .name = (enum job_event_name)name, .job = job, .execution = x, .time = moment_of(job, entry) };
    if (name == EVENT_COMPUTE_ERROR)
        event->status = x->status;
    return true;
}

static bool event_of(const struct job *job, size_t entry, struct job_event *event)
{
    const struct history *h = &job->history[entry];

    return h->level == HISTORY_JOB ? job_event_of(job, h, event) : execution_event_of(job, entry, event);
}

static void put_events(struct buf *out, const struct job *job, int zone)
{
    struct job_event event;
    bool first = true;

    buf_text(out, "{\"events\":[");
    for (size_t i = 0; i < job->n_history; i++) {
        if (!event_of(job, i, &event))
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        put_event(out, &event, zone);
    }
    buf_text(out, "]}");
}

static void put_live(struct buf *out, const struct job_event *event, int zone)
{
    put_event(out, event, zone);
    buf_char(out, '\n');
}

static void put_replay(struct buf *out, const struct job *job, size_t entry, int zone)
{
    struct job_event event;

    if (event_of(job, entry, &event))
        put_live(out, &event, zone);
}

/* ---- the scheduler ----------------------------------------------------------------------------------------------
 *
 * Jobs have no state of their own: nodes report what they did and the requester listens. A refusal is not shown,
 * nothing is retried, a time limit ends hung executions (pkg/requester, v0.3.19). The job's own states are for the
 * store only: InProgress while a node may still be working on it. */

#define BIDDING_TIME (120 * NS_PER_SECOND) /* from the start to the last accepted bid */

#define COMPLETE EXECUTION_BIT(EXECUTION_COMPLETED)
#define NOT_ACCEPTED (EXECUTION_BIT(EXECUTION_ASK_FOR_BID_ACCEPTED) | EXECUTION_BIT(EXECUTION_BID_REJECTED))

/* A shard is an execution whose node has accepted the ask. */
static bool has_live_shard(const struct job *job)
{
    return job_count_bids(job, EXECUTIONS_ALL & ~EXECUTIONS_TERMINAL) > 0;
}

static bool enough_are_accepted(const struct job *job)
{
    return job_count_bids(job, EXECUTIONS_ALL & ~NOT_ACCEPTED) >= job->spec.deal.concurrency;
}

static bool is_any_verified(const struct job *job)
{
    for (size_t i = 0; i < job->n_executions; i++)
        if (job->executions[i]->verification.complete)
            return true;
    return false;
}

/* Called when a result is published: the requester waits for nothing more, but records what other nodes do. */
static void settle(struct scheduler *s, struct job *job, ns_t now)
{
    if (job_is_terminal(job) || !job_count(job, COMPLETE))
        return;
    agenda_set_deadline(&s->agenda, job, NS_NEVER);
    if (!has_live_shard(job))
        scheduler_end(s, job, JOB_COMPLETED, SPAN(""), now);
}

/* The last accepted bid starts the clock anew. */
static void restart_clock(struct scheduler *s, struct job *job, ns_t now)
{
    if (enough_are_accepted(job))
        agenda_set_deadline(&s->agenda, job, scheduler_next_look(s, now, spec_timeout(&job->spec)));
}

static void bid_came(struct scheduler *s, struct job *job, struct execution *x, bool accepted, ns_t now)
{
    if (!accepted)
        return;
    scheduler_decide_bids(s, job, now);
    if (!job_is_terminal(job) && !job_count(job, COMPLETE) && x->state == EXECUTION_BID_ACCEPTED)
        restart_clock(s, job, now);
}

/* The Status of an Error event: the requester's id, the shard that hangs, and the error. */
static struct span error_status(const struct scheduler *s, struct job *job, struct span why)
{
    return arena_printf(&job->arena, "[%.8s] shard: %.*s:0 at state: Error error completing job due to %.*s",
                        s->requester_id.p, SPAN_ARG(job->id), SPAN_ARG(why));
}

static void run_ended(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why;

    if (job_is_terminal(job))
        return;
    switch (scheduler_verify(s, job, &why, now)) {
    case VERIFIED_ERROR:
        why = arena_printf(&job->arena, "failed to verify job: %.*s", SPAN_ARG(why));
        scheduler_end(s, job, JOB_ERROR, error_status(s, job, why), now);
        events_emit(&s->events, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
        break;
    case VERIFIED_NONE: /* it just ends so */
        scheduler_end(s, job, JOB_COMPLETED, SPAN(""), now);
        break;
    case VERIFIED_NOT_YET:
    case VERIFIED_SOME:
        break;
    }
}

static void publish_ended(struct scheduler *s, struct job *job, ns_t now)
{
    settle(s, job, now);
}

static void execution_failed(struct scheduler *s, struct job *job, const struct execution *x, ns_t now)
{
    (void)x;
    settle(s, job, now);
}

static ns_t deadline(const struct scheduler *s, const struct job *job)
{
    return scheduler_next_look(s, job->created, BIDDING_TIME);
}

/* What the requester was waiting for. */
static const char *stage(const struct job *job)
{
    if (job_count_bids(job, EXECUTIONS_ALL) < job->spec.deal.min_bids)
        return "EnqueuingBids";
    if (!enough_are_accepted(job))
        return "AcceptingBids";
    return is_any_verified(job) ? "WaitingToPublishResults" : "WaitingForResults";
}

static void deadline_came(struct scheduler *s, struct job *job, ns_t now)
{
    struct span why = arena_printf(&job->arena, "shard timed out while in state %s, see --timeout", stage(job));

    scheduler_end(s, job, JOB_ERROR, error_status(s, job, why), now);
    events_emit(&s->events, EVENT_ERROR, job, NULL, job->history[job->n_history - 1].comment, now);
}

/* Cancelled before, or all its shards have ended. */
static bool is_over(const struct job *job)
{
    return job_is_terminal(job) || (job_count_bids(job, EXECUTIONS_ALL) && !has_live_shard(job));
}

const struct scheduler_rules rules_documented = {
    .release = "v0.3.19",
    .min_version = "v0.3.0",
    .overask = 3,
    .no_policy = true,
    .short_makes_no_job = true,
    .sharded = true,
    .result_mark = "-shard-0-host-",
    .bid_came = bid_came,
    .run_ended = run_ended,
    .publish_ended = publish_ended,
    .execution_failed = execution_failed,
    .deadline = deadline,
    .deadline_came = deadline_came,
    .is_over = is_over,
};

/* ---- the release ------------------------------------------------------------------------------------------------ */

static const struct build_version version =
    BUILD_VERSION("v0.3.19", "2b1f3a5c7d9e0b2a4c6e8f0a1b3d5c7e9f1a0319", "2023-01-26T14:02:28Z");

static const struct envelope_refusals cancel_refusals = {
    .envelope = REFUSE(400, JSON, ""),
    .signature = REFUSE(400, JSON, ""),
    .payload = REFUSE(400, JSON, ""),
    .no_client = REFUSE(401, JSON, NO_CLIENT),
    .wrong_client = REFUSE(401, JSON, ""),
    .client_echoed = true,
};

static const struct route routes[] = {
    { .endpoint = ENDPOINT_SUBMIT, .path = "/requester/submit", .request = &message_submit_envelope, .payload = &message_sharded_submit_payload,
      .signed_refusals = &envelope_refusals_bare, .put = put_job },
    { .endpoint = ENDPOINT_LIST, .path = "/requester/list", .request = &message_list_request, .missing = REFUSE(400, JOB, "") },
    { .endpoint = ENDPOINT_STATES, .path = "/requester/states", .request = &message_state_request, .full_id = true, .put = put_state },
    { .endpoint = ENDPOINT_EVENTS, .path = "/requester/events", .request = &message_events_request, .full_id = true, .put = put_events },
    { .endpoint = ENDPOINT_RESULTS, .path = "/requester/results", .request = &message_state_request, .full_id = true, .put = body_results },
    { .endpoint = ENDPOINT_CANCEL, .path = "/requester/cancel", .request = &message_cancel_envelope_either, .payload = &message_cancel_payload,
      .signed_refusals = &cancel_refusals, .missing = REFUSE(400, JOB, ""), .put = put_state },
    { .endpoint = ENDPOINT_WEBSOCKET, .path = "/requester/websocket" },
    NODE_ROUTES,
};

const struct release release_documented = {
    .name = "documented",
    .rules = &rules_documented,
    .version = &version,
    V0_3_MEMBERS,
    .routes = routes,
    .n_routes = sizeof routes / sizeof routes[0],
    .spec = &message_sharded_spec,
    .short_id = REFUSE(500, PLAIN, "Job not found. ID: "),
    .unplaced = REFUSE(500, PLAIN, "error starting job: "),
    .put_listed = put_listed,
    .put_live = put_live,
    .put_replay = put_replay,
};
