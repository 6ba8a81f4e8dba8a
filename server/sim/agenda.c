#include "sim/agenda.h"

#include <stdlib.h>

enum { ROOM_KEPT = 4096 /* actions whose room is kept when all are dropped */ };

struct waiting {
    struct waiting *next, *previous;
    struct waiting *of_job; /* the job's next */
    struct action action; /* `due` is set when the wait ends */
    const struct trigger *trigger;
    uint32_t reads_left;
};

struct gate {
    struct gate *next;
    struct span name;
    bool open;
};

/* The state in which an execution awaits the action. */
static const enum execution_state awaited_in[ACTION_KIND_COUNT] = {
    [ACTION_BID] = EXECUTION_ASK_FOR_BID,
    [ACTION_RUN_END] = EXECUTION_BID_ACCEPTED,
    [ACTION_PUBLISH_END] = EXECUTION_RESULT_ACCEPTED,
};

static bool is_alive(const struct agenda *agenda, const struct action *action)
{
    const struct job *job = action->job;

    if (action->kind == ACTION_RESTART)
        return action->execution == agenda->restart_plan;
    if (job->link.forgotten)
        return false;
    if (action->kind == ACTION_STEP)
        return !job->left_script;
    return job->executions[action->execution]->state == (int)awaited_in[action->kind];
}

/* ---- planning --------------------------------------------------------------------------------------------- */

ns_t agenda_moment(struct agenda *agenda, const struct trigger *trigger, ns_t from)
{
    ns_t after = trigger->after;

    if (after == NS_NEVER)
        return NS_NEVER;
    if (trigger->jitter) {
        ns_t drawn = (ns_t)draw_below(agenda->ids, 2 * (uint64_t)trigger->jitter + 1) - trigger->jitter;
        after = drawn > NS_NEVER - after ? NS_NEVER : after + drawn;
    }
    if (after < 0)
        after = 0;
    return after > NS_NEVER - from ? NS_NEVER : from + after;
}

void agenda_plan_at(struct agenda *agenda, struct job *job, ns_t due, struct action action)
{
    if (due == NS_NEVER)
        return;
    action.job = job;
    action.due = due;
    timeline_add(&agenda->timeline, &action);
}

static void add_to_job(struct job *job, struct waiting *w)
{
    struct waiting **at = &job->link.waits;

    while (*at)
        at = &(*at)->of_job;
    *at = w;
    job->link.holds++;
}

static void take_from_job(struct job *job, const struct waiting *w)
{
    struct waiting **at = &job->link.waits;

    while (*at != w)
        at = &(*at)->of_job;
    *at = w->of_job;
    job->link.holds--;
}

static void wait(struct agenda *agenda, struct job *job, const struct trigger *trigger, struct action action)
{
    struct waiting *waiting = calloc(1, sizeof *waiting);

    if (!waiting)
        return;
    meter_add(agenda->timeline.meter, sizeof *waiting + METER_ALLOCATION);
    action.job = job;
    *waiting = (struct waiting){
        .previous = agenda->last, .action = action, .trigger = trigger, .reads_left = trigger->reads
    };
    *(agenda->last ? &agenda->last->next : &agenda->first) = waiting;
    agenda->last = waiting;
    if (job)
        add_to_job(job, waiting);
}

void agenda_plan(struct agenda *agenda, struct job *job, const struct trigger *trigger, ns_t from, struct action action)
{
    if (trigger->kind == TRIGGER_TIME)
        agenda_plan_at(agenda, job, agenda_moment(agenda, trigger, from), action);
    else if (trigger->kind == TRIGGER_GATE && agenda_gate_is_open(agenda, trigger->gate))
        agenda_plan_at(agenda, job, from, action);
    else
        wait(agenda, job, trigger, action);
}

void agenda_set_deadline(struct agenda *agenda, struct job *job, ns_t due)
{
    timeline_set_deadline(&agenda->timeline, job, due);
}

/* ---- the time line ---------------------------------------------------------------------------------------- */

static void drop_action(struct agenda *agenda)
{
    job_free_if_forgotten(timeline_take_action(&agenda->timeline).job);
}

const struct action *agenda_peek(struct agenda *agenda)
{
    const struct action *next;

    while ((next = timeline_peek(&agenda->timeline)) && !is_alive(agenda, next))
        drop_action(agenda);
    return next;
}

ns_t agenda_next(struct agenda *agenda)
{
    agenda_peek(agenda);
    return timeline_next(&agenda->timeline);
}

bool agenda_take(struct agenda *agenda, ns_t now, struct action *action, bool *is_deadline)
{
    agenda_peek(agenda);
    return timeline_take(&agenda->timeline, now, action, is_deadline);
}

static bool comes_before(const struct action *a, const struct action *b)
{
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

/* Puts the action at its place among the n that came first so far. Returns how many there are now. */
static size_t insert(const struct action **actions, size_t n, size_t room, const struct action *action)
{
    size_t at = n;

    while (at && comes_before(action, actions[at - 1]))
        at--;
    if (at == room)
        return n;
    n -= n == room;
    memmove(&actions[at + 1], &actions[at], (n - at) * sizeof *actions);
    actions[at] = action;
    return n + 1;
}

/* The heap's array is nearly in order: few of its later actions come before the `room` first ones found so far. */
size_t agenda_upcoming(const struct agenda *agenda, const struct job *job, const struct action **actions, size_t room)
{
    const struct timeline *t = &agenda->timeline;
    size_t n = 0;

    for (size_t i = 0; i < t->n_actions; i++)
        if ((!job || t->actions[i].job == job) && is_alive(agenda, &t->actions[i]))
            n = insert(actions, n, room, &t->actions[i]);
    return n;
}

/* ---- what waits ---------------------------------------------------------------------------------------------- */

/* Removes the entry. Returns the one that began to wait after it. */
static struct waiting *drop_waiting(struct agenda *agenda, struct waiting *w)
{
    struct waiting *next = w->next;
    struct job *job = w->action.job;

    *(w->previous ? &w->previous->next : &agenda->first) = next;
    *(next ? &next->previous : &agenda->last) = w->previous;
    if (job)
        take_from_job(job, w);
    free(w);
    meter_sub(agenda->timeline.meter, sizeof *w + METER_ALLOCATION);
    job_free_if_forgotten(job);
    return next;
}

static struct waiting *end_wait(struct agenda *agenda, struct waiting *w, ns_t now)
{
    agenda_plan_at(agenda, w->action.job, now, w->action);
    return drop_waiting(agenda, w);
}

void agenda_plan_restarts(struct agenda *agenda, const struct trigger *triggers, size_t n, ns_t from)
{
    const struct action restart = { .kind = ACTION_RESTART, .execution = ++agenda->restart_plan };

    for (struct waiting *w = agenda->first; w;)
        w = w->action.kind == ACTION_RESTART ? drop_waiting(agenda, w) : w->next;
    for (size_t i = 0; i < n; i++)
        agenda_plan(agenda, NULL, &triggers[i], from, restart);
}

void agenda_count_read(struct agenda *agenda, const struct job *job, unsigned endpoint, ns_t now)
{
    for (struct waiting *w = job->link.waits, *next; w; w = next) {
        next = w->of_job;
        if (w->trigger->kind == TRIGGER_READS && w->trigger->of & endpoint && --w->reads_left == 0)
            end_wait(agenda, w, now);
    }
}

static bool waits_for_gate(const struct waiting *w, struct span name)
{
    return w->trigger->kind == TRIGGER_GATE && span_eq(w->trigger->gate, name);
}

/* Returns `w` or the first entry after it whose action can still change something. */
static const struct waiting *alive_from(const struct agenda *agenda, const struct waiting *w)
{
    while (w && !is_alive(agenda, &w->action))
        w = w->next;
    return w;
}

size_t agenda_waiting(const struct agenda *agenda, enum trigger_kind kind)
{
    size_t n = 0;

    for (const struct waiting *w = alive_from(agenda, agenda->first); w; w = alive_from(agenda, w->next))
        n += w->trigger->kind == kind;
    return n;
}

size_t agenda_gate_waiting(const struct agenda *agenda, struct span name)
{
    size_t n = 0;

    for (const struct waiting *w = alive_from(agenda, agenda->first); w; w = alive_from(agenda, w->next))
        n += waits_for_gate(w, name);
    return n;
}

static bool is_listed(const struct span *names, size_t n, struct span name)
{
    for (size_t i = 0; i < n; i++)
        if (span_eq(names[i], name))
            return true;
    return false;
}

size_t agenda_waiting_gates(const struct agenda *agenda, struct span *names, size_t room)
{
    size_t n = 0;

    for (const struct waiting *w = alive_from(agenda, agenda->first); w && n < room; w = alive_from(agenda, w->next))
        if (w->trigger->kind == TRIGGER_GATE && !is_listed(names, n, w->trigger->gate))
            names[n++] = w->trigger->gate;
    return n;
}

static struct agenda_wait wait_of(const struct waiting *w)
{
    return (struct agenda_wait){ w->action.job, w->trigger, w->reads_left, &w->action };
}

bool agenda_first_wait(const struct agenda *agenda, struct agenda_wait *wait)
{
    const struct waiting *w = alive_from(agenda, agenda->first);

    if (w)
        *wait = wait_of(w);
    return w;
}

size_t agenda_waits(const struct agenda *agenda, const struct job *job, struct agenda_wait *waits, size_t room)
{
    size_t n = 0;

    for (const struct waiting *w = job ? job->link.waits : agenda->first; w && n < room; w = job ? w->of_job : w->next)
        if (is_alive(agenda, &w->action))
            waits[n++] = wait_of(w);
    return n;
}

/* ---- forgotten jobs ---------------------------------------------------------------------------------------------- */

static bool keeps(const void *context, const struct action *action)
{
    return is_alive(context, action);
}

/* Removes all actions that can no longer change anything. */
static void sweep(struct agenda *agenda)
{
    agenda->dead = 0;
    timeline_sweep(&agenda->timeline, keeps, agenda);
    for (struct waiting *w = agenda->first; w;)
        w = is_alive(agenda, &w->action) ? w->next : drop_waiting(agenda, w);
}

/* An action that is far ahead would keep its job in memory for as long; a sweep looks at all actions, so it waits until
 * about half of them are dead. */
void agenda_forgot(struct agenda *agenda, struct job *job)
{
    enum { DEAD_LEAST = 1000 };

    agenda->dead += job->link.holds;
    job_free_if_forgotten(job);
    if (agenda->dead > DEAD_LEAST && agenda->dead > agenda->timeline.n_actions / 2)
        sweep(agenda);
}

/* ---- gates ------------------------------------------------------------------------------------------------------ */

static struct gate *find_gate(const struct agenda *agenda, struct span name)
{
    struct gate *gate = agenda->gates;

    while (gate && !span_eq(gate->name, name))
        gate = gate->next;
    return gate;
}

bool agenda_gate_is_open(const struct agenda *agenda, struct span name)
{
    const struct gate *gate = find_gate(agenda, name);

    return gate && gate->open;
}

static struct gate *make_gate(struct agenda *agenda, struct span name)
{
    struct gate *gate = calloc(1, sizeof *gate + name.n);

    if (!gate)
        return NULL;
    char *copy = (char *)(gate + 1);
    memcpy(copy, name.p ? name.p : "", name.n);
    gate->name = span_of(copy, name.n);
    gate->next = agenda->gates;
    agenda->gates = gate;
    return gate;
}

void agenda_open_gate(struct agenda *agenda, struct span name, ns_t now)
{
    struct gate *gate = find_gate(agenda, name);

    if (!gate)
        gate = make_gate(agenda, name);
    if (gate)
        gate->open = true;
    for (struct waiting *w = agenda->first; w;)
        w = waits_for_gate(w, name) ? end_wait(agenda, w, now) : w->next;
}

void agenda_close_gates(struct agenda *agenda)
{
    for (struct gate *gate = agenda->gates; gate; gate = gate->next)
        gate->open = false;
}

/* ---- the end ------------------------------------------------------------------------------------------------------ */

void agenda_clear(struct agenda *agenda)
{
    while (agenda->first)
        drop_waiting(agenda, agenda->first);
    while (timeline_peek(&agenda->timeline))
        drop_action(agenda);
    agenda->dead = 0;
    if (agenda->timeline.room_actions > ROOM_KEPT && !agenda->timeline.n_deadlines)
        timeline_release(&agenda->timeline);
}

void agenda_release(struct agenda *agenda)
{
    agenda_clear(agenda);
    for (struct gate *gate = agenda->gates, *next; gate; gate = next) {
        next = gate->next;
        free(gate);
    }
    timeline_release(&agenda->timeline);
    *agenda = (struct agenda){ 0 };
}
