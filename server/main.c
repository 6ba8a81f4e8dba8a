/* Reads the command line, wires the objects together, waits for a signal, stops.
 *
 *   options_parse → ready_prepare → server_start → ready line, port file, ready fd → a signal → server_stop
 *
 * Everything that a user reads on standard error but the log is worded or at least written here. */
#include "options.h"
#include "probe.h"
#include "ready.h"
#include "sign.h"

#include "edge/http.h"

#include <ctype.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* One line, whatever bytes an argument brought along. */
static int complain(int exit_code, const struct error *error)
{
    char line[ERROR_TEXT_MAX];

    snprintf(line, sizeof line, "%s", error->text);
    for (char *p = line; *p; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
    fprintf(stderr, "mock-requester: %s\n", line);
    return exit_code;
}

/* ---- serve ------------------------------------------------------------------------------------------ */

enum { NODES = 3 };

static uint64_t drawn_seed(void)
{
    struct id_source source = ids_of_system();

    return ids_draw(&source) >> 32; /* short enough to be typed, and whole in any JSON reader */
}

static void default_network(struct node nodes[NODES], const struct dialect *dialect)
{
    static const struct span names[NODES] = { { "n0", 2 }, { "n1", 2 }, { "n2", 2 } };

    for (size_t i = 0; i < NODES; i++)
        nodes[i] = node_good(names[i], span_text(dialect->name));
}

static struct server_options server_options_of(const struct options *options, const struct node nodes[NODES],
                                               uint64_t seed)
{
    return (struct server_options){
        .host = options->host,
        .port = (int)options->port.value,
        .engine = { .rules = options->dialect->rules,
                    .nodes = nodes,
                    .n_nodes = NODES,
                    .ids = ids_of_seed(seed),
                    .max_jobs = (size_t)options->max_jobs.value },
        .api = { .dialect = options->dialect,
                 .signatures = (enum signatures)options->signatures,
                 .rate_limit = options->rate_limit,
                 .fixed_health = options->clock != CLOCK_KIND_REAL },
        .clock = (enum clock_kind)options->clock,
        .clock_scale = options->clock_scale,
        .start_time = options->start_time,
        .log = (enum log_kind)options->log,
    };
}

/* Before any thread starts: they inherit the mask. A write to a reader who is gone is an error like others. */
static sigset_t take_signals(void)
{
    static const int waited_for[] = { SIGTERM, SIGINT, SIGHUP };
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++)
        sigaddset(&signals, waited_for[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

/* `at_terminal`: as it was at the start, for a terminal that hung up is none any more. */
static void wait_for_stop(const sigset_t *signals, bool at_terminal)
{
    int signal = 0;

    while (sigwait(signals, &signal) != 0 || (signal == SIGHUP && !at_terminal))
        fputs("mock-requester: SIGHUP: there is no file to read again\n", stderr);
}

static enum err tell_ready(const struct options *options, struct ready *ready, int port, uint64_t seed,
                           struct error *error)
{
    if (!options->seed.given)
        fprintf(stderr, "mock-requester: seed %llu\n", (unsigned long long)seed);
    fprintf(stderr, "mock-requester: ready on http://%s:%d (dialect %s, scenario none)\n", options->host, port,
            options->dialect->name);
    return ready_tell(ready, port, error);
}

static int serve_until_stopped(const struct options *options, struct ready *ready)
{
    bool at_terminal = isatty(STDIN_FILENO);
    sigset_t signals = take_signals();
    uint64_t seed = options->seed.given ? options->seed.value : drawn_seed();
    struct node nodes[NODES];
    struct server *server = NULL;
    struct error error;

    default_network(nodes, options->dialect);
    struct server_options server_options = server_options_of(options, nodes, seed);
    enum err err = server_start(&server_options, &server, &error);
    if (err != ERR_OK)
        return complain(err == ERR_IO ? EXIT_PORT : EXIT_OTHER, &error);
    err = tell_ready(options, ready, server_port(server), seed, &error);
    if (err == ERR_OK)
        wait_for_stop(&signals, at_terminal);
    server_stop(server);
    return err == ERR_OK ? EXIT_FINE : complain(EXIT_OTHER, &error);
}

static int serve(const struct options *options)
{
    struct ready ready;
    struct error error;
    int fd = options->ready_fd.given ? (int)options->ready_fd.value : -1;
    enum err err = ready_prepare(&ready, options->port_file, fd, &error);
    int code = err == ERR_OK ? serve_until_stopped(options, &ready) : complain(EXIT_OTHER, &error);

    ready_release(&ready);
    return code;
}

/* ---- the other commands ----------------------------------------------------------------------------- */

enum { ARGUMENT_MAX = 1 << 20 }; /* longer than any the system lets through */

/* `sign` reads arguments of its own: hand over what the command line and the environment came to. */
static int sign(const struct options *options)
{
    CLEANUP(buf_release) struct buf key = buf_init(ARGUMENT_MAX), field = buf_init(ARGUMENT_MAX);
    char name[] = "sign", end[] = "--";
    char *argv[6] = { name };
    int argc = 1;

    buf_printf(&field, "--field=%s", options->field);
    argv[argc++] = field.p;
    if (options->key) {
        buf_printf(&key, "--key=%s", options->key);
        argv[argc++] = key.p;
    }
    argv[argc++] = end;
    if (options->n_operands)
        argv[argc++] = options->operands[0];
    MUST(!field.failed && !key.failed);
    return sign_main(argc, argv);
}

static int probe_command(const struct options *options)
{
    struct error error;
    enum err err = probe(options->host, (int)options->port.value, EXIT_OTHER, &error);

    return err == ERR_OK ? EXIT_FINE : complain(EXIT_OTHER, &error);
}

static int flushed(void)
{
    struct error error;

    if (fflush(stdout) == 0)
        return EXIT_FINE;
    error_set(&error, ERR_IO, "cannot write to standard output");
    return complain(EXIT_OTHER, &error);
}

static int print_version(const struct options *options)
{
    (void)options;
    printf("mock-requester %s\ndialects:", MOCK_VERSION);
    for (const struct dialect *const *d = dialects; *d; d++)
        printf(" %s", (*d)->name);
    printf("\n%s\n", http_library());
    return flushed();
}

static int print_help(const struct options *options)
{
    (void)options;
    options_print_help(stdout);
    return flushed();
}

static int print_command_help(const struct options *options)
{
    options_print_command_help(stdout, options->command);
    return flushed();
}

static int (*const actions[])(const struct options *options) = {
    [COMMAND_SERVE] = serve,
    [COMMAND_SIGN] = sign,
    [COMMAND_PROBE] = probe_command,
    [ACTION_HELP] = print_help,
    [ACTION_COMMAND_HELP] = print_command_help,
    [ACTION_VERSION] = print_version,
};

/* A socket must never get the number of a standard stream that was closed. */
static void fill_standard_fds(void)
{
    int fd;

    do {
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd > STDERR_FILENO)
        close(fd);
}

static const char *environment(const char *name)
{
    return getenv(name);
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error;

    fill_standard_fds();
    if (options_parse(argc, argv, environment, &options, &error) != ERR_OK)
        return complain(EXIT_USAGE, &error);
    return actions[options.action](&options);
}
