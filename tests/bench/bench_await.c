/* How long after its event a call that waits is answered: from the submit, within the world's lock, to the reply's last
 * byte at the client, over a socket. */
#include "base/os_clock.h"
#include "bench/load.h"
#include "http/server.h"
#include "support/http_client.h"
#include "support/worlds.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 1000, BODY_MAX_ = 256 };

static struct server *server_of_one_node(void)
{
    struct node nodes[] = { node_good(SPAN("n0"), SPAN("v0.3.25")) };
    struct program *program = program_by_hand(&release_v0_3_25, nodes, 1);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program }, .control = true, .log = LOG_OFF };
    struct server *server;

    if (server_start(&options, &server, NULL))
        load_fail("the server does not start");
    program_drop(program);
    return server;
}

static void ask(struct http_client *client, int round)
{
    char body[BODY_MAX_], request[2 * BODY_MAX_];

    snprintf(body, sizeof body, "{\"job\":{\"client_id\":\"c%d\"},\"state\":\"InProgress\",\"within\":\"1m\"}", round);
    snprintf(request, sizeof request, "POST /__mock/jobs/await HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    if (!http_send_text(client, request))
        load_fail("the server does not take a request");
}

/* Returns with the world entered and a call waiting in it. */
static ns_t enter_when_it_waits(struct world *world)
{
    ns_t now = world_enter(world);

    while (!world->waiting.first) {
        world_leave(world);
        sched_yield();
        now = world_enter(world);
    }
    return now;
}

/* Returns the moment of the event. */
static int64_t submit(struct world *world, int round)
{
    struct job_spec spec = spec_of(1, 0, 0);
    char client[32];
    const struct job *job;

    snprintf(client, sizeof client, "c%d", round);
    ns_t now = enter_when_it_waits(world);
    int64_t at = os_clock_monotonic();
    if (submit_with_error(world->engine, span_text(client), SPAN("V1beta1"), &spec, now, &job, NULL))
        load_fail("a submit is refused");
    world_leave(world);
    return at;
}

static double measure(struct http_client *client, struct world *world, int round)
{
    ask(client, round);
    int64_t at = submit(world, round);
    struct http_reply reply = http_read(client, "POST");
    double us = (double)(os_clock_monotonic() - at) / 1e3;
    if (reply.status != 200)
        load_fail("a wait fails");
    http_reply_release(&reply);
    return us;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    static double us[ROUNDS];
    int n = load.tiny ? 10 : ROUNDS;
    struct server *server = server_of_one_node();
    struct http_client client = { .fd = -1 };

    if (!http_connect(&client, server_port(server)))
        load_fail("no connection");
    for (int i = 0; i < n; i++)
        us[i] = measure(&client, server_world(server), i);
    http_close(&client);
    server_stop(server);
    qsort(us, (size_t)n, sizeof *us, compare);
    printf("await, from its event to its answer: median %.0f us, 90%% %.0f us, 99%% %.0f us, most %.0f us of %d\n", us[n / 2], us[n * 9 / 10],
           us[n * 99 / 100], us[n - 1], n);
    return 0;
}
