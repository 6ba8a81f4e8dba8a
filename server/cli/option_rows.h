/* The tables of commands and options: parsing, help and the environment all follow them. */
#ifndef MOCK_REQUESTER_CLI_OPTION_ROWS_H
#define MOCK_REQUESTER_CLI_OPTION_ROWS_H

#include "base/nearest.h"
#include "cli/options.h"
#include "scenario/values.h"

#define ROWS(table) (sizeof(table) / sizeof *(table))

struct command_row {
    const char *name, *arguments, *help;
    const char *about;         /* more of it, for its own help */
    size_t operands;           /* how many it takes */
    const char *wanted;        /* "FILE", if at least one is required; NULL: none is */
    const char *operands_twin; /* a variable with a list of them, separated by colons */
};
extern const struct command_row command_rows[COMMAND_COUNT];

/* Reads the option's text into its field of *options. The error's text goes on after the option's name and a colon. */
struct option_row;
typedef enum err read_fn(const struct option_row *row, const char *text, struct options *options, struct error *error);

struct option_row {
    const char *name;
    enum command command;  /* that takes it */
    const char *argument;  /* NULL: a switch */
    const char *preset;    /* read when nothing is given */
    const char *otherwise; /* the default in words, where `preset` does not say it */
    const char *help;
    read_fn *read;
    size_t offset;         /* of the field in struct options */
    const struct choice *choices;
    uint64_t least, most;
    const char *passed_over; /* a variable whose value begins so is not meant for this program */
    bool repeats;            /* each time it is given, it is read */
};

enum { OPTION_COUNT = 32 };
extern const struct option_row option_rows[OPTION_COUNT];

/* Adds `(did you mean "…"?)` to the error where a name is near; returns ERR_INVALID. `prefix`: of the name, `--`. */
enum err option_with_nearest(struct error *error, const struct nearest *near, const char *prefix);

#endif
