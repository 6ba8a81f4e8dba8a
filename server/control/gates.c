#include "control/handlers.h"

#include "base/nearest.h"
#include "scenario/scenario.h"

#include <stdlib.h>

enum { GATES_MAX = 4096 /* names collected of gates that something waits for */ };

/* The gates that loaded files name and those that something waits for, each once, sorted by name. */
struct gate_list {
    struct span *at; /* in the call's arena */
    size_t n;
};

static int compare_names(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void drop_twins(struct gate_list *gates)
{
    size_t kept = 0;

    for (size_t i = 0; i < gates->n; i++)
        if (kept == 0 || !span_eq(gates->at[kept - 1], gates->at[i]))
            gates->at[kept++] = gates->at[i];
    gates->n = kept;
}

static struct gate_list gates_of(struct control_call *c)
{
    const struct scenario *scenario = c->world->program->scenario;
    size_t named = scenario->n_gates;
    struct gate_list gates = { .at = arena_alloc(&c->arena, (named + GATES_MAX) * sizeof *gates.at) };

    if (!gates.at)
        return gates;
    if (named)
        memcpy(gates.at, scenario->gates, named * sizeof *gates.at);
    gates.n = named + engine_waiting_gates(c->world->engine, gates.at + named, GATES_MAX);
    qsort(gates.at, gates.n, sizeof *gates.at, compare_names);
    drop_twins(&gates);
    return gates;
}

static size_t waiting_for(const struct control_call *c, struct span name)
{
    return held_at_gate(&c->world->held, name) + engine_gate_waiting(c->world->engine, name);
}

static void put_gate(struct control_call *c, struct json_out *out, struct span name)
{
    out_text(out, "name", name);
    out_bool(out, "open", engine_gate_is_open(c->world->engine, name));
    out_int(out, "waiting", (int64_t)waiting_for(c, name));
}

void control_put_gate_row(struct control_call *c, struct json_out *out, struct span name)
{
    out_open(out, NULL, '{');
    put_gate(c, out, name);
    out_close(out, '}');
}

void answer_gates(struct control_call *c)
{
    struct gate_list gates = gates_of(c);
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_open(&out, "gates", '[');
    for (size_t i = 0; i < gates.n; i++)
        control_put_gate_row(c, &out, gates.at[i]);
    out_close(&out, ']');
    out_close(&out, '}');
}

static bool is_among(const struct gate_list *gates, struct span name)
{
    return gates->n && bsearch(&name, gates->at, gates->n, sizeof name, compare_names);
}

static const char *names_hint(const struct gate_list *gates, struct arena *arena)
{
    enum { NAMED = 8, SHOWN_MAX = 64 };
    CLEANUP(buf_release) struct buf names = buf_init(ERROR_TEXT_MAX);

    if (!gates->n)
        return "nothing waits for a gate; a trigger {\"gate\": \"go\"} would";
    if (gates->n > NAMED)
        return "GET /__mock/gates lists them";
    buf_text(&names, "the gates are");
    for (size_t i = 0; i < gates->n; i++)
        buf_printf(&names, "%s \"%.*s\"", i ? "," : "", 
                   (int)(gates->at[i].n < SHOWN_MAX ? gates->at[i].n : SHOWN_MAX),
                   gates->at[i].p);
    return arena_span(arena, buf_view(&names)).p;
}

static void unknown_gate(struct control_call *c, const struct gate_list *gates)
{
    struct arena *arena = &c->arena;
    struct nearest near = nearest_to(arena_span(arena, c->name).p);

    for (size_t i = 0; i < gates->n; i++)
        nearest_try(&near, arena_span(arena, gates->at[i]).p);
    const char *hint = near.best ? arena_printf(arena, "did you mean \"%s\"?", near.best).p : names_hint(gates, arena);
    control_refuse(c, 404, "unknown-gate", hint, "there is no gate \"%.*s\"", SPAN_ARG(c->name));
}

void answer_open_gate(struct control_call *c)
{
    struct engine *engine = c->world->engine;

    struct gate_list gates = gates_of(c);
    if (!is_among(&gates, c->name)) {
        unknown_gate(c, &gates);
        return;
    }
    size_t waiting = waiting_for(c, c->name);
    engine_open_gate(engine, c->name, c->now);
    held_wake(&c->world->held);
    feed_add_gate(&c->world->feed, c->now, c->name);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_text(&out, "name", c->name);
    out_bool(&out, "open", true);
    out_int(&out, "waiting", 0); /* held replies are sent when the lock is released */
    out_int(&out, "released", (int64_t)waiting);
    out_close(&out, '}');
}
