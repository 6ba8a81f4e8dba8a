#include "sim/timeline.h"

#include <stdlib.h>

enum { ROOM_FIRST = 64 };

void timeline_release(struct timeline *t)
{
    free(t->actions);
    free(t->deadlines);
    *t = (struct timeline){ 0 };
}

static bool make_room(void **array, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t wanted = *room ? *room * 2 : ROOM_FIRST;
    void *p = realloc(*array, wanted * size);
    if (!p)
        return false;
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

    if (!make_room(&array, t->n_actions, &t->room_actions, sizeof *t->actions))
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

struct action timeline_take_action(struct timeline *t)
{
    struct action first = t->actions[0];
    struct action last = t->actions[--t->n_actions];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= t->n_actions)
            break;
        if (child + 1 < t->n_actions && action_before(&t->actions[child + 1], &t->actions[child]))
            child++;
        if (!action_before(&t->actions[child], &last))
            break;
        t->actions[at] = t->actions[child];
        at = child;
    }
    t->actions[at] = last;
    if (first.job)
        first.job->link.holds--;
    return first;
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
    if (!make_room(&array, t->n_deadlines, &t->room_deadlines, sizeof *t->deadlines))
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
