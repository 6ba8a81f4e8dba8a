/* How long the program takes from its start to the ready line, what memory it has then, and how long it takes to stop,
 * idle and with connections open. */
#include "base/os_clock.h"
#include "bench/load.h"
#include "support/http_client.h"
#include "support/program.h"

#include <stdio.h>

enum { STARTS = 21 };

static double milliseconds_since(ns_t start)
{
    return (double)(os_clock_monotonic() - start) / (double)NS_PER_MS;
}

enum { OPEN = 100 };

/* How long a stop takes with connections open: kept alive after a reply, silent, and in the middle of a request. */
static double stop_with_connections(void)
{
    static const char *const sent[] = { "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", "", "GET /livez HTT" };
    static struct http_client clients[OPEN];
    struct program program;
    int port = load_serve(&program, NULL);

    for (int i = 0; i < OPEN; i++) {
        clients[i] = (struct http_client){ .timeout_ms = HTTP_CLIENT_TIMEOUT_MS };
        if (!http_connect(&clients[i], port) || !http_send_text(&clients[i], sent[i % 3]))
            load_fail("cannot connect");
        struct http_reply reply = { 0 };
        if (i % 3 == 0)
            reply = http_read(&clients[i], "GET");
        http_reply_release(&reply);
    }
    ns_t start = os_clock_monotonic();
    if (program_stop(&program) != 0)
        load_fail("the program does not stop well");
    double took = milliseconds_since(start);
    for (int i = 0; i < OPEN; i++)
        http_close(&clients[i]);
    program_release(&program);
    return took;
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    double ready[STARTS], stop[STARTS], busy[STARTS];
    int n = load.tiny ? 1 : STARTS;
    long memory = 0;

    for (int i = 0; i < n; i++) {
        struct program program;
        ns_t start = os_clock_monotonic();
        load_serve(&program, NULL);
        ready[i] = milliseconds_since(start);
        memory = load_resident(program.pid);
        start = os_clock_monotonic();
        if (program_stop(&program) != 0)
            load_fail("the program does not stop well");
        stop[i] = milliseconds_since(start);
        program_release(&program);
        busy[i] = stop_with_connections();
    }
    printf("start to ready line: median %.1f ms, least %.1f ms of %d\n", load_median(ready, n), ready[0], n);
    printf("stop: median %.1f ms of %d\n", load_median(stop, n), n);
    double median = load_median(busy, n); /* sorts them */
    printf("stop with %d connections open: median %.1f ms, most %.1f ms of %d\n", OPEN, median, busy[n - 1], n);
    printf("idle: %ld KiB resident\n", memory);
    return 0;
}
