/* Faults while the world runs: listed, added, switched, removed. */
#include "control/handlers.h"

#include "base/nearest.h"
#include "control/document.h"
#include "scenario/faults.h"

#include <stdlib.h>

/* The faults of one POST; their texts are in the arena. Freed with the last of them. */
struct posted {
    struct keeper keeper;
    size_t holders; /* faults of one world, and the call: under the world's lock, or not yet shared */
    struct arena arena;
    struct fault_list list;
};

static struct posted *posted_of(struct keeper *keeper)
{
    return (void *)((char *)keeper - offsetof(struct posted, keeper));
}

static void hold(struct keeper *keeper)
{
    posted_of(keeper)->holders++;
}

static void drop(struct keeper *keeper)
{
    struct posted *posted = posted_of(keeper);

    if (--posted->holders)
        return;
    arena_release(&posted->arena);
    free(posted);
}

static struct posted *posted_new(struct control_call *c)
{
    struct posted *posted = calloc(1, sizeof *posted);

    if (posted)
        *posted = (struct posted){ .keeper = { hold, drop }, .holders = 1 };
    else
        control_no_memory(c);
    return posted;
}

/* ---- rows -------------------------------------------------------------------------------------------------- */

void control_put_fault_row(struct world *world, struct json_out *out, const struct fault *fault)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct fault_report report = faults_report(&world->faults, fault);

    out_open(out, NULL, '{');
    out_text_or_null(out, "name", fault->name);
    out_text_or_null(out, "source", report.added ? SPAN("") : arena_printf(&arena, "%.*s:%zu", SPAN_ARG(fault->file), fault->place.line));
    out_bool(out, "added", report.added);
    out_bool(out, "on", report.on);
    out_int(out, "seen", report.seen);
    out_int(out, "fired", report.fired);
    if (report.left == FAULT_NO_LIMIT)
        out_null(out, "left");
    else
        out_int(out, "left", report.left);
    out_close(out, '}');
}

void answer_faults(struct control_call *c)
{
    struct faults *faults = &c->world->faults;
    int64_t fired;

    faults_expire(faults, c->now);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "faults", '[');
    for (const struct fault *fault = faults_next(faults, NULL, &fired); fault; fault = faults_next(faults, fault, &fired))
        control_put_fault_row(c->world, &out, fault);
    out_close(&out, ']');
    out_close(&out, '}');
}

/* ---- adding ------------------------------------------------------------------------------------------------ */

static void read_faults(struct reading *r, const struct json_value *root, void *input)
{
    faults_read_added(r, root, input);
}

void prepare_add_faults(struct control_call *c)
{
    struct posted *posted = control_read_query(c, control_no_parameters, NULL) ? posted_new(c) : NULL;

    if (!posted)
        return;
    if (control_read_document(c, &posted->arena, read_faults, &posted->list))
        c->input = posted;
    else
        drop(&posted->keeper);
}

/* True if no fault has a name of the list; else the reply is an error. */
static bool names_are_free(struct control_call *c, const struct fault_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        if (!faults_find(&c->world->faults, list->at[i].name))
            continue;
        control_refuse(c, 409, "fault-exists", "remove it first, or choose another name", "there is a fault \"%.*s\" already",
                       SPAN_ARG(list->at[i].name));
        return false;
    }
    return true;
}

static void tell_added(struct control_call *c, const struct fault_list *list)
{
    struct json_out out = control_begin(c);

    c->reply->status = 201;
    out_open(&out, NULL, '{');
    out_open(&out, "added", '[');
    for (size_t i = 0; i < list->n; i++) {
        feed_add_fault(&c->world->feed, c->now, list->at[i].name);
        control_put_fault_row(c->world, &out, &list->at[i]);
    }
    out_close(&out, ']');
    out_close(&out, '}');
}

static void add(struct control_call *c, struct posted *posted)
{
    const struct fault_list *list = &posted->list;

    faults_expire(&c->world->faults, c->now);
    if (!names_are_free(c, list))
        return;
    enum err err = faults_insert(&c->world->faults, list->at, list->n, &posted->keeper, c->now);
    if (err == ERR_STATE)
        control_refuse(c, 503, "too-many-faults", "remove some first", "at most %d faults may be added at run time", FAULTS_ADDED_MAX);
    else if (err != ERR_OK)
        control_no_memory(c);
    else
        tell_added(c, list);
}

void answer_add_faults(struct control_call *c)
{
    struct posted *posted = c->input;

    add(c, posted);
    drop(&posted->keeper);
}

/* ---- one fault --------------------------------------------------------------------------------------------- */

static void unknown_fault(struct control_call *c)
{
    struct nearest near = nearest_to(arena_span(&c->arena, c->name).p);
    int64_t fired;

    for (const struct fault *fault = faults_next(&c->world->faults, NULL, &fired); fault;
         fault = faults_next(&c->world->faults, fault, &fired))
        if (fault->name.n)
            nearest_try(&near, arena_span(&c->arena, fault->name).p);
    const char *hint = near.best ? arena_printf(&c->arena, "did you mean \"%s\"?", near.best).p : "GET /__mock/faults lists them";
    control_refuse(c, 404, "unknown-fault", hint, "there is no fault \"%.*s\"", SPAN_ARG(c->name));
}

/* NULL: the reply is an error. */
static const struct fault *named_fault(struct control_call *c)
{
    faults_expire(&c->world->faults, c->now);
    const struct fault *fault = faults_find(&c->world->faults, c->name);
    if (!fault)
        unknown_fault(c);
    return fault;
}

struct switch_input {
    bool on;
};

static const struct key switch_keys[] = {
    { .name = "on", .read = key_bool, .offset = offsetof(struct switch_input, on), .required = true },
};
static const struct shape switch_shape = { SHAPE_KEYS(switch_keys) };

void prepare_switch_fault(struct control_call *c)
{
    c->input = ARENA_NEW(&c->arena, struct switch_input);
    if (control_read_query(c, control_no_parameters, NULL))
        control_read_body(c, &switch_shape, c->input, false);
}

void answer_switch_fault(struct control_call *c)
{
    const struct fault *fault = named_fault(c);
    const struct switch_input *input = c->input;

    if (!fault || !input)
        return;
    faults_switch(&c->world->faults, fault, input->on);
    feed_add_fault(&c->world->feed, c->now, fault->name);
    struct json_out out = control_begin(c);
    control_put_fault_row(c->world, &out, fault);
}

static void tell_removed(struct control_call *c, size_t n)
{
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_int(&out, "removed", (int64_t)n);
    out_close(&out, '}');
}

void answer_remove_fault(struct control_call *c)
{
    const struct fault *fault = named_fault(c);

    if (!fault)
        return;
    if (!faults_report(&c->world->faults, fault).added) {
        control_refuse(c, 409, "loaded-fault", "PUT {\"on\": false} switches it off", "\"%.*s\" is a fault of the scenario",
                       SPAN_ARG(c->name));
        return;
    }
    size_t n = faults_remove_added(&c->world->faults, fault);
    feed_add_fault(&c->world->feed, c->now, c->name);
    tell_removed(c, n);
}

void answer_remove_faults(struct control_call *c)
{
    faults_expire(&c->world->faults, c->now);
    size_t n = faults_remove_all_added(&c->world->faults);
    if (n)
        feed_add_fault(&c->world->feed, c->now, SPAN(""));
    tell_removed(c, n);
}
