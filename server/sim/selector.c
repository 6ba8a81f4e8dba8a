/* Three layers, as in Kubernetes' own code: the form of names and values, the rules of each operator for its
 * values, and whether a selector holds. */
#include "sim/selector.h"

#include "base/ascii.h"
#include "base/quote.h"

enum { NAME_MAX_BYTES = 63, PREFIX_MAX_BYTES = 253 };

#define NAME_REGEX "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define ALPHANUMERIC "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
#define NAME_EXAMPLES "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '" NAME_REGEX "')"

static const char name_fault[] = "name part must consist of " ALPHANUMERIC " " NAME_EXAMPLES;
static const char parts_fault[] = "a qualified name must consist of " ALPHANUMERIC " " NAME_EXAMPLES
                                  " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
static const char prefix_fault[] =
    "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
    "must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
static const char value_fault[] =
    "a valid label must be an empty string or consist of " ALPHANUMERIC
    " (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(" NAME_REGEX ")?')";

/* ---- joining ------------------------------------------------------------------------------------------------ */

/* Texts joined with a separator. */
struct joined {
    struct buf *out;
    const char *between;
    size_t n;
};

static void join_next(struct joined *joined)
{
    if (joined->n++)
        buf_text(joined->out, joined->between);
}

static void join(struct joined *joined, const char *text)
{
    join_next(joined);
    buf_text(joined->out, text);
}

/* ---- names and values ------------------------------------------------------------------------------------ */

static bool is_lower_or_digit(char c)
{
    return ascii_is_lower(c) || ascii_is_digit(c);
}

/* ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9] */
static bool is_name(struct span text)
{
    if (text.n == 0 || !ascii_is_alphanumeric(text.p[0]) || !ascii_is_alphanumeric(text.p[text.n - 1]))
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_alphanumeric(text.p[i]) && text.p[i] != '-' && text.p[i] != '_' && text.p[i] != '.')
            return false;
    return true;
}

/* Labels of [a-z0-9]([-a-z0-9]*[a-z0-9])? with dots between them. */
static bool is_subdomain(struct span text)
{
    char before = '.';

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (!is_lower_or_digit(c) && c != '-' && c != '.')
            return false;
        if ((before == '.' && !is_lower_or_digit(c)) || (c == '.' && before == '-'))
            return false;
        before = c;
    }
    return is_lower_or_digit(before);
}

static void prefix_explain(struct joined *faults, struct span prefix)
{
    if (prefix.n == 0) {
        join(faults, "prefix part must be non-empty");
        return;
    }
    if (prefix.n > PREFIX_MAX_BYTES)
        join(faults, "prefix part must be no more than 253 characters");
    if (!is_subdomain(prefix))
        join(faults, prefix_fault);
}

static void name_explain(struct joined *faults, struct span name)
{
    if (name.n == 0)
        join(faults, "name part must be non-empty");
    if (name.n > NAME_MAX_BYTES)
        join(faults, "name part must be no more than 63 characters");
    if (!is_name(name))
        join(faults, name_fault);
}

/* IsQualifiedName: a name, or a prefix, a slash and a name. */
static void key_explain(struct joined *faults, struct span key)
{
    const char *slash = key.n ? memchr(key.p, '/', key.n) : NULL;
    struct span name = key;

    if (slash) {
        struct span prefix = span_of(key.p, (size_t)(slash - key.p));

        name = span_of(slash + 1, key.n - prefix.n - 1);
        if (memchr(name.p, '/', name.n)) {
            join(faults, parts_fault);
            return;
        }
        prefix_explain(faults, prefix);
    }
    name_explain(faults, name);
}

static bool key_is_good(struct span key)
{
    struct buf unused = buf_init(0);
    struct joined faults = { .out = &unused, .between = "" };

    key_explain(&faults, key);
    return faults.n == 0;
}

static bool value_is_good(struct span value)
{
    return value.n <= NAME_MAX_BYTES && (value.n == 0 || is_name(value));
}

static void value_explain(struct joined *faults, struct span value)
{
    if (value.n > NAME_MAX_BYTES)
        join(faults, "must be no more than 63 characters");
    if (value.n && !is_name(value))
        join(faults, value_fault);
}

/* ---- operators --------------------------------------------------------------------------------------------- */

/* Go's strconv.ParseInt, base 10, 64 bits. */
static bool read_integer(struct span text, int64_t *value)
{
    bool negative = text.n && text.p[0] == '-';
    size_t sign = text.n && (text.p[0] == '-' || text.p[0] == '+');
    uint64_t v;

    if (!ascii_number(span_of(text.p + sign, text.n - sign), &v) || v > (uint64_t)INT64_MAX + negative)
        return false;
    *value = negative ? (int64_t)-v : (int64_t)v;
    return true;
}

enum meaning { ONE_OF, NONE_OF, PRESENT, ABSENT, GREATER, LESS };
enum values_wanted { ANY_VALUES, ONE_VALUE, NO_VALUES };

/* In the order in which the validator lists them. */
static const struct op {
    const char *name;
    enum meaning meaning;
    enum values_wanted wanted;
    const char *fault;
} ops[] = {
    { "in", ONE_OF, ANY_VALUES, "for 'in', 'notin' operators, values set can't be empty" },
    { "notin", NONE_OF, ANY_VALUES, "for 'in', 'notin' operators, values set can't be empty" },
    { "=", ONE_OF, ONE_VALUE, "exact-match compatibility requires one single value" },
    { "==", ONE_OF, ONE_VALUE, "exact-match compatibility requires one single value" },
    { "!=", NONE_OF, ONE_VALUE, "exact-match compatibility requires one single value" },
    { "gt", GREATER, ONE_VALUE, "for 'Gt', 'Lt' operators, exactly one value is required" },
    { "lt", LESS, ONE_VALUE, "for 'Gt', 'Lt' operators, exactly one value is required" },
    { "exists", PRESENT, NO_VALUES, "values set must be empty for exists and does not exist" },
    { "!", ABSENT, NO_VALUES, "values set must be empty for exists and does not exist" },
};

enum { OP_COUNT = sizeof ops / sizeof ops[0] };

static const struct op *op_find(struct span name)
{
    for (size_t i = 0; i < OP_COUNT; i++)
        if (span_is(name, ops[i].name))
            return &ops[i];
    return NULL;
}

static bool number_of_values_is_good(const struct op *op, size_t n)
{
    switch (op->wanted) {
    case ANY_VALUES:
        return n > 0;
    case ONE_VALUE:
        return n == 1;
    case NO_VALUES:
        return n == 0;
    }
    return false;
}

static bool wants_integers(const struct op *op)
{
    return op->meaning == GREATER || op->meaning == LESS;
}

/* ---- the validator ----------------------------------------------------------------------------------------- */

/* Go's %#v of a []string. */
static void put_go_strings(struct buf *out, const struct span_list *list)
{
    struct joined values = { .out = out, .between = ", " };

    if (!list->at) {
        buf_text(out, "[]string(nil)");
        return;
    }
    buf_text(out, "[]string{");
    for (size_t i = 0; i < list->n && !out->failed; i++) {
        join_next(&values);
        buf_quote(out, list->at[i]);
    }
    buf_char(out, '}');
}

static void check_key(struct joined *faults, const struct node_selector *s)
{
    struct joined why = { .out = faults->out, .between = "; " };

    if (key_is_good(s->key))
        return;
    join(faults, "key: Invalid value: ");
    buf_quote(faults->out, s->key);
    buf_text(faults->out, ": ");
    key_explain(&why, s->key);
}

static void check_op(struct joined *faults, const struct node_selector *s)
{
    struct joined supported = { .out = faults->out, .between = ", " };

    if (op_find(s->op))
        return;
    join(faults, "operator: Unsupported value: ");
    buf_quote(faults->out, s->op);
    buf_text(faults->out, ": supported values: ");
    for (size_t i = 0; i < OP_COUNT; i++) {
        join_next(&supported);
        buf_quote(faults->out, span_text(ops[i].name));
    }
}

static void check_number_of_values(struct joined *faults, const struct node_selector *s)
{
    const struct op *op = op_find(s->op);

    if (!op || number_of_values_is_good(op, s->values.n))
        return;
    join(faults, "values: Invalid value: ");
    put_go_strings(faults->out, &s->values);
    buf_printf(faults->out, ": %s", op->fault);
}

static void check_integers(struct joined *faults, const struct node_selector *s)
{
    const struct op *op = op_find(s->op);
    int64_t unused;

    for (size_t i = 0; op && wants_integers(op) && i < s->values.n && !faults->out->failed; i++) {
        if (read_integer(s->values.at[i], &unused))
            continue;
        join_next(faults);
        buf_printf(faults->out, "values[%zu]: Invalid value: ", i);
        buf_quote(faults->out, s->values.at[i]);
        buf_text(faults->out, ": for 'Gt', 'Lt' operators, the value must be an integer");
    }
}

static void check_values(struct joined *faults, const struct node_selector *s)
{
    for (size_t i = 0; i < s->values.n && !faults->out->failed; i++) {
        struct joined why = { .out = faults->out, .between = "; " };

        if (value_is_good(s->values.at[i]))
            continue;
        join_next(faults);
        buf_printf(faults->out, "values[%zu][", i);
        buf_span(faults->out, s->key);
        buf_text(faults->out, "]: Invalid value: ");
        buf_quote(faults->out, s->values.at[i]);
        buf_text(faults->out, ": ");
        value_explain(&why, s->values.at[i]);
    }
}

/* In the validator's order. */
static void (*const checks[])(struct joined *faults, const struct node_selector *s) = {
    check_key, check_op, check_number_of_values, check_integers, check_values,
};

struct span selector_fault(const struct node_selector *selector, struct arena *arena)
{
    CLEANUP(buf_release) struct buf text = buf_init(SELECTOR_TEXT_MAX);
    struct joined faults = { .out = &text, .between = ", " };

    buf_char(&text, '[');
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        checks[i](&faults, selector);
    buf_char(&text, ']');
    if (faults.n == 0)
        return (struct span){ NULL, 0 };
    if (!text.p) {
        arena->failed = true;
        return (struct span){ NULL, 0 };
    }
    /* A single fault has no brackets. A text that met its maximum has no closing one to take off. */
    size_t bracket = faults.n == 1;
    return arena_span(arena, span_of(text.p + bracket, text.n - bracket - (bracket && !text.failed)));
}

enum err selector_check(const struct node_selector *selector, struct arena *arena, struct buf *why)
{
    struct span fault = selector_fault(selector, arena);

    buf_span(why, fault);
    if (fault.n)
        return ERR_INVALID;
    return arena->failed ? ERR_NOMEM : ERR_OK;
}

/* ---- matching ---------------------------------------------------------------------------------------------- */

static const struct span *label_find(const struct span_map *labels, struct span key)
{
    for (size_t i = 0; i < labels->n; i++)
        if (span_eq(labels->at[i].key, key))
            return &labels->at[i].value;
    return NULL;
}

static bool is_one_of(struct span value, const struct span_list *values)
{
    for (size_t i = 0; i < values->n; i++)
        if (span_eq(values->at[i], value))
            return true;
    return false;
}

/* Returns below zero, zero or above zero; also 0 if one of them is not an integer. */
static int compare_integers(struct span label, const struct span_list *values)
{
    int64_t a, b;

    if (values->n != 1 || !read_integer(label, &a) || !read_integer(values->at[0], &b))
        return 0;
    return a < b ? -1 : a > b;
}

bool selector_matches(const struct node_selector *selector, const struct span_map *labels)
{
    const struct op *op = op_find(selector->op);
    const struct span *label = label_find(labels, selector->key);

    if (!op)
        return false;
    switch (op->meaning) {
    case ONE_OF:
        return label && is_one_of(*label, &selector->values);
    case NONE_OF:
        return !label || !is_one_of(*label, &selector->values);
    case PRESENT:
        return label;
    case ABSENT:
        return !label;
    case GREATER:
        return label && compare_integers(*label, &selector->values) > 0;
    case LESS:
        return label && compare_integers(*label, &selector->values) < 0;
    }
    return false;
}
