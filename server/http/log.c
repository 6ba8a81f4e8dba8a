#include "http/log.h"

#include "base/ns.h"
#include "wire/json_put.h"

#include <stdio.h>

enum { LINE_MAX_BYTES = 16 * 1024, SHOWN_MAX = 1024 };

static struct span shortened(struct span s)
{
    return span_of(s.p, s.n < SHOWN_MAX ? s.n : SHOWN_MAX);
}

/* Control characters could move the cursor of a terminal. */
static void put_plain(struct buf *out, struct span s)
{
    s = shortened(s);
    for (size_t i = 0; i < s.n; i++)
        buf_char(out, (unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f ? '?' : s.p[i]);
}

static struct span client_of(const struct request *request)
{
    return request ? request->remote : SPAN("");
}

static void put_time(struct buf *out, int64_t ns)
{
    CLEANUP(buf_release) struct buf quoted = buf_init(64);

    json_put_time(&quoted, ns / NS_PER_MS * NS_PER_MS, 0);
    if (quoted.n > 2)
        buf_add(out, quoted.p + 1, quoted.n - 2);
}

static void put_text(struct buf *out, const struct request *request, const struct reply *reply, const struct http_end *end)
{
    put_time(out, end->ended_ns);
    buf_char(out, ' ');
    put_plain(out, client_of(request));
    buf_char(out, ' ');
    put_plain(out, request ? request->method : SPAN("-"));
    buf_char(out, ' ');
    put_plain(out, request ? request->target : SPAN("-"));
    if (reply && reply->status)
        buf_printf(out, " %d", reply->status);
    if (strcmp(end->how, "complete") != 0)
        buf_printf(out, " %s", end->how);
    if (reply && reply->job_id.n) {
        buf_text(out, " job ");
        put_plain(out, reply->job_id);
    }
    if (reply && reply->answered_by) {
        buf_char(out, ' ');
        put_plain(out, span_text(reply->answered_by));
    }
    buf_char(out, '\n');
}

/* One line for each remark about faults. */
static void put_remarks(struct buf *out, const struct reply *reply, const struct http_end *end)
{
    const struct {
        const char *about;
        struct span text;
    } remarks[] = { { "near miss: ", reply->fate.near_miss }, { "", reply->fate.note } };

    for (size_t i = 0; i < sizeof remarks / sizeof *remarks; i++) {
        if (!remarks[i].text.n)
            continue;
        put_time(out, end->ended_ns);
        buf_printf(out, " %s", remarks[i].about);
        put_plain(out, remarks[i].text);
        buf_char(out, '\n');
    }
}

static void put_member(struct buf *out, const char *key, struct span value)
{
    buf_printf(out, ",\"%s\":", key);
    json_put_string(out, shortened(value));
}

static void put_json(struct buf *out, const struct request *request, const struct reply *reply, const struct http_end *end)
{
    buf_text(out, "{\"time\":");
    json_put_time(out, end->ended_ns, 0);
    put_member(out, "client", client_of(request));
    if (request) {
        put_member(out, "method", request->method);
        put_member(out, "target", request->target);
    }
    if (reply)
        buf_printf(out, ",\"status\":%d", reply->status);
    put_member(out, "end", span_text(end->how));
    buf_printf(out, ",\"bytes\":%lld,\"ms\":%.3f", (long long)end->bytes,
               (double)(end->ended_ns - end->started_ns) / (double)NS_PER_MS);
    if (reply && reply->job_id.n)
        put_member(out, "job", reply->job_id);
    if (reply && reply->answered_by)
        put_member(out, "answered_by", span_text(reply->answered_by));
    if (reply && reply->fate.near_miss.n)
        put_member(out, "near_miss", reply->fate.near_miss);
    if (reply && reply->fate.note.n)
        put_member(out, "note", reply->fate.note);
    buf_text(out, "}\n");
}

/* A line that is too long, or for which there is no memory, is left out. */
static void add_line(struct log *log, const struct buf *line)
{
    if (!line->failed)
        log_writer_add(&log->writer, buf_view(line));
}

static void warn(struct log *log, const struct request *request, struct span warning)
{
    CLEANUP(buf_release) struct buf line = buf_init(LINE_MAX_BYTES);

    buf_text(&line, "mock-requester: warning: ");
    put_plain(&line, request->target);
    buf_text(&line, ": ");
    put_plain(&line, warning);
    buf_char(&line, '\n');
    add_line(log, &line);
}

void log_exchange(struct log *log, const struct request *request, const struct reply *reply, const struct http_end *end)
{
    CLEANUP(buf_release) struct buf line = buf_init(LINE_MAX_BYTES);

    if (request && reply && reply->warning.n)
        warn(log, request, reply->warning);
    if (log->kind == LOG_TEXT)
        put_text(&line, request, reply, end);
    if (log->kind == LOG_TEXT && reply)
        put_remarks(&line, reply, end);
    if (log->kind == LOG_JSON)
        put_json(&line, request, reply, end);
    add_line(log, &line);
}
