/* A bounded load from one thread: a few keep-alive connections, one request under way on each. */
#ifndef MOCK_REQUESTER_BENCH_LOAD_H
#define MOCK_REQUESTER_BENCH_LOAD_H

#include "base/span.h"

#include <stdint.h>

enum { LOAD_CONNECTIONS = 16 };

struct load_result {
    long answers;
    double seconds;
    long failures; /* answers that did not begin as they should, connections that broke */
};

/* Sends `request` again and again to 127.0.0.1:`port` for `seconds`; an answer must begin with `begins`. */
struct load_result load_run(int port, struct span request, struct span begins, double seconds);

#endif
