/* Two worlds in two threads beside one world in one thread, without sockets: worlds do not share a lock. */
#include "base/draw.h"
#include "base/os_clock.h"
#include "bench/load.h"
#include "support/house.h"

#include <pthread.h>
#include <stdio.h>

enum { WORLDS = 2 };

struct worker {
    struct house *house;
    const char *client;
    double seconds;
    long n;
};

/* A submit, and reads of its job. */
static void *work(void *context)
{
    enum { READS = 8 };
    struct worker *worker = context;
    ns_t end = os_clock_monotonic() + (ns_t)(worker->seconds * (double)NS_PER_SECOND);
    char id[UUID_SIZE + 1];

    for (; os_clock_monotonic() < end; worker->n++) {
        if (house_submit(worker->house, worker->client, id).status != 200)
            load_fail("submit is refused");
        for (int i = 0; i < READS; i++)
            house_states(worker->house, worker->client, id);
    }
    return NULL;
}

static double rate_of(int threads, double seconds)
{
    static const char *const clients[WORLDS] = { "alice", "bob" };
    struct worker workers[WORLDS];
    pthread_t running[WORLDS];
    struct house house;
    long n = 0;

    house_open(&house, "{\"version\": 1}");
    for (int i = 0; i < threads; i++) {
        house_add(&house, clients[i], "{\"version\": 1}");
        workers[i] = (struct worker){ &house, clients[i], seconds, 0 };
    }
    for (int i = 0; i < threads; i++)
        if (pthread_create(&running[i], NULL, work, &workers[i]))
            load_fail("no thread");
    for (int i = 0; i < threads; i++)
        pthread_join(running[i], NULL);
    for (int i = 0; i < threads; i++)
        n += workers[i].n;
    house_close(&house);
    return (double)n / seconds;
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    double one[LOAD_ROUNDS_MAX], two[LOAD_ROUNDS_MAX];

    for (int i = 0; i < load.rounds; i++) {
        one[i] = rate_of(1, load.seconds);
        two[i] = rate_of(WORLDS, load.seconds);
    }
    double a = load_median(two, load.rounds), b = load_median(one, load.rounds);
    printf("two worlds in two threads: %.0f rounds/s, one in one: %.0f rounds/s, ratio %.2f\n", a, b, a / b);
    return 0;
}
