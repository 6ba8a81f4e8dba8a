#include "cli/serve.h"

#include "cli/loaded.h"
#include "cli/ready.h"
#include "cli/shipped_scripts.h"
#include "cli/tell.h"

#include <signal.h>
#include <unistd.h>

/* What runs, and what it was told. */
struct serving {
    const struct options *options; /* as the user gave them */
    struct loaded *loaded;         /* what it plays now */
    struct server *server;
    struct shipped_scripts *shipped; /* what `mock:NAME` may ask for besides */
    bool at_terminal; /* as it was at the start, for a terminal that hung up is none any more */
};

static struct server_options server_options_of(const struct loaded *loaded)
{
    const struct options *options = &loaded->options;
    const struct program *program = &loaded->program;

    return (struct server_options){
        .host = options->host,
        .port = (int)options->port.value,
        .engine = { .rules = options->dialect->rules,
                    .scheduler = program->scenario->scheduler,
                    .nodes = program->nodes,
                    .n_nodes = program->scenario->n_nodes,
                    .scripts = program->scripts,
                    .n_scripts = program->scenario->n_scripts,
                    .ids = ids_of_seed(loaded->seed),
                    .max_jobs = (size_t)options->max_jobs.value },
        .api = { .dialect = options->dialect,
                 .signatures = program->signatures,
                 .rate_limit = options->rate_limit,
                 .fixed_health = options->clock == CLOCK_KIND_MANUAL,
                 .zone = options->zone,
                 .control = options->control,
                 .seed = loaded->seed,
                 .seeded = loaded->seed_chosen,
                 .journal = (size_t)options->journal.value,
                 .scenario = program->scenario,
                 .fixture = loaded->fixture },
        .clock = (enum clock_kind)options->clock,
        .clock_scale = options->clock_scale,
        .start_time = options->start_time,
        .log = (enum log_kind)options->log,
    };
}

/* Says what is wrong with the files; the exit code. */
static int refuse_files(const struct findings *findings, const struct error *error)
{
    CLEANUP(buf_release) struct buf lines = buf_init(FINDINGS_TEXT_MAX);

    findings_put(&lines, findings);
    if (!lines.n)
        return complain(error->code == ERR_INVALID ? EXIT_USAGE : EXIT_OTHER, error);
    fwrite(lines.p, 1, lines.n, stderr);
    return EXIT_USAGE;
}

/* ---- signals --------------------------------------------------------------------------------------------- */

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

/* The files again; those that do not pass leave all as it is. */
static void read_again(struct serving *serving)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct loaded *loaded = NULL;
    struct error error;

    if (!serving->options->n_operands && !serving->options->operands_text) {
        say("SIGHUP: there is no file to read again");
        return;
    }
    enum err err = loaded_read(serving->options, serving->loaded, &findings, &loaded, &error);
    if (err == ERR_OK) {
        serving->loaded = loaded;
        err = server_reload(serving->server, &loaded->program, &error);
    } else if (findings.n) {
        refuse_files(&findings, &error);
        error_set(&error, err, "not every file passes");
    }
    if (err == ERR_OK)
        say("SIGHUP: now plays scenario %.*s", SPAN_ARG(loaded->scenario->names));
    else
        say("SIGHUP: nothing has changed: %s", error.text);
}

static void wait_for_stop(struct serving *serving, const sigset_t *signals)
{
    int signal = 0;

    while (sigwait(signals, &signal) != 0 || (signal == SIGHUP && !serving->at_terminal))
        if (signal == SIGHUP)
            read_again(serving);
}

/* ---- the verdict ----------------------------------------------------------------------------------------- */

static void tell_reason(const struct reason *reason)
{
    if (reason->file.n)
        say("%.*s (%.*s:%zu)", SPAN_ARG(reason->text), SPAN_ARG(reason->file), reason->line);
    else
        say("%.*s", SPAN_ARG(reason->text));
}

/* Unmet expectations are told in any case; the rest, and the exit code, are --strict's. */
static int judge(const struct serving *serving)
{
    CLEANUP(arena_release) struct arena arena = { 0 };
    bool strict = serving->options->strict;

    server_halt(serving->server);
    struct reasons reasons = server_judge(serving->server, &arena);
    for (size_t i = 0; i < reasons.n; i++)
        if (strict || reasons.at[i].kind == REASON_UNMET_EXPECTATION)
            tell_reason(&reasons.at[i]);
    if (strict && reasons.dropped)
        say("and %zu more", reasons.dropped);
    return strict && reasons.n + reasons.dropped ? EXIT_VERDICT : EXIT_FINE;
}

/* ---- life ------------------------------------------------------------------------------------------------ */

static enum err tell_ready(const struct loaded *loaded, struct ready *ready, int port, struct error *error)
{
    if (!loaded->seed_chosen)
        say("seed %llu", (unsigned long long)loaded->seed);
    say("ready on http://%s:%d (dialect %s, scenario %.*s)", loaded->options.host, port, loaded->options.dialect->name,
        SPAN_ARG(loaded->scenario->names));
    return ready_tell(ready, port, error);
}

static int serve_until_stopped(struct serving *serving, struct ready *ready, struct error *error)
{
    struct server_options options = server_options_of(serving->loaded);
    sigset_t signals = take_signals();

    options.engine.find_script = shipped_script;
    options.engine.find_script_context = serving->shipped;
    serving->at_terminal = isatty(STDIN_FILENO);
    enum err err = server_start(&options, &serving->server, error);
    if (err != ERR_OK)
        return complain(err == ERR_IO ? EXIT_PORT : err == ERR_INVALID ? EXIT_USAGE : EXIT_OTHER, error);
    err = tell_ready(serving->loaded, ready, server_port(serving->server), error);
    if (err == ERR_OK)
        wait_for_stop(serving, &signals);
    int code = err == ERR_OK ? judge(serving) : complain(EXIT_OTHER, error);
    server_stop(serving->server);
    return code;
}

static int serve_loaded(struct serving *serving, struct error *error)
{
    const struct options *options = serving->options;
    int fd = options->ready_fd.given ? (int)options->ready_fd.value : -1;
    struct ready ready;

    enum err err = ready_prepare(&ready, options->port_file, fd, error);
    serving->shipped = shipped_scripts_new(span_text(serving->loaded->options.dialect->rules->release),
                                           serving->loaded->seed);
    if (err == ERR_OK && !serving->shipped)
        err = error_set(error, ERR_NOMEM, "out of memory");
    int code = err == ERR_OK ? serve_until_stopped(serving, &ready, error) : complain(EXIT_OTHER, error);
    shipped_scripts_free(serving->shipped);
    ready_release(&ready);
    return code;
}

int serve(const struct options *options)
{
    CLEANUP(findings_release) struct findings findings = { 0 };
    struct serving serving = { .options = options };
    struct error error;

    if (loaded_read(options, NULL, &findings, &serving.loaded, &error) != ERR_OK)
        return refuse_files(&findings, &error);
    int code = serve_loaded(&serving, &error);
    loaded_free(serving.loaded);
    return code;
}
