#include "world/feed.h"

#include "base/utf8.h"
#include "sim/node.h"

#include <stdlib.h>

enum { ROOM_FIRST = 64, TEXTS_ROOM = 96 /* at least: most events fit */ };

void feed_release(struct feed *feed)
{
    for (size_t i = 0; i < feed->room; i++)
        free(feed->at[i].texts);
    free(feed->at);
    *feed = (struct feed){ 0 };
}

/* ---- adding ---------------------------------------------------------------------------------------------- */

/* Grows the ring by doubling until it holds the slot. */
static bool make_room(struct feed *feed, size_t slot)
{
    size_t room = feed->room ? feed->room : ROOM_FIRST;

    while (room <= slot)
        room *= 2;
    if (room > FEED_MAX)
        room = FEED_MAX;
    if (room == feed->room)
        return true;
    struct feed_event *at = realloc(feed->at, room * sizeof *at);
    if (!at)
        return false;
    memset(at + feed->room, 0, (room - feed->room) * sizeof *at);
    feed->at = at;
    feed->room = room;
    return true;
}

/* Returns a block of `n` bytes for the event's texts. NULL: no memory. */
static char *texts_of(struct feed_event *event, size_t n)
{
    if (n <= event->room)
        return event->texts;
    free(event->texts);
    event->room = (uint32_t)(n < TEXTS_ROOM ? TEXTS_ROOM : n);
    event->texts = malloc(event->room);
    if (!event->texts)
        event->room = 0;
    return event->texts;
}

/* Copies the texts, cut, into one block. Without memory they are empty. */
static void own_texts(struct feed_event *event)
{
    struct span *texts[] = { &event->name, &event->node, &event->comment };
    static const size_t caps[] = { FEED_NAME_MAX, FEED_NAME_MAX, FEED_COMMENT_MAX };
    size_t n = 0;

    for (size_t i = 0; i < 3; i++)
        n += (*texts[i] = utf8_cut(*texts[i], caps[i])).n;
    char *to = texts_of(event, n);
    for (size_t i = 0; i < 3; i++) {
        if (to && texts[i]->n)
            memcpy(to, texts[i]->p, texts[i]->n);
        *texts[i] = to ? span_of(to, texts[i]->n) : SPAN("");
        to = to ? to + texts[i]->n : NULL;
    }
}

static void store(struct feed *feed, const struct feed_event *event)
{
    uint64_t number = feed->last;
    size_t slot = (size_t)((number - 1) % FEED_MAX);

    if (!make_room(feed, slot)) {
        feed->first = number + 1;
        return;
    }
    if (feed->first == 0)
        feed->first = 1;
    if (number - feed->first >= FEED_MAX)
        feed->first = number - FEED_MAX + 1;
    struct feed_event *at = &feed->at[slot], before = *at;
    *at = *event;
    at->number = number;
    at->texts = before.texts;
    at->room = before.room;
    own_texts(at);
}

static void add(struct feed *feed, const struct feed_event *event)
{
    feed->last++;
    store(feed, event);
    if (feed->added)
        feed->added(feed->context, event);
}

void feed_add_exchange(struct feed *feed, ns_t now, uint64_t number, bool corrected)
{
    add(feed, &(struct feed_event){ .kind = FEED_EXCHANGE, .time = now, .value = (int64_t)number, .corrected = corrected });
}

static void add_job_move(struct feed *feed, const struct job *job, const struct history *entry)
{
    add(feed, &(struct feed_event){ .kind = FEED_JOB,
                                    .time = entry->time,
                                    .name = job->id,
                                    .comment = entry->comment,
                                    .value = entry->version,
                                    .previous = entry->previous,
                                    .next = entry->next });
}

static void add_execution_move(struct feed *feed, const struct job *job, const struct history *entry)
{
    const struct execution *x = job->executions[entry->execution];
    struct span name = execution_node_name(job, x);

    add(feed, &(struct feed_event){ .kind = FEED_EXECUTION,
                                    .time = history_moment(job, entry),
                                    .name = job->id,
                                    .node = name.n ? name : x->node_id,
                                    .comment = history_comment(job, entry),
                                    .value = entry->version,
                                    .execution = entry->execution,
                                    .previous = entry->previous,
                                    .next = entry->next });
}

void feed_add_move(struct feed *feed, const struct job *job, const struct history *entry)
{
    if (entry->level == HISTORY_EXECUTION)
        add_execution_move(feed, job, entry);
    else
        add_job_move(feed, job, entry);
}

void feed_add_forgotten(struct feed *feed, const struct job *job)
{
    add(feed, &(struct feed_event){ .kind = FEED_JOB,
                                    .time = job->last_stamp,
                                    .name = job->id,
                                    .value = job->version,
                                    .previous = (uint8_t)job->state,
                                    .next = (uint8_t)job->state,
                                    .forgotten = true });
}

void feed_add_clock(struct feed *feed, ns_t now)
{
    add(feed, &(struct feed_event){ .kind = FEED_CLOCK, .time = now });
}

void feed_add_gate(struct feed *feed, ns_t now, struct span name)
{
    add(feed, &(struct feed_event){ .kind = FEED_GATE, .time = now, .name = name });
}

void feed_add_fault(struct feed *feed, ns_t now, struct span name)
{
    add(feed, &(struct feed_event){ .kind = FEED_FAULT, .time = now, .name = name });
}

void feed_add_scenario(struct feed *feed, ns_t now)
{
    add(feed, &(struct feed_event){ .kind = FEED_SCENARIO, .time = now });
}

void feed_add_reset(struct feed *feed, ns_t now, unsigned what)
{
    add(feed, &(struct feed_event){ .kind = FEED_RESET, .time = now, .value = (int64_t)what });
}

/* ---- reading --------------------------------------------------------------------------------------------- */

uint64_t feed_last(const struct feed *feed)
{
    return feed->last;
}

const struct feed_event *feed_next(const struct feed *feed, uint64_t number, uint64_t *lost)
{
    uint64_t next = number + 1;

    *lost = 0;
    if (next < feed->first) {
        *lost = feed->first - next;
        next = feed->first;
    }
    return next <= feed->last ? &feed->at[(next - 1) % FEED_MAX] : NULL;
}
