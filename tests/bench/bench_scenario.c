/* What a loaded scenario costs the requests that it does not fit, side by side in one run: a server with 100 job scripts
 * and 100 faults, all of which are tried and none of which fits, against one without a scenario.
 *   states of a finished job, and submit (signatures off, so that verifying them hides nothing) */
#include "bench/load.h"
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SCRIPTS = 100, FAULTS = 100, TEXT_MAX = 1 << 20 };

static void put_scenario(struct buf *text)
{
    buf_text(text, "{\"version\": 1, \"jobs\": [");
    for (int i = 0; i < SCRIPTS; i++)
        buf_printf(text, "%s{\"name\": \"script-%d\", \"match\": {\"engine\": \"Docker\", \"image\": \"*image-%d*\"}, \"nodes\": [{}]}",
                   i ? ", " : "", i, i);
    buf_text(text, "], \"faults\": [");
    for (int i = 0; i < FAULTS; i++)
        buf_printf(text, "%s{\"name\": \"fault-%d\", \"on\": [\"states\", \"submit\"], \"match\": {\"job\": {\"image\": \"*image-%d*\"}}, "
                         "\"preset\": \"plain-500\"}", i ? ", " : "", i, i);
    buf_text(text, "]}");
}

/* Writes the scenario to a new file, whose name goes to `path`. */
static void write_scenario(char *path)
{
    CLEANUP(buf_release) struct buf text = buf_init(TEXT_MAX);
    int fd = mkstemps(path, 5);

    put_scenario(&text);
    if (fd < 0 || write(fd, text.p, text.n) != (ssize_t)text.n)
        load_fail("cannot write the scenario");
    close(fd);
}

static struct buf states_request(int port, struct span submit)
{
    CLEANUP(buf_release) struct buf body = buf_init(1024), reply = load_ask(port, submit);

    buf_printf(&body, "{\"client_id\":\"bench\",\"job_id\":\"%.*s\"}", SPAN_ARG(load_job_id(buf_view(&reply))));
    return load_post("/requester/states", buf_view(&body));
}

static void compare(const struct load *load, const char *what, const struct load_server servers[2], const struct span requests[2])
{
    double rates[2][LOAD_ROUNDS_MAX], cpus[2][LOAD_ROUNDS_MAX];

    for (int i = 0; i < load->rounds; i++)
        for (int side = 0; side < 2; side++) {
            struct load_figures got = load_measure(servers[side], requests[side], LOAD_CONNECTIONS, load->seconds);
            rates[side][i] = got.rate;
            cpus[side][i] = got.cpu;
        }
    double without = load_median(cpus[0], load->rounds), with = load_median(cpus[1], load->rounds);
    printf("%s with %d scripts and %d faults that do not fit: %.1f us CPU, with none %.1f us, ratio %.2f; %.0f/s and %.0f/s\n", what,
           SCRIPTS, FAULTS, with, without, with / without, load_median(rates[1], load->rounds), load_median(rates[0], load->rounds));
}

int main(int argc, char **argv)
{
    struct load load = load_of_arguments(argc, argv);
    struct span payload = /* the key is PKCS#1: modulus 35, exponent 3 */
        SPAN("{\"job_create_payload\":{\"ClientID\":\"bench\",\"APIVersion\":\"V1beta1\",\"Spec\":{\"Engine\":\"Docker\","
             "\"Verifier\":\"Noop\",\"Publisher\":\"Ipfs\",\"Docker\":{\"Image\":\"ubuntu\",\"Entrypoint\":[\"date\"]},"
             "\"Deal\":{\"Concurrency\":1}}},\"signature\":\"AAAA\",\"client_public_key\":\"MAYCASMCAQM=\"}");
    CLEANUP(buf_release) struct buf submit = load_post("/requester/submit", payload);
    char path[] = "/tmp/bench_scenario_XXXXXX.json";
    write_scenario(path);
    const char *const words[2][4] = { { "--signatures", "off", NULL }, { "--signatures", "off", path, NULL } };
    struct program programs[2];
    struct buf states[2];
    struct load_server servers[2];

    for (int i = 0; i < 2; i++) {
        servers[i].port = load_serve(&programs[i], words[i]);
        servers[i].pid = programs[i].pid;
        states[i] = states_request(servers[i].port, buf_view(&submit));
    }
    unlink(path);
    compare(&load, "states", servers, (struct span[]){ buf_view(&states[0]), buf_view(&states[1]) });
    compare(&load, "submit", servers, (struct span[]){ buf_view(&submit), buf_view(&submit) });
    for (int i = 0; i < 2; i++) {
        program_stop(&programs[i]);
        program_release(&programs[i]);
        buf_release(&states[i]);
    }
    return 0;
}
