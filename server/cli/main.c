/* Reads the command line and runs the command. */
#include "cli/catalogue.h"
#include "cli/check.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/probe.h"
#include "cli/serve.h"
#include "cli/sign.h"
#include "cli/simulate.h"
#include "cli/tell.h"

#include "http/http.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the other commands ----------------------------------------------------------------------------- */

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

/* Commands that print something and end. */
static enum err (*const makers[])(const struct options *options, struct printed *printed, struct error *error) = {
    [COMMAND_CHECK] = check_files,
    [COMMAND_SIMULATE] = simulate,
    [COMMAND_SCENARIOS] = list_scenarios,
    [COMMAND_SCHEMA] = print_schema,
};

static void write_to(FILE *file, const struct buf *text)
{
    if (text->n)
        fwrite(text->p, 1, text->n, file);
}

static int print_made(const struct options *options)
{
    CLEANUP(printed_release) struct printed printed = { .out = buf_init(PRINTED_MAX), .notes = buf_init(PRINTED_MAX) };
    struct error error;
    enum err err = makers[options->action](options, &printed, &error);

    if (printed.out.failed || printed.notes.failed)
        err = error_set(&error, ERR_NOMEM, "out of memory");
    write_to(stderr, &printed.notes);
    if (err != ERR_OK)
        return complain(err == ERR_INVALID ? EXIT_USAGE : EXIT_OTHER, &error);
    write_to(stdout, &printed.out);
    int code = flushed();
    return code == EXIT_FINE && printed.refused ? EXIT_USAGE : code;
}

static int print_version(const struct options *options)
{
    (void)options;
    printf("mock-requester %s\ndialects:", MOCK_VERSION);
    for (const struct release *const *d = releases; *d; d++)
        printf(" %s", (*d)->name);
    printf("\n%s\n", http_library());
    return flushed();
}

static int print_help(const struct options *options)
{
    (void)options;
    help_print(stdout);
    return flushed();
}

static int print_command_help(const struct options *options)
{
    help_print_command(stdout, options->command);
    return flushed();
}

static int (*const actions[])(const struct options *options) = {
    [COMMAND_SERVE] = serve,
    [COMMAND_SIGN] = sign,
    [COMMAND_PROBE] = probe_command,
    [COMMAND_CHECK] = print_made,
    [COMMAND_SIMULATE] = print_made,
    [COMMAND_SCENARIOS] = print_made,
    [COMMAND_SCHEMA] = print_made,
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

/* Warns of variables whose names are nearly an option's; others may be meant for other programs. */
static void warn_of_variables(void)
{
    char meant[OPTIONS_TWIN_MAX];

    for (char **variable = environ; *variable; variable++)
        if (options_near_variable(*variable, meant))
            say("warning: %.*s is unknown (did you mean \"%s\"?)", (int)strcspn(*variable, "="), *variable,
                meant);
}

int main(int argc, char **argv)
{
    struct options options;
    struct error error;

    fill_standard_fds();
    warn_of_variables();
    if (options_parse(argc, argv, environment, &options, &error) != ERR_OK) {
        say("%s" TRY_HELP, error.text);
        return EXIT_USAGE;
    }
    return actions[options.action](&options);
}
