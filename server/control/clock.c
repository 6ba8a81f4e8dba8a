#include "control/handlers.h"

#include "scenario/scenario.h"

/* ---- the clock as shown ---------------------------------------------------------------------------------- */

static const char *const kinds[] = {
    [CLOCK_KIND_REAL] = "real",
    [CLOCK_KIND_MANUAL] = "manual",
    [CLOCK_KIND_SCALED] = "scaled",
};

static ns_t sooner(ns_t a, ns_t b)
{
    return a < b ? a : b;
}

ns_t control_next(struct control_call *c)
{
    return sooner(engine_next_deadline(c->world->engine), held_next(&c->world->held));
}

ns_t control_next_action(struct control_call *c)
{
    return sooner(engine_next_action(c->world->engine), held_next(&c->world->held));
}

static void put_next(struct control_call *c, struct json_out *out)
{
    ns_t next = control_next(c);

    if (next == NS_NEVER) {
        out_null(out, "next");
        return;
    }
    out_open(out, "next", '{');
    out_moment(out, "at", next, c->world->zone);
    out_length(out, "in", next > c->now ? next - c->now : 0);
    out_close(out, '}');
}

void control_put_clock(struct control_call *c, struct json_out *out, const char *key)
{
    const struct engine *engine = c->world->engine;
    const struct clock *clock = &c->world->clock;

    out_open(out, key, '{');
    out_text(out, "kind", span_text(kinds[clock->kind]));
    out_real(out, "scale", clock->kind == CLOCK_KIND_MANUAL ? 0 : clock->scale);
    out_moment(out, "now", c->now, c->world->zone);
    out_moment(out, "start", clock->base, c->world->zone);
    out_length(out, "elapsed", c->now - clock->base);
    out_bool(out, "idle", control_next_action(c) == NS_NEVER);
    put_next(c, out);
    out_open(out, "waiting", '{');
    out_int(out, "gates", (int64_t)engine_waiting(engine, TRIGGER_GATE));
    out_int(out, "reads", (int64_t)engine_waiting(engine, TRIGGER_READS));
    out_close(out, '}');
    out_close(out, '}');
}

void control_put_seed(struct control_call *c, struct json_out *out)
{
    out_text(out, "seed", arena_printf(&c->arena, "%llu", (unsigned long long)c->world->program->seed));
}

void answer_clock(struct control_call *c)
{
    struct json_out out = control_begin(c);

    control_put_clock(c, &out, NULL);
}

void answer_health(struct control_call *c)
{
    const struct world *world = c->world;
    struct json_out out = control_begin(c);

    out_open(&out, NULL, '{');
    out_text(&out, "status", SPAN("ok"));
    out_text(&out, "version", span_text(MOCK_VERSION));
    out_text(&out, "dialect", span_text(world->release->name));
    out_text(&out, "scenario", world->program->scenario->names);
    control_put_seed(c, &out);
    out_length(&out, "uptime", c->now - world->clock.base);
    control_put_clock(c, &out, "clock");
    out_int(&out, "sessions", (int64_t)worlds_sessions(c->worlds));
    out_close(&out, '}');
}
