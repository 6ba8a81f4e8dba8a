/* POST /__mock/requests/await */
#include "control/await.h"
#include "control/handlers.h"

#include "exchange/journal.h"
#include "scenario/matches.h"
#include "sim/engine.h"

#include <stdlib.h>

enum { COUNT_MAX = 10000 /* exchanges that one call may wait for */, ANY_ENDPOINT = -1 };

struct await_requests {
    struct control_wait wait; /* first: c->wait points to it */
    struct control_call *c;
    int endpoint; /* ANY_ENDPOINT, or enum endpoint */
    int64_t count;
    struct exchange_match match;
    int64_t since;
    ns_t within;

    uint64_t *numbers; /* of the first `count` exchanges that fit; in the call's arena */
    int64_t n;
};

/* ---- the body -------------------------------------------------------------------------------------------- */

static void read_endpoint(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct await_requests *await = object;

    (void)key;
    if (json_type(value) == JSON_STRING && span_is(json_string(value), endpoint_name(ENDPOINT_OTHER)))
        await->endpoint = ENDPOINT_OTHER;
    else
        value_endpoint(r, value, &await->endpoint);
}

static const struct bounds counts = { 1, COUNT_MAX };
static const struct bounds numbers = { 0, (INT64_C(1) << 53) - 1 };

static const struct key keys[] = {
    { .name = "endpoint", .read = read_endpoint },
    { .name = "count", .read = key_integer, .offset = offsetof(struct await_requests, count), .detail = &counts },
    { .name = "match", .read = matches_exchange_reader, .offset = offsetof(struct await_requests, match) },
    { .name = "since", .read = key_integer, .offset = offsetof(struct await_requests, since), .detail = &numbers },
    { .name = "within", .read = await_within_reader, .offset = offsetof(struct await_requests, within) },
};
static const struct shape shape = { SHAPE_KEYS(keys) };

void prepare_await_requests(struct control_call *c)
{
    struct await_requests *await = ARENA_NEW(&c->arena, struct await_requests);

    c->input = await;
    if (!await)
        return;
    *await = (struct await_requests){ .c = c, .endpoint = ANY_ENDPOINT, .count = 1, .within = AWAIT_WITHIN_DEFAULT };
    if (!control_read_query(c, control_no_parameters, NULL) || !control_read_body(c, &shape, await, false))
        return;
    await->numbers = arena_alloc(&c->arena, (size_t)await->count * sizeof *await->numbers);
    if (!await->numbers)
        control_no_memory(c);
}

/* ---- exchanges ------------------------------------------------------------------------------------------- */

static bool fits_job(const struct await_requests *await, const struct journal_entry *e)
{
    const struct engine *engine = await->c->world->engine;
    const struct job *job = e->job_id.n ? engine_look(engine, e->job_id) : NULL;

    return job && await_fits(engine, &await->match.job, job);
}

static bool fits(const struct await_requests *await, const struct journal_entry *e)
{
    return (await->endpoint == ANY_ENDPOINT || (int)e->endpoint == await->endpoint) &&
           (!await->match.client_id.p || span_eq(await->match.client_id, e->client_id)) &&
           (!await->match.has_job || fits_job(await, e));
}

static void take(struct await_requests *await, uint64_t number)
{
    const struct journal_entry *e = journal_get(await->c->world->journal, number);

    if (e && await->n < await->count && number > (uint64_t)await->since && fits(await, e))
        await->numbers[await->n++] = number;
}

/* A journal that is emptied takes its exchanges with it. */
static bool hears(void *context, const struct feed_event *event)
{
    struct await_requests *await = context;

    if (await->n == await->count)
        return false;
    if (event->kind == FEED_RESET && event->value & FEED_RESET_JOURNAL)
        await->n = 0;
    if (event->kind == FEED_EXCHANGE && !event->corrected)
        take(await, (uint64_t)event->value);
    return await->n == await->count;
}

/* Exchanges that are answered meanwhile come behind; others may be dropped. */
static void pause_at(struct control_call *c, uint64_t i)
{
    if (i % WORLD_PIECE == 0)
        c->now = world_pause(c->world);
}

/* ---- answers --------------------------------------------------------------------------------------------- */

/* True if the reply is complete. */
static bool look(struct control_call *c)
{
    const struct await_requests *await = c->input;
    const struct journal *journal = c->world->journal;

    if (await->n < await->count)
        return false;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "requests", '[');
    for (int64_t i = 0; i < await->n; i++) {
        const struct journal_entry *e = journal_get(journal, await->numbers[i]);
        if (e)
            control_put_exchange_row(c, &out, e, false);
    }
    out_close(&out, ']');
    out_int(&out, "matched", await->n);
    out_int(&out, "last", (int64_t)journal_last(journal));
    out_int(&out, "dropped", (int64_t)journal_dropped(journal));
    out_int(&out, "evicted", (int64_t)journal_evicted(journal));
    out_close(&out, '}');
    return true;
}

/* What came instead: `3 submit, 12 states`. */
static const char *what_came(struct control_call *c, const struct await_requests *await)
{
    CLEANUP(buf_release) struct buf text = buf_init(ERROR_TEXT_MAX);
    const struct journal *journal = c->world->journal;
    size_t came[ENDPOINT_COUNT] = { 0 };
    uint64_t first = journal_first(journal);

    if (first <= (uint64_t)await->since)
        first = (uint64_t)await->since + 1;
    for (uint64_t i = first; i <= journal_last(journal); i++) {
        const struct journal_entry *e = journal_get(journal, i);
        if (e)
            came[e->endpoint]++;
        pause_at(c, i);
    }
    for (int i = 0; i < ENDPOINT_COUNT; i++)
        if (came[i])
            buf_printf(&text, "%s%zu %s", text.n ? ", " : "", came[i], endpoint_name((enum endpoint)i));
    return text.n ? arena_span(&c->arena, buf_view(&text)).p : "nothing";
}

static void give_up(struct control_call *c)
{
    const struct await_requests *await = c->input;

    control_refuse(c, 408, "not-seen", "GET /__mock/requests lists what came", "after %s %lld of %lld exchanges that fit have come; in all there are: %s",
                   await_length(c, await->within), (long long)await->n, (long long)await->count, what_came(c, await));
}

/* Takes the exchanges that the journal has. One that is emptied meanwhile takes them with it. */
static void look_at_present(struct control_call *c, struct await_requests *await)
{
    const struct journal *journal = c->world->journal;
    uint64_t epoch = journal_epoch(journal);

    for (uint64_t i = journal_first(journal); i <= journal_last(journal) && await->n < await->count; i++) {
        take(await, i);
        pause_at(c, i);
        if (journal_epoch(journal) == epoch && journal_first(journal) <= i)
            continue;
        epoch = journal_epoch(journal);
        await->n = 0;
        i = journal_first(journal) - 1;
    }
}

void answer_await_requests(struct control_call *c)
{
    struct await_requests *await = c->input;

    await->wait = (struct control_wait){ .waiter = { .hears = hears, .context = await }, .look = look, .give_up = give_up };
    look_at_present(c, await);
    await_start(c, &await->wait, await->within);
}
