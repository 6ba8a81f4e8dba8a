/* What the program costs beside the least that could answer the same, side by side in one run:
 *   reads of a finished job, without a log and with one, against a bare CivetWeb handler that writes the same bytes
 *   submit against libcrypto's own rate of verifying */
#include "bench/load.h"
#include "bench/signed_job.h"
#include "support/program.h"

#include <civetweb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the bare handler, in a process of its own ----------------------------------------------------------------- */

static struct span canned;

static int write_canned(struct mg_connection *conn)
{
    char body[1024];

    mg_read(conn, body, sizeof body);
    mg_write(conn, canned.p, canned.n);
    return 200;
}

static int start_bare(void)
{
    static const char *options[] = { "listening_ports", "127.0.0.1:0", "num_threads", "128", "enable_keep_alive", "yes",
                                     "keep_alive_timeout_ms", "20000", "request_timeout_ms", "10000", "tcp_nodelay", "1",
                                     "connection_queue", "128", "decode_url", "no", "enable_auth_domain_check", "no",
                                     "access_control_allow_methods", "", NULL };
    struct mg_callbacks callbacks = { .begin_request = write_canned };
    struct mg_server_port ports[1];

    mg_init_library(0);
    struct mg_context *context = mg_start(&callbacks, NULL, options);
    if (!context || mg_get_server_ports(context, 1, ports) != 1)
        load_fail("the bare handler does not start");
    return ports[0].port;
}

/* Writes these bytes to every request until bare_stop. */
static struct load_server bare_start(struct span reply)
{
    struct load_server bare = { .pid = -1 };
    int ends[2];

    if (pipe(ends) != 0 || (bare.pid = fork()) < 0)
        load_fail("the bare handler does not start");
    if (bare.pid == 0) {
        canned = reply;
        int port = start_bare();
        if (write(ends[1], &port, sizeof port) == sizeof port)
            for (;;)
                pause();
        _exit(1);
    }
    close(ends[1]);
    if (read(ends[0], &bare.port, sizeof bare.port) != sizeof bare.port)
        load_fail("the bare handler does not start");
    close(ends[0]);
    return bare;
}

static void bare_stop(struct load_server bare)
{
    kill(bare.pid, SIGKILL);
    waitpid(bare.pid, NULL, 0);
}

/* ---- reads ------------------------------------------------------------------------------------------------------- */

static const struct reads {
    const char *endpoint;
    int connections;
} reads[] = { { "states", 16 }, { "states", 64 }, { "events", 16 }, { "results", 16 } };

enum { BARE, QUIET, LOGGED, SIDES };

static struct buf read_request(const char *endpoint, struct span job)
{
    CLEANUP(buf_release) struct buf body = buf_init(1024);
    char path[64];

    buf_printf(&body, "{\"client_id\":\"\",\"job_id\":\"%.*s\"}", SPAN_ARG(job));
    snprintf(path, sizeof path, "/requester/%s", endpoint);
    return load_post(path, buf_view(&body));
}

/* Submits the job and waits until it has ended. Its id is in `id`. */
static void finished_job(int port, struct span submit, struct buf *id)
{
    CLEANUP(buf_release) struct buf submitted = load_ask(port, submit);

    buf_span(id, load_job_id(buf_view(&submitted)));
    CLEANUP(buf_release) struct buf request = read_request("states", buf_view(id));
    for (bool ended = false; !ended;) {
        CLEANUP(buf_release) struct buf reply = load_ask(port, buf_view(&request));
        ended = memmem(reply.p, reply.n, "\"State\":\"Completed\",\"Version\":5", 31) != NULL;
    }
}

static void put_side(const char *name, struct load_figures figures, struct load_figures bare)
{
    printf("  %-28s %6.1f us CPU, ratio %.2f; %6.0f/s, ratio %.2f\n", name, figures.cpu, bare.cpu / figures.cpu, figures.rate,
           figures.rate / bare.rate);
}

static void compare_reads(const struct load *load, const struct reads *row, const struct load_server servers[SIDES],
                          const struct buf ids[SIDES])
{
    double rates[SIDES][LOAD_ROUNDS_MAX], cpus[SIDES][LOAD_ROUNDS_MAX];
    struct load_figures medians[SIDES];
    struct buf requests[SIDES] = { 0 };
    struct load_server sides[SIDES] = { 0 };

    for (int side = QUIET; side < SIDES; side++) {
        requests[side] = read_request(row->endpoint, buf_view(&ids[side]));
        sides[side] = servers[side];
    }
    CLEANUP(buf_release) struct buf reply = load_ask(sides[QUIET].port, buf_view(&requests[QUIET]));
    sides[BARE] = bare_start(buf_view(&reply));
    for (int i = 0; i < load->rounds; i++)
        for (int side = 0; side < SIDES; side++) {
            struct span request = buf_view(&requests[side == BARE ? QUIET : side]);
            struct load_figures got = load_measure(sides[side], request, row->connections, load->seconds);
            rates[side][i] = got.rate;
            cpus[side][i] = got.cpu;
        }
    for (int side = 0; side < SIDES; side++)
        medians[side] = (struct load_figures){ load_median(rates[side], load->rounds), load_median(cpus[side], load->rounds) };
    printf("%s of a finished job, %zu bytes, %d connections:\n", row->endpoint, reply.n, row->connections);
    put_side("a bare handler", medians[BARE], medians[BARE]);
    put_side("--log off", medians[QUIET], medians[BARE]);
    put_side("--log text, to a file", medians[LOGGED], medians[BARE]);
    bare_stop(sides[BARE]);
    buf_release(&requests[QUIET]);
    buf_release(&requests[LOGGED]);
}

/* ---- submit ------------------------------------------------------------------------------------------------------ */

static void compare_submit(const struct load *load, int port, const struct signed_job *job, struct span submit)
{
    double verify[LOAD_ROUNDS_MAX], sockets[LOAD_ROUNDS_MAX];

    for (int i = 0; i < load->rounds; i++) {
        verify[i] = signed_job_verify_rate(job, load->seconds);
        sockets[i] = load_rate(port, submit, load->seconds);
    }
    double a = load_median(sockets, load->rounds), b = load_median(verify, load->rounds);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    printf("submit over sockets: %.0f/s, libcrypto verifies %.0f/s in one thread; on %ld cores the ratio is %.2f a core\n", a, b,
           cores, a / b / (double)cores);
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    struct program quiet, logged;
    struct signed_job job;
    struct buf ids[SIDES] = { [QUIET] = buf_init(64), [LOGGED] = buf_init(64) };
    char log[] = "/tmp/bench_http_XXXXXX";
    int fd = mkstemp(log);

    signed_job_init(&job);
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", buf_view(&job.envelope));
    int ports[SIDES] = { 0, load_serve(&quiet, NULL), load_serve_logging(&logged, log) };
    struct load_server servers[SIDES] = { [QUIET] = { quiet.pid, ports[QUIET] }, [LOGGED] = { logged.pid, ports[LOGGED] } };
    for (int side = QUIET; side < SIDES; side++)
        finished_job(ports[side], buf_view(&submit), &ids[side]);
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++)
        compare_reads(&load, &reads[i], servers, ids);
    compare_submit(&load, ports[QUIET], &job, buf_view(&submit));
    program_stop(&quiet);
    program_stop(&logged);
    program_release(&quiet);
    program_release(&logged);
    buf_release(&ids[QUIET]);
    buf_release(&ids[LOGGED]);
    signed_job_release(&job);
    unlink(log);
    close(fd);
    return 0;
}
