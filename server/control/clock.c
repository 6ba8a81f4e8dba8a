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

/* The next moment at which something happens: housekeeping included here, left out in next_action. */
static ns_t next_of_all(struct control_call *c)
{
    return sooner(engine_next_deadline(c->world->engine), held_next(&c->world->held));
}

static ns_t next_action(struct control_call *c)
{
    return sooner(engine_next_action(c->world->engine), held_next(&c->world->held));
}

static void put_next(struct control_call *c, struct json_out *out)
{
    ns_t next = next_of_all(c);

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
    out_bool(out, "idle", next_action(c) == NS_NEVER);
    put_next(c, out);
    out_open(out, "waiting", '{');
    out_int(out, "gates", (int64_t)engine_waiting(engine, TRIGGER_GATE));
    out_int(out, "reads", (int64_t)engine_waiting(engine, TRIGGER_READS));
    out_close(out, '}');
    out_close(out, '}');
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
    out_text(&out, "seed", arena_printf(&c->arena, "%llu", (unsigned long long)world->program->seed));
    out_length(&out, "uptime", c->now - world->clock.base);
    control_put_clock(c, &out, "clock");
    out_close(&out, '}');
}

/* ---- moving the clock ------------------------------------------------------------------------------------ */

enum advance { ADVANCE_BY, ADVANCE_TO_NEXT, ADVANCE_UNTIL_IDLE };

struct advance_input {
    int how; /* enum advance */
    ns_t by;
};

static const struct choice nexts[] = { { "next", ADVANCE_TO_NEXT }, { NULL, 0 } };
static const struct choice idles[] = { { "idle", ADVANCE_UNTIL_IDLE }, { NULL, 0 } };

enum { BY = 1, TO, UNTIL };

static const struct key advance_keys[] = {
    { .name = "by", .read = key_duration, .offset = offsetof(struct advance_input, by), .group = BY, .required = true },
    { .name = "to", .read = key_choice, .offset = offsetof(struct advance_input, how), .detail = nexts, .group = TO },
    { .name = "until", .read = key_choice, .offset = offsetof(struct advance_input, how), .detail = idles,
      .group = UNTIL },
};
static const struct shape advance_shape = { SHAPE_KEYS(advance_keys) };

void prepare_advance(struct control_call *c)
{
    c->input = ARENA_NEW(&c->arena, struct advance_input);
    if (control_read_query(c, control_no_parameters, NULL))
        control_read_body(c, &advance_shape, c->input, false);
}

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
    ns_t next = next_of_all(c);

    (void)input;
    return next == NS_NEVER || move_to(c, next);
}

static bool move_until_idle(struct control_call *c, const struct advance_input *input)
{
    ns_t next;

    (void)input;
    for (long steps = 0; (next = next_action(c)) != NS_NEVER; steps++) {
        if (steps == CONTROL_STEPS_MAX) {
            control_refuse(c, 409, "never-idle", "move it by a time", "after %d moments there is still something to come",
                           CONTROL_STEPS_MAX);
            return false;
        }
        if (!move_to(c, next))
            return false;
    }
    return true;
}

static bool (*const moves[])(struct control_call *c, const struct advance_input *input) = {
    [ADVANCE_BY] = move_by,
    [ADVANCE_TO_NEXT] = move_to_next,
    [ADVANCE_UNTIL_IDLE] = move_until_idle,
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
