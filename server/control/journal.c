#include "control/handlers.h"

#include "base/ascii.h"
#include "base/moment.h"
#include "exchange/journal.h"
#include "exchange/verdict.h"

/* ---- which entries --------------------------------------------------------------------------------------- */

struct wanted {
    int endpoint; /* -1: any */
    struct span client_id, job_id;
    bool has_since; /* a number … */
    uint64_t since;
    bool has_from; /* … or a moment */
    ns_t from;
    uint64_t limit; /* 0: all */
    bool has_status;
    uint64_t status;
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

static bool read_since(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;
    int zone;

    (void)c;
    wanted->has_since = control_number(value, &wanted->since);
    wanted->has_from = !wanted->has_since && moment_parse(value, &wanted->from, &zone, NULL) == ERR_OK;
    return wanted->has_since || wanted->has_from;
}

static bool read_status(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    return wanted->has_status = control_number(value, &wanted->status);
}

static bool read_limit(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    return control_number(value, &wanted->limit) && wanted->limit > 0;
}

const struct control_parameter control_requests_parameters[] = {
    { "endpoint", read_endpoint_name, "the name of an endpoint, such as submit, or other", "string" },
    { "client_id", read_client, "a client id", "string" },
    { "job_id", read_job_id, "a job id", "string" },
    { "status", read_status, "a status such as 404; 0: no reply", "integer" },
    { "since", read_since, "the number of an exchange, or a moment such as 2023-03-22T09:00:00Z", "since" },
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
           (!wanted->has_status || (uint64_t)e->status == wanted->status) &&
           (!wanted->has_since || e->number > wanted->since) && (!wanted->has_from || e->time >= wanted->from);
}

/* ---- the answer ------------------------------------------------------------------------------------------ */

/* The entries to show: up to `shown` that fit, from number `first` on. */
struct chosen {
    uint64_t matched, first, shown;
};

/* Lets others use the world after WORLD_PIECE entries. False: the numbers have started again. */
static bool go_on(struct control_call *c, uint64_t nth, uint64_t epoch)
{
    if (nth % WORLD_PIECE == 0)
        c->now = world_pause(c->world);
    return journal_epoch(c->world->journal) == epoch;
}

/* With `since` the first `limit` of the entries that fit, else the last. Goes from the newest to the oldest. */
static struct chosen choose(struct control_call *c, const struct wanted *wanted)
{
    const struct journal *journal = c->world->journal;
    bool forward = wanted->has_since || wanted->has_from;
    uint64_t limit = wanted->limit ? wanted->limit : UINT64_MAX, epoch = journal_epoch(journal);
    struct chosen chosen = { .first = journal_last(journal) + 1 };

    for (uint64_t i = journal_last(journal), n = 1; i && i >= journal_first(journal) && go_on(c, n, epoch); i--, n++) {
        const struct journal_entry *e = journal_get(journal, i);
        if (!e || !fits(wanted, e))
            continue;
        chosen.matched++;
        if (forward || chosen.matched <= limit)
            chosen.first = i;
    }
    chosen.shown = chosen.matched < limit ? chosen.matched : limit;
    return chosen;
}

static void put_entries(struct control_call *c, struct json_out *out, const struct chosen *chosen)
{
    const struct journal *journal = c->world->journal;
    uint64_t epoch = journal_epoch(journal), shown = 0;

    for (uint64_t i = chosen->first; shown < chosen->shown && i <= journal_last(journal); i++) {
        const struct journal_entry *e = journal_get(journal, i);
        if (!e || !fits(c->input, e))
            continue;
        control_put_exchange_row(c, out, e, false);
        if (!go_on(c, ++shown, epoch))
            return;
    }
}

void answer_requests(struct control_call *c)
{
    const struct journal *journal = c->world->journal;
    struct chosen chosen = { 0 };

    if (c->input)
        chosen = choose(c, c->input);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "requests", '[');
    if (c->input)
        put_entries(c, &out, &chosen);
    out_close(&out, ']');
    out_int(&out, "matched", (int64_t)chosen.matched);
    out_int(&out, "last", (int64_t)journal_last(journal));
    out_int(&out, "dropped", (int64_t)journal_dropped(journal));
    out_int(&out, "evicted", (int64_t)journal_evicted(journal));
    out_close(&out, '}');
}

void answer_delete_requests(struct control_call *c)
{
    struct world *world = c->world;
    uint64_t n = journal_last(world->journal) - journal_first(world->journal) + 1;

    journal_clear(world->journal);
    expectations_clear(&world->expectations);
    verdict_clear(&world->verdict);
    feed_add_reset(&world->feed, c->now, FEED_RESET_JOURNAL);
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
    out->buf->failed |= expected.failed || came.failed;
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
