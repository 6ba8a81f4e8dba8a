/* How long the program takes from its start to the ready line, what memory it has then, and how long it takes to stop. */
#include "base/os_clock.h"
#include "bench/load.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>

enum { STARTS = 21 };

static long resident_kib(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file && kib == 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kib;
}

static double milliseconds_since(ns_t start)
{
    return (double)(os_clock_monotonic() - start) / (double)NS_PER_MS;
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    double ready[STARTS], stop[STARTS];
    int n = load.tiny ? 1 : STARTS;
    long memory = 0;

    for (int i = 0; i < n; i++) {
        struct program program;
        ns_t start = os_clock_monotonic();
        load_serve(&program, NULL);
        ready[i] = milliseconds_since(start);
        memory = resident_kib(program.pid);
        start = os_clock_monotonic();
        if (program_stop(&program) != 0)
            load_fail("the program does not stop well");
        stop[i] = milliseconds_since(start);
        program_release(&program);
    }
    printf("start to ready line: median %.1f ms, least %.1f ms of %d\n", load_median(ready, n), ready[0], n);
    printf("stop: median %.1f ms of %d\n", load_median(stop, n), n);
    printf("idle: %ld KiB resident\n", memory);
    return 0;
}
