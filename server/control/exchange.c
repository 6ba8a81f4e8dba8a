/* Exchanges of the journal as JSON: a row of the list, and one in full. */
#include "control/handlers.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

/* ---- rows ------------------------------------------------------------------------------------------------ */

static void put_members(struct control_call *c, struct json_out *out, const struct journal_entry *e)
{
    out_int(out, "number", (int64_t)e->number);
    out_moment(out, "time", e->time, c->world->zone);
    out_text(out, "endpoint", span_text(endpoint_name(e->endpoint)));
    out_text(out, "method", e->method);
    out_text(out, "target", e->target);
    out_text_or_null(out, "client_id", e->client_id);
    out_text_or_null(out, "job_id", e->job_id);
    out_int(out, "status", e->status);
    out_text_or_null(out, "end", span_text(e->how));
    out_int(out, "bytes", e->bytes);
    out_text_or_null(out, "answered_by", e->answered_by);
    out_text_or_null(out, "refused", e->refused);
    out_length(out, "duration", e->duration);
    out_text_or_null(out, "source", e->source);
    out_text_or_null(out, "near_miss", e->near_miss);
}

void control_put_exchange_row(struct control_call *c, struct json_out *out, const struct journal_entry *e, bool corrected)
{
    out_open(out, NULL, '{');
    put_members(c, out, e);
    if (corrected)
        out_bool(out, "corrected", true);
    out_close(out, '}');
}

/* ---- in full --------------------------------------------------------------------------------------------- */

/* True if the bytes are UTF-8 without NUL. Takes a character that the cap has cut off their end. */
static bool is_text(struct span *bytes, bool cut)
{
    enum { CHARACTER_MAX = 4 };
    size_t i = 0, n = 1;

    for (; i < bytes->n && n; i += n)
        n = bytes->p[i] ? utf8_length(bytes->p + i, bytes->n - i) : 0;
    if (i < bytes->n && !(cut && bytes->n - i < CHARACTER_MAX && bytes->p[i]))
        return false;
    bytes->n = i;
    return true;
}

static void put_base64(struct json_out *out, struct span bytes)
{
    CLEANUP(buf_release) struct buf text = buf_init(2 * JOURNAL_BODY_MAX);

    base64_encode(&text, bytes);
    out->buf->failed |= text.failed;
    out_text(out, "base64", buf_view(&text));
}

static void put_body(struct json_out *out, const struct journal_message *message, bool evicted)
{
    struct span body = message->body;
    bool truncated = body.n < message->length;

    out_open(out, "body", '{');
    if (evicted)
        out_bool(out, "evicted", true);
    else if (is_text(&body, truncated))
        out_text(out, "text", body);
    else
        put_base64(out, body);
    out_int(out, "length", (int64_t)message->length);
    out_bool(out, "truncated", truncated);
    out_close(out, '}');
}

static void put_message(struct json_out *out, const char *key, const struct journal_message *message, bool evicted)
{
    struct span lines = message->head;
    struct header header;

    out_open(out, key, '{');
    out_open(out, "headers", '[');
    while (journal_next_header(&lines, &header)) {
        out_open(out, NULL, '[');
        out_text(out, NULL, header.name);
        out_text(out, NULL, header.value);
        out_close(out, ']');
    }
    out_close(out, ']');
    out_bool(out, "headers_truncated", message->head_cut);
    put_body(out, message, evicted && message->length > 0);
    out_close(out, '}');
}

/* What was verified of a signature that was refused. */
static void put_signature(struct json_out *out, const struct journal_entry *e)
{
    if (!e->sha256.n) {
        out_null(out, "signature");
        return;
    }
    out_open(out, "signature", '{');
    out_int(out, "length", (int64_t)e->signed_length);
    out_text(out, "sha256", e->sha256);
    out_text_or_null(out, "key_client_id", e->key_id);
    out_text_or_null(out, "client_id", e->claimed_id);
    out_close(out, '}');
}

static void refuse_unknown(struct control_call *c)
{
    const struct journal *journal = c->world->journal;
    unsigned long long first = journal_first(journal), last = journal_last(journal);
    const char *hint = first > last ? "the journal is empty" :
                                      arena_printf(&c->arena, "the journal holds %llu to %llu", first, last).p;

    control_refuse(c, 404, "unknown-exchange", hint, "there is no exchange %.*s", SPAN_ARG(c->name));
}

void answer_exchange(struct control_call *c)
{
    uint64_t number = 0;
    const struct journal_entry *e = control_number(c->name, &number) ? journal_get(c->world->journal, number) : NULL;

    if (!e) {
        refuse_unknown(c);
        return;
    }
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    put_members(c, &out, e);
    put_signature(&out, e);
    put_message(&out, "request", &e->request, e->evicted);
    put_message(&out, "reply", &e->reply, e->evicted);
    out_close(&out, '}');
}
