/* What a fuzz target is: one function that takes any bytes. libFuzzer calls it with its own inventions,
 * replay.c with the files of a corpus. It ends the program when a promise is broken. */
#ifndef MOCK_REQUESTER_FUZZ_FUZZ_H
#define MOCK_REQUESTER_FUZZ_FUZZ_H

#include "base/span.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline struct span fuzz_text(const uint8_t *data, size_t n)
{
    return span_of((const char *)data, n);
}

/* Takes the bytes before the first `end` off `text`, and that one; all when there is none. */
static inline struct span fuzz_take(struct span *text, char end)
{
    const char *at = text->n ? memchr(text->p, end, text->n) : NULL;
    struct span piece = span_of(text->p, at ? (size_t)(at - text->p) : text->n);
    size_t gone = at ? piece.n + 1 : piece.n;

    if (text->n)
        *text = span_of(text->p + gone, text->n - gone);
    return piece;
}

#endif
