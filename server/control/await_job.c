/* POST /__mock/jobs/await */
#include "control/await.h"
#include "control/handlers.h"

#include "base/nearest.h"
#include "scenario/matches.h"
#include "sim/engine.h"
#include "sim/store.h"

enum outcome { AWAITED, MET, ENDED_OTHERWISE, FORGOTTEN };

struct await_job {
    struct control_wait wait; /* first: c->wait points to it */
    struct control_call *c;
    struct span id; /* as the body has it; p NULL: the job is the first that fits */
    struct job_match match;
    unsigned states; /* 1 << enum job_state each */
    ns_t within;

    struct span job_id; /* whole; empty: no job has fitted yet */
    enum outcome outcome;
};

/* ---- the body -------------------------------------------------------------------------------------------- */

static void read_job(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct await_job *await = object;

    if (json_type(value) == JSON_STRING)
        value_nonempty(r, value, &await->id);
    else if (value_is(r, value, JSON_OBJECT, "a job id, or an object that says which jobs fit"))
        matches_job_reader(r, value, key, object);
}

static void read_state(struct reading *r, const struct json_value *value, struct await_job *await)
{
    struct span name;

    if (!value_nonempty(r, value, &name))
        return;
    struct nearest near = nearest_to(name.p);
    for (int i = 0; i < JOB_STATE_COUNT; i++) {
        if (span_is(name, job_state_name(i))) {
            await->states |= 1u << i;
            return;
        }
        nearest_try(&near, job_state_name(i));
    }
    reading_error_at(r, value, FINDING_BAD_VALUE, near.best, "there is no job state %s", reading_shown(r, name));
}

static void read_states(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    size_t i = 0;

    (void)key;
    if (json_type(value) != JSON_ARRAY) {
        read_state(r, value, object);
        return;
    }
    if (!json_first(value))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at least one state");
    JSON_EACH(element, value) {
        reading_enter_index(r, i++);
        read_state(r, element, object);
        reading_leave(r);
    }
}

static const struct key keys[] = {
    { .name = "job", .read = read_job, .offset = offsetof(struct await_job, match), .required = true },
    { .name = "state", .read = read_states, .required = true },
    { .name = "within", .read = await_within_reader, .offset = offsetof(struct await_job, within) },
};
static const struct shape shape = { SHAPE_KEYS(keys) };

void prepare_await_job(struct control_call *c)
{
    struct await_job *await = ARENA_NEW(&c->arena, struct await_job);

    c->input = await;
    if (!await)
        return;
    await->within = AWAIT_WITHIN_DEFAULT;
    if (control_read_query(c, control_no_parameters, NULL))
        control_read_body(c, &shape, await, false);
}

/* ---- events ---------------------------------------------------------------------------------------------- */

static enum outcome outcome_of(const struct await_job *await, const struct job *job)
{
    if (await->states & 1u << job->state)
        return MET;
    return job_is_terminal(job) ? ENDED_OTHERWISE : AWAITED;
}

/* Notes which job it is, if it fits and none did so far. */
static void bind(struct await_job *await, const struct job *job)
{
    if (!await->job_id.n && await_fits(await->c->world->engine, &await->match, job))
        await->job_id = arena_span(&await->c->arena, job->id);
}

static bool hears(void *context, const struct feed_event *event)
{
    struct await_job *await = context;
    const struct job *job = event->kind == FEED_JOB && !event->forgotten ? engine_look(await->c->world->engine, event->name) : NULL;

    if (event->kind != FEED_JOB || await->outcome != AWAITED)
        return false;
    if (job)
        bind(await, job);
    if (!span_eq(event->name, await->job_id))
        return false;
    await->outcome = job ? outcome_of(await, job) : FORGOTTEN;
    return await->outcome != AWAITED;
}

/* ---- answers --------------------------------------------------------------------------------------------- */


static void refuse_forgotten(struct control_call *c)
{
    control_refuse(c, 409, "reset", NULL, "the job was removed while this call waited: by a restart of the requester, by a step, or for --max-jobs");
}

static void refuse_ended(struct control_call *c, const struct job *job)
{
    control_refuse(c, 408, "not-seen", "\"state\" may be a list of states", "job %.*s has ended: it is %s", SPAN_ARG(job->id),
                   job_state_name(job->state));
}

/* True if the reply is complete. */
static bool look(struct control_call *c)
{
    const struct await_job *await = c->input;
    const struct job *job = await->job_id.n ? engine_look(c->world->engine, await->job_id) : NULL;

    if (await->outcome == AWAITED)
        return false;
    if (!job) {
        refuse_forgotten(c);
    } else if (await->outcome == ENDED_OTHERWISE) {
        refuse_ended(c, job);
    } else {
        struct json_out out = control_begin(c);
        control_put_job(c, &out, NULL, job);
    }
    return true;
}

/* For the hint. */
static const char *what_it_waits_for(struct control_call *c, const struct job *job)
{
    CLEANUP(buf_release) struct buf text = buf_init(ERROR_TEXT_MAX);
    struct json_out out = { .buf = &text };

    buf_text(&text, "it waits for ");
    control_put_waits(c, &out, NULL, job);
    return arena_span(&c->arena, buf_view(&text)).p;
}

static void give_up(struct control_call *c)
{
    const struct await_job *await = c->input;
    const struct job *job = await->job_id.n ? engine_look(c->world->engine, await->job_id) : NULL;
    const char *within = await_length(c, await->within);

    if (job)
        control_refuse(c, 408, "not-seen", what_it_waits_for(c, job), "after %s job %.*s is %s", within, SPAN_ARG(job->id),
                       job_state_name(job->state));
    else
        control_refuse(c, 408, "not-seen", "GET /__mock/jobs lists the jobs that are there", "after %s there is no job that fits", within);
}

/* Returns the job behind `job`, the `nth` that was looked at. Lets others use the world now and then: where the job is
 * forgotten meanwhile, begins again. */
static const struct job *job_behind(struct control_call *c, const struct job *job, size_t nth)
{
    struct engine *engine = c->world->engine;

    if (nth % WORLD_PIECE)
        return store_next(job, false, false);
    engine_hold(engine, &job, 1);
    c->now = world_pause(c->world);
    const struct job *next = job->link.forgotten ? engine_store(engine)->all.first : store_next(job, false, false);
    engine_let_go(engine, &job, 1);
    return next;
}

/* Sets the job that is waited for, if there is one already. False: the reply is an error. */
static bool find_job(struct control_call *c, struct await_job *await)
{
    const struct job *job;
    size_t nth = 0;

    if (await->id.p) {
        job = control_find_job(c, await->id);
        if (job)
            await->job_id = arena_span(&c->arena, job->id);
        return job;
    }
    for (job = engine_store(c->world->engine)->all.first; job && !await->job_id.n; job = job_behind(c, job, ++nth))
        bind(await, job);
    return true;
}

/* The present state counts. False: the reply is an error. */
static bool look_at_present(struct control_call *c, struct await_job *await)
{
    if (!find_job(c, await))
        return false;
    const struct job *job = await->job_id.n ? engine_look(c->world->engine, await->job_id) : NULL;
    if (await->job_id.n)
        await->outcome = job ? outcome_of(await, job) : FORGOTTEN;
    return true;
}

void answer_await_job(struct control_call *c)
{
    struct await_job *await = c->input;

    await->c = c;
    await->wait = (struct control_wait){ .waiter = { .hears = hears, .context = await, .for_jobs = true }, .look = look, .give_up = give_up };
    if (look_at_present(c, await))
        await_start(c, &await->wait, await->within);
}
