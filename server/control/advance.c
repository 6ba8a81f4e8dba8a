#include "control/handlers.h"

#include "scenario/scenario.h"

/* ---- the body -------------------------------------------------------------------------------------------- */

enum advance { ADVANCE_BY, ADVANCE_TO_NEXT, ADVANCE_UNTIL_IDLE, ADVANCE_UNTIL_STATE };

struct until_state {
    struct span job; /* an id, or its first 8 characters or more */
    int state;       /* enum job_state */
};

struct advance_input {
    int how; /* enum advance */
    ns_t by;
    struct until_state until;
};

static const struct choice nexts[] = { { "next", ADVANCE_TO_NEXT }, { NULL, 0 } };
static const struct choice idles[] = { { "idle", ADVANCE_UNTIL_IDLE }, { NULL, 0 } };

static void read_state(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    value_state(r, value, true, &((struct until_state *)object)->state);
}

static const struct key until_keys[] = {
    { .name = "job", .read = key_nonempty, .offset = offsetof(struct until_state, job), .required = true },
    { .name = "state", .read = read_state, .required = true },
};
static const struct shape until_shape = { SHAPE_KEYS(until_keys) };

/* "idle", or the state of a job. */
static void read_until(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct advance_input *input = object;

    if (json_type(value) != JSON_OBJECT) {
        key_choice(r, value, key, object);
        return;
    }
    input->how = ADVANCE_UNTIL_STATE;
    keys_read(r, value, &until_shape, &input->until);
    input->until.job = arena_span(r->arena, input->until.job);
}

enum { BY = 1, TO, UNTIL };

static const struct key advance_keys[] = {
    { .name = "by", .read = key_duration, .offset = offsetof(struct advance_input, by), .group = BY, .required = true },
    { .name = "to", .read = key_choice, .offset = offsetof(struct advance_input, how), .detail = nexts, .group = TO },
    { .name = "until", .read = read_until, .offset = offsetof(struct advance_input, how), .detail = idles,
      .group = UNTIL },
};
static const struct shape advance_shape = { SHAPE_KEYS(advance_keys) };

void prepare_advance(struct control_call *c)
{
    c->input = ARENA_NEW(&c->arena, struct advance_input);
    if (control_read_query(c, control_no_parameters, NULL))
        control_read_body(c, &advance_shape, c->input, false);
}

/* ---- the moves ------------------------------------------------------------------------------------------- */

static void too_far(struct control_call *c)
{
    control_refuse(c, 400, "clock-too-far", NULL, "the clock ends with the year 2261");
}

/* False: the moment is after CLOCK_LAST; the reply is an error. */
static bool move_to(struct control_call *c, ns_t moment)
{
    if (moment > CLOCK_LAST) {
        too_far(c);
        return false;
    }
    if (moment > c->now)
        c->now = world_advance(c->world, moment - c->now);
    return true;
}

static bool move_by(struct control_call *c, const struct advance_input *input)
{
    return move_to(c, c->now > NS_NEVER - input->by ? NS_NEVER : c->now + input->by);
}

static bool move_to_next(struct control_call *c, const struct advance_input *input)
{
    ns_t next = control_next(c);

    (void)input;
    return next == NS_NEVER || move_to(c, next);
}

/* Counts the moments that an `until` has passed. False: too many; the reply is an error. */
static bool may_go_on(struct control_call *c, long *steps)
{
    if ((*steps)++ < CONTROL_STEPS_MAX)
        return true;
    control_refuse(c, 409, "never-idle", "move it by a time", "after %d moments there is still something to come",
                   CONTROL_STEPS_MAX);
    return false;
}

static bool move_until_idle(struct control_call *c, const struct advance_input *input)
{
    ns_t next;

    (void)input;
    for (long steps = 0; (next = control_next_action(c)) != NS_NEVER;)
        if (!may_go_on(c, &steps) || !move_to(c, next))
            return false;
    return true;
}

/* True if one of the job's history entries from `from` on is a move to the state: one that is passed within a moment
 * counts. */
static bool has_passed(const struct job *job, size_t from, int state)
{
    for (size_t i = from; i < job->n_history; i++)
        if (job->history[i].level == HISTORY_JOB && job->history[i].next == state)
            return true;
    return false;
}

/* `job` NULL: it was forgotten. */
static void not_reached(struct control_call *c, struct span id, const struct job *job)
{
    CLEANUP(buf_release) struct buf hint = buf_init(ERROR_TEXT_MAX);

    if (job && !job_is_terminal(job))
        buf_printf(&hint, "GET /__mock/jobs/%.*s tells what it waits for", SPAN_ARG(id));
    control_refuse(c, 409, "not-reached", hint.p, "the job %.*s %s%s%s", SPAN_ARG(id), job ? "is " : "was forgotten",
                   job ? job_state_name(job->state) : "",
                   job && !job_is_terminal(job) ? ", and nothing but gates, reads and housekeeping lies ahead" : "");
}

static bool move_until_state(struct control_call *c, const struct advance_input *input)
{
    struct engine *engine = c->world->engine;
    const struct job *job = control_find_job(c, input->until.job);

    if (!job)
        return false;
    struct span id = arena_span(&c->arena, job->id);
    size_t seen = job->n_history;
    ns_t next = c->now;
    bool reached = job->state == input->until.state;
    for (long steps = 0; job && !reached && !job_is_terminal(job) && (next = engine_next_action(engine)) != NS_NEVER;) {
        if (!may_go_on(c, &steps) || !move_to(c, next))
            return false;
        job = engine_job(engine, id, c->now);
        reached = job && has_passed(job, seen, input->until.state);
    }
    if (!reached)
        not_reached(c, id, job);
    return reached;
}

static bool (*const moves[])(struct control_call *c, const struct advance_input *input) = {
    [ADVANCE_BY] = move_by,
    [ADVANCE_TO_NEXT] = move_to_next,
    [ADVANCE_UNTIL_IDLE] = move_until_idle,
    [ADVANCE_UNTIL_STATE] = move_until_state,
};

void answer_advance(struct control_call *c)
{
    const struct advance_input *input = c->input;
    const struct engine *engine = c->world->engine;
    ns_t before = c->now;

    if (c->world->clock.kind != CLOCK_KIND_MANUAL) {
        control_refuse(c, 409, "clock-is-real", "start with --clock manual", "this clock moves by itself");
        return;
    }
    uint64_t happened = engine_happened(engine);
    bool arrived = moves[input->how](c, input);
    if (arrived || c->now > before)
        feed_add_clock(&c->world->feed, c->now);
    if (!arrived)
        return;
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_length(&out, "advanced", c->now - before);
    out_int(&out, "happened", (int64_t)(engine_happened(engine) - happened));
    control_put_clock(c, &out, "clock");
    out_close(&out, '}');
}
