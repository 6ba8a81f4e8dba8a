#include "scenario/reading.h"

#include "base/duration.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "releases/endpoint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
    SHOWN_MAX = 64,           /* bytes of a text that a message repeats */
    POINTER_MAX = 16 * 1024,
};
#define DURATION_MAX (INT64_C(100) * 365 * 24 * 3600 * NS_PER_SECOND) /* so that sums of a few stay in reach */

/* ---- the path ------------------------------------------------------------------------------------------ */

static void enter(struct reading *r, struct reading_step step)
{
    MUST(r->depth < READING_DEPTH_MAX);
    r->path[r->depth++] = step;
}

void enter_key(struct reading *r, struct span key)
{
    enter(r, (struct reading_step){ .key = key });
}

void enter_index(struct reading *r, size_t index)
{
    enter(r, (struct reading_step){ .index = index });
}

void leave(struct reading *r)
{
    MUST(r->depth > 0);
    r->depth--;
}

static void put_token(struct buf *out, struct span key)
{
    struct span token = utf8_cut(key, SHOWN_MAX);

    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] == '~' || token.p[i] == '/')
            buf_text(out, token.p[i] == '~' ? "~0" : "~1");
        else
            buf_char(out, token.p[i]);
    }
    if (token.n < key.n)
        buf_text(out, "…");
}

static void put_pointer(struct buf *out, const struct reading *r)
{
    for (size_t i = 0; i < r->depth; i++) {
        buf_char(out, '/');
        if (r->path[i].key.p)
            put_token(out, r->path[i].key);
        else
            buf_printf(out, "%zu", r->path[i].index);
    }
}

/* ---- faults -------------------------------------------------------------------------------------------- */

/* A message and where it belongs, but for the place. */
struct fault {
    enum finding_key key;
    const char *near;
    char message[ERROR_TEXT_MAX];
};

static struct span hint_of(struct reading *r, const char *near)
{
    return near ? arena_printf(&r->findings->arena, "did you mean \"%s\"?", near) : SPAN("");
}

static void add_fault(struct reading *r, struct json_place place, const struct fault *fault)
{
    CLEANUP(buf_release) struct buf pointer = buf_init(POINTER_MAX);

    put_pointer(&pointer, r);
    findings_add(r->findings, &(struct finding){ .file = r->file,
                                                 .place = place,
                                                 .pointer = pointer.n ? buf_view(&pointer) : SPAN(""),
                                                 .key = fault->key,
                                                 .message = span_text(fault->message),
                                                 .hint = hint_of(r, fault->near) });
}

/* Places and hints cost too much to be made for what is only counted. */
static bool will_be_told(const struct reading *r)
{
    return !findings_are_full(r->findings);
}

void fault_at(struct reading *r, const struct json_value *value, enum finding_key key, const char *near,
              const char *format, ...)
{
    struct fault fault = { .key = key, .near = near };
    va_list args;

    va_start(args, format);
    vsnprintf(fault.message, sizeof fault.message, format, args);
    va_end(args);
    add_fault(r, will_be_told(r) ? json_place(r->json, value) : (struct json_place){ 1, 1 }, &fault);
}

void fault_at_key(struct reading *r, const struct json_value *member, enum finding_key key, const char *near,
                  const char *format, ...)
{
    struct fault fault = { .key = key, .near = near };
    va_list args;

    va_start(args, format);
    vsnprintf(fault.message, sizeof fault.message, format, args);
    va_end(args);
    add_fault(r, will_be_told(r) ? json_key_place(r->json, member) : (struct json_place){ 1, 1 }, &fault);
}

const char *shown(struct reading *r, struct span text)
{
    CLEANUP(buf_release) struct buf quoted = buf_init(SHOWN_MAX * 16);
    struct span start = utf8_cut(text, SHOWN_MAX);

    if (!will_be_told(r))
        return "";
    buf_quote(&quoted, start);
    if (start.n < text.n)
        buf_text(&quoted, "…");
    struct span kept = arena_span(&r->findings->arena, buf_view(&quoted));
    return kept.p ? kept.p : "";
}

/* ---- objects ------------------------------------------------------------------------------------------- */

/* What an object had, by the rows of its table. */
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

    for (size_t i = 0; i < shape->n && will_be_told(r); i++)
        nearest_try(&near, shape->keys[i].name);
    if (near.best)
        note(seen, shape, find_key(shape, span_text(near.best)));
    fault_at_key(r, member, FINDING_UNKNOWN_KEY, near.best, "unknown key %s", shown(r, json_key(member)));
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
    if (key->later) {
        fault_at_key(r, member, FINDING_NOT_YET, NULL, "\"%s\" is not supported yet", key->name);
        return;
    }
    if (key->group && key->group != seen->chosen->group)
        fault_at_key(r, member, FINDING_EXCLUDED_KEY, NULL, "\"%s\" cannot stand beside \"%s\"", key->name,
                     seen->chosen->name);
    enter_key(r, json_key(member));
    key->read(r, member, key, object);
    leave(r);
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

void read_object(struct reading *r, const struct json_value *value, const struct shape *shape, void *object)
{
    struct seen seen = { 0 };

    MUST(shape->n <= SHAPE_KEYS_MAX);
    if (!is_type(r, value, JSON_OBJECT, "an object"))
        return;
    JSON_EACH(member, value)
        read_member(r, member, shape, &seen, object);
    for (size_t i = 0; i < shape->n; i++)
        if (is_missing(shape, i, &seen))
            fault_at(r, value, FINDING_MISSING_KEY, NULL, "missing key \"%s\"", shape->keys[i].name);
    if (shape->settle)
        shape->settle(r, value, object);
}

/* ---- values -------------------------------------------------------------------------------------------- */

static const char *type_of(const struct json_value *value)
{
    if (json_type(value) == JSON_BOOL)
        return json_true(value) ? "true" : "false";
    return json_type_name(json_type(value));
}

bool is_type(struct reading *r, const struct json_value *value, enum json_type type, const char *wanted)
{
    if (json_type(value) == type)
        return true;
    fault_at(r, value, FINDING_WRONG_TYPE, NULL, "expected %s, got %s", wanted, type_of(value));
    return false;
}

bool take_text(struct reading *r, const struct json_value *value, struct span *out)
{
    if (!is_type(r, value, JSON_STRING, "a string"))
        return false;
    *out = arena_span(r->arena, json_string(value));
    return true;
}

bool take_some_text(struct reading *r, const struct json_value *value, struct span *out)
{
    if (json_type(value) == JSON_STRING && json_string(value).n == 0) {
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "expected some text, got \"\"");
        return false;
    }
    return take_text(r, value, out);
}

bool take_bool(struct reading *r, const struct json_value *value, bool *out)
{
    if (!is_type(r, value, JSON_BOOL, "true or false"))
        return false;
    *out = json_true(value);
    return true;
}

bool take_integer(struct reading *r, const struct json_value *value, int64_t least, int64_t most, int64_t *out)
{
    int64_t number;

    if (!is_type(r, value, JSON_NUMBER, "a whole number"))
        return false;
    if (json_integer(value, &number) && number >= least && number <= most) {
        *out = number;
        return true;
    }
    fault_at(r, value, FINDING_BAD_VALUE, NULL, "expected a whole number from %" PRId64 " to %" PRId64 ", got %.*s",
             least, most, SPAN_ARG(json_raw(r->json, value)));
    return false;
}

#define A_DURATION "a duration such as \"250ms\", \"2s\" or \"1m30s\""

bool take_duration(struct reading *r, const struct json_value *value, ns_t *out)
{
    struct error error;
    int64_t ns;

    if (!is_type(r, value, JSON_STRING, A_DURATION))
        return false;
    if (duration_parse(json_string(value), &ns, &error) != ERR_OK) {
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "%s", error.text);
        return false;
    }
    if (ns > DURATION_MAX) {
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "%s is more than 876000h, a hundred years",
                 shown(r, json_string(value)));
        return false;
    }
    *out = ns;
    return true;
}

/* `"a", "b" or "c"`; those that are not there yet are left out. */
static void put_choices(struct buf *out, const struct choice *choices, const char *or_else)
{
    const struct choice *last = NULL;
    size_t n = 0;

    for (const struct choice *c = choices; c->name; c++)
        last = c->later ? last : c;
    for (const struct choice *c = choices; c->name; c++) {
        if (c->later)
            continue;
        buf_text(out, !n ? "" : c == last && !*or_else ? " or " : ", ");
        buf_printf(out, "\"%s\"", c->name);
        n++;
    }
    if (*or_else)
        buf_printf(out, " or %s", or_else);
}

static void refuse_choice(struct reading *r, const struct json_value *value, const struct choice *choices,
                          const char *or_else)
{
    CLEANUP(buf_release) struct buf names = buf_init(ERROR_TEXT_MAX);
    bool is_text = json_type(value) == JSON_STRING;
    struct nearest near = nearest_to(is_text ? json_string(value).p : "");

    put_choices(&names, choices, or_else);
    for (const struct choice *c = choices; c->name && will_be_told(r); c++)
        nearest_try(&near, c->name);
    fault_at(r, value, is_text ? FINDING_BAD_VALUE : FINDING_WRONG_TYPE, near.best, "expected %s, got %s",
             names.p ? names.p : "", is_text ? shown(r, json_string(value)) : type_of(value));
}

bool take_choice(struct reading *r, const struct json_value *value, const struct choice *choices, const char *or_else,
                 int *out)
{
    for (const struct choice *c = choices; json_type(value) == JSON_STRING && c->name; c++) {
        if (!span_is(json_string(value), c->name))
            continue;
        if (c->later)
            fault_at(r, value, FINDING_NOT_YET, NULL, "\"%s\" is not supported yet", c->name);
        else
            *out = c->value;
        return !c->later;
    }
    refuse_choice(r, value, choices, or_else);
    return false;
}

/* ---- readers of keys ----------------------------------------------------------------------------------- */

static void *field_of(const struct key *key, void *object)
{
    return (char *)object + key->offset;
}

void read_text(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    take_text(r, value, field_of(key, object));
}

void read_some_text(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    take_some_text(r, value, field_of(key, object));
}

void read_bool(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    take_bool(r, value, field_of(key, object));
}

void read_not(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    bool *field = field_of(key, object), on;

    if (take_bool(r, value, &on))
        *field = !on;
}

void read_integer(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    const struct bounds *bounds = key->detail;

    take_integer(r, value, bounds->least, bounds->most, field_of(key, object));
}

void read_choice(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    take_choice(r, value, key->detail, "", field_of(key, object));
}

void read_duration(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    take_duration(r, value, field_of(key, object));
}

void read_inner(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    read_object(r, value, key->detail, field_of(key, object));
}

void check_text(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    (void)object;
    is_type(r, value, JSON_STRING, "a string");
}

void check_texts(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    size_t i = 0;

    if (!is_type(r, value, JSON_ARRAY, "an array of strings"))
        return;
    JSON_EACH(element, value) {
        enter_index(r, i++);
        check_text(r, element, key, object);
        leave(r);
    }
}

/* ---- endpoints ------------------------------------------------------------------------------------------- */

bool take_endpoint(struct reading *r, const struct json_value *value, int *out)
{
    struct span name = json_string(value);

    if (!is_type(r, value, JSON_STRING, "the name of an endpoint"))
        return false;
    int found = endpoint_find(name);
    if (found >= 0) {
        *out = found;
        return true;
    }
    struct nearest near = nearest_to(name.p);
    for (int i = 0; i < ENDPOINT_OTHER && will_be_told(r); i++)
        nearest_try(&near, endpoint_name((enum endpoint)i));
    fault_at(r, value, FINDING_BAD_VALUE, near.best, "there is no endpoint %s", shown(r, name));
    return false;
}

static void add_endpoint(struct reading *r, const struct json_value *value, unsigned *bits)
{
    int endpoint;

    if (take_endpoint(r, value, &endpoint))
        *bits |= ENDPOINT_BIT(endpoint);
}

void read_endpoints(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    unsigned *bits = field_of(key, object), read = 0;
    size_t i = 0;

    if (json_type(value) == JSON_ARRAY && !json_first(value))
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "expected an endpoint or a list of them, got an empty list");
    if (json_type(value) != JSON_ARRAY)
        add_endpoint(r, value, &read);
    JSON_EACH(element, json_type(value) == JSON_ARRAY ? value : NULL) {
        enter_index(r, i++);
        add_endpoint(r, element, &read);
        leave(r);
    }
    if (read)
        *bits = read;
}

/* ---- triggers -------------------------------------------------------------------------------------------- */

enum { BY_TIME = 1, BY_READS, BY_GATE };
enum { GATES_FIRST = 16 };

/* Without memory the arena says so. */
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
    if (!take_some_text(r, value, &trigger->gate))
        return;
    trigger->kind = TRIGGER_GATE;
    note_gate(r, trigger->gate);
}

static void read_reads(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger *trigger = object;
    int64_t reads;

    (void)key;
    if (!take_integer(r, value, 1, UINT32_MAX, &reads))
        return;
    trigger->kind = TRIGGER_READS;
    trigger->reads = (uint32_t)reads;
}

static const struct key trigger_keys[] = {
    { .name = "after", .read = read_duration, .offset = offsetof(struct trigger, after), .group = BY_TIME,
      .required = true },
    { .name = "jitter", .read = read_duration, .offset = offsetof(struct trigger, jitter), .group = BY_TIME },
    { .name = "reads", .read = read_reads, .group = BY_READS, .required = true },
    { .name = "of", .read = read_endpoints, .offset = offsetof(struct trigger, of), .group = BY_READS },
    { .name = "gate", .read = read_gate, .group = BY_GATE, .required = true },
};

static const struct shape trigger_shape = { SHAPE_KEYS(trigger_keys) };

/* False: it is wrong, and that was told. */
static bool take_trigger(struct reading *r, const struct json_value *value, struct trigger *trigger)
{
    *trigger = (struct trigger){ .of = endpoints_reading() };
    if (span_is(json_string(value), "never")) {
        trigger->after = NS_NEVER;
        return true;
    }
    if (json_type(value) == JSON_OBJECT) {
        read_object(r, value, &trigger_shape, trigger);
        return true;
    }
    if (json_type(value) == JSON_STRING)
        return take_duration(r, value, &trigger->after);
    fault_at(r, value, FINDING_WRONG_TYPE, NULL, "expected " A_DURATION ", an object or \"never\", got %s",
             type_of(value));
    return false;
}

void read_trigger(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger trigger;

    if (take_trigger(r, value, &trigger))
        *(struct trigger *)field_of(key, object) = trigger;
}

void read_jobless_trigger(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct trigger trigger;

    if (!take_trigger(r, value, &trigger))
        return;
    if (trigger.kind == TRIGGER_READS)
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "no job is at hand here whose reads could count: a time or a gate");
    else
        *(struct trigger *)field_of(key, object) = trigger;
}

/* ---- files that a file names ----------------------------------------------------------------------------- */

/* Relative to the folder of the file that names it. */
static struct span path_of(struct reading *r, struct span name)
{
    const char *slash = r->file.n ? memrchr(r->file.p, '/', r->file.n) : NULL;
    size_t folder = slash && name.p[0] != '/' ? (size_t)(slash + 1 - r->file.p) : 0;

    return arena_printf(r->arena, "%.*s%.*s", (int)folder, folder ? r->file.p : "", SPAN_ARG(name));
}

bool take_file(struct reading *r, const struct json_value *value, size_t most, struct span *path_out, struct span *out)
{
    CLEANUP(buf_release) struct buf text = buf_init(most);
    struct error error;
    struct span name;

    if (!take_some_text(r, value, &name))
        return false;
    struct span path = path_of(r, name);
    if (!path.p)
        return false;
    if (memchr(name.p, '\0', name.n))
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "%s is no name of a file", shown(r, name));
    else if (!r->read_file)
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "no files are read here");
    else if (r->read_file(r->read_context, path.p, &text, &error) != ERR_OK)
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "%s", error.text);
    else if (text.failed)
        fault_at(r, value, FINDING_BAD_VALUE, NULL, "%s has more than %zu bytes", shown(r, name), most);
    else {
        *out = arena_span(r->arena, buf_view(&text));
        if (path_out)
            *path_out = path;
        return true;
    }
    return false;
}
