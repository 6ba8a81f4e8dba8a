/* What the program costs beside the least that could answer the same, side by side in one run:
 *   states of a finished job against a bare CivetWeb handler that writes the same bytes
 *   submit against libcrypto's own rate of verifying */
#include "bench/load.h"
#include "support/program.h"
#include "bench/signed_job.h"

#include <civetweb.h>
#include <stdio.h>

/* ---- the bare handler -------------------------------------------------------------------------------------- */

static struct buf canned;

static int write_canned(struct mg_connection *conn)
{
    char body[1024];

    mg_read(conn, body, sizeof body);
    mg_write(conn, canned.p, canned.n);
    return 200;
}

static struct mg_context *start_bare(int *port)
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
    *port = ports[0].port;
    return context;
}

/* ---- the two comparisons -------------------------------------------------------------------------------------------- */

/* Submits the job and waits until it has ended; the request for its states. */
static struct buf states_request(int port, struct span submit)
{
    CLEANUP(buf_release) struct buf body = buf_init(1024), submitted = load_ask(port, submit);

    buf_printf(&body, "{\"client_id\":\"\",\"job_id\":\"%.*s\"}", SPAN_ARG(load_job_id(buf_view(&submitted))));
    struct buf request = load_post("/requester/states", buf_view(&body));
    for (bool ended = false; !ended;) {
        CLEANUP(buf_release) struct buf reply = load_ask(port, buf_view(&request));
        ended = memmem(reply.p, reply.n, "\"State\":\"Completed\",\"Version\":5", 31) != NULL;
    }
    return request;
}

static void compare_states(const struct load *load, int port, struct span submit)
{
    CLEANUP(buf_release) struct buf request = states_request(port, submit);
    double ours[LOAD_ROUNDS_MAX], bare[LOAD_ROUNDS_MAX];
    int bare_port;

    canned = load_ask(port, buf_view(&request));
    struct mg_context *context = start_bare(&bare_port);
    for (int i = 0; i < load->rounds; i++) {
        ours[i] = load_rate(port, buf_view(&request), load->seconds);
        bare[i] = load_rate(bare_port, buf_view(&request), load->seconds);
    }
    double a = load_median(ours, load->rounds), b = load_median(bare, load->rounds);
    printf("states of a finished job: %.0f/s, a bare handler with the same %zu bytes: %.0f/s, ratio %.2f\n", a, canned.n, b, a / b);
    mg_stop(context);
    buf_release(&canned);
}

static void compare_submit(const struct load *load, int port, const struct signed_job *job, struct span submit)
{
    double verify[LOAD_ROUNDS_MAX], sockets[LOAD_ROUNDS_MAX];

    for (int i = 0; i < load->rounds; i++) {
        verify[i] = signed_job_verify_rate(job, load->seconds);
        sockets[i] = load_rate(port, submit, load->seconds);
    }
    double a = load_median(sockets, load->rounds), b = load_median(verify, load->rounds);
    printf("submit: %.0f/s, libcrypto verifies %.0f/s in one thread, ratio %.2f\n", a, b, a / b);
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    struct program program;
    struct signed_job job;

    signed_job_init(&job);
    int port = load_serve(&program, (const char *[]){ "--max-jobs", "10000000", NULL });
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", buf_view(&job.envelope));
    compare_states(&load, port, buf_view(&submit));
    compare_submit(&load, port, &job, buf_view(&submit));
    program_stop(&program);
    program_release(&program);
    signed_job_release(&job);
    return 0;
}
