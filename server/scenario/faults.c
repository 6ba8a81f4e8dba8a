#include "scenario/faults.h"

#include "base/ascii.h"
#include "scenario/matches.h"

#define COUNTS_MAX ((INT64_C(1) << 53) - 1) /* exact in any JSON reader */

enum { NAMES_MAX = 16 }; /* of one table of choices */

/* Reads a name of a table whose values start at `first`. */
static bool take_name(struct reading *r, const struct json_value *value, int first, int end, const char *(*name)(int),
                      int *out)
{
    struct choice choices[NAMES_MAX + 1];
    int n = 0;

    MUST(end - first <= NAMES_MAX);
    for (int i = first; i < end; i++)
        choices[n++] = (struct choice){ .name = name(i), .value = i };
    choices[n] = (struct choice){ .name = NULL };
    return value_choice(r, value, choices, "", out);
}

static const char *name_of_preset(int preset)
{
    return preset_name((enum preset)preset);
}

static const char *name_of_break(int broken)
{
    return breakage_name((enum reply_break)broken);
}

/* ---- which exchanges ---------------------------------------------------------------------------------------- */

static void read_on(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;

    if (span_is(json_string(value), "*"))
        fault->on = ENDPOINTS_ALL;
    else
        key_endpoints(r, value, key, object);
}

static const struct choice pers[] = {
    { "all", FAULT_PER_ALL }, { "job", FAULT_PER_JOB }, { "client", FAULT_PER_CLIENT },
    { NULL, 0 },
};

static void read_between(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;
    ns_t bounds[2] = { 0, 0 };
    size_t i = 0;
    bool good = true;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "two durations"))
        return;
    if (json_count(value) != 2) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected two durations, got %zu", json_count(value));
        return;
    }
    JSON_EACH(element, value) {
        reading_enter_index(r, i);
        good &= value_duration(r, element, &bounds[i++]);
        reading_leave(r);
    }
    if (good && bounds[0] >= bounds[1])
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected two durations, the second longer than the first");
    fault->from = bounds[0];
    fault->to = bounds[1];
}

static void read_chance(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    double chance = json_number(value);

    (void)key;
    if (!value_is(r, value, JSON_NUMBER, "a number"))
        return;
    if (chance >= 0 && chance <= 1)
        ((struct fault *)object)->chance = chance;
    else
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a number from 0 to 1, got %.*s",
                 SPAN_ARG(json_raw(r->json, value)));
}

static void read_effect(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    bool effect;

    (void)key;
    if (value_bool(r, value, &effect))
        ((struct fault *)object)->effect = effect ? EFFECT_DONE : EFFECT_NONE;
}

/* ---- reply ---------------------------------------------------------------------------------------------------- */

/* A reply while it is read: its headers are appended. */
struct reply_draft {
    struct fault_reply *reply;
    struct fault_header *headers; /* FAULT_HEADERS_MAX of them */
};

static bool is_header_name(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!ascii_is_alphanumeric(name.p[i]) && (name.p[i] == '\0' || !strchr("!#$%&'*+-.^_`|~", name.p[i])))
            return false;
    return name.n > 0;
}

static bool is_header_value(struct span value)
{
    for (size_t i = 0; i < value.n; i++)
        if (((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t') || value.p[i] == 0x7f)
            return false;
    return true;
}

static void add_header(struct reading *r, const struct json_value *value, struct fault_header header,
                       struct reply_draft *draft)
{
    if (!header.absent && !value_text(r, value, &header.value))
        return;
    if (!is_header_value(header.value))
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "a header's value has no control characters");
    else if (draft->reply->n_headers == FAULT_HEADERS_MAX)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d headers", FAULT_HEADERS_MAX);
    else if (draft->headers)
        draft->headers[draft->reply->n_headers++] = header;
}

static void read_header(struct reading *r, const struct json_value *member, struct reply_draft *draft)
{
    struct fault_header header = { .name = arena_span(r->arena, json_key(member)), .absent = json_type(member) == JSON_NULL };
    size_t i = 0;

    if (!is_header_name(header.name)) {
        reading_error_at_key(r, member, FINDING_BAD_VALUE, NULL, "%s is no name of a header", reading_shown(r, header.name));
        return;
    }
    if (json_type(member) != JSON_ARRAY) {
        add_header(r, member, header, draft);
        return;
    }
    JSON_EACH(element, member) {
        reading_enter_index(r, i++);
        add_header(r, element, header, draft);
        reading_leave(r);
    }
}

static void read_headers(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault_reply *reply = object;
    struct reply_draft draft = { reply, arena_alloc(r->arena, FAULT_HEADERS_MAX * sizeof *draft.headers) };

    (void)key;
    reply->headers = draft.headers;
    if (!value_is(r, value, JSON_OBJECT, "an object"))
        return;
    JSON_EACH(member, value) {
        reading_enter_key(r, json_key(member));
        read_header(r, member, &draft);
        reading_leave(r);
    }
}

static const char plain_text[] = "text/plain; charset=utf-8";

static void read_body(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault_reply *reply = object;

    (void)key;
    if (value_text(r, value, &reply->body))
        reply->type = plain_text;
}

static void read_json(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault_reply *reply = object;

    (void)key;
    reply->body = arena_span(r->arena, json_raw(r->json, value));
    reply->type = "application/json";
}

static void read_body_file(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault_reply *reply = object;

    (void)key;
    reply->type = plain_text;
    value_file(r, value, FAULT_BODY_MAX, NULL, &reply->body);
}

static const struct bounds statuses = { 200, 599 };
enum { BY_BODY = 1, BY_JSON, BY_BODY_FILE };

static const struct key reply_keys[] = {
    { .name = "status", .read = key_integer, .offset = offsetof(struct fault_reply, status), .detail = &statuses },
    { .name = "headers", .read = read_headers },
    { .name = "body", .read = read_body, .group = BY_BODY },
    { .name = "json", .read = read_json, .group = BY_JSON },
    { .name = "body_file", .read = read_body_file, .group = BY_BODY_FILE },
};
static const struct shape reply_shape = { SHAPE_KEYS(reply_keys) };

static void read_reply(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;

    (void)key;
    fault->kind = FAULT_REPLIES;
    keys_read(r, value, &reply_shape, &fault->reply);
}

/* ---- preset, break, trickle --------------------------------------------------------------------------------------- */

static void read_preset(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;

    (void)key;
    fault->kind = FAULT_PRESET;
    take_name(r, value, 0, PRESET_COUNT, name_of_preset, &fault->preset);
}

static void read_break(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;

    (void)key;
    fault->kind = FAULT_BREAKS;
    take_name(r, value, BREAK_NOT + 1, BREAK_COUNT, name_of_break, &fault->broken);
}

static const struct bounds piece = { 1, TRICKLE_BYTES_MAX };

static const struct key trickle_keys[] = {
    { .name = "bytes", .read = key_integer, .offset = offsetof(struct fault_trickle, bytes), .detail = &piece,
      .required = true },
    { .name = "every", .read = key_jobless_trigger, .offset = offsetof(struct fault_trickle, every), .required = true },
};
static const struct shape trickle_shape = { SHAPE_KEYS(trickle_keys) };

static void read_trickle(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;

    (void)key;
    fault->kind = FAULT_TRICKLES;
    keys_read(r, value, &trickle_shape, &fault->trickle);
}

/* ---- patch ------------------------------------------------------------------------------------------------------------ */

static void read_operation_kind(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    take_name(r, value, 0, PATCH_KIND_COUNT, patch_kind_name, &((struct patch_operation *)object)->kind);
}

static bool is_pointer(struct span pointer)
{
    for (size_t i = 0; i < pointer.n; i++) {
        bool escapes = pointer.p[i] == '~';
        if (escapes && (i + 1 == pointer.n || (pointer.p[i + 1] != '0' && pointer.p[i + 1] != '1')))
            return false;
    }
    return pointer.n == 0 || pointer.p[0] == '/';
}

static void read_pointer(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct span *field = (struct span *)(void *)((char *)object + key->offset), pointer;

    if (!value_text(r, value, &pointer))
        return;
    if (is_pointer(pointer))
        *field = pointer;
    else
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "%s is no JSON pointer: it is empty, or begins with /; ~ is ~0, / is ~1",
                 reading_shown(r, pointer));
}

static void read_operand(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    (void)key;
    ((struct patch_operation *)object)->value = arena_span(r->arena, json_raw(r->json, value));
}

/* The members that each kind needs besides its path. */
static const struct {
    bool value, from;
} needs[PATCH_KIND_COUNT] = {
    [PATCH_ADD] = { .value = true }, [PATCH_REPLACE] = { .value = true }, [PATCH_TEST] = { .value = true },
    [PATCH_MOVE] = { .from = true }, [PATCH_COPY] = { .from = true },
};

static void settle_operation(struct reading *r, const struct json_value *value, void *object)
{
    const struct patch_operation *op = object;
    bool inside = op->path.n > op->from.n && span_starts(op->path, op->from) && op->path.p[op->from.n] == '/';

    if (needs[op->kind].value && !json_get(value, "value"))
        reading_error_at(r, value, FINDING_MISSING_KEY, NULL, "missing key \"value\"");
    if (needs[op->kind].from && !json_get(value, "from"))
        reading_error_at(r, value, FINDING_MISSING_KEY, NULL, "missing key \"from\"");
    else if (op->kind == PATCH_MOVE && inside)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "nothing can be moved into itself");
}

static const struct key operation_keys[] = {
    { .name = "op", .read = read_operation_kind, .required = true },
    { .name = "path", .read = read_pointer, .offset = offsetof(struct patch_operation, path), .required = true },
    { .name = "from", .read = read_pointer, .offset = offsetof(struct patch_operation, from) },
    { .name = "value", .read = read_operand },
};
static const struct shape operation_shape = { SHAPE_KEYS(operation_keys), settle_operation };

static void read_patch(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;
    size_t n = json_type(value) == JSON_ARRAY ? json_count(value) : 0, i = 0;

    (void)key;
    fault->kind = FAULT_PATCHES;
    if (!value_is(r, value, JSON_ARRAY, "an array of operations"))
        return;
    if (n == 0 || n > FAULT_PATCH_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected 1 to %d operations, got %zu", FAULT_PATCH_MAX, n);
        return;
    }
    struct patch_operation *operations = arena_alloc(r->arena, n * sizeof *operations);
    if (!operations)
        return;
    JSON_EACH(element, value) {
        reading_enter_index(r, i);
        operations[i].kind = PATCH_REMOVE; /* which needs nothing: no other error follows from a bad one */
        keys_read(r, element, &operation_shape, &operations[i++]);
        reading_leave(r);
    }
    fault->patch = operations;
    fault->n_patch = n;
}

/* ---- a fault -------------------------------------------------------------------------------------------------------------- */

/* The websocket's handshake has no body to trickle or patch. */
static void settle_fault(struct reading *r, const struct json_value *value, void *object)
{
    struct fault *fault = object;
    bool needs_body = fault->kind == FAULT_TRICKLES || fault->kind == FAULT_PATCHES;
    const char *key = fault->kind == FAULT_TRICKLES ? "trickle" : "patch";

    if (!needs_body || !(fault->on & ENDPOINT_BIT(ENDPOINT_WEBSOCKET)))
        return;
    if (fault->on == ENDPOINTS_ALL)
        fault->on &= ~ENDPOINT_BIT(ENDPOINT_WEBSOCKET);
    else
        reading_error_at_key(r, json_get(value, key), FINDING_EXCLUDED_KEY, NULL, "\"%s\" cannot be done to the websocket", key);
}

static void read_ttl(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct fault *fault = object;
    ns_t ttl;

    (void)key;
    if (!value_duration(r, value, &ttl))
        return;
    if (ttl > 0)
        fault->ttl = ttl;
    else
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a duration above 0");
}

enum { BY_REPLY = 1, BY_PRESET, BY_BREAK, BY_TRICKLE, BY_PATCH };

static const struct bounds skips = { 0, COUNTS_MAX }, counts = { 1, COUNTS_MAX };

#define FAULT_ROWS \
    { .name = "on", .read = read_on, .offset = offsetof(struct fault, on) }, \
    { .name = "match", .read = matches_exchange_reader, .offset = offsetof(struct fault, match) }, \
    { .name = "per", .read = key_choice, .offset = offsetof(struct fault, per), .detail = pers }, \
    { .name = "skip", .read = key_integer, .offset = offsetof(struct fault, skip), .detail = &skips }, \
    { .name = "count", .read = key_integer, .offset = offsetof(struct fault, count), .detail = &counts }, \
    { .name = "between", .read = read_between }, \
    { .name = "chance", .read = read_chance }, \
    { .name = "delay", .read = key_jobless_trigger, .offset = offsetof(struct fault, delay) }, \
    { .name = "effect", .read = read_effect }, \
    { .name = "reply", .read = read_reply, .group = BY_REPLY }, \
    { .name = "preset", .read = read_preset, .group = BY_PRESET }, \
    { .name = "break", .read = read_break, .group = BY_BREAK }, \
    { .name = "trickle", .read = read_trickle, .group = BY_TRICKLE }, \
    { .name = "patch", .read = read_patch, .group = BY_PATCH },

static const struct key fault_keys[] = {
    { .name = "name", .read = key_name, .offset = offsetof(struct fault, name) },
    FAULT_ROWS
};
static const struct key added_keys[] = {
    { .name = "name", .read = key_name, .offset = offsetof(struct fault, name), .required = true },
    FAULT_ROWS
    { .name = "ttl", .read = read_ttl },
};
static const struct shape fault_shape = { SHAPE_KEYS(fault_keys), settle_fault };
static const struct shape added_shape = { SHAPE_KEYS(added_keys), settle_fault };

static void read_fault(struct reading *r, const struct json_value *value, const struct shape *shape, struct fault *fault)
{
    *fault = (struct fault){
        .on = ENDPOINTS_ALL,
        .count = FAULT_NO_LIMIT,
        .to = NS_NEVER,
        .chance = 1,
        .reply = { .status = 200 },
        .file = arena_span(r->arena, r->file),
        .place = json_place(r->json, value),
    };
    keys_read(r, value, shape, fault);
}

static const struct fault *fault_named(const struct fault *at, size_t n, struct span name)
{
    for (size_t i = 0; name.n && i < n; i++)
        if (span_eq(at[i].name, name))
            return &at[i];
    return NULL;
}

static void check_names(struct reading *r, const struct json_value *value, const struct fault *read,
                        const struct fault_list *earlier)
{
    size_t i = 0;

    JSON_EACH(element, value) {
        const struct fault *twin = fault_named(read, i, read[i].name);
        twin = twin ? twin : fault_named(earlier->at, earlier->n, read[i].name);
        reading_enter_index(r, i);
        if (twin)
            reading_error_at(r, json_get(element, "name"), FINDING_DUPLICATE_NAME, NULL, "the name %s stands already at %.*s:%zu",
                     reading_shown(r, twin->name), SPAN_ARG(twin->file), twin->place.line);
        reading_leave(r);
        i++;
    }
}

/* NULL: there are too many, or no memory. */
static struct fault *read_all(struct reading *r, const struct json_value *value, const struct shape *shape, size_t room)
{
    size_t n = json_count(value), i = 0;

    if (n > FAULTS_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected at most %d faults", FAULTS_MAX);
        return NULL;
    }
    struct fault *at = arena_alloc(r->arena, (n + room) * sizeof *at);
    JSON_EACH(element, at ? value : NULL) {
        reading_enter_index(r, i);
        read_fault(r, element, shape, &at[i++]);
        reading_leave(r);
    }
    return at;
}

void faults_read_added(struct reading *r, const struct json_value *value, struct fault_list *list)
{
    if (json_type(value) != JSON_ARRAY) {
        list->at = ARENA_NEW(r->arena, struct fault);
        list->n = list->at ? 1 : 0;
        if (list->at)
            read_fault(r, value, &added_shape, list->at);
        return;
    }
    list->at = read_all(r, value, &added_shape, 0);
    list->n = list->at ? json_count(value) : 0;
    if (list->at)
        check_names(r, value, list->at, &(struct fault_list){ 0 });
}

void faults_read(struct reading *r, const struct json_value *value, struct fault_list *list)
{
    struct fault *at = value_is(r, value, JSON_ARRAY, "an array of faults") ? read_all(r, value, &fault_shape, list->n) : NULL;
    size_t n = json_count(value);

    if (!at)
        return;
    check_names(r, value, at, list);
    if (list->n)
        memcpy(at + n, list->at, list->n * sizeof *at);
    *list = (struct fault_list){ at, n + list->n };
}
