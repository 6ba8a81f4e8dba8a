#include "control/handlers.h"

/* The parts that can be reset, in the order in which that is done: the bits of enum feed_reset. */
enum part { PART_JOBS, PART_JOURNAL, PART_FAULTS, PART_GATES, PART_CLOCK, PART_COUNT };

const struct choice control_reset_parts[] = {
    { "jobs", PART_JOBS },   { "journal", PART_JOURNAL }, { "faults", PART_FAULTS },
    { "gates", PART_GATES }, { "clock", PART_CLOCK },     { NULL, 0 },
};

struct reset_input {
    bool named; /* the body names parts; else all that can be reset */
    bool parts[PART_COUNT];
};

static void read_part(struct reading *r, const struct json_value *value, struct reset_input *input)
{
    int part;

    if (value_choice(r, value, control_reset_parts, "", &part))
        input->parts[part] = true;
}

static void read_what(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct reset_input *input = object;
    size_t i = 0;

    (void)key;
    input->named = true;
    if (!value_is(r, value, JSON_ARRAY, "an array of what to reset"))
        return;
    if (!json_first(value))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at least one thing to reset");
    JSON_EACH(element, value) {
        reading_enter_index(r, i++);
        read_part(r, element, input);
        reading_leave(r);
    }
}

static const struct key reset_keys[] = { { .name = "what", .read = read_what } };
static const struct shape reset_shape = { SHAPE_KEYS(reset_keys) };

void prepare_reset(struct control_call *c)
{
    c->input = ARENA_NEW(&c->arena, struct reset_input);
    if (control_read_query(c, control_no_parameters, NULL))
        control_read_body(c, &reset_shape, c->input, true);
}

/* ---- the reset ------------------------------------------------------------------------------------------- */

static bool is_manual(const struct control_call *c)
{
    return c->world->clock.kind == CLOCK_KIND_MANUAL;
}

static bool has_jobs(const struct control_call *c)
{
    return engine_job_count(c->world->engine) > 0;
}

/* If no parts are named, selects all; the clock only if it is manual. */
static void complete(const struct control_call *c, struct reset_input *input)
{
    for (int i = 0; i < PART_COUNT && !input->named; i++)
        input->parts[i] = i != PART_CLOCK || is_manual(c);
}

/* False: the reply is an error, and nothing has changed. */
static bool check(struct control_call *c, const struct reset_input *input)
{
    if (!input->parts[PART_CLOCK])
        return true;
    if (!is_manual(c)) {
        control_refuse(c, 409, "clock-is-real", "leave the clock out, or start with --clock manual",
                       "this clock moves by itself and cannot be set back");
        return false;
    }
    if (!input->parts[PART_JOBS] && has_jobs(c)) {
        control_refuse(c, 409, "jobs-in-the-way", "reset \"jobs\" too",
                       "there are jobs of a time that would not have come yet");
        return false;
    }
    return true;
}

void answer_reset(struct control_call *c)
{
    struct reset_input *input = c->input;

    if (!input)
        return;
    complete(c, input);
    if (!check(c, input))
        return;
    world_reset(c->world, &(struct world_reset){ .jobs = input->parts[PART_JOBS],
                                                 .journal = input->parts[PART_JOURNAL],
                                                 .faults = input->parts[PART_FAULTS],
                                                 .gates = input->parts[PART_GATES],
                                                 .clock = input->parts[PART_CLOCK] });
    c->now = clock_now(&c->world->clock);
    struct json_out out = control_begin(c);
    out_open(&out, NULL, '{');
    out_open(&out, "reset", '[');
    for (const struct choice *part = control_reset_parts; part->name; part++)
        if (input->parts[part->value])
            out_text(&out, NULL, span_text(part->name));
    out_close(&out, ']');
    control_put_clock(c, &out, "clock");
    out_close(&out, '}');
}
