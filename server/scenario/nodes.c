#include "scenario/nodes.h"

#include "base/duration.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "sim/capacity.h"

#include <stdlib.h>

enum { NODE_ID_MIN = 8 /* the client cuts ids to so many characters, and crashes on shorter ones */ };

/* ---- behaviours: an entry, or a list of them ------------------------------------------------------------- */

/* The lists of struct node have this layout, whatever they hold. */
struct any_list {
    void *at;
    size_t n;
};
#define IS_ANY_LIST(type) (sizeof(struct any_list) == sizeof(type) && offsetof(type, n) == offsetof(struct any_list, n))
_Static_assert(IS_ANY_LIST(struct bid_list) && IS_ANY_LIST(struct run_list) && IS_ANY_LIST(struct verify_list) &&
                   IS_ANY_LIST(struct publish_list),
               "one reader fills them all");

#define NO_TRIGGER SIZE_MAX

struct behaviour {
    struct shape shape;
    size_t size;    /* of an entry */
    size_t trigger; /* where its `after` is: it may be "never"; or NO_TRIGGER */
};

static void read_entry(struct reading *r, const struct json_value *value, const struct behaviour *kind, void *entry)
{
    static const struct choice never[] = { { .name = "never" }, { .name = NULL } };
    int chosen;

    if (json_type(value) == JSON_OBJECT || kind->trigger == NO_TRIGGER) {
        keys_read(r, value, &kind->shape, entry);
    } else if (value_choice(r, value, never, "an object", &chosen)) {
        struct trigger *trigger = (void *)((char *)entry + kind->trigger);
        *trigger = (struct trigger){ .after = NS_NEVER };
    }
}

static void read_entries(struct reading *r, const struct json_value *value, const struct behaviour *kind, char *entries)
{
    size_t i = 0;

    if (json_type(value) != JSON_ARRAY) {
        read_entry(r, value, kind, entries);
        return;
    }
    JSON_EACH(element, value) {
        reading_enter_index(r, i);
        read_entry(r, element, kind, entries + i++ * kind->size);
        reading_leave(r);
    }
}

/* Every entry begins as a copy of the first entry that the list has so far: the default. */
static void read_behaviour(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    const struct behaviour *kind = key->detail;
    struct any_list preset, list = { .n = json_type(value) == JSON_ARRAY ? json_count(value) : 1 };

    if (list.n == 0) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected an entry at least, got an empty list");
        return;
    }
    memcpy(&preset, (char *)object + key->offset, sizeof preset);
    list.at = arena_alloc(r->arena, list.n * kind->size);
    if (!list.at)
        return;
    for (size_t i = 0; i < list.n; i++)
        memcpy((char *)list.at + i * kind->size, preset.at, kind->size);
    read_entries(r, value, kind, list.at);
    memcpy((char *)object + key->offset, &list, sizeof list);
}

/* ---- bid ------------------------------------------------------------------------------------------------- */

enum { BID_YES = 1, BID_NO };

static void read_accept(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    bool accept;

    (void)key;
    (void)object;
    if (value_bool(r, value, &accept) && !accept)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected true, or \"reject\": \"why\" in its place, got false");
}

static void read_reject(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct bid_behaviour *bid = object;

    (void)key;
    bid->reject = value_text(r, value, &bid->reason);
}

static const struct key bid_keys[] = {
    { .name = "after", .read = key_trigger, .offset = offsetof(struct bid_behaviour, after) },
    { .name = "accept", .read = read_accept, .group = BID_YES },
    { .name = "reject", .read = read_reject, .group = BID_NO },
};

static const struct behaviour bid_behaviour = {
    { SHAPE_KEYS(bid_keys) }, sizeof(struct bid_behaviour), offsetof(struct bid_behaviour, after)
};

/* ---- run ------------------------------------------------------------------------------------------------- */

enum { RUN_ENDS = 1, RUN_FAILS };

#define IN_OUTPUT(field) (offsetof(struct run_behaviour, output) + offsetof(struct run_output, field))

static void read_fail(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct run_behaviour *run = object;

    (void)key;
    run->fail = value_text(r, value, &run->error);
}

static const struct bounds exit_codes = { INT32_MIN, INT32_MAX };

static const struct key run_keys[] = {
    { .name = "after", .read = key_trigger, .offset = offsetof(struct run_behaviour, after) },
    { .name = "exit_code", .read = key_integer, .offset = IN_OUTPUT(exit_code), .detail = &exit_codes,
      .group = RUN_ENDS },
    { .name = "stdout", .read = key_text, .offset = IN_OUTPUT(stdout_text), .group = RUN_ENDS },
    { .name = "stderr", .read = key_text, .offset = IN_OUTPUT(stderr_text), .group = RUN_ENDS },
    { .name = "stdout_truncated", .read = key_bool, .offset = IN_OUTPUT(stdout_truncated), .group = RUN_ENDS },
    { .name = "stderr_truncated", .read = key_bool, .offset = IN_OUTPUT(stderr_truncated), .group = RUN_ENDS },
    { .name = "runner_error", .read = key_text, .offset = IN_OUTPUT(runner_error), .group = RUN_ENDS },
    { .name = "output", .read = key_negated, .offset = offsetof(struct run_behaviour, no_output), .group = RUN_ENDS },
    { .name = "fail", .read = read_fail, .group = RUN_FAILS },
};

/* As a real executor keeps it: the first bytes; what is left of a character is no character any more. */
static void cut_output(struct arena *arena, struct span *text, bool *truncated)
{
    struct span whole = utf8_cut(*text, STDOUT_MAX);

    if (text->n <= STDOUT_MAX)
        return;
    *truncated = true;
    *text = arena_printf(arena, "%.*s%s", SPAN_ARG(whole), whole.n < STDOUT_MAX ? "\xef\xbf\xbd" : "");
}

static void settle_run(struct reading *r, const struct json_value *value, void *object)
{
    struct run_output *output = &((struct run_behaviour *)object)->output;

    (void)value;
    cut_output(r->arena, &output->stdout_text, &output->stdout_truncated);
    cut_output(r->arena, &output->stderr_text, &output->stderr_truncated);
}

static const struct behaviour run_behaviour = {
    { SHAPE_KEYS(run_keys), settle_run }, sizeof(struct run_behaviour), offsetof(struct run_behaviour, after)
};

/* ---- verify ---------------------------------------------------------------------------------------------- */

enum { VERIFIER_SAYS = 1, VERIFIER_BREAKS };

static void read_verdict(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct verify_behaviour *verify = object;
    bool accept;

    (void)key;
    if (value_bool(r, value, &accept))
        verify->verdict = accept ? VERDICT_ACCEPTED : VERDICT_REJECTED;
}

static void read_verifier_error(struct reading *r, const struct json_value *value, const struct key *key,
                                void *object)
{
    struct verify_behaviour *verify = object;

    (void)key;
    if (value_text(r, value, &verify->error))
        verify->verdict = VERDICT_ERROR;
}

static const struct key verify_keys[] = {
    { .name = "accept", .read = read_verdict, .group = VERIFIER_SAYS },
    { .name = "error", .read = read_verifier_error, .group = VERIFIER_BREAKS },
};

static const struct behaviour verify_behaviour = {
    { SHAPE_KEYS(verify_keys) }, sizeof(struct verify_behaviour), NO_TRIGGER
};

/* ---- publish --------------------------------------------------------------------------------------------- */

enum { PUBLISHES_THIS = 1, PUBLISHES_NOT, PUBLISHING_FAILS };

static void read_nothing(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct publish_behaviour *publish = object;
    bool nothing;

    (void)key;
    if (value_bool(r, value, &nothing))
        publish->what = nothing ? PUBLISH_NOTHING : PUBLISH_AS_ASKED;
}

static void read_publish_fail(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct publish_behaviour *publish = object;

    (void)key;
    if (value_text(r, value, &publish->error))
        publish->what = PUBLISH_FAILS;
}

static const struct key publish_keys[] = {
    { .name = "after", .read = key_trigger, .offset = offsetof(struct publish_behaviour, after) },
    { .name = "cid", .read = key_nonempty, .offset = offsetof(struct publish_behaviour, cid),
      .group = PUBLISHES_THIS },
    { .name = "nothing", .read = read_nothing, .group = PUBLISHES_NOT },
    { .name = "fail", .read = read_publish_fail, .group = PUBLISHING_FAILS },
};

static const struct behaviour publish_behaviour = {
    { SHAPE_KEYS(publish_keys) }, sizeof(struct publish_behaviour), offsetof(struct publish_behaviour, after)
};

/* ---- labels, engines, bounds ----------------------------------------------------------------------------- */

/* Returns presets->n if there is no such preset. */
static size_t preset_index(const struct span_map *presets, struct span key)
{
    size_t i = 0;

    while (i < presets->n && !span_eq(presets->at[i].key, key))
        i++;
    return i;
}

/* A label that is not given keeps its default. */
static void read_labels(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct span_map *field = &((struct node *)object)->labels;
    const struct span_map presets = *field;

    (void)key;
    if (!value_is(r, value, JSON_OBJECT, "an object"))
        return;
    struct span_map labels = { arena_alloc(r->arena, (presets.n + json_count(value)) * sizeof *labels.at), presets.n };
    if (!labels.at)
        return;
    memcpy(labels.at, presets.at, presets.n * sizeof *labels.at);
    JSON_EACH(member, value) {
        size_t at = preset_index(&presets, json_key(member));
        if (at == presets.n)
            labels.at[at = labels.n++].key = arena_span(r->arena, json_key(member));
        reading_enter_key(r, json_key(member));
        value_text(r, member, &labels.at[at].value);
        reading_leave(r);
    }
    *field = labels;
}

static const struct choice engines[] = {
    { "Noop", ENGINE_NOOP },         { "Docker", ENGINE_DOCKER },
    { "Wasm", ENGINE_WASM },         { "Language", ENGINE_LANGUAGE },
    { "PythonWasm", ENGINE_PYTHON_WASM }, { NULL, 0 },
};

/* An empty list becomes an engine that no job can name: the node lists its engines and is never asked. */
static void read_engines(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    unsigned bits = 1u << ENGINE_UNKNOWN;
    size_t i = 0;
    int engine;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "an array of engines"))
        return;
    JSON_EACH(element, value) {
        reading_enter_index(r, i++);
        if (value_choice(r, element, engines, "", &engine))
            bits |= 1u << engine;
        reading_leave(r);
    }
    ((struct node *)object)->engines = bits;
}

static bool has_digit_above_zero(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '1' && text.p[i] <= '9')
            return true;
    return false;
}

/* The real requester takes an unreadable text as empty; in a scenario file it is an error. */
static void read_amount(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct resources alone = { .cpu = { NULL, 0 } };
    struct span *amount = (void *)((char *)&alone + key->offset);

    if (!value_text(r, value, amount))
        return;
    struct capacity read = capacity_read(&alone);
    bool nothing = !has_digit_above_zero(*amount) && amount->n && memchr(amount->p, '0', amount->n);
    if (capacity_is_zero(&read) && !nothing)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected an amount of %s such as \"%s\", got %s", key->name,
                 (const char *)key->detail, reading_shown(r, *amount));
    else
        *(struct span *)(void *)((char *)object + key->offset) = *amount;
}

static const struct key max_job_keys[] = {
    { .name = "CPU", .read = read_amount, .offset = offsetof(struct resources, cpu), .detail = "500m" },
    { .name = "Memory", .read = read_amount, .offset = offsetof(struct resources, memory), .detail = "16GB" },
    { .name = "Disk", .read = read_amount, .offset = offsetof(struct resources, disk), .detail = "100GB" },
    { .name = "GPU", .read = read_amount, .offset = offsetof(struct resources, gpu), .detail = "1" },
};

static const struct shape max_job_shape = { SHAPE_KEYS(max_job_keys) };

static const struct key timeout_keys[] = {
    { .name = "min", .read = key_duration, .offset = offsetof(struct node, timeout_min) },
    { .name = "max", .read = key_duration, .offset = offsetof(struct node, timeout_max) },
};

static void settle_timeout(struct reading *r, const struct json_value *value, void *object)
{
    const struct node *node = object;
    CLEANUP(buf_release) struct buf text = buf_init(256);

    if (!node->timeout_max || node->timeout_min <= node->timeout_max)
        return;
    buf_text(&text, "\"min\", ");
    duration_format(&text, node->timeout_min);
    buf_text(&text, ", is above \"max\", ");
    duration_format(&text, node->timeout_max);
    reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s", text.p ? text.p : "");
}

static const struct shape timeout_shape = { SHAPE_KEYS(timeout_keys), settle_timeout };

/* ---- a node ---------------------------------------------------------------------------------------------- */

static void read_id(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct span id;

    (void)key;
    if (!value_text(r, value, &id))
        return;
    if (id.n < NODE_ID_MIN)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected an id of %d characters or more, got %s", NODE_ID_MIN,
                 reading_shown(r, id));
    else
        ((struct node *)object)->id = id;
}

static const struct key node_keys[] = {
    { .name = "id", .read = read_id },
    { .name = "name", .read = key_nonempty, .offset = offsetof(struct node, name) },
    { .name = "bid", .read = read_behaviour, .offset = offsetof(struct node, bid), .detail = &bid_behaviour },
    { .name = "run", .read = read_behaviour, .offset = offsetof(struct node, run), .detail = &run_behaviour },
    { .name = "verify", .read = read_behaviour, .offset = offsetof(struct node, verify), .detail = &verify_behaviour },
    { .name = "publish", .read = read_behaviour, .offset = offsetof(struct node, publish),
      .detail = &publish_behaviour },
    { .name = "unreachable", .read = key_nonempty, .offset = offsetof(struct node, unreachable) },
    { .name = "labels", .read = read_labels },
    { .name = "engines", .read = read_engines },
    { .name = "version", .read = key_nonempty, .offset = offsetof(struct node, version) },
    { .name = "max_job", .read = key_inner, .offset = offsetof(struct node, max_job), .detail = &max_job_shape },
    { .name = "timeout", .read = key_inner, .detail = &timeout_shape },
};

static const struct shape node_shape = { SHAPE_KEYS(node_keys) };

/* ---- a network ------------------------------------------------------------------------------------------- */

struct node_list nodes_good(size_t n, struct arena *arena)
{
    struct node_list list = { arena_alloc(arena, n * sizeof *list.at), n };

    for (size_t i = 0; list.at && i < n; i++)
        list.at[i] = node_good(arena_printf(arena, "n%zu", i), SPAN(""));
    return list;
}

/* What must differ between nodes. */
struct distinct {
    const char *key, *words;
    size_t offset;
};

static const struct distinct distincts[] = {
    { "id", "have the id", offsetof(struct node, id) },
    { "name", "are named", offsetof(struct node, name) },
};

/* One node's text, and what a finding needs. */
struct label_of {
    struct span text;
    size_t index;
    const struct json_value *node;
};

static int compare_labels(const void *a, const void *b)
{
    const struct label_of *x = a, *y = b;
    int order = span_cmp(x->text, y->text);

    return order ? order : (x->index < y->index ? -1 : x->index > y->index);
}

/* The place of the text: its key, or the node where no key gave it. */
static const struct json_value *place_of(const struct label_of *label, const struct distinct *what)
{
    const struct json_value *given = json_get(label->node, what->key);

    return given ? given : label->node;
}

static void tell_twins(struct reading *r, const struct distinct *what, const struct label_of *first,
                       const struct label_of *again)
{
    const struct json_value *at = place_of(again, what);
    struct json_place there = json_place(r->json, place_of(first, what));

    reading_enter_index(r, again->index);
    if (at != again->node)
        reading_enter_key(r, span_text(what->key));
    reading_error_at(r, at, FINDING_DUPLICATE_NAME, NULL, "two nodes %s %s, the first stands at %zu:%zu", what->words,
             reading_shown(r, again->text), there.line, there.column);
    if (at != again->node)
        reading_leave(r);
    reading_leave(r);
}

static void find_twins(struct reading *r, const struct distinct *what, struct label_of *labels, size_t n)
{
    size_t first = 0;

    qsort(labels, n, sizeof *labels, compare_labels);
    for (size_t i = 1; i < n; i++) {
        if (!span_eq(labels[i].text, labels[first].text))
            first = i;
        else if (labels[i].text.n && !findings_are_full(r->findings))
            tell_twins(r, what, &labels[first], &labels[i]);
    }
}

static void check_distinct(struct reading *r, const struct json_value *value, const struct node_list *list,
                           const struct distinct *what)
{
    struct label_of *labels = arena_alloc(r->arena, list->n * sizeof *labels);
    size_t i = 0;

    if (!labels)
        return;
    JSON_EACH(node, value) {
        const struct span *text = (const void *)((const char *)&list->at[i] + what->offset);
        labels[i] = (struct label_of){ *text, i, node };
        i++;
    }
    find_twins(r, what, labels, list->n);
}

static bool is_list_of_nodes(struct reading *r, const struct json_value *value)
{
    if (!value_is(r, value, JSON_ARRAY, "an array of nodes"))
        return false;
    if (json_count(value) <= SCENARIO_NODES_MAX)
        return true;
    reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected up to %d nodes, got %zu", SCENARIO_NODES_MAX, json_count(value));
    return false;
}

void nodes_read(struct reading *r, const struct json_value *value, struct node_list *out)
{
    struct node_list list = { NULL, 0 };
    size_t i = 0;

    if (is_list_of_nodes(r, value))
        list = nodes_good(json_count(value), r->arena);
    if (!list.at)
        return;
    JSON_EACH(element, value) {
        reading_enter_index(r, i);
        keys_read(r, element, &node_shape, &list.at[i++]);
        reading_leave(r);
    }
    for (size_t k = 0; k < sizeof distincts / sizeof *distincts; k++)
        check_distinct(r, value, &list, &distincts[k]);
    *out = list;
}
