#include "scenario/keys.h"

#include "base/nearest.h"
#include "releases/endpoint.h"

/* ---- objects ------------------------------------------------------------------------------------------- */

/* The keys that an object has, by the rows of its table. */
struct seen {
    uint64_t rows;            /* there, or meant */
    const struct key *chosen; /* the first that has a group */
};

static const struct key *find_key(const struct shape *shape, struct span name)
{
    for (size_t i = 0; i < shape->n; i++)
        if (span_is(name, shape->keys[i].name))
            return &shape->keys[i];
    return NULL;
}

static void note(struct seen *seen, const struct shape *shape, const struct key *key)
{
    seen->rows |= UINT64_C(1) << (key - shape->keys);
    if (key->group && !seen->chosen)
        seen->chosen = key;
}

static void unknown_key(struct reading *r, const struct json_value *member, const struct shape *shape,
                        struct seen *seen)
{
    struct nearest near = nearest_to(json_key(member).p);

    for (size_t i = 0; i < shape->n && !reading_is_full(r); i++)
        nearest_try(&near, shape->keys[i].name);
    if (near.best)
        note(seen, shape, find_key(shape, span_text(near.best)));
    reading_error_at_key(r, member, FINDING_UNKNOWN_KEY, near.best, "unknown key %s", reading_shown(r, json_key(member)));
}

static void read_member(struct reading *r, const struct json_value *member, const struct shape *shape,
                        struct seen *seen, void *object)
{
    const struct key *key = find_key(shape, json_key(member));

    if (!key) {
        unknown_key(r, member, shape, seen);
        return;
    }
    note(seen, shape, key);
    if (key->group && key->group != seen->chosen->group)
        reading_error_at_key(r, member, FINDING_EXCLUDED_KEY, NULL, "\"%s\" cannot stand beside \"%s\"", key->name,
                     seen->chosen->name);
    reading_enter_key(r, json_key(member));
    key->read(r, member, key, object);
    reading_leave(r);
}

/* The group that was chosen; where none was, the table's first. */
static unsigned group_of(const struct shape *shape, const struct seen *seen)
{
    if (seen->chosen)
        return seen->chosen->group;
    for (size_t i = 0; i < shape->n; i++)
        if (shape->keys[i].group)
            return shape->keys[i].group;
    return 0;
}

static bool is_missing(const struct shape *shape, size_t row, const struct seen *seen)
{
    const struct key *key = &shape->keys[row];
    bool elsewhere = key->group && key->group != group_of(shape, seen);

    return key->required && !elsewhere && !(seen->rows >> row & 1);
}

void keys_read(struct reading *r, const struct json_value *value, const struct shape *shape, void *object)
{
    struct seen seen = { 0 };

    MUST(shape->n <= SHAPE_KEYS_MAX);
    if (!value_is(r, value, JSON_OBJECT, "an object"))
        return;
    JSON_EACH(member, value)
        read_member(r, member, shape, &seen, object);
    for (size_t i = 0; i < shape->n; i++)
        if (is_missing(shape, i, &seen))
            reading_error_at(r, value, FINDING_MISSING_KEY, NULL, "missing key \"%s\"", shape->keys[i].name);
    if (shape->settle)
        shape->settle(r, value, object);
}

/* ---- readers of keys ----------------------------------------------------------------------------------- */

static void *field_of(const struct key *key, void *object)
{
    return (char *)object + key->offset;
}

void key_text(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_text(r, value, field_of(key, object));
}

void key_nonempty(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_nonempty(r, value, field_of(key, object));
}

void key_name(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_name(r, value, field_of(key, object));
}

void key_bool(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_bool(r, value, field_of(key, object));
}

void key_negated(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    bool *field = field_of(key, object), on;

    if (value_bool(r, value, &on))
        *field = !on;
}

void key_integer(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    const struct bounds *bounds = key->detail;

    value_integer(r, value, bounds->least, bounds->most, field_of(key, object));
}

void key_choice(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_choice(r, value, key->detail, "", field_of(key, object));
}

void key_duration(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    value_duration(r, value, field_of(key, object));
}

void key_inner(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    keys_read(r, value, key->detail, field_of(key, object));
}

void key_ignored_text(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    (void)object;
    value_is(r, value, JSON_STRING, "a string");
}

void key_ignored_texts(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    size_t i = 0;

    if (!value_is(r, value, JSON_ARRAY, "an array of strings"))
        return;
    JSON_EACH(element, value) {
        reading_enter_index(r, i++);
        key_ignored_text(r, element, key, object);
        reading_leave(r);
    }
}

static void add_endpoint(struct reading *r, const struct json_value *value, unsigned *bits)
{
    int endpoint;

    if (value_endpoint(r, value, &endpoint))
        *bits |= ENDPOINT_BIT(endpoint);
}

void key_endpoints(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    unsigned *bits = field_of(key, object), read = 0;
    size_t i = 0;

    if (json_type(value) == JSON_ARRAY && !json_first(value))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected an endpoint or a list of them, got an empty list");
    if (json_type(value) != JSON_ARRAY)
        add_endpoint(r, value, &read);
    JSON_EACH(element, json_type(value) == JSON_ARRAY ? value : NULL) {
        reading_enter_index(r, i++);
        add_endpoint(r, element, &read);
        reading_leave(r);
    }
    if (read)
        *bits = read;
}

/* ---- triggers -------------------------------------------------------------------------------------------- */

enum { BY_TIME = 1, BY_READS, BY_GATE };
enum { GATES_FIRST = 16 };

/* Without memory arena.failed is set. */
static void note_gate(struct reading *r, struct span name)
{
    struct gate_names *gates = r->gates;

    for (size_t i = 0; gates && i < gates->n; i++)
        if (span_eq(gates->at[i], name))
            return;
    if (!gates)
        return;
    if (gates->n == gates->room) {
        size_t room = gates->room ? gates->room * 2 : GATES_FIRST;
        struct span *more = arena_alloc(r->arena, room * sizeof *more);
        if (!more)
            return;
        if (gates->n)
            memcpy(more, gates->at, gates->n * sizeof *more);
        gates->at = more;
        gates->room = room;
    }
    gates->at[gates->n++] = name;
}

static void read_gate(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger *trigger = object;

    (void)key;
    if (!value_nonempty(r, value, &trigger->gate))
        return;
    trigger->kind = TRIGGER_GATE;
    note_gate(r, trigger->gate);
}

static void read_reads(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger *trigger = object;
    int64_t reads;

    (void)key;
    if (!value_integer(r, value, 1, UINT32_MAX, &reads))
        return;
    trigger->kind = TRIGGER_READS;
    trigger->reads = (uint32_t)reads;
}

static const struct key trigger_keys[] = {
    { .name = "after", .read = key_duration, .offset = offsetof(struct trigger, after), .group = BY_TIME,
      .required = true },
    { .name = "jitter", .read = key_duration, .offset = offsetof(struct trigger, jitter), .group = BY_TIME },
    { .name = "reads", .read = read_reads, .group = BY_READS, .required = true },
    { .name = "of", .read = key_endpoints, .offset = offsetof(struct trigger, of), .group = BY_READS },
    { .name = "gate", .read = read_gate, .group = BY_GATE, .required = true },
};

static const struct shape trigger_shape = { SHAPE_KEYS(trigger_keys) };

/* False: it is wrong, and a finding was added. */
static bool take_trigger(struct reading *r, const struct json_value *value, struct trigger *trigger)
{
    *trigger = (struct trigger){ .of = endpoints_reading() };
    if (span_is(json_string(value), "never")) {
        trigger->after = NS_NEVER;
        return true;
    }
    if (json_type(value) == JSON_OBJECT) {
        keys_read(r, value, &trigger_shape, trigger);
        return true;
    }
    if (json_type(value) == JSON_STRING)
        return value_duration(r, value, &trigger->after);
    reading_error_at(r, value, FINDING_WRONG_TYPE, NULL, "expected " A_DURATION ", an object or \"never\", got %s",
             value_type_name(value));
    return false;
}

void key_trigger(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger trigger;

    if (take_trigger(r, value, &trigger))
        *(struct trigger *)field_of(key, object) = trigger;
}

void key_jobless_trigger(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger trigger;

    if (!take_trigger(r, value, &trigger))
        return;
    if (trigger.kind == TRIGGER_READS)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "no job is at hand here whose reads could count: a time or a gate");
    else
        *(struct trigger *)field_of(key, object) = trigger;
}

