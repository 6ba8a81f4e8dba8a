#include "wire/json_equal.h"

#include "base/ascii.h"
#include "wire/json_items.h"
#include "wire/json_text.h"

#include <stdint.h>

enum { EQUAL_DEPTH_MAX = 64 };

/* A number as digits without zeros at either end, and the power of ten of the last of them. */
struct decimal {
    bool negative;
    struct span text; /* of the digits, a point perhaps among them */
    int64_t power;
    size_t n; /* digits */
};

static int64_t exponent_of(struct span text)
{
    bool negative = text.n && text.p[0] == '-';
    int64_t value = 0;

    for (size_t i = 0; i < text.n; i++)
        if (ascii_is_digit(text.p[i]) && value < INT64_C(1000000000000))
            value = value * 10 + (text.p[i] - '0');
    return negative ? -value : value;
}

static struct decimal decimal_of(struct span number)
{
    struct decimal d = { .negative = number.p[0] == '-' };
    size_t digits = 0, first = SIZE_MAX, last = 0, behind_point = 0, behind_last = 0;
    bool point = false;
    size_t i = d.negative;

    for (; i < number.n && (ascii_is_digit(number.p[i]) || number.p[i] == '.'); i++) {
        point |= number.p[i] == '.';
        if (number.p[i] == '.')
            continue;
        behind_point += point;
        behind_last++;
        digits += first != SIZE_MAX || number.p[i] != '0';
        if (number.p[i] == '0')
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
        behind_last = 0;
        d.n = digits;
    }
    if (first == SIZE_MAX)
        return (struct decimal){ .text = SPAN("") };
    d.text = span_of(number.p + first, last + 1 - first);
    d.power = (int64_t)behind_last - (int64_t)behind_point + (i < number.n ? exponent_of(span_of(number.p + i + 1, number.n - i - 1)) : 0);
    return d;
}

static bool same_numbers(struct span a, struct span b)
{
    struct decimal x = decimal_of(a), y = decimal_of(b);
    size_t i = 0, k = 0;

    if (x.negative != y.negative || x.power != y.power || x.n != y.n)
        return false;
    while (i < x.text.n && k < y.text.n) {
        if (x.text.p[i] == '.')
            i++;
        if (y.text.p[k] == '.')
            k++;
        if (x.text.p[i++] != y.text.p[k++])
            return false;
    }
    return true;
}

static bool equal(struct span a, struct span b, int depth);

static bool same_arrays(struct span a, struct span b, int depth)
{
    struct json_item x, y;
    bool more_x = json_item_first(a, &x), more_y = json_item_first(b, &y);

    while (more_x && more_y) {
        if (!equal(x.value, y.value, depth))
            return false;
        more_x = json_item_next(a, &x);
        more_y = json_item_next(b, &y);
    }
    return more_x == more_y;
}

static bool has_member(struct span object, const struct json_item *wanted, int depth)
{
    struct json_item item;

    for (bool on = json_item_first(object, &item); on; on = json_item_next(object, &item))
        if (json_text_equal(item.key, wanted->key))
            return equal(item.value, wanted->value, depth);
    return false;
}

static bool same_objects(struct span a, struct span b, int depth)
{
    struct json_item item;

    if (json_items_count(a) != json_items_count(b))
        return false;
    for (bool on = json_item_first(a, &item); on; on = json_item_next(a, &item))
        if (!has_member(b, &item, depth))
            return false;
    return true;
}

static bool is_number(struct span value)
{
    return value.p[0] == '-' || ascii_is_digit(value.p[0]);
}

static bool equal(struct span a, struct span b, int depth)
{
    if (is_number(a) && is_number(b))
        return same_numbers(a, b);
    if (a.p[0] != b.p[0] || depth == 0)
        return false;
    switch (a.p[0]) {
    case '"':
        return json_text_equal(span_of(a.p + 1, a.n - 2), span_of(b.p + 1, b.n - 2));
    case '{':
        return same_objects(a, b, depth - 1);
    case '[':
        return same_arrays(a, b, depth - 1);
    default:
        return span_eq(a, b);
    }
}

bool json_equal(struct span a, struct span b)
{
    return equal(a, b, EQUAL_DEPTH_MAX);
}
