#include "sim/steps.h"

#include <stdlib.h>

/* ---- the good paths between two states ------------------------------------------------------------------------- */

/* Returns the next move on the way from `state` to `target`; STATE_LEFT_OUT if there is no way. */
static int job_way(int state, int target)
{
    if (job_may_move(state, target))
        return target;
    if (state == JOB_QUEUED)
        return JOB_NEW;
    return state == JOB_NEW ? JOB_IN_PROGRESS : STATE_LEFT_OUT;
}

static const int good_path[] = {
    EXECUTION_NEW,          EXECUTION_ASK_FOR_BID,          EXECUTION_ASK_FOR_BID_ACCEPTED,
    EXECUTION_BID_ACCEPTED, EXECUTION_WAITING_VERIFICATION, EXECUTION_RESULT_ACCEPTED,
    EXECUTION_COMPLETED,
};
enum { GOOD_PATH_LENGTH = sizeof good_path / sizeof good_path[0] };

static int place_on_path(int state)
{
    for (int i = 0; i < GOOD_PATH_LENGTH; i++)
        if (good_path[i] == state)
            return i;
    return -1;
}

static int execution_way(int state, int target)
{
    int from = place_on_path(state);

    if (execution_may_move(state, target))
        return target;
    return from >= 0 && place_on_path(target) > from ? good_path[from + 1] : STATE_LEFT_OUT;
}

/* ---- jobs --------------------------------------------------------------------------------------------------------- */

static void enter_job_state(struct scheduler *s, struct job *job, int state, struct span comment, bool force, ns_t now)
{
    bool was_over = job_is_terminal(job);

    if (force)
        job_force(job, (enum job_state)state, comment, now);
    else
        job_move(job, (enum job_state)state, comment, now);
    if (job_is_terminal(job) && !was_over)
        store_ended(&s->store, job);
}

static void play_job(struct scheduler *s, struct job *job, const struct script_step *step, ns_t now)
{
    int way;

    while (job->state != step->state && (way = job_way(job->state, step->state)) != STATE_LEFT_OUT)
        enter_job_state(s, job, way, way == step->state ? step->comment : SPAN(""), false, now);
    if (job->state != step->state && job->script->unlawful)
        enter_job_state(s, job, step->state, step->comment, true, now);
}

/* ---- executions ------------------------------------------------------------------------------------------------------ */

static const struct node *find_node(const struct scheduler *s, const struct job *job, struct span name)
{
    size_t n;
    const struct node *nodes = scheduler_nodes(s, job, &n);

    for (size_t i = 0; i < n; i++)
        if (span_eq(nodes[i].name, name) || span_eq(nodes[i].id, name))
            return &nodes[i];
    return NULL;
}

static struct execution *latest_on(const struct job *job, struct span node_id)
{
    for (size_t i = job->n_executions; i > 0; i--)
        if (span_eq(job->executions[i - 1]->node_id, node_id))
            return job->executions[i - 1];
    return NULL;
}

/* A name that is not a node of the network adds a node to the job, whose id is the name if that can be an
 * id, else drawn once for each job. */
static struct span id_of_stranger(struct scheduler *s, struct job *job, struct span name)
{
    struct stranger *stranger = job->strangers;

    while (stranger && !span_eq(stranger->name, name))
        stranger = stranger->next;
    if (stranger)
        return stranger->id;
    char id[CID_SIZE + 1];
    draw_cid(&s->ids, id);
    stranger = ARENA_NEW(&job->arena, struct stranger);
    if (!stranger)
        return name;
    bool is_id = name.n == CID_SIZE;
    *stranger = (struct stranger){ .next = job->strangers,
                                   .name = arena_span(&job->arena, name),
                                   .id = arena_span(&job->arena, is_id ? name : span_text(id)) };
    job->strangers = stranger;
    return stranger->id;
}

static struct execution *execution_of(struct scheduler *s, struct job *job, const struct script_step *step, ns_t now)
{
    const struct node *node = find_node(s, job, step->node);
    struct span id = node ? node->id : id_of_stranger(s, job, step->node);
    struct execution *x = latest_on(job, id);

    return x ? x : execution_new(job, id, node, now);
}

/* Sets what a good node sets on entering the state; values that the step gives take precedence. */
static void enter_execution_state(struct scheduler *s, struct job *job, struct execution *x, int state,
                                  const struct script_step *step, bool force, ns_t now)
{
    static const struct run_output no_words;
    char reference[2 + UUID_SIZE + 1] = "e-";
    bool last = state == step->state;
    struct execution_change change = { .status = last ? step->status : SPAN("") };

    if (state == EXECUTION_ASK_FOR_BID_ACCEPTED) {
        draw_uuid(&s->ids, reference + 2);
        change.reference = span_text(reference);
    }
    if (state == EXECUTION_WAITING_VERIFICATION)
        change.output = step->output ? step->output : &no_words;
    if (state == EXECUTION_RESULT_ACCEPTED || state == EXECUTION_RESULT_REJECTED)
        change.verification = (struct verification){ true, state == EXECUTION_RESULT_ACCEPTED };
    if (state == EXECUTION_COMPLETED)
        change.published = step->published ? step->published : scheduler_result(s, job, x, SPAN(""));
    if (last && step->output)
        change.output = step->output;
    if (last && step->published)
        change.published = step->published;
    if (force)
        execution_force(job, x, (enum execution_state)state, &change, now);
    else
        execution_move(job, x, (enum execution_state)state, &change, now);
}

static void set_only(struct job *job, struct execution *x, const struct script_step *step)
{
    if (step->status.n)
        x->status = arena_span(&job->arena, step->status);
    if (step->output)
        x->output = step->output;
    if (step->published)
        x->published = step->published;
}

static void play_execution(struct scheduler *s, struct job *job, const struct script_step *step, ns_t now)
{
    struct execution *x = execution_of(s, job, step, now);
    int way;

    if (!x)
        return;
    if (step->state == STATE_LEFT_OUT || x->state == step->state) {
        set_only(job, x, step);
        return;
    }
    while (x->state != step->state && (way = execution_way(x->state, step->state)) != STATE_LEFT_OUT)
        enter_execution_state(s, job, x, way, step, false, now);
    if (x->state != step->state && job->script->unlawful)
        enter_execution_state(s, job, x, step->state, step, true, now);
}

/* ---- the time line ------------------------------------------------------------------------------------------------------ */

static void play_forget(struct scheduler *s, struct job *job, const struct script_step *step, ns_t now)
{
    (void)step;
    (void)now;
    scheduler_forget(s, job);
}

static void (*const play[])(struct scheduler *s, struct job *job, const struct script_step *step, ns_t now) = {
    [STEP_JOB] = play_job,
    [STEP_EXECUTION] = play_execution,
    [STEP_FORGET] = play_forget,
};

static void wait_for_step(struct scheduler *s, struct job *job, ns_t now)
{
    if (job->step < job->script->n_steps)
        agenda_plan(&s->agenda, job, &job->script->steps[job->step].after, now, (struct action){ .kind = ACTION_STEP });
}

void steps_begin(struct scheduler *s, struct job *job, ns_t now)
{
    job->step = 0;
    wait_for_step(s, job, now);
}

void steps_play(struct scheduler *s, struct job *job, ns_t now)
{
    const struct script_step *step = &job->script->steps[job->step++];

    play[step->kind](s, job, step, now);
    if (step->kind != STEP_FORGET)
        wait_for_step(s, job, now);
}

/* ---- at load -------------------------------------------------------------------------------------------------------------- */

struct checked {
    struct span node;
    int state;
};

static bool reach_job(int *state, int target)
{
    int way;

    while (*state != target && (way = job_way(*state, target)) != STATE_LEFT_OUT)
        *state = way;
    return *state == target;
}

static bool reach_execution(int *state, int target)
{
    int way;

    while (*state != target && (way = execution_way(*state, target)) != STATE_LEFT_OUT)
        *state = way;
    return *state == target;
}

static struct checked *checked_of(struct checked *all, size_t *n, struct span node)
{
    for (size_t i = 0; i < *n; i++)
        if (span_eq(all[i].node, node))
            return &all[i];
    all[*n] = (struct checked){ node, EXECUTION_NEW };
    return &all[(*n)++];
}

static void tell_why(struct arena *arena, struct span *why, const char *from, const char *to)
{
    if (why)
        *why = arena_printf(arena, "%s \xe2\x86\x92 %s", from, to);
}

/* False in a file that is refused for another reason: a step without a state, or with one of the other kind. */
static bool names_state(const struct script_step *step)
{
    int count = step->kind == STEP_JOB ? (int)JOB_STATE_COUNT : (int)EXECUTION_STATE_COUNT;

    return step->state >= 0 && step->state < count;
}

size_t steps_check(const struct job_script *script, struct arena *arena, struct span *why)
{
    struct checked *executions = arena_alloc(arena, (script->n_steps + 1) * sizeof *executions);
    int job = script->start_queued ? JOB_QUEUED : JOB_IN_PROGRESS;
    size_t n = 0;

    if (!executions || script->unlawful)
        return script->n_steps;
    for (size_t i = 0; i < script->n_steps; i++) {
        const struct script_step *step = &script->steps[i];
        if (step->kind == STEP_JOB && names_state(step)) {
            int from = job;
            if (!reach_job(&job, step->state)) {
                tell_why(arena, why, job_state_name(from), job_state_name(step->state));
                return i;
            }
        } else if (step->kind == STEP_EXECUTION) {
            struct checked *x = checked_of(executions, &n, step->node);
            int from = x->state == EXECUTION_NEW ? EXECUTION_ASK_FOR_BID : x->state;
            x->state = from;
            if (names_state(step) && !reach_execution(&x->state, step->state)) {
                tell_why(arena, why, execution_state_name(from), execution_state_name(step->state));
                return i;
            }
        }
    }
    return script->n_steps;
}
