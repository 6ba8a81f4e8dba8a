#include "sim/timeline.h"

#include <stdlib.h>

enum { ROOM_FIRST = 64 };

void timeline_release(struct timeline *t)
{
    meter_sub(t->meter, t->room_actions * sizeof *t->actions + t->room_deadlines * sizeof(struct job *));
    free(t->actions);
    free(t->deadlines);
    *t = (struct timeline){ .meter = t->meter };
}

static bool make_room(struct timeline *t, void **array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t wanted = *room ? *room * 2 : ROOM_FIRST;
    void *p = realloc(*array, wanted * size);
    if (!p)
        return false;
    meter_add(t->meter, (wanted - *room) * size);
    *array = p;
    *room = wanted;
    return true;
}

/* ---- actions ------------------------------------------------------------------------------------------- */

static bool action_before(const struct action *a, const struct action *b)
{
    if (a->due != b->due)
        return a->due < b->due;
    return a->order < b->order;
}

bool timeline_add(struct timeline *t, const struct action *action)
{
    void *array = t->actions;

    if (!make_room(t, &array, t->n_actions, &t->room_actions, sizeof *t->actions))
        return false;
    t->actions = array;
    size_t at = t->n_actions++;
    struct action added = *action;
    added.order = ++t->added;
    while (at && action_before(&added, &t->actions[(at - 1) / 2])) {
        t->actions[at] = t->actions[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    t->actions[at] = added;
    if (added.job)
        added.job->link.holds++;
    return true;
}

/* Puts the action into the heap at `at`, whose children are heaps. */
static void sink(struct timeline *t, size_t at, struct action action)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= t->n_actions)
            break;
        if (child + 1 < t->n_actions && action_before(&t->actions[child + 1], &t->actions[child]))
            child++;
        if (!action_before(&t->actions[child], &action))
            break;
        t->actions[at] = t->actions[child];
        at = child;
    }
    t->actions[at] = action;
}

struct action timeline_take_action(struct timeline *t)
{
    struct action first = t->actions[0];

    t->n_actions--;
    if (t->n_actions)
        sink(t, 0, t->actions[t->n_actions]);
    if (first.job)
        first.job->link.holds--;
    return first;
}

static void drop(const struct action *action)
{
    if (action->job) {
        action->job->link.holds--;
        job_free_if_forgotten(action->job);
    }
}

void timeline_sweep(struct timeline *t, bool (*keeps)(const void *context, const struct action *action), const void *context)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_actions; i++) {
        if (keeps(context, &t->actions[i]))
            t->actions[n++] = t->actions[i];
        else
            drop(&t->actions[i]);
    }
    t->n_actions = n;
    for (size_t i = n / 2; i-- > 0;)
        sink(t, i, t->actions[i]);
}

/* ---- deadlines: a heap in which each job knows its place, so that its deadline can be removed ------------- */

static bool deadline_before(const struct job *a, const struct job *b)
{
    return a->deadline < b->deadline || (a->deadline == b->deadline && a->number < b->number);
}

static void put_deadline(struct timeline *t, size_t at, struct job *job)
{
    t->deadlines[at] = job;
    job->link.deadline_slot = at + 1;
}

static void sift(struct timeline *t, size_t at)
{
    struct job *job = t->deadlines[at];

    while (at && deadline_before(job, t->deadlines[(at - 1) / 2])) {
        put_deadline(t, at, t->deadlines[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= t->n_deadlines)
            break;
        if (child + 1 < t->n_deadlines && deadline_before(t->deadlines[child + 1], t->deadlines[child]))
            child++;
        if (!deadline_before(t->deadlines[child], job))
            break;
        put_deadline(t, at, t->deadlines[child]);
        at = child;
    }
    put_deadline(t, at, job);
}

static void remove_deadline(struct timeline *t, struct job *job)
{
    size_t at = job->link.deadline_slot - 1;
    struct job *last = t->deadlines[--t->n_deadlines];

    job->link.deadline_slot = 0;
    job->deadline = NS_NEVER;
    if (last == job)
        return;
    put_deadline(t, at, last);
    sift(t, at);
}

bool timeline_set_deadline(struct timeline *t, struct job *job, ns_t due)
{
    if (job->link.deadline_slot)
        remove_deadline(t, job);
    if (due == NS_NEVER)
        return true;
    void *array = t->deadlines;
    if (!make_room(t, &array, t->n_deadlines, &t->room_deadlines, sizeof *t->deadlines))
        return false;
    t->deadlines = array;
    job->deadline = due;
    t->deadlines[t->n_deadlines++] = job;
    sift(t, t->n_deadlines - 1);
    return true;
}

/* ---- both --------------------------------------------------------------------------------------------------- */

const struct action *timeline_peek(const struct timeline *t)
{
    return t->n_actions ? &t->actions[0] : NULL;
}

static ns_t next_action(const struct timeline *t)
{
    return t->n_actions ? t->actions[0].due : NS_NEVER;
}

ns_t timeline_next(const struct timeline *t)
{
    ns_t action = next_action(t);
    ns_t deadline = t->n_deadlines ? t->deadlines[0]->deadline : NS_NEVER;

    return action <= deadline ? action : deadline;
}

bool timeline_take(struct timeline *t, ns_t now, struct action *action, bool *is_deadline)
{
    ns_t next = timeline_next(t);

    if (next == NS_NEVER || next > now)
        return false;
    *is_deadline = next_action(t) != next;
    if (*is_deadline) {
        struct job *job = t->deadlines[0];
        *action = (struct action){ .due = job->deadline, .job = job };
        remove_deadline(t, job);
    } else {
        *action = timeline_take_action(t);
    }
    return true;
}
