#include "cli/serve.h"

#include "base/heap.h"
#include "cli/probe.h"
#include "cli/ready.h"
#include "cli/scenario_files.h"
#include "cli/tell.h"
#include "http/server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

struct serving {
    const struct options *options;
    struct server *server;
    struct watch watch; /* of --watch; else not started */
    int signal_fd;      /* readable when the program is told to stop, or to read the files again */
    bool at_terminal;   /* found at the start: after a hangup isatty(3) says no */
};

/* Loads the files that the user named; *program is held for the caller. As scenario_files_load; ERR_STATE: a setting
 * that differs from those of `before` (NULL: none) needs a restart. */
static enum err load(struct serving *serving, const struct program *before, struct findings *findings,
                     struct program **program, struct error *error)
{
    struct program_source source = { .settings = options_settings(serving->options), .before = before };
    struct program *loaded = NULL;
    enum err err = scenario_files_load(serving->options, &source, &serving->watch, findings, &loaded, error);

    if (err != ERR_OK)
        return err;
    const char *changed = before ? program_needs_restart(loaded, before) : NULL;
    if (!changed) {
        *program = loaded;
        return ERR_OK;
    }
    program_drop(loaded);
    return error_set(error, ERR_STATE, "another %s needs a restart", changed);
}

static struct server_options server_options_of(const struct serving *serving, struct program *program)
{
    const struct options *options = serving->options;

    return (struct server_options){
        .host = options->host,
        .port = (int)options->port.value,
        .world = { .program = program,
                   .max_jobs = (size_t)options->max_jobs.value,
                   .journal = (size_t)options->journal.value,
                   .catalogue = true },
        .max_memory = (size_t)options->max_memory.value,
        .journal_bytes = (size_t)options->journal_bytes.value,
        .rate_limit = options_rate_limit(options, program->clock),
        .control = options->control,
        .allow_hosts = options->allow_hosts,
        .n_allow_hosts = options->n_allow_hosts,
        .log = (enum log_kind)options->log,
        .log_what = options->log_what,
    };
}

/* Says what is wrong with the files; the exit code. */
static int refuse_files(const struct findings *findings, const struct error *error)
{
    CLEANUP(buf_release) struct buf lines = buf_init(FINDINGS_TEXT_MAX);

    findings_put(&lines, findings);
    if (!lines.n)
        return complain(error->code == ERR_INVALID ? EXIT_USAGE : EXIT_OTHER, error);
    say_lines(buf_view(&lines));
    return EXIT_USAGE;
}

/* ---- signals and changed files ----------------------------------------------------------------------------- */

/* Before any thread starts: they inherit the mask. A write to a closed pipe or socket is an error like others. Returns
 * a file descriptor that can be read when a signal has come; -1 and errno. */
static int take_signals(void)
{
    static const int waited_for[] = { SIGTERM, SIGINT, SIGHUP };
    sigset_t signals;

    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++)
        sigaddset(&signals, waited_for[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Loads the files again. Those that do not pass change nothing. `why`: what to begin messages with. */
static void read_again(struct serving *serving, const char *why)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct program *program = NULL, *before;
    struct error error;

    if (!serving->options->n_operands && !serving->options->operands_text) {
        say("%s: there is no file to read again", why);
        return;
    }
    before = world_program(server_world(serving->server));
    enum err err = load(serving, before, &findings, &program, &error);
    program_drop(before);
    if (err == ERR_OK) {
        err = server_play(serving->server, program, &error);
    } else if (findings.n) {
        refuse_files(&findings, &error);
        error_set(&error, err, "not every file passes");
    }
    if (err == ERR_OK)
        say("%s: now plays scenario %.*s", why, SPAN_ARG(program->scenario->names));
    else
        say("%s: nothing has changed: %s", why, error.text);
    program_drop(program);
}

/* Takes one signal. Returns whether it ends the program. */
static bool take_signal(struct serving *serving)
{
    struct signalfd_siginfo info;

    if (read(serving->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return false;
    if (info.ssi_signo != SIGHUP || serving->at_terminal)
        return true;
    read_again(serving, "SIGHUP");
    return false;
}

static void wait_for_stop(struct serving *serving)
{
    struct pollfd polled[] = { { .fd = serving->signal_fd, .events = POLLIN },
                               { .fd = serving->watch.fd, .events = POLLIN } };

    do {
        poll(polled, sizeof polled / sizeof *polled, -1);
        if (polled[1].revents && watch_changed(&serving->watch))
            read_again(serving, "--watch");
    } while (!polled[0].revents || !take_signal(serving));
}

/* ---- the verdict ----------------------------------------------------------------------------------------- */

static void tell_reason(const struct reason *reason)
{
    if (reason->file.n)
        say("%.*s (%.*s:%zu)", SPAN_ARG(reason->text), SPAN_ARG(reason->file), reason->line);
    else
        say("%.*s", SPAN_ARG(reason->text));
}

static size_t unmet(const struct reasons *reasons)
{
    size_t n = 0;

    for (size_t i = 0; i < reasons->n; i++)
        n += reasons->at[i].kind == REASON_UNMET_EXPECTATION;
    return n;
}

/* Prints unmet expectations of a world in any case; the other reasons only with --strict. Returns whether it is good. */
static bool judge_world(struct world *world, bool strict)
{
    CLEANUP(arena_release) struct arena arena = { 0 };

    struct reasons reasons = world_judge(world, &arena);
    if (world->client_id.n && (strict ? reasons.n : unmet(&reasons)))
        say("session %.*s:", SPAN_ARG(world->client_id));
    for (size_t i = 0; i < reasons.n; i++)
        if (strict || reasons.at[i].kind == REASON_UNMET_EXPECTATION)
            tell_reason(&reasons.at[i]);
    if (strict && reasons.dropped)
        say("and %zu more", reasons.dropped);
    return reasons.n + reasons.dropped == 0;
}

/* Judges the default world and the sessions that have not ended. The exit code. */
static int judge(const struct serving *serving)
{
    struct worlds *worlds = server_worlds(serving->server);
    bool strict = serving->options->strict;
    struct world **all;

    server_halt(serving->server);
    bool good = judge_world(worlds_default(worlds), strict);
    size_t n = worlds_hold_all(worlds, &all);
    for (size_t i = 0; i < n; i++) {
        good = judge_world(all[i], strict) && good;
        world_drop(all[i]);
    }
    free(all);
    return strict && !good ? EXIT_VERDICT : EXIT_FINE;
}

/* ---- life ------------------------------------------------------------------------------------------------ */

static void tell_places(const struct server *server)
{
    struct http_places places = server_places(server);

    if (places.workers < places.wanted)
        say("warning: %d of %d threads could be started: at most %zu held replies and %zu event streams", places.workers,
            places.wanted, places.held, places.streams);
}

/* A browser needs the address of one interface. */
static const char *page_host(const char *host)
{
    return strcmp(host, "0.0.0.0") == 0 ? "127.0.0.1" : host;
}

static enum err tell_ready(const struct serving *serving, const struct program *program, struct ready *ready, struct error *error)
{
    int port = server_port(serving->server);

    tell_places(serving->server);
    if (!program->seed_chosen)
        say("seed %llu", (unsigned long long)program->seed);
    if (serving->options->control)
        say("page at http://%s:%d/__mock/", page_host(serving->options->host), port);
    say("ready on http://%s:%d (dialect %s, scenario %.*s)", serving->options->host, port, program->dialect->name,
        SPAN_ARG(program->scenario->names));
    return ready_tell(ready, port, error);
}

/* What to say of a server that has not started; the exit code. */
static int refuse_start(const struct options *options, enum err err, const struct error *error)
{
    const char *user = options->port.value ? probe_port_user(options->host, (int)options->port.value) : NULL;

    if (err == ERR_IO && user && strstr(error->text, strerror(EADDRINUSE))) {
        say("%s: %s has it; stop that, or take another port (--port 0: any free one)", error->text, user);
        return EXIT_PORT;
    }
    return complain(err == ERR_IO ? EXIT_PORT : err == ERR_INVALID ? EXIT_USAGE : EXIT_OTHER, error);
}

static int serve_until_stopped(struct serving *serving, struct program *program, struct ready *ready, struct error *error)
{
    struct server_options options = server_options_of(serving, program);

    serving->signal_fd = take_signals();
    if (serving->signal_fd < 0)
        return complain(EXIT_OTHER, &(struct error){ .text = "no file descriptor for signals" });
    serving->at_terminal = isatty(STDIN_FILENO);
    enum err err = server_start(&options, &serving->server, error);
    if (err != ERR_OK)
        return refuse_start(serving->options, err, error);
    err = tell_ready(serving, program, ready, error);
    if (err == ERR_OK)
        wait_for_stop(serving);
    int code = err == ERR_OK ? judge(serving) : complain(EXIT_OTHER, error);
    server_stop(serving->server);
    return code;
}

static int serve_loaded(struct serving *serving, struct program *program, struct error *error)
{
    const struct options *options = serving->options;
    int fd = options->ready_fd.given ? (int)options->ready_fd.value : -1;
    struct ready ready;

    enum err err = ready_prepare(&ready, options->port_file, fd, error);
    int code = err == ERR_OK ? serve_until_stopped(serving, program, &ready, error) : complain(EXIT_OTHER, error);
    ready_release(&ready);
    return code;
}

/* False: --watch was given, and the error says why it cannot be had. */
static bool start_watching(struct serving *serving, struct error *error)
{
    serving->watch = (struct watch){ .fd = -1 };
    return !serving->options->watch || watch_start(&serving->watch, error) == ERR_OK;
}

int serve(const struct options *options)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct serving serving = { .options = options };
    struct program *program = NULL;
    struct error error;

    heap_set_up();
    int code = start_watching(&serving, &error) ? EXIT_FINE : complain(EXIT_OTHER, &error);
    if (code == EXIT_FINE)
        code = load(&serving, NULL, &findings, &program, &error) == ERR_OK ? serve_loaded(&serving, program, &error)
                                                                           : refuse_files(&findings, &error);
    program_drop(program);
    watch_release(&serving.watch);
    return code;
}
