/* The command line and its twins in the environment, read by the same table.
 *
 * A row of the table in option_rows.c is an option: its name, the command that takes it, its default, how its
 * text is read, its line of help. The twin is the name in upper case after MOCK_REQUESTER_.
 *
 * Knows nothing of sockets, files and signals. Texts are borrowed from argv and the environment. */
#ifndef MOCK_REQUESTER_CLI_OPTIONS_H
#define MOCK_REQUESTER_CLI_OPTIONS_H

#include "http/log.h"
#include "scenario/program.h"

#include <stdio.h>

enum command { COMMAND_SERVE, COMMAND_SIGN, COMMAND_PROBE, COMMAND_CHECK, COMMAND_SIMULATE, COMMAND_SCENARIOS,
               COMMAND_SCHEMA, COMMAND_COUNT };

/* The action of a command line: a command, or one of these. */
enum { ACTION_HELP = COMMAND_COUNT, ACTION_COMMAND_HELP, ACTION_VERSION };

enum { OPERANDS_MAX = 64 /* scenarios at a time */, ALLOW_HOSTS_MAX = 16, OPTIONS_TWIN_MAX = 64 };

/* The format of a command's output. */
enum { FORMAT_TEXT, FORMAT_JSON };

/* Exit codes. */
enum { EXIT_FINE, EXIT_VERDICT, EXIT_USAGE, EXIT_PORT, EXIT_OTHER };

struct number {
    bool given;
    uint64_t value;
};

struct options {
    int action;           /* enum command, or ACTION_… */
    enum command command; /* which one ACTION_COMMAND_HELP is about */
    char **operands; /* those of argv, moved to its front */
    size_t n_operands;
    const char *operands_text; /* those of the environment, separated by colons; NULL: none */
    uint64_t given;            /* a bit a row of the table: set by the user, not preset */

    const char *host;
    struct number port;
    const char *port_file; /* NULL: none */
    const char *fixtures;  /* a file; NULL: none */
    struct number ready_fd;
    const struct release *dialect;
    int clock; /* enum clock_kind */
    double clock_scale;
    ns_t start_time; /* 0: none given */
    int zone;        /* the start time's, seconds east of UTC */
    struct number seed;
    int signatures; /* enum signatures */
    struct number max_jobs;
    struct number max_memory; /* bytes */
    struct number journal;
    struct number journal_bytes;
    int control; /* bool */
    const char *allow_hosts[ALLOW_HOSTS_MAX];
    size_t n_allow_hosts;
    int strict;  /* bool */
    int watch;   /* bool */
    int log;     /* enum log_kind */
    unsigned log_what; /* enum log_what bits */
    int rate_limit; /* bool; see options_rate_limit */
    const char *key, *field; /* of sign; NULL: not given */
    int format;              /* FORMAT_… */
    ns_t until;              /* of simulate */
    const char *job;         /* of simulate: a file; NULL: jobs of its own */
    struct number concurrency; /* of simulate's own jobs */
    const char *print;       /* of scenarios: the name of one; NULL: the list */
};

/* A variable's value, or NULL: getenv(3) but for tests. */
typedef const char *environment_fn(const char *name);

/* ERR_INVALID: the text is one line for the user. An option on the command line overrides its twin; the
 * environment is not read when help or the version is wanted. */
enum err options_parse(int argc, char **argv, environment_fn *environment, struct options *options,
                       struct error *error);

/* The settings that the user gave, for serve; the rest is left open. */
struct program_settings options_settings(const struct options *options);
/* True if requests above the limit are refused: as given, else with a real clock only. */
bool options_rate_limit(const struct options *options, enum clock_kind clock);

/* The command whose name is nearest to a wrong one, or NULL. */
const char *options_nearest_command(const char *word);

/* True if `NAME=value` is none of the variables that are read, but two edits or less away from one: `meant` is its name. */
bool options_near_variable(const char *variable, char meant[OPTIONS_TWIN_MAX]);

/* The end of every message about the command line. */
#define TRY_HELP "; try --help"

#endif
