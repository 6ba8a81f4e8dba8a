/* A borrowed run of bytes.
 *
 * The server's texts may hold any byte, NUL too (a job id `a\u0000b` comes back as it was sent), so
 * a text is a pointer and a length everywhere. A span owns nothing: the function that returns one says how long
 * the bytes live. `p` is NULL only in the zero span, which reads as the empty text. */
#ifndef MOCK_REQUESTER_BASE_SPAN_H
#define MOCK_REQUESTER_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

/* A span over a string literal. */
#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })
/* The two arguments that printf's %.*s wants; for texts shorter than 2 GiB, which every cap ensures. */
#define SPAN_ARG(s) (int)(s).n, ((s).p ? (s).p : "")

static inline struct span span_of(const char *p, size_t n)
{
    return (struct span){ p, n };
}

/* `text` may be NULL: the empty span. */
static inline struct span span_text(const char *text)
{
    return text ? (struct span){ text, strlen(text) } : (struct span){ NULL, 0 };
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_eq(a, span_text(text));
}

static inline bool span_starts(struct span a, struct span prefix)
{
    return a.n >= prefix.n && span_eq(span_of(a.p, prefix.n), prefix);
}

static inline bool span_ends(struct span a, struct span suffix)
{
    return a.n >= suffix.n && span_eq(span_of(a.p + a.n - suffix.n, suffix.n), suffix);
}

/* Byte order, shorter first among equals: what strcmp is for texts. */
int span_cmp(struct span a, struct span b);

/* Equal but for the case of ASCII letters. */
bool span_eq_nocase(struct span a, struct span b);

/* `a` without leading and trailing ASCII white space. */
struct span span_trim(struct span a);

#endif
