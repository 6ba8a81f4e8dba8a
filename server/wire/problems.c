#include "wire/problems.h"

#include "wire/json_put.h"

static void begin(struct reply *reply, int status)
{
    reply->status = status;
    reply->sniffed = false;
    reply_header(reply, "Content-Type", SPAN("text/plain; charset=utf-8"));
    reply_header(reply, "X-Content-Type-Options", SPAN("nosniff"));
    buf_clear(&reply->body);
}

void problem_plain(struct reply *reply, int status, struct span text)
{
    begin(reply, status);
    buf_span(&reply->body, text);
    buf_char(&reply->body, '\n');
}

/* `id.p` NULL: no details. */
static void put_object(struct buf *out, const char *code, struct span message, struct span id)
{
    buf_printf(out, "{\"Code\":\"%s\",\"Message\":", code);
    json_put_string(out, message);
    buf_text(out, ",\"Details\":{");
    if (id.p) {
        buf_text(out, "\"id\":");
        json_put_string(out, id);
    }
    buf_text(out, "},\"Err\":");
    json_put_string(out, message);
    buf_text(out, "}\n");
}

void problem_json(struct reply *reply, int status, struct span message)
{
    begin(reply, status);
    put_object(&reply->body, "error-unknown-server-error", message, (struct span){ NULL, 0 });
}

void problem_job_not_found(struct reply *reply, int status, struct span id)
{
    struct buf message = buf_init(REPLY_BODY_MAX);

    begin(reply, status);
    buf_text(&message, "Job not found. ID: ");
    buf_span(&message, id);
    put_object(&reply->body, "error-job-not-found", buf_view(&message), id.p ? id : SPAN(""));
    reply->body.failed |= message.failed;
    buf_release(&message);
}
