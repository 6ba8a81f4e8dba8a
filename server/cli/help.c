#include "cli/help.h"

#include "cli/option_rows.h"

static const char *const exit_codes[] = {
    [EXIT_FINE] = "fine",
    [EXIT_VERDICT] = "--strict and the verdict is bad",
    [EXIT_USAGE] = "wrong usage, or a file that does not pass check",
    [EXIT_PORT] = "the port cannot be had",
    [EXIT_OTHER] = "anything else",
};

static void print_option(FILE *out, const struct option_row *row)
{
    char left[64];

    snprintf(left, sizeof left, "--%s %s", row->name, row->argument ? row->argument : "");
    fprintf(out, "  %-38s %s [%s]\n", left, row->help, row->otherwise ? row->otherwise : row->preset);
}

static void print_options(FILE *out, enum command command)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].command == command)
            print_option(out, &option_rows[i]);
}

static bool has_options(enum command command)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].command == command)
            return true;
    return false;
}

static void print_environment(FILE *out)
{
    fputs("\nEvery option has a twin in the environment: --port-file is MOCK_REQUESTER_PORT_FILE. An empty one\n"
          "is not set; the command line wins.\n",
          out);
}

static void print_exit_codes(FILE *out)
{
    fputs("\nExit codes:\n", out);
    for (size_t i = 0; i < ROWS(exit_codes); i++)
        fprintf(out, "  %zu  %s\n", i, exit_codes[i]);
}

void help_print(FILE *out)
{
    fputs("Stands in for the requester node of a Bacalhau network.\n\n"
          "Usage: mock-requester [COMMAND] [OPTIONS] [SCENARIO ...]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s %s\n", command_rows[i].name, command_rows[i].help);
    fputs("\nOptions of serve:\n", out);
    print_options(out, COMMAND_SERVE);
    fputs("\nmock-requester help COMMAND, COMMAND --help or COMMAND -h lists the options of a command;\n"
          "mock-requester version, --version or -V prints the versions.\n", out);
    print_environment(out);
    print_exit_codes(out);
}

void help_print_command(FILE *out, enum command command)
{
    const struct command_row *row = &command_rows[command];

    fprintf(out, "Usage: mock-requester %s %s\n\n%s\n%s", row->name, row->arguments, row->help,
            row->about ? row->about : "");
    if (has_options(command))
        fputs("\nOptions:\n", out);
    print_options(out, command);
    print_environment(out);
    print_exit_codes(out);
}
