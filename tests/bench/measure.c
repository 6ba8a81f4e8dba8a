/* The load of the benchmarks for any server on 127.0.0.1, as a program: tests/bench/peers uses it.
 *
 *   measure PID PORT FILE CONNECTIONS SECONDS     sends the request in FILE again and again; prints
 *                                                 replies a second and the process's CPU time a reply in us */
#include "bench/load.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 6)
        load_fail("usage: measure PID PORT FILE CONNECTIONS SECONDS");
    CLEANUP(buf_release) struct buf request = file_read(argv[3]);
    struct load_server server = { (pid_t)strtol(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10) };
    struct load_figures got = load_measure(server, buf_view(&request), (int)strtol(argv[4], NULL, 10), strtod(argv[5], NULL));

    printf("%.1f %.2f\n", got.rate, got.cpu);
    return 0;
}
