#include "control/handlers.h"

#include "base/ascii.h"
#include "base/moment.h"
#include "exchange/journal.h"
#include "exchange/verdict.h"

enum { NUMBER_DIGITS_MAX = 18 };

/* ---- which entries --------------------------------------------------------------------------------------- */

struct wanted {
    int endpoint; /* -1: any */
    struct span client_id, job_id;
    bool has_since; /* a number … */
    uint64_t since;
    bool has_from; /* … or a moment */
    ns_t from;
    uint64_t limit; /* 0: all */
};

static bool read_endpoint_name(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    wanted->endpoint = span_is(value, endpoint_name(ENDPOINT_OTHER)) ? ENDPOINT_OTHER : endpoint_find(value);
    return wanted->endpoint >= 0;
}

static bool read_client(struct control_call *c, struct span value, void *input)
{
    (void)c;
    ((struct wanted *)input)->client_id = value;
    return true;
}

static bool read_job_id(struct control_call *c, struct span value, void *input)
{
    (void)c;
    ((struct wanted *)input)->job_id = value;
    return true;
}

static bool take_number(struct span digits, uint64_t *number)
{
    return digits.n <= NUMBER_DIGITS_MAX && ascii_number(digits, number);
}

static bool read_since(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;
    int zone;

    (void)c;
    wanted->has_since = take_number(value, &wanted->since);
    wanted->has_from = !wanted->has_since && moment_parse(value, &wanted->from, &zone, NULL) == ERR_OK;
    return wanted->has_since || wanted->has_from;
}

static bool read_limit(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    return take_number(value, &wanted->limit) && wanted->limit > 0;
}

const struct control_parameter control_requests_parameters[] = {
    { "endpoint", read_endpoint_name, "the name of an endpoint, such as submit, or other", "string" },
    { "client_id", read_client, "a client id", "string" },
    { "job_id", read_job_id, "a job id", "string" },
    { "since", read_since, "the number of an exchange, or a moment such as 2023-03-22T09:00:00Z", "string" },
    { "limit", read_limit, "a number from 1", "count" },
    { NULL, NULL, NULL, NULL },
};

void prepare_requests(struct control_call *c)
{
    struct wanted *wanted = ARENA_NEW(&c->arena, struct wanted);

    c->input = wanted;
    if (!wanted)
        return;
    wanted->endpoint = -1;
    control_read_query(c, control_requests_parameters, wanted);
}

static bool fits_job(struct span wanted, struct span id)
{
    enum { SHORT = 8 };

    return span_eq(wanted, id) || (wanted.n == SHORT && span_starts(id, wanted));
}

static bool fits(const struct wanted *wanted, const struct journal_entry *e)
{
    return (wanted->endpoint < 0 || (int)e->endpoint == wanted->endpoint) &&
           (!wanted->client_id.n || span_eq(wanted->client_id, e->client_id)) &&
           (!wanted->job_id.n || fits_job(wanted->job_id, e->job_id)) &&
           (!wanted->has_since || e->number > wanted->since) && (!wanted->has_from || e->time >= wanted->from);
}

/* ---- the answer ------------------------------------------------------------------------------------------ */

static void put_entry(struct control_call *c, struct json_out *out, const struct journal_entry *e)
{
    out_open(out, NULL, '{');
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
    out_close(out, '}');
}

static uint64_t count(const struct journal *journal, const struct wanted *wanted)
{
    uint64_t n = 0;

    for (uint64_t i = journal_first(journal); i <= journal_last(journal); i++)
        n += fits(wanted, journal_get(journal, i));
    return n;
}

/* With `since` the first `limit` of the entries that match, else the last. */
static void put_entries(struct control_call *c, struct json_out *out, uint64_t matched)
{
    const struct journal *journal = c->world->journal;
    const struct wanted *wanted = c->input;
    bool forward = wanted->has_since || wanted->has_from;
    uint64_t shown = wanted->limit && wanted->limit < matched ? wanted->limit : matched;
    uint64_t first = forward ? 0 : matched - shown, nth = 0;

    for (uint64_t i = journal_first(journal); i <= journal_last(journal); i++) {
        const struct journal_entry *e = journal_get(journal, i);
        if (!fits(wanted, e))
            continue;
        if (nth >= first && nth - first < shown)
            put_entry(c, out, e);
        nth++;
    }
}

void answer_requests(struct control_call *c)
{
    const struct journal *journal = c->world->journal;
    uint64_t matched = c->input ? count(journal, c->input) : 0;
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_open(&out, "requests", '[');
    if (c->input)
        put_entries(c, &out, matched);
    out_close(&out, ']');
    out_int(&out, "matched", (int64_t)matched);
    out_int(&out, "last", (int64_t)journal_last(journal));
    out_int(&out, "dropped", (int64_t)journal_dropped(journal));
    out_close(&out, '}');
}

void answer_delete_requests(struct control_call *c)
{
    struct world *world = c->world;
    uint64_t n = journal_last(world->journal) - journal_first(world->journal) + 1;

    journal_clear(world->journal);
    expectations_clear(&world->expectations);
    verdict_clear(&world->verdict);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_int(&out, "deleted", (int64_t)n);
    out_close(&out, '}');
}

/* ---- the verdict ----------------------------------------------------------------------------------------- */

static void put_place(struct json_out *out, struct span file, size_t line)
{
    out_text_or_null(out, "file", file);
    if (file.n)
        out_int(out, "line", (int64_t)line);
    else
        out_null(out, "line");
}

static void put_reasons(struct json_out *out, const struct reasons *reasons)
{
    out_open(out, "reasons", '[');
    for (size_t i = 0; i < reasons->n; i++) {
        const struct reason *reason = &reasons->at[i];
        out_open(out, NULL, '{');
        out_text(out, "kind", span_text(reason_kind_name(reason->kind)));
        out_text(out, "text", reason->text);
        put_place(out, reason->file, reason->line);
        out_close(out, '}');
    }
    out_close(out, ']');
}

static void put_expectation(struct json_out *out, const struct expectations *expectations, size_t index)
{
    enum { TEXT_MAX = 1 << 20 };
    CLEANUP(buf_release) struct buf expected = buf_init(TEXT_MAX), came = buf_init(TEXT_MAX);
    struct expectation_verdict verdict = expectation_verdict(expectations, index);
    const struct expectation *x = &expectations->at[index];

    expectation_put(&expected, x);
    expectation_put_seen(&came, expectations, index);
    out_open(out, NULL, '{');
    out_text(out, "expected", buf_view(&expected));
    out_bool(out, "met", verdict.met);
    out_int(out, "seen", verdict.seen);
    out_text(out, "came", buf_view(&came));
    put_place(out, x->file, x->line);
    out_close(out, '}');
}

void answer_verdict(struct control_call *c)
{
    const struct expectations *expectations = &c->world->expectations;

    struct reasons reasons = world_judge(c->world, &c->arena);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_bool(&out, "ok", reasons.n + reasons.dropped == 0);
    put_reasons(&out, &reasons);
    out_open(&out, "expectations", '[');
    for (size_t i = 0; i < expectations->n; i++)
        put_expectation(&out, expectations, i);
    out_close(&out, ']');
    out_close(&out, '}');
}
