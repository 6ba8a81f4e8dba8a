#include "control/await.h"

#include "base/duration.h"
#include "base/os_clock.h"
#include "control/control.h"
#include "sim/engine.h"
#include "sim/store.h"

void await_within_reader(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    ns_t *field = (void *)((char *)object + key->offset), within;

    if (!value_duration(r, value, &within))
        return;
    if (within > AWAIT_WITHIN_MAX)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "at most 5m, got %s", reading_shown(r, json_string(value)));
    else
        *field = within;
}

/* ---- waiting --------------------------------------------------------------------------------------------- */

void await_start(struct control_call *c, struct control_wait *wait, ns_t within)
{
    struct places *awaits = &c->world->places->awaits;

    if (wait->look(c))
        return;
    if (!places_take(awaits)) {
        control_refuse(c, 503, "too-many-waiting", "let some of them end", "%zu calls wait already", atomic_load(&awaits->max));
        return;
    }
    if (!waiter_begin(&c->world->waiting, &wait->waiter)) {
        places_give(awaits);
        control_refuse(c, 503, "no-memory", NULL, "there is no file descriptor to wait with");
        return;
    }
    wait->until_ns = os_clock_monotonic() + within;
    c->wait = wait;
}

static const struct {
    int status;
    const char *key, *message;
} ends[] = {
    [WAITER_RESET] = { 409, "reset", "the jobs were reset while this call waited" },
    [WAITER_GONE] = { 410, "session-gone", "the session was deleted while this call waited" },
    [WAITER_STOPPING] = { 503, "stopping", "the server stops" },
};

static bool is_late(const struct control_wait *wait)
{
    return os_clock_monotonic() >= wait->until_ns;
}

/* True if the call is answered. */
static bool answered(struct control_call *c, struct control_wait *wait, bool here)
{
    if (wait->look(c))
        return true;
    if (wait->waiter.end != WAITER_OPEN)
        control_refuse(c, ends[wait->waiter.end].status, ends[wait->waiter.end].key, NULL, "%s", ends[wait->waiter.end].message);
    else if (!here)
        c->reply->status = 0;
    else if (is_late(wait))
        wait->give_up(c);
    else
        return false;
    return true;
}

void control_end_wait(struct control_call *c)
{
    waiter_end(&c->wait->waiter);
    places_give(&c->world->places->awaits);
    c->wait = NULL;
}

void control_resume(struct control_call *c, ns_t now, bool here)
{
    struct control_wait *wait = c->wait;

    c->now = now;
    waiter_rest(&wait->waiter);
    if (!answered(c, wait, here))
        return;
    control_end_wait(c);
    if (!c->done && c->reply->status)
        buf_char(&c->reply->body, '\n');
}

int control_wait_ms(const struct control_call *c)
{
    int64_t left = c->wait->until_ns - os_clock_monotonic();

    return left <= 0 ? 0 : (int)((left + NS_PER_MS - 1) / NS_PER_MS);
}

/* ---- which jobs ------------------------------------------------------------------------------------------ */

static bool meets(const struct job_match *match, const struct job *job, struct arena *arena)
{
    return match_job(match, &(struct job_facts){ job->client_id, &job->spec }, arena, NULL);
}

bool await_fits(const struct engine *engine, const struct job_match *match, const struct job *job)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    int64_t count = 0;

    if (!meets(match, job, &arena))
        return false;
    if (!match->nth_first)
        return true;
    for (const struct job *other = engine_store(engine)->all.first; other; other = store_next(other, false, false))
        count += other->number <= job->number && meets(match, other, &arena);
    return match_nth(match, count);
}

const char *await_length(struct control_call *c, ns_t length)
{
    enum { ROOM = 64 };
    CLEANUP(buf_release) struct buf text = buf_init(ROOM);

    duration_format(&text, length);
    return arena_span(&c->arena, buf_view(&text)).p;
}
