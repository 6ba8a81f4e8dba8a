#include "base/span.h"

#include <ctype.h>
#include <strings.h>

int span_cmp(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c != 0 || a.n == b.n)
        return c;
    return a.n < b.n ? -1 : 1;
}

bool span_eq_nocase(struct span a, struct span b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (tolower((unsigned char)a.p[i]) != tolower((unsigned char)b.p[i]))
            return false;
    return true;
}

struct span span_trim(struct span a)
{
    while (a.n && isspace((unsigned char)a.p[0])) {
        a.p++;
        a.n--;
    }
    while (a.n && isspace((unsigned char)a.p[a.n - 1]))
        a.n--;
    return a;
}
