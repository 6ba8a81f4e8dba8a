#include "wire/json_items.h"

#include "wire/json_scan.h"

bool json_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t json_skip_space(struct span text, size_t at)
{
    while (at < text.n && json_is_space(text.p[at]))
        at++;
    return at;
}

static struct span rest(struct span text, size_t at)
{
    return span_of(text.p + at, text.n - at);
}

/* The item that begins at `at`; false if the container ends there. */
static bool item_at(struct span container, size_t at, struct json_item *item)
{
    bool is_object = container.p[0] == '{';

    at = json_skip_space(container, at);
    if (container.p[at] == '}' || container.p[at] == ']')
        return false;
    *item = (struct json_item){ .begin = at };
    if (is_object) {
        size_t n = json_skip(rest(container, at));
        item->key = span_of(container.p + at + 1, n - 2);
        at = json_skip_space(container, at + n);
        at = json_skip_space(container, at + 1); /* the colon */
    }
    item->value = span_of(container.p + at, json_skip(rest(container, at)));
    item->end = at + item->value.n;
    at = json_skip_space(container, item->end);
    item->next = container.p[at] == ',' ? at + 1 : 0;
    return true;
}

bool json_item_first(struct span container, struct json_item *item)
{
    return item_at(container, 1, item);
}

bool json_item_next(struct span container, struct json_item *item)
{
    return item->next && item_at(container, item->next, item);
}

size_t json_items_count(struct span container)
{
    struct json_item item;
    size_t n = 0;

    for (bool on = json_item_first(container, &item); on; on = json_item_next(container, &item))
        n++;
    return n;
}
