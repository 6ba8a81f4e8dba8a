/* The members of an object and the elements of an array, one after the other, in text that json_scan has
 * accepted. Pure, any thread. */
#ifndef MOCK_REQUESTER_WIRE_JSON_ITEMS_H
#define MOCK_REQUESTER_WIRE_JSON_ITEMS_H

#include "base/span.h"

struct json_item {
    struct span key;   /* without its quotes, escapes as they are; p NULL: an element */
    struct span value;
    size_t begin, end; /* of key and value together, in the container */
    size_t next;       /* where the next item begins; 0: this is the last one */
};

/* False if the container is empty, or if there is no next item. */
bool json_item_first(struct span container, struct json_item *item);
bool json_item_next(struct span container, struct json_item *item);

size_t json_items_count(struct span container);

bool json_is_space(char c);
/* The first place from `at` on that is no white space. */
size_t json_skip_space(struct span text, size_t at);

#endif
