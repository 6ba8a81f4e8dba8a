#include "http/log.h"

#include "api/hints.h"
#include "base/duration.h"
#include "http/log_text.h"
#include "releases/messages.h"
#include "wire/json_put.h"

#include <stdlib.h>
#include <unistd.h>

enum { JSON_LINE_MAX = 16 * 1024, SHOWN_MAX = 1024 /* bytes of a text */ };

/* ---- life ------------------------------------------------------------------------------------------------ */

static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDERR_FILENO) && (!no || !*no) && (!terminal || strcmp(terminal, "dumb") != 0);
}

bool log_start(struct log *log, enum log_kind kind, unsigned what)
{
    *log = (struct log){ .kind = kind, .what = kind == LOG_OFF ? 0 : what, .colour = kind == LOG_TEXT && wants_colour() };
    return log_writer_start(&log->writer);
}

void log_stop(struct log *log)
{
    log_writer_stop(&log->writer);
}

/* ---- text ------------------------------------------------------------------------------------------------ */

static void add_line(struct log *log, struct line *line)
{
    log_writer_add(&log->writer, line_view(line));
    line_clear(line);
}

/* One line for each remark about faults. */
static void add_remarks(struct log *log, struct line *line, const struct logged *logged)
{
    const struct reply_fate *fate = &logged->reply->fate;

    if (fate->near_miss.n) {
        log_text_remark(line, logged, "near miss: ", fate->near_miss);
        add_line(log, line);
    }
    if (fate->note.n) {
        log_text_remark(line, logged, "", fate->note);
        add_line(log, line);
    }
}

static void add_text(struct log *log, const struct logged *logged)
{
    struct line line;

    line_clear(&line);
    log_text_exchange(&line, logged, log->colour);
    add_line(log, &line);
    add_remarks(log, &line, logged);
}

static void warn(struct log *log, const struct request *request, struct span warning)
{
    struct line line;

    line_clear(&line);
    log_text_warning(&line, request->target, warning);
    add_line(log, &line);
}

/* ---- JSON ------------------------------------------------------------------------------------------------ */

static struct span shortened(struct span s)
{
    return span_of(s.p, s.n < SHOWN_MAX ? s.n : SHOWN_MAX);
}

static void put_member(struct buf *out, const char *key, struct span value)
{
    buf_printf(out, ",\"%s\":", key);
    if (value.n)
        json_put_string(out, shortened(value));
    else
        buf_text(out, "null");
}

static void put_number(struct buf *out, const char *key, int64_t value)
{
    buf_printf(out, ",\"%s\":", key);
    json_put_int(out, value);
}

static void put_refusal(struct buf *out, const struct reply *reply)
{
    put_member(out, "refused", hints_refusal(reply));
    put_member(out, "hint", reply->hint);
}

/* The keys of the journal, and `job_state`, `hint`, `note`, `session`. */
static void put_json(struct buf *out, const struct logged *logged)
{
    const struct reply *reply = logged->reply;
    const struct http_end *end = logged->end;

    buf_text(out, "{\"time\":");
    json_put_time(out, logged->time, 0);
    put_number(out, "number", (int64_t)reply->number);
    put_member(out, "endpoint", span_text(logged->control ? "control" : reply->endpoint ? reply->endpoint : "other"));
    put_member(out, "method", logged->request ? logged->request->method : SPAN(""));
    put_member(out, "target", logged->request ? logged->request->target : SPAN(""));
    put_member(out, "client_id", reply->client_id);
    put_member(out, "job_id", reply->job_id);
    put_member(out, "job_state", span_text(reply->job_state));
    put_number(out, "status", reply->status);
    put_member(out, "end", span_text(end->how));
    put_number(out, "bytes", end->bytes);
    buf_text(out, ",\"duration\":\"");
    duration_format(out, end->duration_ns);
    buf_char(out, '"');
    put_member(out, "answered_by", span_text(reply->answered_by));
    put_member(out, "source", reply->source);
    put_refusal(out, reply);
    put_member(out, "near_miss", reply->fate.near_miss);
    put_member(out, "note", reply->fate.note);
    put_member(out, "session", logged->session);
    buf_text(out, "}\n");
}

static void put_move(struct buf *out, struct span session, const struct job *job, const struct history *entry)
{
    bool of_job = entry->level == HISTORY_JOB;
    const char *(*const state_name)(int) = of_job ? job_state_name : execution_state_name;

    buf_text(out, "{\"time\":");
    json_put_time(out, history_moment(job, entry), 0);
    put_member(out, "job_id", job->id);
    put_member(out, "node", of_job ? SPAN("") : log_node(job, job->executions[entry->execution]));
    put_member(out, "level", span_text(names_history_level.names[entry->level]));
    put_member(out, "previous", span_text(state_name(entry->previous)));
    put_member(out, "new", span_text(state_name(entry->next)));
    put_number(out, "version", entry->version);
    put_member(out, "comment", history_comment(job, entry));
    put_member(out, "session", session);
    buf_text(out, "}\n");
}

/* A line that is too long, or for which there is no memory, is left out. */
static void add_json(struct log *log, const struct buf *line)
{
    if (!line->failed)
        log_writer_add(&log->writer, buf_view(line));
}

/* ---- exchanges and moves --------------------------------------------------------------------------------- */

void log_exchange(struct log *log, struct span session, const struct request *request, const struct reply *reply,
                  const struct http_end *end, ns_t now)
{
    struct logged logged = { session, request, reply, end, reply->answered_ns ? reply->answered_ns : now, reply->unseen };

    if (request && reply->warning.n)
        warn(log, request, reply->warning);
    if (!(log->what & (logged.control ? LOG_CONTROL : LOG_EXCHANGES)))
        return;
    if (log->kind == LOG_TEXT) {
        add_text(log, &logged);
        return;
    }
    CLEANUP(buf_release) struct buf line = buf_init(JSON_LINE_MAX);
    put_json(&line, &logged);
    add_json(log, &line);
}

static void move_as_text(struct log *log, struct span session, const struct job *job, const struct history *entry)
{
    struct line line;

    line_clear(&line);
    log_text_move(&line, session, job, entry, log->colour);
    add_line(log, &line);
}

/* A new job is no change of state. */
void log_move(struct log *log, struct span session, const struct job *job, const struct history *entry)
{
    if (!(log->what & LOG_JOBS) || (entry->level == HISTORY_JOB && entry->previous == entry->next))
        return;
    if (log->kind == LOG_TEXT) {
        move_as_text(log, session, job, entry);
        return;
    }
    CLEANUP(buf_release) struct buf line = buf_init(JSON_LINE_MAX);
    put_move(&line, session, job, entry);
    add_json(log, &line);
}
