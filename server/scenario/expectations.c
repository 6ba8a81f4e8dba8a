#include "scenario/expectations.h"

#include "scenario/matches.h"

enum { BY_COUNT = 1, BY_NEVER, BY_SEQUENCE };

#define TIMES_MAX ((INT64_C(1) << 53) - 1)

/* An expectation, and which ways of counting its file gives. */
struct draft {
    struct expectation x;
    bool has_times, has_least, has_most;
};

static void read_endpoint(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;
    int endpoint;

    (void)key;
    if (value_endpoint(r, value, &endpoint))
        draft->x.endpoint = (enum endpoint)endpoint;
}

static void read_times(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;

    (void)key;
    draft->has_times = true;
    if (value_integer(r, value, 0, TIMES_MAX, &draft->x.least))
        draft->x.most = draft->x.least;
}

static void read_at_least(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;

    (void)key;
    draft->has_least = true;
    value_integer(r, value, 1, TIMES_MAX, &draft->x.least);
}

static void read_at_most(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;

    (void)key;
    draft->has_most = true;
    value_integer(r, value, 0, TIMES_MAX, &draft->x.most);
}

static void read_never(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct draft *draft = object;

    read_endpoint(r, value, key, object);
    draft->x.least = draft->x.most = 0;
}

static void read_places(struct reading *r, const struct json_value *value, enum endpoint *places)
{
    size_t i = 0;

    JSON_EACH(element, value) {
        int endpoint;
        reading_enter_index(r, i);
        if (value_endpoint(r, element, &endpoint))
            places[i] = (enum endpoint)endpoint;
        reading_leave(r);
        i++;
    }
}

static void read_sequence(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct expectation *x = &((struct draft *)object)->x;
    size_t n = json_type(value) == JSON_ARRAY ? json_count(value) : 0;

    (void)key;
    if (!value_is(r, value, JSON_ARRAY, "an array of endpoints"))
        return;
    if (n == 0 || n > EXPECT_SEQUENCE_MAX) {
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected 1 to %d endpoints, got %zu", EXPECT_SEQUENCE_MAX, n);
        return;
    }
    enum endpoint *places = arena_alloc(r->arena, n * sizeof *places);
    if (!places)
        return;
    read_places(r, value, places);
    x->sequence = places;
    x->n_sequence = n;
}

static void settle(struct reading *r, const struct json_value *value, void *object)
{
    const struct draft *draft = object;
    bool counts = json_get(value, "endpoint") && !json_get(value, "never") && !json_get(value, "sequence");

    if (draft->has_times + (draft->has_least || draft->has_most) > 1)
        reading_error_at(r, value, FINDING_EXCLUDED_KEY, NULL, "\"times\" cannot stand beside \"at_least\" or \"at_most\"");
    else if (counts && !draft->has_times && !draft->has_least && !draft->has_most)
        reading_error_at(r, value, FINDING_MISSING_KEY, NULL, "missing key \"times\", \"at_least\" or \"at_most\"");
    else if (draft->x.least > draft->x.most)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "\"at_least\" is more than \"at_most\"");
}

static const struct key keys[] = {
    { .name = "endpoint", .read = read_endpoint, .group = BY_COUNT, .required = true },
    { .name = "times", .read = read_times, .group = BY_COUNT },
    { .name = "at_least", .read = read_at_least, .group = BY_COUNT },
    { .name = "at_most", .read = read_at_most, .group = BY_COUNT },
    { .name = "never", .read = read_never, .group = BY_NEVER, .required = true },
    { .name = "sequence", .read = read_sequence, .group = BY_SEQUENCE, .required = true },
    { .name = "match", .read = matches_exchange_reader, .offset = offsetof(struct draft, x.match) },
};

static const struct shape shape = { SHAPE_KEYS(keys), .settle = settle };

static struct expectation read_one(struct reading *r, const struct json_value *value)
{
    struct draft draft = { .x = { .most = EXPECT_NO_LIMIT, .file = arena_span(r->arena, r->file),
                                  .line = json_place(r->json, value).line } };

    keys_read(r, value, &shape, &draft);
    return draft.x;
}

void expectations_read(struct reading *r, const struct json_value *value, struct expectation_list *list)
{
    size_t n = 0;

    if (!value_is(r, value, JSON_ARRAY, "an array of expectations"))
        return;
    struct expectation *at = arena_alloc(r->arena, (json_count(value) + list->n) * sizeof *at);
    if (!at)
        return;
    JSON_EACH(element, value) {
        reading_enter_index(r, n);
        at[n] = read_one(r, element);
        reading_leave(r);
        n++;
    }
    if (list->n)
        memcpy(at + n, list->at, list->n * sizeof *at);
    *list = (struct expectation_list){ at, n + list->n };
}
