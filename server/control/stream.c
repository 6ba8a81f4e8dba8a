#include "control/stream.h"

#include "control/handlers.h"
#include "base/ascii.h"
#include "base/os_clock.h"
#include "exchange/journal.h"
#include "scenario/scenario.h"
#include "sim/engine.h"
#include "world/wake.h"

#include <stdlib.h>

enum { EVENT_MAX = 16 * 1024 * 1024 /* bytes of one event */ };

struct control_stream {
    struct control_call call; /* for the printers of rows: only world, arena and now are set */
    struct waiter waiter;
    uint64_t seen;      /* number of the last event that was rendered, or passed over */
    bool unknown;       /* the reader asked for a number that is none of this world's … */
    int64_t written_ns; /* CLOCK_MONOTONIC: when something was rendered */
};

/* ---- the data of events: the row of the matching GET ------------------------------------------------------- */

static void put_exchange(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    const struct journal_entry *e = journal_get(c->world->journal, (uint64_t)event->value);

    if (e) {
        control_put_exchange_row(c, out, e, event->corrected);
        return;
    }
    out_open(out, NULL, '{');
    out_int(out, "number", event->value);
    out_bool(out, "dropped", true);
    out_close(out, '}');
}

static void put_job(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    const struct job *job = event->forgotten ? NULL : engine_look(c->world->engine, event->name);

    if (job) {
        control_put_job_row(c, out, job);
        return;
    }
    out_open(out, NULL, '{');
    out_text(out, "job", event->name);
    out_bool(out, "forgotten", true);
    out_close(out, '}');
}

static void put_execution(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    out_open(out, NULL, '{');
    out_text(out, "job", event->name);
    out_int(out, "execution", event->execution);
    out_text(out, "node", event->node);
    out_text(out, "previous", span_text(execution_state_name(event->previous)));
    out_text(out, "state", span_text(execution_state_name(event->next)));
    out_int(out, "version", event->value);
    out_moment(out, "time", event->time, c->world->zone);
    out_text(out, "comment", event->comment);
    out_close(out, '}');
}

static void put_clock(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    (void)event;
    control_put_clock(c, out, NULL);
}

static void put_gate(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    control_put_gate_row(c, out, event->name);
}

static void put_fault(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    const struct fault *fault = faults_find(&c->world->faults, event->name);

    if (fault) {
        control_put_fault_row(c->world, out, fault);
        return;
    }
    out_open(out, NULL, '{');
    out_text_or_null(out, "name", event->name);
    out_bool(out, "removed", true);
    out_close(out, '}');
}

static void put_scenario(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    (void)event;
    out_open(out, NULL, '{');
    out_text(out, "scenario", c->world->program->scenario->names);
    out_close(out, '}');
}

static void put_reset(struct control_call *c, struct json_out *out, const struct feed_event *event)
{
    (void)c;
    out_open(out, NULL, '{');
    out_open(out, "reset", '[');
    for (const struct choice *part = control_reset_parts; part->name; part++)
        if (event->value >> part->value & 1)
            out_text(out, NULL, span_text(part->name));
    out_close(out, ']');
    out_close(out, '}');
}

static const struct {
    const char *name;
    void (*put)(struct control_call *c, struct json_out *out, const struct feed_event *event);
} kinds[FEED_KIND_COUNT] = {
    [FEED_EXCHANGE] = { "exchange", put_exchange },    [FEED_JOB] = { "job", put_job },
    [FEED_EXECUTION] = { "execution", put_execution }, [FEED_CLOCK] = { "clock", put_clock },
    [FEED_GATE] = { "gate", put_gate },                [FEED_FAULT] = { "fault", put_fault },
    [FEED_SCENARIO] = { "scenario", put_scenario },    [FEED_RESET] = { "reset", put_reset },
};

/* ---- rendering ------------------------------------------------------------------------------------------- */

static void put_event(struct control_stream *stream, struct buf *out, const struct feed_event *event)
{
    struct json_out data = { .buf = out };

    buf_printf(out, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->number, kinds[event->kind].name);
    kinds[event->kind].put(&stream->call, &data, event);
    buf_text(out, "\n\n");
    arena_release(&stream->call.arena);
    stream->call.arena = (struct arena){ 0 };
}

/* The id is that of the last event that was lost. */
static void put_lost(struct buf *out, uint64_t last, uint64_t count)
{
    buf_printf(out, "id: %llu\nevent: lost\ndata: {\"count\":%llu}\n\n", (unsigned long long)last, (unsigned long long)count);
}

/* True if there is more to render. */
static bool put_events(struct control_stream *stream, struct buf *out)
{
    const struct feed *feed = &stream->call.world->feed;
    const struct feed_event *event;
    uint64_t lost;

    if (stream->unknown)
        put_lost(out, stream->seen, stream->seen);
    stream->unknown = false;
    while (out->n < CONTROL_STREAM_PIECE && (event = feed_next(feed, stream->seen, &lost))) {
        if (lost)
            put_lost(out, event->number - 1, lost);
        put_event(stream, out, event);
        stream->seen = event->number;
    }
    return feed_last(feed) > stream->seen;
}

bool control_stream_take(struct control_stream *stream, struct buf *out, ns_t now, int *next_ms)
{
    int64_t silence = CONTROL_STREAM_SILENCE_MS * NS_PER_MS, present = os_clock_monotonic();

    wake_clear(stream->waiter.wake_fd);
    waiter_rest(&stream->waiter);
    stream->call.now = now;
    *out = buf_init(EVENT_MAX);
    bool more = put_events(stream, out);
    if (out->n == 0 && present - stream->written_ns >= silence)
        buf_text(out, ":\n\n");
    if (out->n)
        stream->written_ns = present;
    *next_ms = more ? 0 : (int)((stream->written_ns + silence - present) / NS_PER_MS) + 1;
    return !out->failed && !control_stream_is_over(stream);
}

/* ---- life ------------------------------------------------------------------------------------------------ */

struct world *control_stream_world(const struct control_stream *stream)
{
    return stream->call.world;
}

int control_stream_wake_fd(const struct control_stream *stream)
{
    return stream->waiter.wake_fd;
}

bool control_stream_is_over(const struct control_stream *stream)
{
    return stream->waiter.end != WAITER_OPEN;
}

void control_stream_close(struct control_stream *stream)
{
    if (!stream)
        return;
    waiter_end(&stream->waiter);
    places_give(&stream->call.world->places->watchers);
    free(stream);
}

static bool hears(void *context, const struct feed_event *event)
{
    (void)context;
    (void)event;
    return true;
}

static struct control_stream *open_stream(struct control_call *c)
{
    struct control_stream *stream = calloc(1, sizeof *stream);

    if (!stream)
        return NULL;
    stream->call.world = c->world;
    stream->written_ns = os_clock_monotonic();
    stream->waiter = (struct waiter){ .hears = hears, .once = true };
    if (waiter_begin(&c->world->waiting, &stream->waiter))
        return stream;
    free(stream);
    return NULL;
}

/* ---- the call -------------------------------------------------------------------------------------------- */

struct since {
    bool given;
    uint64_t number;
};

static bool read_since(struct control_call *c, struct span value, void *input)
{
    struct since *since = input;

    (void)c;
    since->given = true;
    return control_number(value, &since->number);
}

const struct control_parameter control_stream_parameters[] = {
    { "since", read_since, "the number of an event", "integer" },
    { NULL, NULL, NULL, NULL },
};

/* A browser that connects again sends the number of the last event that it has seen, with the URL of its first request. */
void prepare_stream(struct control_call *c)
{
    const struct header *last = request_header(c->request, "Last-Event-ID");
    struct since *since = ARENA_NEW(&c->arena, struct since);

    c->input = since;
    if (!since || !control_read_query(c, control_stream_parameters, since) || !last || !last->value.n)
        return;
    since->given = true;
    if (!control_number(last->value, &since->number))
        since->number = UINT64_MAX;
}

static void begin_at(struct control_stream *stream, const struct since *since)
{
    uint64_t last = feed_last(&stream->call.world->feed);

    stream->unknown = since->given && since->number > last;
    stream->seen = since->given && !stream->unknown ? since->number : last;
}

static void put_heads(struct reply *reply)
{
    reply_header(reply, "Content-Type", SPAN("text/event-stream"));
    reply_header(reply, "Cache-Control", SPAN("no-store"));
    reply->without = OWN_LENGTH;
    reply->close = true;
}

void answer_stream(struct control_call *c)
{
    struct places *watchers = &c->world->places->watchers;
    struct reply *reply = c->reply;

    c->done = true;
    if (span_is(c->request->method, "HEAD")) {
        put_heads(reply);
        return;
    }
    if (!places_take(watchers)) {
        control_refuse(c, 503, "too-many-streams", "ask GET /__mock/requests?since= now and then", "%zu streams are open already",
                       atomic_load(&watchers->max));
        return;
    }
    c->stream = open_stream(c);
    if (!c->stream) {
        places_give(watchers);
        control_no_memory(c);
        return;
    }
    begin_at(c->stream, c->input);
    put_heads(reply);
}
