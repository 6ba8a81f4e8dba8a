/* What the benchmarks share: how long to measure, a program that serves, and a load from one thread.
 *
 * A benchmark compares things side by side in one run: it measures each of them once a round and prints the median of
 * the rounds. With `--tiny` there is one round of some milliseconds, which shows that the benchmark works. */
#ifndef MOCK_REQUESTER_BENCH_LOAD_H
#define MOCK_REQUESTER_BENCH_LOAD_H

#include "base/buf.h"
#include "base/error.h"

#include <sys/types.h>

struct program; /* support/program.h */

enum { LOAD_CONNECTIONS = 16, LOAD_CONNECTIONS_MAX = 64, LOAD_ROUNDS_MAX = 5 };

struct load {
    bool tiny;
    int rounds;
    double seconds; /* of one measurement */
};
struct load load_of_arguments(int argc, char **argv);

/* Prints the message and ends the program with 1. */
_Noreturn void load_fail(const char *message);

/* Starts the program on a free port, without a log and without a rate limit; `words` are further options, NULL at the
 * end. Returns the port. */
int load_serve(struct program *program, const char *const *words);

/* The same with `--log text`, which goes to the file. */
int load_serve_logging(struct program *program, const char *log);

/* A POST request as it is sent. The caller releases it. */
struct buf load_post(const char *path, struct span body);
/* Sends the request once and returns the reply as it was sent. The caller releases it. */
struct buf load_ask(int port, struct span request);
/* The id of the job in the reply to a submit; ends the program where there is none. */
struct span load_job_id(struct span reply);

/* Sends `request` again and again for `seconds`, over LOAD_CONNECTIONS connections with one request under way on each.
 * Returns the number of replies a second. A reply that is not a 200 ends the program. */
double load_rate(int port, struct span request, double seconds);

/* The same over `connections` connections, with the CPU time that the process spent on it. */
struct load_server {
    pid_t pid;
    int port;
};
struct load_figures {
    double rate; /* replies a second */
    double cpu;  /* microseconds a reply, of all threads of the process */
};
struct load_figures load_measure(struct load_server server, struct span request, int connections, double seconds);

/* VmRSS of the process, in KiB. */
long load_resident(pid_t pid);

/* Sorts the values. */
double load_median(double *values, int n);

#endif
