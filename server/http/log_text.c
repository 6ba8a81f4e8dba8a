#include "http/log_text.h"

#include "sim/node.h"

/* Columns, from 0. A text that is longer moves the others of its line to the right. */
enum {
    AT_WHAT = LINE_TIME + 1,
    AT_STATUS = AT_WHAT + 10, /* endpoints have up to 9 characters */
    AT_JOB = AT_STATUS + 4,
    AT_STATE = AT_JOB + 9,
    AT_BY = AT_STATE + 11,
};

enum {
    SHORT_ID = 8,
    NAME_SHOWN = AT_JOB - AT_WHAT - 1, /* of a node */
    TARGET_SHOWN = 100,
    BY_SHOWN = 100,
    TEXT_SHOWN = 120, /* of a reason or a comment */
    HINT_SHOWN = 160,
};

#define BETWEEN "  "

/* ---- colours --------------------------------------------------------------------------------------------- */

static const char RED[] = "\x1b[31m", GREEN[] = "\x1b[32m", YELLOW[] = "\x1b[33m", PLAIN[] = "\x1b[0m";

static const char *colour_of_status(int status)
{
    if (status == 0 || status >= 500)
        return RED;
    return status >= 400 ? YELLOW : PLAIN;
}

static const char *colour_of_state(const struct history *entry)
{
    static const char *const of_jobs[JOB_STATE_COUNT] = {
        [JOB_COMPLETED] = GREEN, [JOB_COMPLETED_PARTIALLY] = YELLOW, [JOB_ERROR] = RED, [JOB_CANCELLED] = YELLOW,
    };
    static const char *const of_executions[EXECUTION_STATE_COUNT] = {
        [EXECUTION_COMPLETED] = GREEN, [EXECUTION_FAILED] = RED, [EXECUTION_CANCELLED] = YELLOW,
        [EXECUTION_ASK_FOR_BID_REJECTED] = YELLOW, [EXECUTION_RESULT_REJECTED] = RED,
    };
    const char *colour = entry->level == HISTORY_JOB ? of_jobs[entry->next] : of_executions[entry->next];

    return colour ? colour : PLAIN;
}

static void put_coloured(struct line *line, const char *text, const char *colour, bool wanted)
{
    if (wanted && colour != PLAIN)
        line_escape(line, colour);
    line_text(line, text);
    if (wanted && colour != PLAIN)
        line_escape(line, PLAIN);
}

/* ---- what lines share ------------------------------------------------------------------------------------ */

static void put_session(struct line *line, struct span session)
{
    if (!session.n)
        return;
    line_text(line, BETWEEN "[");
    line_span(line, span_of(session.p, session.n < SHORT_ID ? session.n : SHORT_ID), SHORT_ID);
    line_char(line, ']');
}

static void put_text(struct line *line, struct span text, size_t max)
{
    if (!text.n)
        return;
    line_text(line, BETWEEN);
    line_span(line, text, max);
}

static void put_job(struct line *line, struct span id)
{
    line_pad(line, AT_JOB);
    if (id.n)
        line_span(line, span_of(id.p, id.n < SHORT_ID ? id.n : SHORT_ID), SHORT_ID);
    else
        line_char(line, '-');
}

/* ---- exchanges ------------------------------------------------------------------------------------------- */

/* The raw text of the member `Message` of the requester API's errors, or `message` of the control API's. Empty: the body
 * has none. */
static struct span message_of(struct span body)
{
    static const char *const marks[] = { "\"Message\":\"", "\"message\":\"" };
    const char *at = NULL;
    size_t n = 0;

    for (size_t i = 0; i < 2 && !at && body.n && *body.p == '{'; i++)
        at = memmem(body.p, body.n, marks[i], strlen(marks[i]));
    if (!at)
        return SPAN("");
    at += strlen(marks[0]);
    for (size_t left = (size_t)(body.p + body.n - at); n < left && at[n] != '"';)
        n += at[n] == '\\' && n + 1 < left ? 2 : 1;
    return span_of(at, n);
}

/* Shows `\"` and `\\` as what they mean; other escapes stay. */
static void put_message(struct line *line, struct span text)
{
    size_t end = line->column + TEXT_SHOWN;

    while (text.n && line->column <= end) {
        const char *escape = memmem(text.p, text.n, "\\", 1);
        size_t n = escape ? (size_t)(escape - text.p) : text.n;
        line_span(line, span_of(text.p, n), end - line->column);
        if (escape && n + 1 < text.n && (escape[1] == '"' || escape[1] == '\\'))
            line_char(line, text.p[++n]);
        else if (escape)
            line_char(line, '\\');
        n += escape != NULL;
        text = span_of(text.p + n, text.n - n);
    }
}

static void put_refusal(struct line *line, const struct reply *reply)
{
    struct span body = reply->status >= 400 ? span_trim(buf_view(&reply->body)) : SPAN("");
    struct span message = message_of(body);

    if (reply->refused.n || !message.n) {
        put_text(line, reply->refused.n ? reply->refused : body, TEXT_SHOWN);
    } else {
        line_text(line, BETWEEN);
        put_message(line, message);
    }
    if (reply->hint.n) {
        line_text(line, "; ");
        line_span(line, reply->hint, HINT_SHOWN);
    }
}

static void put_status(struct line *line, int status, bool colour)
{
    char text[] = "---";

    if (status)
        for (size_t i = 0, n = (size_t)status; i < 3; i++, n /= 10)
            text[2 - i] = (char)('0' + n % 10);
    line_pad(line, AT_STATUS);
    put_coloured(line, text, colour_of_status(status), colour);
}

/* Method and target, where the endpoint does not say what was asked for. */
static void put_request(struct line *line, const struct request *request)
{
    line_text(line, BETWEEN);
    line_span(line, request->method, TARGET_SHOWN);
    line_char(line, ' ');
    line_span(line, request->target, TARGET_SHOWN);
}

static bool is_known(const char *endpoint)
{
    return endpoint && strcmp(endpoint, "other") != 0;
}

static void put_answerer(struct line *line, const struct logged *logged)
{
    const struct reply *reply = logged->reply;
    struct span by = span_text(reply->answered_by);

    line_pad(line, AT_BY);
    line_span(line, by.n ? by : SPAN("-"), BY_SHOWN);
    if (reply->source.n && !span_ends(by, reply->source)) {
        line_char(line, ' ');
        line_span(line, reply->source, BY_SHOWN);
    }
    if (strcmp(logged->end->how, "complete") != 0) {
        line_text(line, BETWEEN);
        line_text(line, logged->end->how);
    }
    if (logged->request && (logged->control || !is_known(reply->endpoint)))
        put_request(line, logged->request);
}

void log_text_exchange(struct line *line, const struct logged *logged, bool colour)
{
    const struct reply *reply = logged->reply;

    line_time(line, logged->time);
    line_pad(line, AT_WHAT);
    line_text(line, logged->control ? "control" : is_known(reply->endpoint) ? reply->endpoint : "-");
    put_status(line, reply->status, colour);
    put_job(line, reply->job_id);
    line_pad(line, AT_STATE);
    line_text(line, reply->job_state ? reply->job_state : "-");
    put_answerer(line, logged);
    put_refusal(line, reply);
    put_session(line, logged->session);
    line_end(line);
}

void log_text_remark(struct line *line, const struct logged *logged, const char *about, struct span text)
{
    line_time(line, logged->time);
    line_pad(line, AT_WHAT);
    line_text(line, about);
    line_span(line, text, 2 * TEXT_SHOWN);
    put_session(line, logged->session);
    line_end(line);
}

void log_text_warning(struct line *line, struct span target, struct span warning)
{
    line_text(line, "mock-requester: warning: ");
    line_span(line, target, TARGET_SHOWN);
    line_text(line, ": ");
    line_span(line, warning, 4 * TEXT_SHOWN);
    line_end(line);
}

/* ---- moves ----------------------------------------------------------------------------------------------- */

struct span log_node(const struct job *job, const struct execution *x)
{
    struct span name = execution_node_name(job, x);

    return name.n ? name : x->node_id;
}

static bool is_of_job(const struct history *entry)
{
    return entry->level == HISTORY_JOB;
}

/* What an execution has published. */
static void put_published(struct line *line, const struct execution *x)
{
    struct span what = x->published ? x->published->cid.n ? x->published->cid : x->published->url : SPAN("");

    put_text(line, what.n ? SPAN("published ") : SPAN("publishes nothing"), TEXT_SHOWN);
    line_span(line, what, TEXT_SHOWN);
}

/* The comment of a job's move; of an execution, its status, which stays when the execution moves on and belongs to the
 * moves that end it. */
static void put_comment(struct line *line, const struct job *job, const struct history *entry)
{
    const struct execution *x = is_of_job(entry) ? NULL : job->executions[entry->execution];

    if (!x)
        put_text(line, entry->comment, TEXT_SHOWN);
    else if (execution_is_terminal(entry->next))
        put_text(line, x->status, TEXT_SHOWN);
    if (x && entry->next == EXECUTION_COMPLETED)
        put_published(line, x);
}

void log_text_move(struct line *line, struct span session, const struct job *job, const struct history *entry, bool colour)
{
    const char *(*const state_name)(int) = is_of_job(entry) ? job_state_name : execution_state_name;
    struct span who = is_of_job(entry) ? SPAN("job") : log_node(job, job->executions[entry->execution]);

    line_time(line, history_moment(job, entry));
    line_pad(line, AT_WHAT);
    line_span(line, who, NAME_SHOWN - 1);
    put_job(line, job->id);
    line_pad(line, AT_STATE);
    line_text(line, state_name(entry->previous));
    line_span(line, SPAN(" \xe2\x86\x92 "), NAME_SHOWN);
    put_coloured(line, state_name(entry->next), colour_of_state(entry), colour);
    put_comment(line, job, entry);
    put_session(line, session);
    line_end(line);
}
