/* How long others wait while the program does long work: the latency of /livez and of the states of a job, alone and beside
 * each kind of long work, p50, p99 and the longest.
 *
 * Probes go out at fixed moments, whether the one before was answered or not: latency counts from the moment at which a
 * probe was due, so that one long stall is many slow probes. */
#include "base/os_clock.h"
#include "bench/load.h"
#include "support/http_client.h"
#include "support/program.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROBE_EVERY_MS = 5, PROBES_MAX = 20000, REQUEST_MAX = 1 << 16 };

/* ---- long work ---------------------------------------------------------------------------------------------- */

struct work {
    const char *name, *method, *path;
    struct span body;
    int port;
    int at_least;       /* times that it is done */
    ns_t end;           /* begins no more after it */
    atomic_bool done;
    int times, status;
    double longest_ms;
};

static double ms_since(ns_t start)
{
    return (double)(os_clock_monotonic() - start) / (double)NS_PER_MS;
}

/* Sends a request and reads all of the reply without keeping it; returns the status. */
static int ask_and_drop(int port, const struct buf *request)
{
    struct http_client client = { 0 };
    static char piece[1 << 16];
    char status[16] = "";
    ssize_t n;
    size_t got = 0;

    if (!http_connect(&client, port) || !http_send(&client, request->p, request->n))
        load_fail("the long work cannot be asked for");
    while ((n = read(client.fd, piece, sizeof piece)) > 0) {
        for (ssize_t i = 0; i < n && got < sizeof status - 1; i++)
            status[got++] = piece[i];
    }
    http_close(&client);
    return got > 9 ? (int)strtol(status + 9, NULL, 10) : 0;
}

static void *do_work(void *context)
{
    struct work *work = context;
    CLEANUP(buf_release) struct buf request = buf_init(REQUEST_MAX);

    buf_printf(&request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", work->method,
               work->path, work->body.n);
    buf_span(&request, work->body);
    while (work->path && (work->times < work->at_least || os_clock_monotonic() < work->end)) {
        ns_t start = os_clock_monotonic();
        work->status = ask_and_drop(work->port, &request);
        double took = ms_since(start);
        work->longest_ms = took > work->longest_ms ? took : work->longest_ms;
        work->times++;
    }
    atomic_store(&work->done, true);
    return NULL;
}

/* ---- probes ------------------------------------------------------------------------------------------------- */

static void wait_until(ns_t moment)
{
    ns_t left = moment - os_clock_monotonic();

    if (left > 0)
        poll(NULL, 0, (int)((left + NS_PER_MS - 1) / NS_PER_MS));
}

struct probing {
    int port;
    struct span request;
    double latency[PROBES_MAX];
    int n;
};

static void probe(struct http_client *client, struct span request)
{
    bool sent = http_send(client, request.p, request.n);
    struct http_reply reply = http_read(client, "GET");

    if (!sent || reply.status != 200)
        load_fail("a probe is not answered with 200");
    http_reply_release(&reply);
}

/* Probes until the work is done, or without work until `end`. */
static void probe_beside(struct probing *p, const struct work *work, ns_t end)
{
    struct http_client client = { 0 };
    ns_t due = os_clock_monotonic();

    if (!http_connect(&client, p->port))
        load_fail("cannot connect");
    for (p->n = 0; p->n < PROBES_MAX && (work->path ? !atomic_load(&work->done) : due < end); p->n++) {
        wait_until(due);
        probe(&client, p->request);
        p->latency[p->n] = ms_since(due);
        due += PROBE_EVERY_MS * NS_PER_MS;
    }
    http_close(&client);
}

static void measure(struct probing *p, const char *probed, struct work *work, double seconds)
{
    ns_t end = os_clock_monotonic() + (ns_t)(seconds * (double)NS_PER_SECOND);
    pthread_t thread;

    work->end = end;
    work->times = 0;
    work->longest_ms = 0;
    atomic_store(&work->done, false);
    if (work->path && pthread_create(&thread, NULL, do_work, work))
        load_fail("no thread");
    probe_beside(p, work, end);
    if (work->path)
        pthread_join(thread, NULL);
    double median = p->n ? load_median(p->latency, p->n) : 0; /* sorts them */
    printf("%-6s beside %-32s p50 %6.2f ms, p99 %7.2f ms, longest %8.2f ms", probed, work->name, median,
           p->n ? p->latency[p->n * 99 / 100] : 0, p->n ? p->latency[p->n - 1] : 0);
    if (work->path)
        printf("; done %d times, %d, longest %.0f ms", work->times, work->status, work->longest_ms);
    printf("\n");
}

static void measure_both(struct probing *p, struct span states, struct work *work, double seconds)
{
    p->request = SPAN("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    measure(p, "livez", work, seconds);
    p->request = states;
    measure(p, "states", work, seconds);
}

/* ---- the worlds ---------------------------------------------------------------------------------------------- */

#define SUBMIT(concurrency)                                                                                      \
    "{\"job_create_payload\":{\"ClientID\":\"c\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","        \
    "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\"},\"Deal\":{\"Concurrency\":"      \
    concurrency "}}},\"signature\":\"\",\"client_public_key\":\"\"}"

struct scene {
    struct program program;
    int port;
    struct buf states; /* a request for the states of a job */
    char file[64];
};

static void write_scenario(struct scene *scene, const char *text)
{
    snprintf(scene->file, sizeof scene->file, "/tmp/bench_latency-%d.json", (int)getpid());
    FILE *file = fopen(scene->file, "we");
    if (!file || fputs(text, file) < 0 || fclose(file))
        load_fail("the scenario cannot be written");
}

static void open_scene(struct scene *scene, const char *scenario)
{
    const char *words[] = { "--signatures", "off", "--max-memory", "4GiB", "--journal", "1000000", NULL, NULL };

    *scene = (struct scene){ .file = "" };
    if (scenario) {
        write_scenario(scene, scenario);
        words[6] = scene->file;
    }
    scene->port = load_serve(&scene->program, words);
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", SPAN(SUBMIT("1")));
    CLEANUP(buf_release) struct buf submitted = load_ask(scene->port, buf_view(&submit)), body = buf_init(1024);
    buf_printf(&body, "{\"client_id\":\"\",\"job_id\":\"%.*s\"}", SPAN_ARG(load_job_id(buf_view(&submitted))));
    scene->states = load_post("/requester/states", buf_view(&body));
}

static void close_scene(struct scene *scene)
{
    program_stop(&scene->program);
    program_release(&scene->program);
    buf_release(&scene->states);
    if (*scene->file)
        unlink(scene->file);
}

/* Sends the request about `n` times. */
static void repeat(int port, struct span request, double n)
{
    for (double sent = 0, seconds = 0.02; sent < n; seconds = 0.5)
        sent += load_rate(port, request, seconds) * seconds;
}

/* ---- the measurements ------------------------------------------------------------------------------------------ */

static void beside_jobs_and_journal(struct probing *p, const struct load *load)
{
    struct scene scene;
    open_scene(&scene, NULL);
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", SPAN(SUBMIT("1")));
    double seconds = load->tiny ? 0.02 : 5;
    struct work none = { .name = "nothing" };
    struct work list = { .name = "a list of all jobs", .method = "POST", .path = "/requester/list", .body = SPAN("{\"return_all\":true}"),
        .port = scene.port, .at_least = 1 };
    struct work fixture = { .name = "a fixture of all jobs", .method = "GET", .path = "/__mock/fixture", .body = SPAN(""),
        .port = scene.port, .at_least = 1 };
    struct work journal = { .name = "the whole journal", .method = "GET", .path = "/__mock/requests?limit=1000000", .body = SPAN(""),
        .port = scene.port, .at_least = 1 };

    p->port = scene.port;
    measure_both(p, buf_view(&scene.states), &none, seconds);
    repeat(scene.port, buf_view(&submit), load->tiny ? 20 : 90000);
    measure_both(p, buf_view(&scene.states), &list, seconds);
    measure_both(p, buf_view(&scene.states), &fixture, seconds);
    repeat(scene.port, SPAN("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"), load->tiny ? 20 : 660000);
    measure_both(p, buf_view(&scene.states), &journal, seconds);
    close_scene(&scene);
}

/* Each copy puts the whole into itself, until the bound of 64 MiB: the longest that a patch can take. */
static void beside_patches(struct probing *p, const struct load *load)
{
    CLEANUP(buf_release) struct buf scenario = buf_init(REQUEST_MAX);
    int copies = load->tiny ? 2 : 24;

    buf_text(&scenario, "{\"version\":1,\"faults\":[{\"on\":[\"list\"],\"patch\":[");
    for (int i = 0; i < copies; i++)
        buf_printf(&scenario, "%s{\"op\":\"copy\",\"from\":\"\",\"path\":\"/c%d\"}", i ? "," : "", i);
    buf_text(&scenario, "]}]}");
    struct scene scene;
    open_scene(&scene, scenario.p);
    struct work patch = { .name = "24 copies by JSON Patch", .method = "POST", .path = "/requester/list", .body = SPAN("{\"return_all\":true}"),
        .port = scene.port, .at_least = 1 };
    p->port = scene.port;
    measure_both(p, buf_view(&scene.states), &patch, load->tiny ? 0.02 : 5);
    close_scene(&scene);
}

static void beside_nodes(struct probing *p, const struct load *load)
{
    CLEANUP(buf_release) struct buf scenario = buf_init(REQUEST_MAX);
    struct scene scene;

    buf_text(&scenario, "{\"version\":1,\"nodes\":[{}");
    for (int i = 1; i < (load->tiny ? 10 : 10000); i++)
        buf_text(&scenario, ",{}");
    buf_text(&scenario, "]}");
    open_scene(&scene, scenario.p);
    struct work submit = { .name = "10000 nodes, concurrency 3000", .method = "POST", .path = "/requester/submit",
        .body = load->tiny ? SPAN(SUBMIT("3")) : SPAN(SUBMIT("3000")), .port = scene.port, .at_least = 1 };
    p->port = scene.port;
    measure_both(p, buf_view(&scene.states), &submit, load->tiny ? 0.02 : 5);
    close_scene(&scene);
}

int main(int argc, char **argv)
{
    static struct probing probing;
    struct load load = load_of_arguments(argc, argv);

    beside_jobs_and_journal(&probing, &load);
    beside_patches(&probing, &load);
    beside_nodes(&probing, &load);
    return 0;
}
