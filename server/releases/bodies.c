#include "releases/bodies.h"

void body_job(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"job\":");
    codec_encode(out, &message_job, job, zone);
    buf_char(out, '}');
}

void body_listed(struct buf *out, const struct job *job, int zone)
{
    codec_encode(out, &message_job_with_info, job, zone);
}

void body_state(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"state\":");
    codec_encode(out, &message_job_state, job, zone);
    buf_char(out, '}');
}

void body_entry(struct buf *out, const struct job *job, const struct history *entry, int zone)
{
    struct transition transition = { entry->previous, entry->next };
    struct history_view view = {
        .type = entry->level,
        .job_id = job->id,
        .version = entry->version,
        .comment = entry->comment,
        .time = entry->time,
    };

    if (entry->level == HISTORY_JOB) {
        view.job_state = &transition;
    } else {
        const struct execution *x = job->executions[entry->execution];
        view.execution_state = &transition;
        view.node_id = x->node_id;
        if (entry->has_reference)
            view.reference = x->reference;
    }
    codec_encode(out, &message_history, &view, zone);
}

void body_events(struct buf *out, const struct job *job, int zone)
{
    buf_text(out, "{\"events\":[");
    for (size_t i = 0; i < job->n_history; i++) {
        if (i)
            buf_char(out, ',');
        body_entry(out, job, &job->history[i], zone);
    }
    buf_text(out, "]}");
}

/* Verified, complete, and with a CID: a result without one is no result in these releases. */
static bool has_result(const struct execution *x)
{
    return x->state == EXECUTION_COMPLETED && x->verification.complete && x->verification.result && x->published &&
           x->published->cid.n;
}

void body_results(struct buf *out, const struct job *job, int zone)
{
    bool first = true;

    buf_text(out, "{\"results\":[");
    for (size_t i = 0; i < job->n_executions; i++) {
        const struct execution *x = job->executions[i];
        if (!has_result(x))
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        codec_encode(out, &message_result, &(struct result_view){ x->node_id, x->published }, zone);
    }
    buf_text(out, "]}");
}

/* ---- the websocket ------------------------------------------------------------------------------------------- */

/* Source and target of an event: a node reports what it did, the requester sends a node its decisions and reports the
 * rest. */
enum speaker { REQUESTER, REQUESTER_TO_NODE, NODE };

static const struct event_row {
    enum speaker speaker;
    bool shows_spec, shows_verification, shows_published, shows_output;
} event_rows[EVENT_NAME_COUNT] = {
    [EVENT_CREATED] = { .speaker = REQUESTER, .shows_spec = true },
    [EVENT_BID] = { .speaker = NODE },
    [EVENT_BID_ACCEPTED] = { .speaker = REQUESTER_TO_NODE },
    [EVENT_BID_REJECTED] = { .speaker = REQUESTER_TO_NODE },
    [EVENT_RESULTS_PROPOSED] = { .speaker = NODE, .shows_output = true },
    [EVENT_RESULTS_ACCEPTED] = { .speaker = REQUESTER_TO_NODE, .shows_verification = true },
    [EVENT_RESULTS_REJECTED] = { .speaker = REQUESTER_TO_NODE, .shows_verification = true },
    [EVENT_RESULTS_PUBLISHED] = { .speaker = NODE, .shows_published = true },
    [EVENT_COMPUTE_ERROR] = { .speaker = NODE },
    [EVENT_ERROR] = { .speaker = REQUESTER },
    [EVENT_CANCELED] = { .speaker = REQUESTER },
};

static void show_execution(struct event_view *view, const struct event_row *row, const struct execution *x)
{
    view->execution_id = x->reference;
    if (row->speaker == NODE)
        view->source = x->node_id;
    else
        view->target = x->node_id;
    if (row->shows_verification)
        view->verification = x->verification;
    if (row->shows_published)
        view->published = x->published;
    if (row->shows_output) {
        view->output = x->output;
        view->proposal = x->proposal;
    }
}

struct event_view event_view_of(const struct job_event *event)
{
    const struct event_row *row = &event_rows[event->name];
    const struct job *job = event->job;
    struct event_view view = {
        .job_id = job->id,
        .source = job->requester_id,
        .name = (int)event->name + 1,
        .status = event->status,
        .time = event->time,
    };

    if (row->shows_spec) {
        view.api_version = job->api_version;
        view.client_id = job->client_id;
        view.spec = &job->spec;
        view.deal = &job->spec.deal;
    }
    if (event->execution)
        show_execution(&view, row, event->execution);
    return view;
}

void body_event(struct buf *out, const struct job_event *event, int zone)
{
    struct event_view view = event_view_of(event);

    codec_encode(out, &message_job_event, &view, zone);
    buf_char(out, '\n');
}

void body_history_entry(struct buf *out, const struct job *job, size_t entry, int zone)
{
    body_entry(out, job, &job->history[entry], zone);
    buf_char(out, '\n');
}
