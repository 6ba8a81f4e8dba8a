/* What the whole server costs beside the least that could answer the same, side by side in one run:
 *   states of a finished job against a bare CivetWeb handler that writes the same bytes
 *   submit against libcrypto's own rate of verifying, in the handler alone and over sockets */
#include "base/os_clock.h"
#include "bench/load.h"
#include "base/crypto.h"
#include "wire/signature.h"
#include "http/server.h"
#include "support/worlds.h"
#include "releases/release.h"

#include <civetweb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 4 };
static const double ROUND_SECONDS = 1.5;

/* ---- the bare handler -------------------------------------------------------------------------------------- */

static struct buf canned;

static int write_canned(struct mg_connection *conn)
{
    char body[4096];

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
        exit(1);
    *port = ports[0].port;
    return context;
}

/* ---- ours ---------------------------------------------------------------------------------------------------- */

static struct server *start_ours(void)
{
    static struct node nodes[3];
    struct error error;
    struct server *server = NULL;
    const char *names[] = { "n0", "n1", "n2" };

    for (int i = 0; i < 3; i++)
        nodes[i] = node_good(span_text(names[i]), SPAN("v0.3.25"));
    struct program *program = program_by_hand(&dialect_v0_3_25, nodes, 3);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program, .max_jobs = 10000000 },
                                      .log = LOG_OFF };

    program->clock = CLOCK_KIND_REAL;
    program->signatures = SIGNATURES_STRICT;
    if (server_start(&options, &server, &error)) {
        fprintf(stderr, "bench_http: %s\n", error.text);
        exit(1);
    }
    program_drop(program);
    return server;
}

static struct buf post(const char *path, struct span body)
{
    struct buf request = buf_init(1 << 20);

    buf_printf(&request, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", path, body.n);
    buf_span(&request, body);
    return request;
}

/* ---- envelopes ---------------------------------------------------------------------------------------------------- */

struct signed_job {
    struct buf payload, signature, envelope;
    struct public_key key;
    struct arena arena;
};

static void sign_job(struct signed_job *job)
{
    CLEANUP(buf_release) struct buf der = buf_init(4096), key = buf_init(4096), raw = buf_init(4096);
    char id[CLIENT_ID_SIZE + 1];
    struct signing_key *signer;

    *job = (struct signed_job){ .payload = buf_init(1 << 16), .signature = buf_init(4096), .envelope = buf_init(1 << 16) };
    if (signing_key_generate(&signer, NULL) || signing_key_public_der(signer, &der))
        exit(1);
    base64_encode(&key, buf_view(&der));
    if (public_key_read(buf_view(&key), &job->arena, &job->key, NULL))
        exit(1);
    client_id_of(&job->key, id);
    buf_printf(&job->payload,
               "{\"ClientID\":\"%s\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\",\"Verifier\":\"Noop\","
               "\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"date\"]},"
               "\"Deal\":{\"Concurrency\":1}}}",
               id);
    if (signing_key_sign(signer, buf_view(&job->payload), &raw))
        exit(1);
    base64_encode(&job->signature, buf_view(&raw));
    buf_printf(&job->envelope, "{\"job_create_payload\":%s,\"signature\":\"%s\",\"client_public_key\":\"%s\"}", job->payload.p,
               job->signature.p, key.p);
    signing_key_free(signer);
}

static double verify_rate(struct signed_job *job)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    struct span raw;
    long n = 0;

    if (base64_decode(buf_view(&job->signature), &arena, &raw, NULL))
        exit(1);
    ns_t start = os_clock_monotonic(), end = start + NS_PER_SECOND;
    for (; os_clock_monotonic() < end; n++)
        if (!crypto_rsa_verify(job->key.modulus, job->key.exponent, buf_view(&job->payload), raw))
            exit(1);
    return (double)n * (double)NS_PER_SECOND / (double)(os_clock_monotonic() - start);
}

/* One thread, no sockets: read, verify, decode, schedule, answer. */
static double handler_rate(struct signed_job *job)
{
    struct node node = node_good(SPAN("n0"), SPAN("v0.3.25"));
    struct program *program = program_by_hand(&dialect_v0_3_25, &node, 1);
    struct worlds worlds = { 0 };
    struct world *world;
    struct api *api;
    struct request request = { .method = SPAN("POST"), .target = SPAN("/requester/submit"), .http_minor = 1,
                               .body = buf_view(&job->envelope), .remote = SPAN("127.0.0.1:1") };
    long n = 0;

    program->clock = CLOCK_KIND_REAL;
    program->signatures = SIGNATURES_STRICT;
    if (world_new(&(struct world_options){ .program = program, .max_jobs = 10000000 }, &world, NULL) ||
        api_new(&(struct api_options){ 0 }, &worlds, &api, NULL))
        exit(1);
    program_drop(program);
    worlds_init(&worlds, world);
    ns_t start = os_clock_monotonic(), end = start + NS_PER_SECOND;
    for (; os_clock_monotonic() < end; n++) {
        struct reply reply;
        struct call call;
        reply_init(&reply);
        api_prepare(api, &request, &reply, &call);
        api_answer(&call, world_enter(world));
        world_leave(world);
        if (reply.status != 200)
            exit(1);
        api_call_release(&call);
        reply_release(&reply);
    }
    double rate = (double)n * (double)NS_PER_SECOND / (double)(os_clock_monotonic() - start);
    api_free(api);
    worlds_release(&worlds);
    return rate;
}

/* ---- the two comparisons -------------------------------------------------------------------------------------------- */

/* One answer as it stands on the wire, into `canned`; also the id of a job. */
static void ask_once(int port, struct span request, struct buf *answer)
{
    FILE *pipe;
    char command[256], path[] = "/tmp/bench_http_XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, request.p, request.n) != (ssize_t)request.n)
        exit(1);
    close(fd);
    snprintf(command, sizeof command, "exec 3<>/dev/tcp/127.0.0.1/%d; cat %s >&3; timeout 1 cat <&3", port, path);
    char whole[512];
    snprintf(whole, sizeof whole, "bash -c '%s'", command);
    pipe = popen(whole, "r");
    if (!pipe)
        exit(1);
    char bytes[4096];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, pipe)) > 0;)
        buf_add(answer, bytes, n);
    pclose(pipe);
    unlink(path);
}

static void compare_states(int port, struct span id)
{
    CLEANUP(buf_release) struct buf body = buf_init(1024);
    int bare_port;
    double ours = 0, bare = 0;

    buf_printf(&body, "{\"client_id\":\"\",\"job_id\":\"%.*s\"}", SPAN_ARG(id));
    CLEANUP(buf_release) struct buf request = post("/requester/states", buf_view(&body));
    canned = buf_init(1 << 20);
    ask_once(port, buf_view(&request), &canned);
    struct mg_context *context = start_bare(&bare_port);
    for (int i = 0; i < ROUNDS; i++) {
        struct load_result a = load_run(port, buf_view(&request), SPAN("HTTP/1.1 200"), ROUND_SECONDS);
        struct load_result b = load_run(bare_port, buf_view(&request), SPAN("HTTP/1.1 200"), ROUND_SECONDS);
        if (a.failures || b.failures)
            printf("failures: %ld %ld\n", a.failures, b.failures);
        ours += (double)a.answers / a.seconds;
        bare += (double)b.answers / b.seconds;
    }
    printf("states of a finished job: %.0f/s, a bare handler with the same %zu bytes: %.0f/s, ratio %.2f\n", ours / ROUNDS,
           canned.n, bare / ROUNDS, ours / bare);
    mg_stop(context);
    buf_release(&canned);
}

static void compare_submit(int port, struct signed_job *job)
{
    CLEANUP(buf_release) struct buf request = post("/requester/submit", buf_view(&job->envelope));
    double verify = 0, handler = 0, sockets = 0;

    for (int i = 0; i < ROUNDS; i++) {
        verify += verify_rate(job);
        handler += handler_rate(job);
        struct load_result r = load_run(port, buf_view(&request), SPAN("HTTP/1.1 200"), ROUND_SECONDS);
        sockets += (double)r.answers / r.seconds;
    }
    printf("submit: libcrypto verifies %.0f/s in one thread; the handler takes %.0f/s in one thread, ratio %.2f; over "
           "sockets %.0f/s, ratio %.2f\n",
           verify / ROUNDS, handler / ROUNDS, handler / verify, sockets / ROUNDS, sockets / verify);
}

int main(void)
{
    struct server *server = start_ours();
    int port = server_port(server);
    struct signed_job job;
    CLEANUP(buf_release) struct buf answer = buf_init(1 << 20);

    sign_job(&job);
    CLEANUP(buf_release) struct buf submit = post("/requester/submit", buf_view(&job.envelope));
    ask_once(port, buf_view(&submit), &answer); /* takes a second: the job is done by then */
    const char *id = answer.n ? memmem(answer.p, answer.n, "\"ID\":\"", 6) : NULL;
    if (!id)
        return 1;
    compare_states(port, span_of(id + 6, UUID_SIZE));
    compare_submit(port, &job);
    server_stop(server);
    return 0;
}
