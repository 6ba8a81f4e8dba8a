#include "scenario/scheduling.h"

#include "sim/scheduler_options.h"

enum { OVERASK_MAX = 1000000 };

static void read_reason(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scheduler_options *scheduler = object;

    (void)key;
    if (value_text(r, value, &scheduler->reject_reason))
        scheduler->selection = SELECTION_REJECT;
}

static const struct key selection_keys[] = {
    { .name = "reject", .read = read_reason, .required = true },
};
static const struct shape selection_shape = { SHAPE_KEYS(selection_keys) };

static const struct choice selections[] = {
    { "default", SELECTION_DEFAULT }, { "accept", SELECTION_ACCEPT }, { "wait", SELECTION_WAIT },
    { NULL, 0 },
};

static void read_selection(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    struct scheduler_options *scheduler = object;
    int selection;

    (void)key;
    if (json_type(value) == JSON_OBJECT)
        keys_read(r, value, &selection_shape, scheduler);
    else if (value_choice(r, value, selections, "{\"reject\": \"why\"}", &selection))
        scheduler->selection = (enum selection)selection;
}

static void read_ties(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    static const struct choice ties[] = { { "order", false }, { "random", true }, { NULL, 0 } };
    int random;

    (void)key;
    if (value_choice(r, value, ties, "", &random))
        ((struct scheduler_options *)object)->ties_random = random;
}

static void read_interval(struct reading *r, const struct json_value *value, const struct key *key, void *object)
{
    ns_t interval;

    (void)key;
    if (!value_duration(r, value, &interval))
        return;
    if (interval == 0)
        reading_error_at(r, value, FINDING_BAD_VALUE, NULL, "expected a duration above 0");
    else
        ((struct scheduler_options *)object)->housekeeping = interval;
}

static const struct bounds overask = { 1, OVERASK_MAX };

static const struct key scheduler_keys[] = {
    { .name = "overask", .read = key_integer, .offset = offsetof(struct scheduler_options, overask),
      .detail = &overask },
    { .name = "retry", .read = key_negated, .offset = offsetof(struct scheduler_options, no_retry) },
    { .name = "selection", .read = read_selection },
    { .name = "ties", .read = read_ties },
    { .name = "housekeeping", .read = read_interval },
    { .name = "approver", .read = key_nonempty, .offset = offsetof(struct scheduler_options, approver) },
    { .name = "labels_known", .read = key_jobless_trigger, .offset = offsetof(struct scheduler_options, labels_known) },
};

const struct shape scheduler_shape = { SHAPE_KEYS(scheduler_keys) };
