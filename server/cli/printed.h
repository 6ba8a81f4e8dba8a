/* The output of a command that prints something and ends: main.c writes it. */
#ifndef MOCK_REQUESTER_CLI_PRINTED_H
#define MOCK_REQUESTER_CLI_PRINTED_H

#include "base/buf.h"

enum { PRINTED_MAX = 1 << 30 };

struct printed {
    struct buf out;   /* for standard output */
    struct buf notes; /* for standard error */
    bool refused;     /* a file does not pass: exit code 2 */
};

static inline void printed_release(struct printed *printed)
{
    buf_release(&printed->out);
    buf_release(&printed->notes);
}

#endif
