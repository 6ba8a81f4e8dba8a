/* What other clients wait for while the server works on something long: the latency of `livez` and `states`, alone and
 * beside clients who ask for it again and again. With 100 000 jobs; the longest answers are 180 MB. */
#include "base/os_clock.h"
#include "bench/load.h"
#include "support/http_client.h"
#include "support/program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOBS = 100000, SAMPLES = 2000, TINY = 20 };

static const struct work {
    const char *name, *request;
} works[] = {
    { "nothing", NULL },
    { "a list of all jobs", "POST /requester/list HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n"
                            "{\"client_id\":\"\",\"return_all\":true,\"max_jobs\":100000,\"id\":\"\"}  " },
    { "GET /__mock/fixture", "GET /__mock/fixture HTTP/1.1\r\nHost: x\r\n\r\n" },
    { "GET /__mock/requests?limit=100000", "GET /__mock/requests?limit=100000 HTTP/1.1\r\nHost: x\r\n\r\n" },
};

/* ---- the long work ----------------------------------------------------------------------------------------------- */

struct worker {
    const char *request;
    int port;
    atomic_bool stop;
    atomic_long done;
};

static void *work(void *context)
{
    struct worker *worker = context;

    while (worker->request && !atomic_load(&worker->stop)) {
        struct http_reply reply = http_exchange_text(worker->port, worker->request, "GET");
        if (reply.status != 200)
            load_fail("the long request is refused");
        http_reply_release(&reply);
        atomic_fetch_add(&worker->done, 1);
    }
    return NULL;
}

/* ---- what others wait for ------------------------------------------------------------------------------------------ */

struct waits {
    double median, p99, most; /* milliseconds */
};

static struct waits waits_for(int port, struct span request, int samples)
{
    static double took[SAMPLES];
    struct http_client client = { .timeout_ms = HTTP_CLIENT_TIMEOUT_MS };

    if (!http_connect(&client, port))
        load_fail("cannot connect");
    for (int i = 0; i < samples; i++) {
        ns_t start = os_clock_monotonic();
        http_send(&client, request.p, request.n);
        struct http_reply reply = http_read(&client, "POST");
        took[i] = (double)(os_clock_monotonic() - start) / (double)NS_PER_MS;
        if (reply.status != 200)
            load_fail("a reply is not a 200");
        http_reply_release(&reply);
    }
    http_close(&client);
    double median = load_median(took, samples); /* sorts them */
    return (struct waits){ median, took[samples * 99 / 100], took[samples - 1] };
}

static void measure(int port, const struct work *row, struct span states, int samples)
{
    struct worker worker = { .request = row->request, .port = port };
    const struct span livez = SPAN("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    pthread_t thread;

    if (pthread_create(&thread, NULL, work, &worker) != 0)
        load_fail("no thread");
    struct waits live = waits_for(port, livez, samples), read = waits_for(port, states, samples);
    atomic_store(&worker.stop, true);
    pthread_join(thread, NULL);
    printf("beside %s (%ld times): livez median %.2f ms, p99 %.2f ms, most %.2f ms; states %.2f, %.2f, %.2f ms\n", row->name,
           atomic_load(&worker.done), live.median, live.p99, live.most, read.median, read.p99, read.most);
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    struct program program;
    struct span payload =
        SPAN("{\"job_create_payload\":{\"ClientID\":\"bench\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
             "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"date\"]},"
             "\"Deal\":{\"Concurrency\":1}}},\"signature\":\"AAAA\",\"client_public_key\":\"MAYCASMCAQM=\"}");
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", payload), body = buf_init(1024);
    int port = load_serve(&program, (const char *[]){ "--signatures", "off", "--max-jobs", "100000", NULL });
    CLEANUP(buf_release) struct buf first = load_ask(port, buf_view(&submit));

    for (double made = 0; made < (load.tiny ? TINY : JOBS);)
        made += load_rate(port, buf_view(&submit), load.seconds) * load.seconds;
    CLEANUP(buf_release) struct buf last = load_ask(port, buf_view(&submit));
    buf_printf(&body, "{\"client_id\":\"bench\",\"job_id\":\"%.*s\"}", SPAN_ARG(load_job_id(buf_view(&last))));
    CLEANUP(buf_release) struct buf states = load_post("/requester/states", buf_view(&body));
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        measure(port, &works[i], buf_view(&states), load.tiny ? TINY : SAMPLES);
    program_stop(&program);
    program_release(&program);
    return 0;
}
