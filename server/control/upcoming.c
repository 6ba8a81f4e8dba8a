#include "control/handlers.h"

#include "releases/endpoint.h"
#include "sim/refusal.h"
#include "sim/scheduler.h"

/* ---- what a plan does -------------------------------------------------------------------------------------- */

static const struct execution *execution_of(const struct action *action)
{
    bool has_one = action->kind != ACTION_STEP && action->kind != ACTION_RESTART;

    return has_one ? action->job->executions[action->execution] : NULL;
}

static const struct script_step *step_of(const struct action *action)
{
    return action->kind == ACTION_STEP ? &action->job->script->steps[action->job->step] : NULL;
}

static const char *what_step(struct control_call *c, const struct action *action)
{
    size_t number = action->job->step + 1;

    if (step_of(action)->kind == STEP_FORGET)
        return arena_printf(&c->arena, "step %zu: the job is forgotten", number).p;
    return arena_printf(&c->arena, "step %zu", number).p;
}

static const char *what_of(struct control_call *c, const struct action *action)
{
    switch (action->kind) {
    case ACTION_BID: return execution_of(action)->node->unreachable.n ? "dial fails" : "bid";
    case ACTION_RUN_END: return action->timed_out ? "run times out" : "run ends";
    case ACTION_PUBLISH_END: return "publishing ends";
    case ACTION_STEP: return what_step(c, action);
    case ACTION_RESTART: return "the requester restarts";
    case ACTION_KIND_COUNT: break;
    }
    return NULL;
}

static const char *state_of_step(const struct script_step *step)
{
    if (step->kind == STEP_FORGET || step->state == STATE_LEFT_OUT)
        return NULL;
    return step->kind == STEP_JOB ? job_state_name(step->state) : execution_state_name(step->state);
}

static enum execution_state state_of_bid(const struct control_call *c, const struct job *job, const struct execution *x)
{
    if (x->node->unreachable.n)
        return c->world->release->rules->unreachable_fails ? EXECUTION_FAILED : EXECUTION_ASK_FOR_BID;
    return refusal_is_due(job, x) ? EXECUTION_ASK_FOR_BID_REJECTED : EXECUTION_ASK_FOR_BID_ACCEPTED;
}

static enum execution_state state_of_run(const struct action *action, const struct execution *x)
{
    bool stopped = action->timed_out && action->job->spec.engine == ENGINE_WASM;
    bool fails = !stopped && (action->timed_out || NODE_NTH(x->node->run, x->ask)->fail);

    return fails ? EXECUTION_FAILED : EXECUTION_WAITING_VERIFICATION;
}

/* The state that the execution, or the job of a step, then has; NULL: it is left as it is. */
static const char *state_after(const struct control_call *c, const struct action *action)
{
    const struct execution *x = execution_of(action);

    switch (action->kind) {
    case ACTION_BID: return execution_state_name((int)state_of_bid(c, action->job, x));
    case ACTION_RUN_END: return execution_state_name((int)state_of_run(action, x));
    case ACTION_PUBLISH_END:
        return execution_state_name(NODE_NTH(x->node->publish, x->ask)->what == PUBLISH_FAILS ? EXECUTION_FAILED : EXECUTION_COMPLETED);
    case ACTION_STEP: return state_of_step(step_of(action));
    case ACTION_RESTART: case ACTION_KIND_COUNT: break;
    }
    return NULL;
}

/* ---- printing ---------------------------------------------------------------------------------------------- */

static void put_node(struct json_out *out, const struct action *action)
{
    const struct execution *x = execution_of(action);
    const struct script_step *step = step_of(action);

    out_text_or_null(out, "node", x ? execution_node_name(action->job, x) : step ? step->node : SPAN(""));
    out_text_or_null(out, "node_id", x ? x->node_id : SPAN(""));
}

static void put_trigger(struct json_out *out, const struct agenda_wait *wait)
{
    bool gate = wait->trigger->kind == TRIGGER_GATE;

    if (gate)
        out_text(out, "gate", wait->trigger->gate);
    else
        out_int(out, "reads", wait->reads);
    out_open(out, "of", '[');
    for (int i = 0; !gate && i < ENDPOINT_COUNT; i++)
        if (wait->trigger->of & ENDPOINT_BIT(i))
            out_text(out, NULL, span_text(endpoint_name((enum endpoint)i)));
    out_close(out, ']');
}

/* `wait` NULL: it is planned for action->due. */
static void put_plan(struct control_call *c, struct json_out *out, const struct action *action, const struct agenda_wait *wait)
{
    out_open(out, NULL, '{');
    if (wait) {
        out_null(out, "at");
        out_null(out, "in");
    } else {
        out_moment(out, "at", action->due, c->world->zone);
        out_length(out, "in", action->due > c->now ? action->due - c->now : 0);
    }
    out_text_or_null(out, "job", action->job ? action->job->id : SPAN(""));
    put_node(out, action);
    out_text(out, "what", span_text(what_of(c, action)));
    out_text_or_null(out, "state", span_text(state_after(c, action)));
    if (wait)
        put_trigger(out, wait);
    out_close(out, '}');
}

static void put_plans(struct control_call *c, struct json_out *out, const struct job *job, size_t limit)
{
    const struct action **actions = arena_alloc(&c->arena, limit * sizeof *actions);
    size_t n = actions ? agenda_upcoming(engine_agenda(c->world->engine), job, actions, limit) : 0;

    for (size_t i = 0; i < n; i++)
        put_plan(c, out, actions[i], NULL);
}

static void put_waits(struct control_call *c, struct json_out *out, const struct job *job, size_t limit)
{
    struct agenda_wait *waits = arena_alloc(&c->arena, limit * sizeof *waits);
    size_t n = waits ? agenda_waits(engine_agenda(c->world->engine), job, waits, limit) : 0;

    for (size_t i = 0; i < n; i++)
        put_plan(c, out, waits[i].action, &waits[i]);
}

void control_put_upcoming(struct control_call *c, struct json_out *out, const char *key, const struct job *job)
{
    out_open(out, key, '[');
    put_plans(c, out, job, CONTROL_PAGE_DEFAULT);
    put_waits(c, out, job, CONTROL_PAGE_DEFAULT);
    out_close(out, ']');
}

void control_put_waits(struct control_call *c, struct json_out *out, const char *key, const struct job *job)
{
    enum { SHOWN_MAX = 8 };
    struct agenda_wait waits[SHOWN_MAX];
    size_t n = agenda_waits(engine_agenda(c->world->engine), job, waits, SHOWN_MAX);

    out_open(out, key, '[');
    for (size_t i = 0; i < n; i++) {
        out_open(out, NULL, '{');
        put_trigger(out, &waits[i]);
        out_close(out, '}');
    }
    out_close(out, ']');
}

/* ---- the call ---------------------------------------------------------------------------------------------- */

struct wanted {
    uint64_t limit;
};

static bool read_limit(struct control_call *c, struct span value, void *input)
{
    struct wanted *wanted = input;

    (void)c;
    return control_page(value, &wanted->limit);
}

const struct control_parameter control_upcoming_parameters[] = {
    { "limit", read_limit, "a number from 1 to 1000", "page" },
    { NULL, NULL, NULL, NULL },
};

void prepare_upcoming(struct control_call *c)
{
    struct wanted *wanted = ARENA_NEW(&c->arena, struct wanted);

    c->input = wanted;
    if (!wanted)
        return;
    wanted->limit = CONTROL_PAGE_DEFAULT;
    control_read_query(c, control_upcoming_parameters, wanted);
}

void answer_upcoming(struct control_call *c)
{
    const struct wanted *wanted = c->input;
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_open(&out, "upcoming", '[');
    if (wanted)
        put_plans(c, &out, NULL, wanted->limit);
    out_close(&out, ']');
    out_open(&out, "waiting", '[');
    if (wanted)
        put_waits(c, &out, NULL, wanted->limit);
    out_close(&out, ']');
    out_close(&out, '}');
}
