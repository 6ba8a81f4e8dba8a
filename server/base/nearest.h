/* Finds the known name that is nearest to a wrong one, by edit distance without regard to case.
 *
 *   nearest_to → nearest_try, a name at a time → look at `best`
 *
 * Pure, any thread. */
#ifndef MOCK_REQUESTER_BASE_NEAREST_H
#define MOCK_REQUESTER_BASE_NEAREST_H

#include <stddef.h>

enum { NEAREST_NAME_MAX = 40 }; /* bytes; longer names are near to nothing */

struct nearest {
    const char *wanted;
    const char *best; /* NULL: nothing near enough */
    size_t distance;
};

/* `wanted` and the names tried are borrowed as long as the result is used. */
struct nearest nearest_to(const char *wanted);
/* Of equally near names the first stays. A name that begins with what is wanted is near. */
void nearest_try(struct nearest *nearest, const char *name);

#endif
