/* What a loaded scenario costs those whom it does not concern, side by side in one run: a server with 100 job
 * scripts and 100 faults, all of which are tried and none of which fits, against one with none.
 *   states of a finished job, and submit (signatures off, so that verifying hides nothing) */
#include "base/ns.h"
#include "bench/load.h"
#include "wire/signature.h"
#include "http/server.h"
#include "support/worlds.h"
#include "support/http_client.h"
#include "releases/release.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 4, SCRIPTS = 100, FAULTS = 100, TEXT_MAX = 1 << 20 };
static const double ROUND_SECONDS = 1.5;

/* ---- the two servers ---------------------------------------------------------------------------------------- */

static void put_scenario(struct buf *text, int scripts, int faults)
{
    buf_text(text, "{\"version\": 1, \"jobs\": [");
    for (int i = 0; i < scripts; i++)
        buf_printf(text, "%s{\"name\": \"script-%d\", \"match\": {\"engine\": \"Docker\", \"image\": \"*image-%d*\"}, \"nodes\": [{}]}",
                   i ? ", " : "", i, i);
    buf_text(text, "], \"faults\": [");
    for (int i = 0; i < faults; i++)
        buf_printf(text, "%s{\"name\": \"fault-%d\", \"on\": [\"states\", \"submit\"], \"match\": {\"job\": {\"image\": \"*image-%d*\"}}, "
                         "\"preset\": \"plain-500\"}", i ? ", " : "", i, i);
    buf_text(text, "]}");
}

static struct server *start(int scripts, int faults)
{
    const struct program_settings settings = { .clock = CLOCK_KIND_REAL, .clock_scale = 1, .has_seed = true, .seed = 1,
                                               .signatures = SIGNATURES_OFF };
    CLEANUP(buf_release) struct buf text = buf_init(TEXT_MAX);
    struct error error;
    struct server *server;

    put_scenario(&text, scripts, faults);
    struct program *program = program_of_text(text.p, &settings);
    struct server_options options = { .host = "127.0.0.1", .world = { .program = program, .max_jobs = 10000000 },
                                      .log = LOG_OFF };
    if (server_start(&options, &server, &error)) {
        fputs("bench_scenario: the server does not start\n", stderr);
        exit(1);
    }
    program_drop(program);
    return server;
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

static struct buf post(const char *path, struct span body)
{
    struct buf request = buf_init(TEXT_MAX);

    buf_printf(&request, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n", path, body.n);
    buf_span(&request, body);
    return request;
}

/* The happy path's job, in an envelope that nobody checks. */
static struct buf submit_request(void)
{
    return post("/requester/submit",
                SPAN("{\"job_create_payload\":{\"ClientID\":\"bench\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
                     "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"date\"]},"
                     "\"Deal\":{\"Concurrency\":1}}},\"signature\":\"AAAA\",\"client_public_key\":\"" /* PKCS#1: 35, 3 */
                     "MAYCASMCAQM=\"}"));
}

/* Submits one job and gives the request for its states. */
static struct buf states_request(int port, struct span submit)
{
    CLEANUP(buf_release) struct buf body = buf_init(1024);
    struct http_reply reply = http_exchange(port, submit.p, submit.n, "POST");
    const char *id = reply.status == 200 ? memmem(reply.body.p, reply.body.n, "\"ID\":\"", 6) : NULL;
    if (!id) {
        fprintf(stderr, "bench_scenario: submit is answered %d: %.*s\n", reply.status, SPAN_ARG(buf_view(&reply.body)));
        exit(1);
    }
    buf_printf(&body, "{\"client_id\":\"bench\",\"job_id\":\"%.*s\"}", UUID_SIZE, id + 6);
    http_reply_release(&reply);
    return post("/requester/states", buf_view(&body));
}

/* ---- the comparison -------------------------------------------------------------------------------------------------- */

static double rate(int port, struct span request)
{
    struct load_result r = load_run(port, request, SPAN("HTTP/1.1 200"), ROUND_SECONDS);

    if (r.failures)
        printf("failures: %ld\n", r.failures);
    return (double)r.answers / r.seconds;
}

static void compare(const char *what, const int ports[2], const struct span requests[2])
{
    double without = 0, with = 0;

    for (int i = 0; i < ROUNDS; i++) {
        without += rate(ports[0], requests[0]);
        with += rate(ports[1], requests[1]);
    }
    printf("%s with %d scripts and %d faults that do not fit: %.0f/s, with none: %.0f/s, ratio %.2f\n", what, SCRIPTS, FAULTS,
           with / ROUNDS, without / ROUNDS, with / without);
}

int main(void)
{
    CLEANUP(buf_release) struct buf submit = submit_request();
    struct server *servers[] = { start(0, 0), start(SCRIPTS, FAULTS) };
    const int ports[] = { server_port(servers[0]), server_port(servers[1]) };
    struct buf states[] = { states_request(ports[0], buf_view(&submit)), states_request(ports[1], buf_view(&submit)) };

    compare("states", ports, (struct span[]){ buf_view(&states[0]), buf_view(&states[1]) });
    compare("submit", ports, (struct span[]){ buf_view(&submit), buf_view(&submit) });
    for (int i = 0; i < 2; i++) {
        server_stop(servers[i]);
        buf_release(&states[i]);
    }
    return 0;
}
