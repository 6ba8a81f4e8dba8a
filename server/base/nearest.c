#include "base/nearest.h"

#include "base/ascii.h"

#include <stdint.h>
#include <string.h>

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static size_t differ(char a, char b)
{
    return ascii_lower(a) != ascii_lower(b);
}

/* How many letters to change, add or drop (Levenshtein); their case does not count. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NEAREST_NAME_MAX + 1], n = strlen(b);

    if (n > NEAREST_NAME_MAX || strnlen(a, NEAREST_NAME_MAX + 1) > NEAREST_NAME_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t above = row[j];
            row[j] = least_of(above + 1, row[j - 1] + 1, corner + differ(a[i - 1], b[j - 1]));
            corner = above;
        }
    }
    return row[n];
}

struct nearest nearest_to(const char *wanted)
{
    if (!wanted)
        wanted = "";
    size_t third = strlen(wanted) / 3;

    return (struct nearest){ wanted, NULL, (third > 2 ? third : 2) + 1 };
}

void nearest_try(struct nearest *nearest, const char *name)
{
    size_t n = strlen(nearest->wanted), d = distance(nearest->wanted, name);

    if (n > 1 && strncmp(nearest->wanted, name, n) == 0)
        d = 1; /* the beginning of it */
    if (d < nearest->distance && d < n) {
        nearest->best = name;
        nearest->distance = d;
    }
}
